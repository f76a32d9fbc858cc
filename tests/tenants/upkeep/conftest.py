"""An insurer in Shandong with a test clock: real database, real plugin host, real rules."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import asyncpg
import msgspec
import pytest
from huifang_core.contracts import Contract, Premium
from huifang_core.customers import Customer
from huifang_core.events import AnyPayload, ContractDelivered, ContractIssued, GraceEntered
from huifang_core.units import Staff, Unit
from huifang_core.windows import start_of_day
from huifang_tenants.database import Database
from huifang_tenants.intake import IncomingEvent
from huifang_tenants.keys import MasterKeys
from huifang_tenants.plugin_host import PluginHost
from huifang_tenants.provisioning import create_tenant, prepare_database, runtime_url
from huifang_tenants.registry import TenantRegistry
from huifang_tenants.scope import Scope, scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.intake import Batch, ContractIn, CustomerIn, EventIn, Taken, take_in
from huifang_tenants.services.plugins import configure
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.organisation import save_staff, save_units
from huifang_tenants.tenant import Tenant

TUESDAY = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
"""10:00 in Shandong."""

UNITS = (
    Unit("HO", "泰岳人寿", "head_office"),
    Unit("SD", "山东分公司", "province", "HO", "370000", "shandong"),
    Unit("JN", "济南中支", "city", "SD", "370100"),
    Unit("YT", "烟台中支", "city", "SD", "370600"),
)
STAFF = (
    Staff("C1", "李话务", "SD", ("caller",), trained_until=date(2030, 12, 31)),
    Staff("H1", "赵处理", "SD", ("case_handler",)),
)


class Insurer(msgspec.Struct, frozen=True, eq=False):
    """A tenant at work."""

    services: Services
    registry: TenantRegistry
    tenant: Tenant

    def scope(self) -> Scope:
        return scope(self.services.db, self.tenant)

    async def fetch(self, query: str, *values: object) -> list[asyncpg.Record]:
        async with self.scope() as opened:
            return list(await opened.connection.fetch(query, *values))

    async def value(self, query: str, *values: object) -> Any:
        async with self.scope() as opened:
            return await opened.connection.fetchval(query, *values)

    async def do(self, step: Callable[[Scope], Awaitable[Any]]) -> Any:
        async with self.scope() as opened:
            return await step(opened)

    async def at(self, instant: datetime) -> None:
        """Set the clock, without doing what falls due."""
        await self.registry.set_test_clock(self.tenant.id, instant)

    async def alarms(self, kind: str) -> dict[str, Any]:
        """The details of the alarms of a kind that stand, by subject."""
        rows = await self.fetch(
            "SELECT subject, details FROM alarm WHERE kind = $1 AND cleared_at IS NULL", kind
        )
        return {row["subject"]: row["details"] for row in rows}

    async def notices(self, kind: str) -> list[asyncpg.Record]:
        return await self.fetch("SELECT * FROM notice WHERE kind = $1 ORDER BY id", kind)

    async def take(self, *rows: Contract | Customer | IncomingEvent) -> Taken:
        batch = Batch(
            customers=tuple(CustomerIn(n, "core", r) for n, r in enumerate(rows) if isinstance(r, Customer)),
            contracts=tuple(ContractIn(n, "core", r) for n, r in enumerate(rows) if isinstance(r, Contract)),
            events=tuple(EventIn(n, r) for n, r in enumerate(rows) if isinstance(r, IncomingEvent)),
        )
        return await take_in(self.services, self.tenant, batch, Actor("test:core"))

    async def issue(
        self, number: str, delivered_on: date | None = date(2026, 3, 9), unit: str = "JN"
    ) -> None:
        """Take in a new contract with its customer and what happened to it: due 10 days after delivery."""
        rows: list[Any] = [
            customer(number),
            contract(number, unit=unit),
            event(f"{number}-issued", ContractIssued(), number, date(2026, 3, 2)),
        ]
        if delivered_on is not None:
            rows.append(event(f"{number}-delivered", ContractDelivered(delivered_on), number, delivered_on))
        await self.take(*rows)


def customer(number: str, **changes: Any) -> Customer:
    """The policyholder of the contract with this number."""
    kept = {"name": "王小明", "phones": (f"1380013{sum(number.encode()) % 10_000:04}",)}
    return Customer(customer_no=f"K{number}", kind="individual", **{**kept, **changes})


def contract(number: str, **changes: Any) -> Contract:
    known = {
        "contract_no": number,
        "line": "life",
        "unit": "JN",
        "policyholder": f"K{number}",
        "product_class": "traditional",
        "effective_on": date(2026, 3, 2),
        "issued_on": date(2026, 3, 2),
        "cooling_off_days": 10,
        "premium": Premium("regular", Decimal("1200.00"), 12, 20),
    }
    return Contract(**{**known, **changes})


def event(id: str, payload: AnyPayload, contract_no: str | None, day: date, **changes: Any) -> IncomingEvent:
    """An event at 10:00 of `day`."""
    known: dict[str, Any] = {
        "source": "core",
        "event_id": id,
        "type": payload.__struct_config__.tag,
        "time": start_of_day(day) + timedelta(hours=10),
        "subject": None,
        "contract_no": contract_no,
        "claim_no": None,
        "sequence": None,
        "corrects": None,
        "retracts": None,
        "payload": payload,
        "contract": None,
        "customer": None,
        "content_hash": sha256(repr((id, payload)).encode()).digest(),
    }
    return IncomingEvent(**{**known, **changes})


def grace(number: str, grace_end: date, day: date) -> IncomingEvent:
    return event(f"{number}-grace-{grace_end}", GraceEntered(grace_end, True), number, day)


@pytest.fixture(scope="session")
async def host() -> AsyncIterator[PluginHost]:
    async with PluginHost() as opened:
        yield opened


@pytest.fixture(scope="module")
async def house(
    fresh_database: Callable[..., str], host: PluginHost
) -> AsyncIterator[tuple[str, MasterKeys, Database, Services]]:
    admin_url, keys = fresh_database(), MasterKeys.generate()
    await prepare_database(admin_url, keys)
    async with Database(runtime_url(admin_url, keys), max_connections=4) as db:
        yield admin_url, keys, db, Services(db, host)


@pytest.fixture
async def insurer(house: tuple[str, MasterKeys, Database, Services]) -> Insurer:
    """A tenant of its own for each test; it is 10:00 on Tuesday 10 March 2026."""
    admin_url, keys, db, services = house
    tenant = await create_tenant(admin_url, keys, f"t-{secrets.token_hex(4)}", "泰岳人寿", clock_at=TUESDAY)
    async with scope(db, tenant) as opened:
        await save_units(opened, UNITS)
        await save_staff(opened, STAFF)
        await configure(opened, await services.host.catalogue(), "shandong_life", Actor("test:setup"))
    return Insurer(services, TenantRegistry(db, keys), tenant)


@pytest.fixture(scope="session")
def send() -> Any:
    """Makers of what a core system sends."""

    class Send:
        customer = staticmethod(customer)
        contract = staticmethod(contract)
        event = staticmethod(event)
        grace = staticmethod(grace)

    return Send
