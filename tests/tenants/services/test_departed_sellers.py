"""A seller who left concerns every contract that was sold, whichever came in first, in batches (LN-2)."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from huifang_core.events import ContractChanged, SellerDeparted
from huifang_tenants.outbox import FAN_OUT
from huifang_tenants.plugin_host import PluginHost
from huifang_tenants.scope import control
from huifang_tenants.services.context import Services
from huifang_tenants.services.upkeep import departed, fan_out, retry_parked
from huifang_tenants.services.whatif import explain_contract

DAY = date(2026, 3, 9)


@pytest.fixture(scope="module")
async def planning_host(planning_plugin: object) -> AsyncIterator[PluginHost]:
    async with PluginHost() as host:
        yield host


@pytest.fixture
async def insurer(house: Any, planning_host: PluginHost, planning_plugin: Callable[..., None]) -> Any:
    planning_plugin()
    return await house.insurer(services=Services(house.db, planning_host), plugins=("planning",))


async def jobs(insurer: Any) -> list[Any]:
    async with control(insurer.services.db) as opened:
        return list(
            await opened.connection.fetch(
                "SELECT payload FROM control.jobs WHERE tenant_id = $1 AND kind = $2 AND state = 'pending'"
                " ORDER BY number",
                insurer.tenant.id,
                FAN_OUT,
            )
        )


async def work(insurer: Any) -> None:
    """Do what the jobs say, as the worker does."""
    for job in await jobs(insurer):
        after: UUID | None = None
        while True:
            after = await fan_out(insurer.services, insurer.tenant, UUID(job["payload"]["event"]), after)
            if after is None:
                break


async def orphans(insurer: Any) -> dict[str, str]:
    """The status of each contract's latest callback for its seller's departure."""
    rows = await insurer.fetch(
        "SELECT c.contract_no, o.status FROM obligation o JOIN contract c ON c.id = o.contract_id"
        " WHERE o.kind = 'orphan' ORDER BY 1, o.generation"
    )
    return {row["contract_no"]: row["status"] for row in rows}


def gone(send: Any, id: str = "gone", seller: str | None = "S1", **changes: Any) -> Any:
    payload = None if seller is None else SellerDeparted(seller, DAY)
    return send.event(id, payload, None, DAY, **{"type": "seller.departed", **changes})


async def sell(insurer: Any, send: Any, *numbers: str, seller: str = "S1") -> None:
    for number in numbers:
        await insurer.take(send.customer(f"K{number}"), send.contract(number, seller_no=seller))


async def test_ln_2_all_contracts_that_were_sold_see_it_in_batches(insurer, send, monkeypatch):
    monkeypatch.setattr(departed, "_BATCH", 2)
    await sell(insurer, send, "A", "B", "C", "D", "E")
    await sell(insurer, send, "X", seller="S2")
    taken = await insurer.take(gone(send))
    assert taken.rows[0].status == "accepted"
    assert await orphans(insurer) == {}
    await work(insurer)
    assert await orphans(insurer) == dict.fromkeys("ABCDE", "open")
    (found,) = [
        one for one in await explain_contract(insurer.services, insurer.tenant, "A") if one.obligations
    ]
    assert (found.event_id, found.rule) == ("gone", "orphaned")
    # All are of one event, which stays one row.
    assert await insurer.value("SELECT count(*) FROM event WHERE type = 'seller.departed'") == 1
    await work(insurer)
    assert len(await orphans(insurer)) == 5


async def test_a_contract_that_comes_in_later_sees_it_too_and_one_sent_along_at_once(insurer, send):
    await insurer.take(gone(send))
    await sell(insurer, send, "L")
    assert await orphans(insurer) == {"L": "open"}
    await insurer.take(gone(send, "gone2", "S7"), send.customer("KM"), send.contract("M", seller_no="S7"))
    assert await orphans(insurer) == {"L": "open", "M": "open"}


async def test_taken_back_or_corrected_to_somebody_else_it_concerns_others(insurer, send):
    await sell(insurer, send, "A")
    await sell(insurer, send, "B", seller="S2")
    await insurer.take(gone(send))
    await work(insurer)
    await insurer.take(gone(send, "right", "S2", corrects="gone"))
    await work(insurer)
    assert await orphans(insurer) == {"A": "cancelled", "B": "open"}
    await insurer.take(gone(send, "never", None, retracts="right"))
    await work(insurer)
    assert await orphans(insurer) == {"A": "open", "B": "cancelled"}


async def test_a_contract_that_changed_hands_follows_its_new_seller(insurer, send):
    await sell(insurer, send, "A", seller="S2")
    await insurer.take(gone(send))
    await work(insurer)
    assert await orphans(insurer) == {}
    await insurer.take(send.event("moved", ContractChanged("归属变更", {"seller_no": "S1"}), "A", DAY))
    assert await orphans(insurer) == {"A": "open"}


async def test_one_that_a_rule_fails_on_is_parked_and_tried_again_for_all(insurer, send, planning_plugin):
    await sell(insurer, send, "A", "B")
    planning_plugin({"B": "raises"})
    await insurer.take(gone(send))
    await work(insurer)
    assert await orphans(insurer) == {"A": "open"}
    assert await insurer.parked() == {"gone": "rule_failed"}
    detail = await insurer.value("SELECT park_detail FROM event WHERE event_id = 'gone'")
    assert detail == "B: planning/orphaned: RuntimeError: no successor"
    planning_plugin()
    await retry_parked(insurer.services, insurer.tenant)
    await work(insurer)
    assert await orphans(insurer) == {"A": "open", "B": "open"}
    assert await insurer.parked() == {}


async def test_one_that_names_its_contract_concerns_that_one_alone(insurer, send):
    await sell(insurer, send, "A", "B")
    await insurer.take(send.event("gone", SellerDeparted("S1", DAY), "B", DAY))
    assert await jobs(insurer) == []
    assert await orphans(insurer) == {"B": "open"}
