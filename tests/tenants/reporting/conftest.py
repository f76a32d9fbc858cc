"""A tenant with an organisation of two provinces, on a real server."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import msgspec
import pytest
from huifang_core.units import Unit
from huifang_tenants.database import Database
from huifang_tenants.keys import MasterKeys
from huifang_tenants.provisioning import create_tenant, prepare_database, runtime_url
from huifang_tenants.scope import Scope, scope
from huifang_tenants.stores.organisation import save_units
from huifang_tenants.tenant import Tenant

NOW = datetime(2025, 7, 15, 3, 0, tzinfo=UTC)

UNITS = (
    Unit("HO", "总公司", "head_office"),
    Unit("SD", "山东分公司", "province", "HO"),
    Unit("SD-JN", "济南中支", "city", "SD"),
    Unit("SD-JN-01", "历下支公司", "county", "SD-JN"),
    Unit("SD-YT", "烟台中支", "city", "SD"),
    Unit("LN", "辽宁分公司", "province", "HO"),
    Unit("LN-SY", "沈阳中支", "city", "LN"),
)


class House(msgspec.Struct, frozen=True):
    """One database with one tenant, whose units are `UNITS`."""

    db: Database
    tenant: Tenant

    def scope(self, *, read_only: bool = False) -> Scope:
        return scope(self.db, self.tenant, read_only=read_only)


@pytest.fixture
async def house(fresh_database: Callable[..., str]) -> AsyncIterator[House]:
    """Fresh for every test, since figures count everything there is."""
    admin_url, keys = fresh_database(), MasterKeys.generate()
    await prepare_database(admin_url, keys)
    tenant = await create_tenant(admin_url, keys, "aa", "甲保险", clock_at=NOW)
    async with Database(runtime_url(admin_url, keys), max_connections=2, acquire_timeout=60) as db:
        made = House(db, tenant)
        async with made.scope() as opened:
            await save_units(opened, UNITS)
        yield made
