"""What plugins plan, done by the worker alone: days that come, draws that are due, sellers who left (HI-2, DEC-14, LN-2)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from huifang_core.contracts import Contract
from huifang_core.customers import Customer
from huifang_core.events import AnyPayload, ClaimRegistered, SellerDeparted
from huifang_core.units import Unit
from huifang_core.windows import day_of
from huifang_tenants.intake import IncomingEvent
from huifang_tenants.plugin_host import PluginHost
from huifang_tenants.scope import scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.draws import ask_for_draw
from huifang_tenants.services.intake import Batch, ContractIn, CustomerIn, EventIn, take_in
from huifang_tenants.services.plugins import configure
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.organisation import save_units

TEST = Actor("test:core")


@pytest.fixture(scope="module")
async def host(planning_plugin: object) -> AsyncIterator[PluginHost]:
    async with PluginHost() as opened:
        yield opened


def event(id: str, payload: AnyPayload, contract_no: str | None, now: datetime) -> IncomingEvent:
    return IncomingEvent(
        source="core",
        event_id=id,
        type=str(payload.__struct_config__.tag),
        time=now,
        subject=None,
        contract_no=contract_no,
        claim_no=None,
        sequence=None,
        corrects=None,
        retracts=None,
        payload=payload,
        contract=None,
        customer=None,
        content_hash=sha256(id.encode()).digest(),
    )


async def test_ticks_find_days_and_draws_and_the_outbox_brings_departures_to_contracts(
    cell: Any, host: PluginHost, eventually: Callable[..., Awaitable[None]]
) -> None:
    tenant, services = await cell.tenant(), Services(cell.db, host)
    now = datetime.now(UTC)
    today = day_of(now)
    catalogue = await services.catalogue()
    async with scope(cell.db, tenant) as opened:
        await save_units(opened, [Unit("HO", "某保险", "head_office")])
        await configure(opened, catalogue, "planning", TEST)
    expiring = Contract("P1", "motor", "HO", "K1", seller_no="S1", expires_on=today + timedelta(30))
    batch = Batch(
        customers=(CustomerIn(0, "core", Customer("K1", "individual", "王小明")),),
        contracts=(ContractIn(1, "core", expiring),),
        events=(
            EventIn(2, event("registered", ClaimRegistered("CL1", now, "A1"), "P1", now)),
            EventIn(3, event("gone", SellerDeparted("S1", today), None, now)),
        ),
    )
    await take_in(services, tenant, batch, TEST)
    async with scope(cell.db, tenant) as opened:
        period = f"{today:%Y-%m}"
        await ask_for_draw(opened, catalogue, "planning/assessment", period, TEST, "月中先行抽取")

    async def done() -> bool:
        kinds = await cell.count(tenant, "SELECT array_agg(kind ORDER BY kind) FROM obligation")
        return kinds == ["assessment", "before_expiry", "orphan"]

    async with cell.worker():
        await eventually(done)
        assert await cell.rows("tenant_id = $1 AND state = 'dead'", tenant.id) == []
    commitments = await cell.count(tenant, "SELECT count(*) FROM ledger WHERE action = 'draw.committed'")
    assert commitments == 6
