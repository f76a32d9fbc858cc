"""The tenants of a cell as the runtime knows them, cached for moments."""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from huifang_tenants.database import Database
from huifang_tenants.errors import ClockGoesBack, KeyDestroyed, NoTestClock, UnknownTenant
from huifang_tenants.fields import FieldCipher
from huifang_tenants.keys import MasterKeys, TenantKeys, tenant_context
from huifang_tenants.scope import control, refuse_open_transaction
from huifang_tenants.tenant import Tenant, TenantState

__all__ = ["Tenant", "TenantRegistry"]

_COLUMNS: Final = (
    "id, slug, name, schema_name, state, cell, cut_over_on, clock_at, settings, wrapped_key, created_at"
)
_BY_ID: Final = f"SELECT {_COLUMNS} FROM control.tenant WHERE id = $1"  # noqa: S608
_BY_HOST: Final = f"SELECT {_COLUMNS} FROM control.tenant WHERE settings -> 'online' ->> 'host' = $1"  # noqa: S608
_BY_SLUG: Final = f"SELECT {_COLUMNS} FROM control.tenant WHERE slug = $1"  # noqa: S608
_ALL: Final = f"SELECT {_COLUMNS} FROM control.tenant WHERE wrapped_key IS NOT NULL ORDER BY slug"  # noqa: S608
_WITH_SETTING: Final = "SELECT id FROM control.tenant WHERE state = 'active' AND wrapped_key IS NOT NULL AND settings ->> $1 IS NOT NULL ORDER BY slug"
_SET_CLOCK: Final = """
UPDATE control.tenant SET clock_at = $2 WHERE id = $1 AND clock_at <= $2
"""


class TenantRegistry:
    """Finds tenants by id or slug and opens their keys.

    `ttl` in seconds is how old a cached answer may be: a suspension made elsewhere is felt that late. Never ask
    inside a scope (NestedScope): it would need a second connection; `Scope.tenant` is there.
    """

    def __init__(self, db: Database, keys: MasterKeys, *, ttl: float = 5.0) -> None:
        self._db = db
        self._master = keys
        self._ttl = ttl
        self._found: dict[UUID | str, tuple[float, Tenant]] = {}
        self._opened: dict[tuple[UUID, bytes], tuple[TenantKeys, FieldCipher]] = {}

    async def by_id(self, tenant_id: UUID) -> Tenant:
        """The tenant with this id; UnknownTenant, KeyDestroyed, and WrongKey for another installation's master key."""
        return await self._get(tenant_id, _BY_ID)

    async def by_slug(self, slug: str) -> Tenant:
        """The tenant with this slug; raises like `by_id`."""
        return await self._get(slug, _BY_SLUG)

    async def by_host(self, host: str) -> Tenant:
        """The tenant whose online questionnaire has this host name; raises like `by_id`."""
        return await self._get(f"host {host}", _BY_HOST, host)

    async def all(self) -> list[Tenant]:
        """Every tenant of the cell that still has its key, by slug, read afresh."""
        async with control(self._db) as opened:
            rows = await opened.connection.fetch(_ALL)
        return [self._keep(row) for row in rows]

    async def active_with(self, setting: str) -> list[UUID]:
        """The ids of the active tenants that have this setting, read afresh."""
        async with control(self._db) as opened:
            rows = await opened.connection.fetch(_WITH_SETTING, setting)
        return [row["id"] for row in rows]

    def forget(self, tenant: Tenant) -> None:
        """Read this tenant afresh when it is next asked for."""
        self._found.pop(tenant.id, None)
        self._found.pop(tenant.slug, None)

    async def set_test_clock(self, tenant_id: UUID, at: datetime) -> Tenant:
        """Advance the business time of a sandbox tenant to `at`; NoTestClock for others, ClockGoesBack.

        Scopes opened from now on see it, in every process. Firing what became due is the caller's.
        """
        async with control(self._db) as opened:
            await opened.connection.execute(_SET_CLOCK, tenant_id, at)
            row = await opened.connection.fetchrow(_BY_ID, tenant_id)
        if row is None:
            raise UnknownTenant(tenant_id)
        tenant = self._keep(row)
        if tenant.clock_at is None:
            raise NoTestClock(tenant.slug)
        if tenant.clock_at != at:
            raise ClockGoesBack(tenant.slug, tenant.clock_at.isoformat())
        return tenant

    async def set_state(self, tenant_id: UUID, state: TenantState) -> Tenant:
        """Suspend a tenant (it can be read, its jobs wait) or activate it again; UnknownTenant."""
        async with control(self._db) as opened:
            await opened.connection.execute(
                "UPDATE control.tenant SET state = $2 WHERE id = $1", tenant_id, state
            )
            row = await opened.connection.fetchrow(_BY_ID, tenant_id)
        if row is None:
            raise UnknownTenant(tenant_id)
        return self._keep(row)

    async def _get(self, key: UUID | str, query: str, value: str | None = None) -> Tenant:
        refuse_open_transaction()
        cached = self._found.get(key)
        if cached is not None and time.monotonic() - cached[0] < self._ttl:
            return cached[1]
        async with control(self._db) as opened:
            row = await opened.connection.fetchrow(query, value or key)
        if row is None:
            self._found.pop(key, None)
            raise UnknownTenant(key)
        tenant = self._keep(row)
        self._found[key] = self._found[tenant.id]
        return tenant

    def _keep(self, row: Mapping[str, Any]) -> Tenant:
        wrapped = row["wrapped_key"]
        if wrapped is None:
            raise KeyDestroyed(row["slug"])
        place = (row["id"], wrapped)
        opened = self._opened.get(place)
        if opened is None:
            data_key = self._master.unwrap(wrapped, tenant_context(row["id"]))
            opened = self._opened[place] = (TenantKeys(data_key), FieldCipher(data_key))
        values = {name: value for name, value in row.items() if name != "wrapped_key"}
        tenant = Tenant(**values, keys=opened[0], cipher=opened[1])
        self._found[tenant.id] = self._found[tenant.slug] = (time.monotonic(), tenant)
        return tenant
