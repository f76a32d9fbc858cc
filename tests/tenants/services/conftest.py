"""Insurers that take in what a core system sends: real database, real plugin host, the Shandong rules."""

import csv
import io
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from huifang_core.contracts import Contract, Premium
from huifang_core.customers import Customer
from huifang_core.events import AnyPayload, ContractDelivered, ContractIssued
from huifang_core.units import Staff, Unit
from huifang_core.windows import start_of_day
from huifang_tenants.database import Database
from huifang_tenants.intake import IncomingEvent, open_source
from huifang_tenants.keys import MasterKeys
from huifang_tenants.plugin_host import PluginHost
from huifang_tenants.provisioning import create_tenant, prepare_database, runtime_url
from huifang_tenants.registry import TenantRegistry
from huifang_tenants.scope import Scope, scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.import_run import ImportReport
from huifang_tenants.services.importing import import_source
from huifang_tenants.services.intake import Batch, ContractIn, CustomerIn, EventIn, Taken, take_in
from huifang_tenants.services.plugins import configure
from huifang_tenants.services.upkeep import take_up_parked
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
    Unit("QD", "青岛分公司", "province", "HO", "370200", "qingdao"),
)
STAFF = (Staff("C1", "李话务", "SD", ("caller",), trained_until=date(2030, 12, 31)),)
TEST = Actor("test:core")

# What an import leaves of itself, whatever it took in.
OWN_TRACES = frozenset({"import_run", "import_problem"})


class Insurer(msgspec.Struct, frozen=True, eq=False):
    """A tenant at work."""

    services: Services
    registry: TenantRegistry
    tenant: Tenant

    def scope(self) -> Scope:
        return scope(self.services.db, self.tenant)

    async def fetch(self, query: str, *values: object) -> list[Any]:
        async with self.scope() as opened:
            return list(await opened.connection.fetch(query, *values))

    async def value(self, query: str, *values: object) -> Any:
        async with self.scope() as opened:
            return await opened.connection.fetchval(query, *values)

    async def at(self, instant: datetime) -> "Insurer":
        """The same insurer with its clock set."""
        await self.registry.set_test_clock(self.tenant.id, instant)
        return Insurer(self.services, self.registry, msgspec.structs.replace(self.tenant, clock_at=instant))

    async def take(self, *rows: Any, source: str = "core", **options: Any) -> Taken:
        """Take in rows as one batch; their lines count from 0 in the order given."""
        batch = Batch(
            customers=tuple(CustomerIn(n, source, r) for n, r in enumerate(rows) if isinstance(r, Customer)),
            contracts=tuple(ContractIn(n, source, r) for n, r in enumerate(rows) if isinstance(r, Contract)),
            events=tuple(EventIn(n, r) for n, r in enumerate(rows) if isinstance(r, IncomingEvent)),
            **options,
        )
        return await take_in(self.services, self.tenant, batch, TEST)

    async def issue(self, number: str, delivered_on: date | None = date(2026, 3, 9), **changes: Any) -> None:
        """Take in a new contract with its customer and what happened to it: due 10 days after delivery."""
        rows: list[Any] = [
            customer(f"K{number}"),
            contract(number, **changes),
            event(f"{number}-issued", ContractIssued(), number, date(2026, 3, 2)),
        ]
        if delivered_on is not None:
            rows.append(event(f"{number}-delivered", ContractDelivered(delivered_on), number, delivered_on))
        await self.take(*rows)

    async def bring(
        self, file: Path | Sequence[Mapping[str, Any]] | bytes, name: str | None = None, **options: Any
    ) -> ImportReport:
        """Import a file, or rows as one."""
        if isinstance(file, Path):
            with open_source(file) as source:
                return await import_source(
                    self.services, self.tenant, source, file_name=file.name, actor=TEST, **options
                )
        data = file if isinstance(file, bytes) else as_csv(file)
        with open_source(io.BytesIO(data), name) as source:
            return await import_source(
                self.services, self.tenant, source, file_name=name or "rows.csv", actor=TEST, **options
            )

    async def upkeep(self) -> None:
        """Take up whatever is parked and can go on."""
        await take_up_parked(self.services, self.tenant)

    async def live(self) -> Counter[tuple[Any, ...]]:
        """What stands on the books: contract, key, status, window, and all that is demanded unless it is voided."""
        rows = await self.fetch(
            "SELECT c.contract_no, o.key, o.status, o.due_from, o.due_by, o.born_late, o.completed_at, o.unit,"
            " o.draft::text FROM obligation o JOIN contract c ON c.id = o.contract_id"
            " WHERE o.status NOT IN ('superseded', 'cancelled')"
        )
        return Counter(tuple(row)[:-1] if row["status"] == "voided" else tuple(row) for row in rows)

    async def parked(self) -> dict[str, str]:
        """The reason each parked event waits for."""
        rows = await self.fetch("SELECT event_id, park_reason FROM event WHERE status = 'parked'")
        return {row["event_id"]: row["park_reason"] for row in rows}

    async def tables(self) -> list[str]:
        rows = await self.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY 1", self.tenant.schema_name
        )
        return [row["tablename"] for row in rows]

    async def dump(self) -> dict[str, list[str]]:
        """Every row of every table as text."""
        found = {}
        for table in await self.tables():
            rows = await self.fetch(f'SELECT t::text AS row FROM "{table}" t')
            found[table] = sorted(row["row"] for row in rows)
        return found

    async def known(self) -> dict[str, list[str]]:
        """Every row of every table but what imports say of themselves, in the ledger too."""
        found = {table: rows for table, rows in (await self.dump()).items() if table not in OWN_TRACES}
        found["ledger"] = [row for row in found["ledger"] if ",import." not in row]
        return found


