"""Two insurers of one cell with the same numbers everywhere, and what a core system sends them."""

import secrets
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from huifang_core.contracts import Contract
from huifang_core.customers import Customer
from huifang_core.events import AnyPayload, ContractDelivered, ContractIssued
from huifang_core.units import Unit
from huifang_core.windows import start_of_day
from huifang_tenants.database import Database
from huifang_tenants.intake import IncomingEvent
from huifang_tenants.keys import MasterKeys
from huifang_tenants.plugin_host import PluginHost
from huifang_tenants.provisioning import create_tenant, prepare_database, runtime_url
from huifang_tenants.scope import Scope, scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.intake import Batch, ContractIn, CustomerIn, EventIn, Taken, take_in
from huifang_tenants.services.plugins import configure
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.organisation import save_units
from huifang_tenants.tenant import Tenant

DAY = date(2026, 3, 9)
TEST = Actor("test:core")


class Insurer(msgspec.Struct, frozen=True, eq=False):
    """A tenant whose every word bears its `mark`."""

    services: Services
    tenant: Tenant
    mark: str

    def scope(self) -> Scope:
        return scope(self.services.db, self.tenant)

    async def fetch(self, query: str, *values: object) -> list[Any]:
        async with self.scope() as opened:
            return list(await opened.connection.fetch(query, *values))

    async def take(self, *rows: Any, **options: Any) -> Taken:
        batch = Batch(
            customers=tuple(CustomerIn(n, "core", r) for n, r in enumerate(rows) if isinstance(r, Customer)),
            contracts=tuple(ContractIn(n, "core", r) for n, r in enumerate(rows) if isinstance(r, Contract)),
            events=tuple(EventIn(n, r) for n, r in enumerate(rows) if isinstance(r, IncomingEvent)),
            **options,
        )
        return await take_in(self.services, self.tenant, batch, TEST)

    def story(self, n: int) -> list[Any]:
        """The rows of one contract; numbers and ids are those of the other insurer, too."""
        contract = Contract(
            f"P{n}", "life", "JN", f"K{n}", product_class="traditional", product_name=f"{self.mark}{n}",
            effective_on=DAY, issued_on=DAY, cooling_off_days=10,
        )  # fmt: skip
        return [
            Customer(f"K{n}", "individual", f"{self.mark}{n}", "passport", f"E{n:08}"),
            contract,
            _event(f"{n}-i", ContractIssued(), f"P{n}"),
            _event(f"{n}-d", ContractDelivered(DAY), f"P{n}"),
        ]

    async def dump(self) -> dict[str, list[str]]:
        """Every row of every table as text."""
        tables = await self.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY 1", self.tenant.schema_name
        )
        found = {}
        for table in (row["tablename"] for row in tables):
            rows = await self.fetch(f'SELECT t::text AS row FROM "{table}" t')
            found[table] = sorted(row["row"] for row in rows)
        return found


def _event(id: str, payload: AnyPayload, contract_no: str) -> IncomingEvent:
    return IncomingEvent(
        source="core",
        event_id=id,
        type=str(payload.__struct_config__.tag),
        time=start_of_day(DAY) + timedelta(hours=10),
        subject=None,
        contract_no=contract_no,
        claim_no=None,
        sequence=None,
        corrects=None,
        retracts=None,
        payload=payload,
        contract=None,
        customer=None,
        content_hash=sha256(repr((id, payload)).encode()).digest(),
    )


@pytest.fixture(scope="module")
async def cell(fresh_database: Callable[..., str]) -> AsyncIterator[Any]:
    admin_url, keys = fresh_database(), MasterKeys.generate()
    await prepare_database(admin_url, keys)
    async with Database(runtime_url(admin_url, keys), max_connections=6) as db, PluginHost() as host:
        yield admin_url, keys, db, Services(db, host)


@pytest.fixture
async def both(cell: Any) -> tuple[Insurer, Insurer]:
    """A pair of insurers of their own for each test."""
    admin_url, keys, db, services = cell
    made = []
    for mark in ("甲乙丙丁", "戊己庚辛"):
        tenant = await create_tenant(
            admin_url,
            keys,
            f"t-{secrets.token_hex(4)}",
            mark,
            clock_at=datetime(2026, 3, 10, 2, 0, tzinfo=UTC),
        )
        async with scope(db, tenant) as opened:
            await save_units(opened, [Unit("JN", f"{mark}济南", "city", None, "370100", "shandong")])
            await configure(opened, await services.catalogue(), "shandong_life", TEST)
        made.append(Insurer(services, tenant, mark))
    return made[0], made[1]
