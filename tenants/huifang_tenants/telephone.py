"""The telephone system of a tenant (CTI): where it is, as whom it is spoken to, and whose telephones it rings (LN-4a).

It stands in the tenant's settings, which only an administrator of the installation writes; without it calls are made by hand.
"""

import base64
import ipaddress
import re
from typing import Annotated, Any, Final

import msgspec
import phonenumbers

from huifang_tenants.errors import TenantsError
from huifang_tenants.normalise import normalise_phone
from huifang_tenants.policy_lookup import BrokenLookUp, check_address
from huifang_tenants.tenant import Tenant

SETTING: Final = "telephone"
"""The tenant's setting that holds it."""

_COLUMN: Final = "tenant.telephone"
_PHONE: Final = re.compile(r"[0-9+() .·－—–‐-]+(?:\s*(?:转|分机|ext\.?|x|,|;)\s*[0-9]+)?", re.IGNORECASE)
_DIALLED: Final = re.compile(r"\+?[0-9]{3,20}")
_PLAIN: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PLACES: Final = re.compile(r"\{([^{}]*)\}")


class BrokenTelephone(TenantsError):
    """The telephone system can't be set like this, or what is set can't be read; the message says what to do."""


class TelephoneSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where and how the telephone system, an Asterisk spoken to by ARI, is reached.

    `address` is the base below which `/ari` lies; `sealed` is the password of `username` and opens with the tenant's key only. `app` is the
    name under which this installation takes calls, one for each tenant. In `caller_endpoint` `{staff_no}` and `{extension}` (the
    person's phone on file) stand for the caller, in `customer_endpoint` `{number}` for the number to dial. `allowed_networks` are those of
    this machine, link-local ones and the like that may be called all the same.
    """

    address: str
    username: str
    sealed: str
    app: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,60}(?!\n)$")] = "huifang"
    caller_endpoint: str = "PJSIP/{staff_no}"
    customer_endpoint: str = "PJSIP/{number}@trunk"
    caller_id: str | None = None
    ring_caller_seconds: Annotated[int, msgspec.Meta(ge=5, le=120)] = 30
    ring_customer_seconds: Annotated[int, msgspec.Meta(ge=5, le=180)] = 50
    recording_format: Annotated[str, msgspec.Meta(pattern=r"^(wav|ogg)(?!\n)$")] = "wav"
    timeout_seconds: Annotated[float, msgspec.Meta(ge=0.1, le=30)] = 5.0
    allowed_networks: tuple[str, ...] = ()


def settings_of(tenant: Tenant) -> TelephoneSettings | None:
    """Return a tenant's telephone system; None where it has none. Raises BrokenTelephone."""
    found = tenant.settings.get(SETTING)
    if found is None:
        return None
    try:
        return check(msgspec.convert(found, TelephoneSettings))
    except msgspec.ValidationError as error:
        raise BrokenTelephone(
            f"the setting {SETTING} of tenant {tenant.slug!r} can't be read: {error}"
        ) from None


def check(settings: TelephoneSettings) -> TelephoneSettings:
    """Return settings that may be used; raises BrokenTelephone."""
    try:
        check_address(settings.address)
    except BrokenLookUp as error:
        raise BrokenTelephone(str(error)) from None
    for template, known in (
        (settings.caller_endpoint, {"staff_no", "extension"}),
        (settings.customer_endpoint, {"number"}),
    ):
        named = set(_PLACES.findall(template))
        if not named or named - known:
            raise BrokenTelephone(
                f"{template!r} must name {' or '.join(sorted(known))} in braces, and nothing else"
            )
    for network in settings.allowed_networks:
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            raise BrokenTelephone(f"{error}: write an address or a network such as 10.1.0.0/16") from None
    return settings


def dialable(phone: str) -> str | None:
    """Return a phone number as it is dialled from China, others with `+` and country code; None for what is no number.

    Nothing but digits comes through, so that no phone on file can name another trunk or destination.

    >>> dialable("138 0013-8000"), dialable("(010) 6552 9988 转 801"), dialable("95588"), dialable("1@other/trunk")
    ('13800138000', '01065529988', '95588', None)
    """
    if not _PHONE.fullmatch(phone):
        return None
    plain = normalise_phone(phone)
    if plain.startswith("+86"):
        national = phonenumbers.format_number(
            phonenumbers.parse(plain), phonenumbers.PhoneNumberFormat.NATIONAL
        )
        plain = "".join(character for character in national if character.isdigit())
    return plain if _DIALLED.fullmatch(plain) else None


def is_plain(part: str) -> bool:
    """Tell whether a staff number may stand in an endpoint: letters, digits, dots, dashes and underscores alone."""
    return _PLAIN.fullmatch(part) is not None


def filled(template: str, **values: str) -> str:
    """Return an endpoint with its places filled in."""
    return _PLACES.sub(lambda place: values[place[1]], template)


def seal(tenant: Tenant, secret: str) -> str:
    """Encrypt the password with the tenant's key, for its settings."""
    return base64.b64encode(tenant.cipher.encrypt(secret, _COLUMN, tenant.id)).decode()


def unseal(tenant: Tenant, sealed: str) -> str:
    """Open what `seal` made; WrongKey for another tenant's."""
    return tenant.cipher.decrypt(base64.b64decode(sealed), _COLUMN, tenant.id)


def shown(settings: TelephoneSettings | None) -> dict[str, Any] | None:
    """The settings as they may be shown and put on record: without what is sealed."""
    if settings is None:
        return None
    found: dict[str, Any] = msgspec.to_builtins(settings)
    found.pop("sealed")
    return found
