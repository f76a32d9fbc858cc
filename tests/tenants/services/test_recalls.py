"""Recalling what was made wrongly: looked at first, then off the books with the reason, and not made again until it is lifted."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from huifang_core.events import ContractDelivered
from huifang_tenants.services import recalls
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.upkeep import refresh
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.recalls import Wanted

CHECKS = Actor("client:test")
OURS = Wanted(plugin="shandong_life", rule="new_contract")


async def recall(
    insurer: Any, wanted: Wanted = OURS, expected: int | None = None, actor: Actor = CHECKS
) -> UUID:
    async with insurer.scope() as opened:
        if expected is None:
            expected = (await recalls.preview(opened, wanted)).count
        return await recalls.recall(opened, wanted, expected, "规则参数设错", actor)


async def lift(insurer: Any, id: UUID) -> None:
    async with insurer.scope() as opened:
        await recalls.lift(opened, id, "参数已更正", CHECKS)


async def states(insurer: Any, number: str) -> list[tuple[int, str]]:
    rows = await insurer.fetch(
        "SELECT o.generation, o.status FROM obligation o JOIN contract c ON c.id = o.contract_id"
        " WHERE c.contract_no = $1 AND o.rule = 'new_contract' ORDER BY o.generation",
        number,
    )
    return [(row["generation"], row["status"]) for row in rows]


@pytest.fixture
async def insurer(house: Any) -> Any:
    found = await house.insurer()
    for number in ("A", "B"):
        await found.issue(number)
    return found


async def test_a_preview_counts_and_changes_nothing(insurer: Any) -> None:
    await insurer.issue("W", delivered_on=None)
    before = await insurer.dump()
    async with insurer.scope() as opened:
        found = await recalls.preview(opened, OURS)
        none = await recalls.preview(opened, Wanted(unit="QD"))
    assert (found.count, found.by_status, len(found.sample)) == (3, {"open": 2, "waiting": 1}, 3)
    assert (none.count, none.sample) == (0, ())
    assert await insurer.dump() == before


async def test_each_is_cancelled_with_the_reason_and_stays_on_record(insurer: Any) -> None:
    id = await recall(insurer)
    assert await states(insurer, "A") == [(1, "cancelled")]
    rows = await insurer.fetch("SELECT status_reason, closed_at FROM obligation")
    assert {row["status_reason"] for row in rows} == {f"recalled:{id}"}
    entries = await insurer.fetch(
        "SELECT action, reason FROM ledger WHERE action IN ('obligation.cancelled', 'obligations.recalled')"
    )
    assert sorted(row["action"] for row in entries) == [
        "obligation.cancelled",
        "obligation.cancelled",
        "obligations.recalled",
    ]
    assert {row["reason"] for row in entries} == {"规则参数设错"}


async def test_it_is_not_made_again_by_what_comes_in_afterwards(insurer: Any, send: Any) -> None:
    await recall(insurer)
    await refresh(insurer.services, insurer.tenant)
    day = date(2026, 3, 8)
    corrected = send.event("A-again", ContractDelivered(day), "A", day, corrects="A-delivered")
    await insurer.take(corrected)
    assert await states(insurer, "A") == [(1, "cancelled")]
    assert await states(insurer, "B") == [(1, "cancelled")]


async def test_what_waited_is_not_opened_after_its_recall(insurer: Any, send: Any) -> None:
    await insurer.issue("W", delivered_on=None)
    await recall(insurer, Wanted(contract_nos=("W",)))
    day = date(2026, 3, 9)
    await insurer.take(send.event("W-delivered", ContractDelivered(day), "W", day))
    assert await states(insurer, "W") == [(1, "cancelled")]
    assert await states(insurer, "A") == [(1, "open")]


async def test_once_lifted_it_is_made_anew(insurer: Any) -> None:
    id = await recall(insurer, Wanted(contract_nos=("A",)))
    await lift(insurer, id)
    await refresh(insurer.services, insurer.tenant)
    assert await states(insurer, "A") == [(1, "cancelled"), (2, "open")]
    await refresh(insurer.services, insurer.tenant)
    assert await states(insurer, "A") == [(1, "cancelled"), (2, "open")]
    again = await recall(insurer, Wanted(contract_nos=("A",)))
    await refresh(insurer.services, insurer.tenant)
    assert await states(insurer, "A") == [(1, "cancelled"), (2, "cancelled")]
    with pytest.raises(Refused, match=r"state\.conflict"):
        await lift(insurer, id)
    await lift(insurer, again)


async def test_what_is_completed_is_left_alone(insurer: Any) -> None:
    await insurer.fetch(
        "UPDATE obligation SET status = 'completed', completed_at = now() WHERE contract_id ="
        " (SELECT id FROM contract WHERE contract_no = 'A')"
    )
    await recall(insurer, expected=1)
    assert await states(insurer, "A") == [(1, "completed")]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (Wanted(kind="new_contract"), 2),
        (Wanted(kind="claim"), 0),
        (Wanted(unit="SD"), 2),
        (Wanted(script="shandong_life.new_contract", contract_nos=("B", "Z")), 1),
        (Wanted(settings_version=1), 2),
        (Wanted(plugin_version="9.9"), 0),
    ],
)
async def test_by_what_it_is_found(insurer: Any, wanted: Wanted, count: int) -> None:
    async with insurer.scope() as opened:
        assert (await recalls.preview(opened, wanted)).count == count


async def test_when_it_was_made_bounds_it(insurer: Any) -> None:
    now = insurer.tenant.clock_at
    async with insurer.scope() as opened:
        later = await recalls.preview(opened, Wanted(made_from=now + timedelta(seconds=1)))
        until = await recalls.preview(opened, Wanted(made_from=now, made_until=now + timedelta(seconds=1)))
    assert (later.count, until.count) == (0, 2)


@pytest.mark.parametrize(
    ("wanted", "expected", "code"),
    [
        (Wanted(), 2, "recall.without_filter"),
        (OURS, 3, "recall.count_differs"),
        (OURS, 1, "recall.count_differs"),
    ],
)
async def test_what_is_not_recalled(insurer: Any, wanted: Wanted, expected: int, code: str) -> None:
    with pytest.raises(Refused, match=code):
        await recall(insurer, wanted, expected)
    assert await states(insurer, "A") == [(1, "open")]


async def test_a_caller_recalls_nothing(insurer: Any) -> None:
    with pytest.raises(Refused, match=r"staff\.not_permitted"):
        await recall(insurer, actor=Actor("client:test", "C1"))
