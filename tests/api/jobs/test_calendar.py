"""A year's calendar is announced, and the worker moves the deadlines that were counted without it (GEN-1)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from huifang_core.contracts import Contract
from huifang_core.customers import Customer
from huifang_core.events import GraceEntered
from huifang_core.units import Unit
from huifang_core.windows import end_of_day
from huifang_core.workdays import AnnouncedDay
from huifang_tenants.intake import IncomingEvent
from huifang_tenants.plugin_host import PluginHost
from huifang_tenants.registry import TenantRegistry
from huifang_tenants.scope import control, scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.intake import Batch, ContractIn, CustomerIn, EventIn, take_in
from huifang_tenants.services.plugins import configure
from huifang_tenants.services.upkeep import RECOUNT, announce_calendar
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.organisation import save_units

TEST = Actor("test:core")
NATIONAL_DAY = [AnnouncedDay(date(2027, 10, day), "holiday") for day in (1, 4, 5, 6, 7)]
MADE_UP = [AnnouncedDay(date(2027, 10, 9), "workday")]
ANNOUNCED = end_of_day(date(2027, 9, 27))


async def test_a_provisional_deadline_moves_when_its_year_is_announced(
    cell: Any, eventually: Callable[..., Awaitable[None]]
) -> None:
    """GEN-1, SD-7a: 15 working days before 22 October 2027 are, counted by hand, the eleven of October (11 to 15, 18 to 21, the 8th and
    Saturday the 9th) and the 27th to 30th of September; without the announcement the 9th is no working day."""
    tenant, now = await cell.tenant(), datetime.now(UTC)
    async with PluginHost() as host:
        services = Services(cell.db, host)
        catalogue = await services.catalogue()
        async with scope(cell.db, tenant) as opened:
            await save_units(opened, [Unit("HO", "某保险", "head_office", supervisor="shandong")])
            await configure(opened, catalogue, "shandong_life", TEST)
        contract = Contract(
            "P1", "life", "HO", "K1", effective_on=date(2024, 8, 1), issued_on=date(2024, 8, 1)
        )
        payload = GraceEntered(date(2027, 10, 22), True)
        entered = IncomingEvent(
            source="core", event_id="grace", type="grace.entered", time=now, subject=None, contract_no="P1", claim_no=None,
            sequence=None, corrects=None, retracts=None, payload=payload, contract=None, customer=None,
            content_hash=sha256(b"grace").digest(),
        )  # fmt: skip
        batch = Batch(
            customers=(CustomerIn(0, "core", Customer("K1", "individual", "王小明")),),
            contracts=(ContractIn(1, "core", contract),),
            events=(EventIn(2, entered),),
        )
        await take_in(services, tenant, batch, TEST)
        standing = "SELECT {} FROM obligation WHERE kind = 'grace_period' AND status = 'open'"
        assert await cell.count(tenant, standing.format("provisional"))
        assert await cell.count(tenant, standing.format("due_by")) != ANNOUNCED
        registry = TenantRegistry(cell.db, cell.keys)
        await announce_calendar(services, registry, 2027, NATIONAL_DAY + MADE_UP, "国办通知")
        async with control(cell.db) as opened:
            await opened.connection.execute("UPDATE control.jobs SET run_at = now() WHERE kind = $1", RECOUNT)

    async def moved() -> bool:
        return await cell.count(tenant, standing.format("NOT provisional")) is True

    async with cell.worker():
        await eventually(moved, 60.0)
    assert await cell.count(tenant, standing.format("due_by")) == ANNOUNCED
    assert await cell.count(tenant, "SELECT count(*) FROM obligation WHERE status = 'superseded'") == 1
