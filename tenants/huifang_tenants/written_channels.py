"""How a tenant writes to its customers: the questionnaire's own address, the mail server, the gateway for text messages (REG-6, PF-2).

It stands in the tenant's settings `online`, `email` and `sms`, which only an administrator of the installation writes; what is not set
is not used. Secrets open with the tenant's key only and are never shown.
"""

import base64
import ipaddress
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from huifang_core.texts import Text
from msgspec import Meta

from huifang_tenants.errors import TenantsError
from huifang_tenants.policy_lookup import BrokenLookUp, check_address
from huifang_tenants.tenant import Tenant

WrittenWay = Literal["online", "email", "sms"]
WAYS: Final[tuple[WrittenWay, ...]] = ("online", "email", "sms")

LOGO_AT_MOST: Final = 64 * 1024
"""Bytes a logo may have."""

_COLUMN: Final = "tenant.{way}"
_HOST: Final = re.compile(
    r"(?=.{1,253}(:|$))[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:[1-9][0-9]{0,4})?"
)
_MAILBOX: Final = re.compile(r"[A-Za-z0-9._-]{1,40}@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_PLACEHOLDERS: Final = frozenset({"insurer", "title", "link", "until", "code"})
_NAMED: Final = re.compile(r"\{([^{}]*)\}")

_Settings = TypeVar("_Settings", bound="OnlineSettings | EmailSettings | SmsSettings")


class BrokenChannel(TenantsError):
    """A channel can't be set like this, or what is set can't be read; the message says what to do."""


class Logo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A picture, base64."""

    media_type: Literal["image/png", "image/jpeg", "image/webp"]
    content: str


class OnlineSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The online questionnaire: `host` (with a port where it has one) is the tenant's own and is what requests are told apart by.

    `colour` is of buttons and rules, as #rrggbb, dark enough that white can be read on it. `name` stands at the top, the tenant's
    without it. After `identity_tries` wrong tries the questionnaire is locked.
    """

    host: str
    secure: bool = True
    name: Text | None = None
    colour: Annotated[str, Meta(pattern=r"^#[0-9a-f]{6}$")] = "#0b5c8a"
    logo: Logo | None = None
    identity_tries: Annotated[int, Meta(ge=1, le=10)] = 3

    @property
    def address(self) -> str:
        """Where the questionnaire stands, without a path."""
        return f"http{'s' if self.secure else ''}://{self.host}"


class EmailSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The mail server (SMTP) and the mailbox written from.

    Replies go to `mailbox` with the contact's code after a plus sign; whoever takes mail in there hands it to the hook, signed with
    `hook_sealed`. `texts` replace ours: `subject`, `invitation`.
    """

    server: str
    port: Annotated[int, Meta(ge=1, le=65_535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    sealed: str | None = None
    mailbox: str
    sender: Text | None = None
    hook_sealed: str
    texts: Mapping[Literal["subject", "invitation"], Text] = {}
    allowed_networks: tuple[str, ...] = ()


class SmsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The gateway for text messages: docs/sms.md says what it has to do.

    `sealed` is the secret by which both sides sign. `signature` (短信签名) stands in brackets before each text. `texts` replace
    ours: `invitation`, `not_understood`.
    """

    address: str
    sealed: str
    signature: Annotated[str, Meta(min_length=2, max_length=20)]
    timeout_seconds: Annotated[float, Meta(ge=0.1, le=30)] = 10.0
    texts: Mapping[Literal["invitation", "not_understood"], Text] = {}
    allowed_networks: tuple[str, ...] = ()


class Ways(msgspec.Struct, frozen=True):
    """By which ways a tenant can write."""

    online: OnlineSettings | None = None
    email: EmailSettings | None = None
    sms: SmsSettings | None = None

    @property
    def set_up(self) -> tuple[WrittenWay, ...]:
        """Channels that can be used; a questionnaire needs somebody to bring its link."""
        carried = self.online is not None and (self.email is not None or self.sms is not None)
        usable = {"online": carried, "email": self.email is not None, "sms": self.sms is not None}
        return tuple(way for way in WAYS if usable[way])


def ways_of(tenant: Tenant) -> Ways:
    """Return how this tenant can write. Raises BrokenChannel."""
    return Ways(online_of(tenant), email_of(tenant), sms_of(tenant))


def online_of(tenant: Tenant) -> OnlineSettings | None:
    """Return the settings of the questionnaire, None where there are none. Raises BrokenChannel."""
    return _of(tenant, "online", OnlineSettings)


def email_of(tenant: Tenant) -> EmailSettings | None:
    """Return the settings of the mail server, None where there are none. Raises BrokenChannel."""
    return _of(tenant, "email", EmailSettings)


def sms_of(tenant: Tenant) -> SmsSettings | None:
    """Return the settings of the gateway, None where there are none. Raises BrokenChannel."""
    return _of(tenant, "sms", SmsSettings)


def check(settings: OnlineSettings | EmailSettings | SmsSettings) -> None:
    """Raise BrokenChannel for settings that may not be used."""
    match settings:
        case OnlineSettings():
            _check_online(settings)
        case EmailSettings():
            if ":" in settings.server or not _HOST.fullmatch(settings.server):
                raise BrokenChannel("the mail server must be a host name or an IPv4 address alone")
            if not _MAILBOX.fullmatch(settings.mailbox):
                raise BrokenChannel("the mailbox must be an address without a plus: callback@example.cn")
            if (settings.user is None) != (settings.sealed is None):
                raise BrokenChannel("a user needs a password, and a password a user")
            if settings.sealed is not None and settings.security == "none":
                raise BrokenChannel("a password may not go over a connection in the clear")
            _check_networks(settings.allowed_networks)
            _check_texts(settings.texts.values())
        case SmsSettings():
            try:
                check_address(settings.address)
            except BrokenLookUp as error:
                raise BrokenChannel(str(error)) from None
            _check_networks(settings.allowed_networks)
            _check_texts(settings.texts.values())


def seal(tenant: Tenant, way: WrittenWay, secret: str) -> str:
    """Encrypt a secret with the tenant's key, for its settings."""
    return base64.b64encode(tenant.cipher.encrypt(secret, _COLUMN.format(way=way), tenant.id)).decode()


def unseal(tenant: Tenant, way: WrittenWay, sealed: str) -> str:
    """Open what `seal` made; WrongKey for another tenant's."""
    return tenant.cipher.decrypt(base64.b64decode(sealed), _COLUMN.format(way=way), tenant.id)


def shown(settings: OnlineSettings | EmailSettings | SmsSettings | None) -> dict[str, Any] | None:
    """The settings as they may be shown and put on record: without secrets and pictures."""
    if settings is None:
        return None
    found: dict[str, Any] = msgspec.to_builtins(settings)
    if isinstance(settings, OnlineSettings) and settings.logo is not None:
        found["logo"] = settings.logo.media_type
    return {name: value for name, value in found.items() if not name.endswith("sealed")}


def _of(tenant: Tenant, way: WrittenWay, form: type[_Settings]) -> _Settings | None:
    found = tenant.settings.get(way)
    if found is None:
        return None
    try:
        settings = msgspec.convert(found, form)
    except msgspec.ValidationError as error:
        raise BrokenChannel(f"the setting {way} of tenant {tenant.slug!r} can't be read: {error}") from None
    check(settings)
    return settings


def _check_online(settings: OnlineSettings) -> None:
    if not _HOST.fullmatch(settings.host):
        raise BrokenChannel("the host must be a host name in lower case, with a port where it has one")
    if _contrast_with_white(settings.colour) < 4.5:
        raise BrokenChannel("white can't be read on this colour: take a darker one (WCAG, 4.5 to 1)")
    if settings.logo is not None and len(settings.logo.content) * 3 // 4 > LOGO_AT_MOST:
        raise BrokenChannel(f"the logo may have {LOGO_AT_MOST // 1024} KiB at most")


def _contrast_with_white(colour: str) -> float:
    """The contrast ratio of WCAG 2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    luminance: float = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return 1.05 / (luminance + 0.05)


def _check_networks(networks: Iterable[str]) -> None:
    for network in networks:
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            raise BrokenChannel(f"{error}: write an address or a network such as 10.1.0.0/16") from None


def _check_texts(texts: Iterable[Text]) -> None:
    for words in texts:
        unknown = {name for said in (words.zh_cn, words.en) for name in _NAMED.findall(said)} - _PLACEHOLDERS
        if unknown:
            raise BrokenChannel(
                f"{{{min(unknown)}}} can't be filled; known are {', '.join(sorted(_PLACEHOLDERS))}"
            )
