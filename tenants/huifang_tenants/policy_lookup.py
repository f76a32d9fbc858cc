"""How a tenant's core system is asked for a policy's present data (SD-4): where, as whom, and within which limits.

It stands in the tenant's settings, which only an administrator of the installation writes; without it nobody is asked.
"""

import base64
import ipaddress
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import msgspec

from huifang_tenants.errors import TenantsError
from huifang_tenants.tenant import Tenant

SETTING: Final = "policy_lookup"
"""The tenant's setting that holds it."""

_COLUMN: Final = "tenant.policy_lookup"
_SCHEMES: Final = ("http", "https")


class BrokenLookUp(TenantsError):
    """The look-up can't be set like this, or what is set can't be read; the message says what to do."""


class BearerToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="bearer"):
    """A token that is sent as it is; `sealed` opens with the tenant's key only."""

    sealed: str


class ClientCredentials(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="client_credentials", kw_only=True
):
    """A client that fetches tokens (OAuth 2, RFC 6749, 4.4) at `token_address`; `sealed` is its secret."""

    token_address: str
    client_id: str
    sealed: str
    scope: str | None = None


class LookUpSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where and how the core system is asked.

    `address` is the base below which `/policies/{contract_no}` lies. `timeout_seconds` is for one question from beginning to
    end, `fresh_seconds` how long its answer counts as fresh. `allowed_networks` are those of this machine, link-local ones
    and the like that may be called all the same.
    """

    address: str
    auth: BearerToken | ClientCredentials | None = None
    timeout_seconds: Annotated[float, msgspec.Meta(ge=0.1, le=10)] = 2.0
    fresh_seconds: Annotated[int, msgspec.Meta(ge=0, le=86_400)] = 300
    bytes_at_most: Annotated[int, msgspec.Meta(ge=1024, le=4 * 2**20)] = 256 * 1024
    allowed_networks: tuple[str, ...] = ()


def settings_of(tenant: Tenant) -> LookUpSettings | None:
    """Return how this tenant's core system is asked; None where it isn't. Raises BrokenLookUp."""
    found = tenant.settings.get(SETTING)
    if found is None:
        return None
    try:
        settings = msgspec.convert(found, LookUpSettings)
    except msgspec.ValidationError as error:
        raise BrokenLookUp(
            f"the setting {SETTING} of tenant {tenant.slug!r} can't be read: {error}"
        ) from None
    return check(settings)


def check(settings: LookUpSettings) -> LookUpSettings:
    """Return settings that may be used; raises BrokenLookUp."""
    check_address(settings.address)
    if isinstance(settings.auth, ClientCredentials):
        check_address(settings.auth.token_address)
    for network in settings.allowed_networks:
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            raise BrokenLookUp(f"{error}: write an address or a network such as 10.1.0.0/16") from None
    return settings


def check_address(address: str) -> None:
    """Raise BrokenLookUp unless `address` is http(s) with a host, and has no credentials, query or fragment in it."""
    try:
        parts = urlsplit(address)
        usable = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not address.isascii() or any(c.isspace() or not c.isprintable() for c in address):
        raise BrokenLookUp("the address must be a whole http or https address: https://core.example.cn/api")
    if parts.username is not None or parts.password is not None:
        raise BrokenLookUp("no credentials in the address: give a token or a client instead")
    if parts.query or parts.fragment or "?" in address or "#" in address:
        raise BrokenLookUp("the address must have no query and no fragment")


def seal(tenant: Tenant, secret: str) -> str:
    """Encrypt a token or client secret with the tenant's key, for its settings."""
    return base64.b64encode(tenant.cipher.encrypt(secret, _COLUMN, tenant.id)).decode()


def unseal(tenant: Tenant, sealed: str) -> str:
    """Open what `seal` made; WrongKey for another tenant's."""
    return tenant.cipher.decrypt(base64.b64decode(sealed), _COLUMN, tenant.id)


def shown(settings: LookUpSettings | None) -> dict[str, Any] | None:
    """The settings as they may be shown and put on record: without what is sealed."""
    if settings is None:
        return None
    found: dict[str, Any] = msgspec.to_builtins(settings)
    if settings.auth is not None:
        found["auth"].pop("sealed")
    return found