def customer(number: str, **changes: Any) -> Customer:
    kept = {"name": "王小明", "phones": (f"1380013{sum(number.encode()) % 10_000:04}",)}
    return Customer(customer_no=number, kind="individual", **{**kept, **changes})


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


def event(
    id: str, payload: AnyPayload | None, contract_no: str | None, day: date, **changes: Any
) -> IncomingEvent:
    """An event at 10:00 of `day`; its content hash covers all that is said of it."""
    known: dict[str, Any] = {
        "source": "core",
        "event_id": id,
        "type": "contract.issued" if payload is None else payload.__struct_config__.tag,
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
        **changes,
    }
    known.setdefault("content_hash", sha256(repr(sorted(known.items())).encode()).digest())
    return IncomingEvent(**known)


def as_csv(rows: Iterable[Mapping[str, Any]]) -> bytes:
    listed = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in listed for name in row)))
    writer.writeheader()
    writer.writerows(listed)
    return text.getvalue().encode()


class Send(msgspec.Struct, frozen=True):
    """Makers of what a core system sends."""

    customer: Callable[..., Customer] = customer
    contract: Callable[..., Contract] = contract
    event: Callable[..., IncomingEvent] = event
    as_csv: Callable[..., bytes] = as_csv


@pytest.fixture(scope="session")
def send() -> Send:
    return Send()


@pytest.fixture(scope="session")
def export() -> Path:
    """The example export of a core system."""
    return Path(__file__).parents[3] / "examples" / "core_export"


class House(msgspec.Struct, frozen=True, eq=False):
    """A prepared database with what opens it."""

    admin_url: str
    keys: MasterKeys
    db: Database
    services: Services

    async def insurer(
        self,
        *,
        services: Services | None = None,
        plugins: Sequence[str] = ("shandong_life",),
        clock_at: datetime | None = TUESDAY,
        cut_over_on: date | None = None,
        units: Sequence[Unit] = UNITS,
    ) -> Insurer:
        """A tenant of its own."""
        services = services or self.services
        tenant = await create_tenant(
            self.admin_url,
            self.keys,
            f"t-{secrets.token_hex(4)}",
            "泰岳人寿",
            clock_at=clock_at,
            cut_over_on=cut_over_on,
        )
        catalogue = await services.catalogue()
        async with scope(self.db, tenant) as opened:
            await save_units(opened, units)
            await save_staff(opened, STAFF)
            for plugin in plugins:
                await configure(opened, catalogue, plugin, TEST)
        return Insurer(services, TenantRegistry(self.db, self.keys), tenant)


@pytest.fixture(scope="module")
async def house(fresh_database: Callable[..., str], host: PluginHost) -> AsyncIterator[House]:
    admin_url, keys = fresh_database(), MasterKeys.generate()
    await prepare_database(admin_url, keys)
    async with Database(runtime_url(admin_url, keys), max_connections=10) as db:
        yield House(admin_url, keys, db, Services(db, host))


@pytest.fixture(scope="session")
async def host() -> AsyncIterator[PluginHost]:
    """One plugin host for all tests that break none."""
    async with PluginHost() as host:
        yield host


@pytest.fixture
async def insurer(house: House) -> Insurer:
    """A tenant of its own for each test; it is 10:00 on Tuesday 10 March 2026."""
    return await house.insurer()
