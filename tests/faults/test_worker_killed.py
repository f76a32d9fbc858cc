"""A worker dies in the middle of its work: whoever starts next does the rest, and nothing twice."""

import os
import signal
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from uuid import uuid4

from huifang_core.contracts import Contract
from huifang_core.customers import Customer
from huifang_core.events import ContractDelivered, ContractIssued
from huifang_core.units import Unit
from huifang_core.windows import start_of_day
from huifang_tenants.intake import IncomingEvent
from huifang_tenants.outbox import NewJob
from huifang_tenants.plugin_host import PluginHost
from huifang_tenants.scope import scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.intake import Batch, ContractIn, CustomerIn, EventIn, take_in
from huifang_tenants.services.plugins import configure
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.organisation import save_units

CONTRACTS = 2000
JOBS = 160
TEST = Actor("test:core")


def _kill(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(60)


async def test_jobs_in_the_hands_of_a_killed_worker_are_done_by_the_next(cell, eventually):
    tenant = await cell.tenant()
    await cell.enqueue(tenant, *(NewJob("test.notice", {"subject": str(uuid4())}) for _ in range(JOBS)))

    async def done() -> int:
        return await cell.value(tenant, "SELECT count(*) FROM notice")

    for part in (JOBS // 4, JOBS // 2):
        with cell.worker_process() as process:

            async def reached(part=part) -> bool:
                return await done() >= part

            await eventually(reached)
            _kill(process)
    assert await done() < JOBS
    with cell.worker_process():

        async def all_done() -> bool:
            return await done() >= JOBS

        await eventually(all_done)
    assert await cell.value(tenant, "SELECT count(DISTINCT subject_id) FROM notice") == await done() == JOBS
    assert {row["state"] for row in await cell.jobs("kind = 'test.notice'")} == {"done"}


async def test_parked_events_are_taken_up_once_though_the_worker_dies_over_them(cell, eventually):
    tenant = await cell.tenant()
    await _park(cell, tenant)

    async def parked() -> int:
        return await cell.value(tenant, "SELECT count(*) FROM event WHERE status = 'parked'")

    assert await parked() == 2 * CONTRACTS
    async with scope(cell.db, tenant) as opened:
        await save_units(opened, [Unit("SD", "山东分公司", "province", None, "370000", "shandong")])
    with cell.worker_process() as process:

        async def begun() -> bool:
            return await parked() < 2 * CONTRACTS

        await eventually(begun)
        _kill(process)
    assert await parked() > 0
    with cell.worker_process() as process:

        async def none_left() -> bool:
            return await parked() == 0

        await eventually(none_left)

        async def all_marked() -> bool:
            unmarked = "overdue_marked_at IS NULL OR born_late_noticed_at IS NULL"
            return await cell.value(tenant, f"SELECT count(*) FROM obligation WHERE {unmarked}") == 0

        await eventually(all_marked)
        process.terminate()
        assert process.wait(60) == 0
    assert await cell.value(tenant, "SELECT count(*) FROM obligation") == CONTRACTS
    assert await cell.value(tenant, "SELECT count(DISTINCT contract_id) FROM obligation") == CONTRACTS
    assert (
        await cell.value(tenant, "SELECT count(*) FROM ledger WHERE action = 'obligation.made'") == CONTRACTS
    )
    assert (
        await cell.value(tenant, "SELECT count(*) FROM ledger WHERE action = 'obligation.overdue'")
        == CONTRACTS
    )


async def _park(cell, tenant):
    """Contracts of a unit that is not on file, delivered so long ago that the callbacks are late at birth."""
    day = datetime.now(UTC).date() - timedelta(days=60)
    async with PluginHost() as host:
        services = Services(cell.db, host)
        async with scope(cell.db, tenant) as opened:
            await configure(opened, await host.catalogue(), "shandong_life", TEST)
        batch = Batch(
            customers=tuple(
                CustomerIn(n, "core", Customer(f"K{n}", "individual", "王小明")) for n in range(CONTRACTS)
            ),
            contracts=tuple(ContractIn(n, "core", _contract(n, day)) for n in range(CONTRACTS)),
            events=tuple(
                EventIn(n, _event(n, payload, day))
                for n in range(CONTRACTS)
                for payload in (ContractIssued(), ContractDelivered(day))
            ),
        )
        await take_in(services, tenant, batch, TEST)


def _contract(n: int, day: date) -> Contract:
    return Contract(
        f"P{n}", "life", "SD", f"K{n}", product_class="traditional", effective_on=day, issued_on=day
    )


def _event(n: int, payload: ContractIssued | ContractDelivered, day: date) -> IncomingEvent:
    kind = str(payload.__struct_config__.tag)
    return IncomingEvent(
        source="core",
        event_id=f"{n}-{kind}",
        type=kind,
        time=start_of_day(day),
        subject=None,
        contract_no=f"P{n}",
        claim_no=None,
        sequence=None,
        corrects=None,
        retracts=None,
        payload=payload,
        contract=None,
        customer=None,
        content_hash=sha256(f"{n}{kind}".encode()).digest(),
    )
