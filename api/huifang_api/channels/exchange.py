"""The telephone systems of all tenants as one process speaks to them: one line to each, made anew when its setting changes."""

from uuid import UUID

from huifang_tenants.errors import WrongKey
from huifang_tenants.telephone import TelephoneSettings, settings_of, unseal
from huifang_tenants.tenant import Tenant

from huifang_api.channels.ari import Ari
from huifang_api.channels.telephone import Telephone, TelephoneFailed


class Exchange:
    """One for each process. Use it as a context manager, or `close` it."""

    def __init__(self) -> None:
        self._lines: dict[UUID, tuple[TelephoneSettings, Telephone]] = {}

    async def __aenter__(self) -> "Exchange":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        lines, self._lines = self._lines, {}
        for _, telephone in lines.values():
            await telephone.aclose()

    async def of(self, tenant: Tenant) -> Telephone | None:
        """Return a tenant's telephone system, None where it has none. Raises BrokenTelephone, TelephoneFailed for a foreign password."""
        settings = settings_of(tenant)
        known = self._lines.get(tenant.id)
        if known is not None and known[0] == settings:
            return known[1]
        made = None if settings is None else Ari(settings, _password(tenant, settings))
        # Before the old one is closed, which takes a moment in which others may ask, too.
        self._lines.pop(tenant.id, None)
        if settings is not None and made is not None:
            self._lines[tenant.id] = (settings, made)
        if known is not None:
            await known[1].aclose()
        return made


def _password(tenant: Tenant, settings: TelephoneSettings) -> str:
    try:
        return unseal(tenant, settings.sealed)
    except (WrongKey, ValueError):
        raise TelephoneFailed("unauthorised") from None
