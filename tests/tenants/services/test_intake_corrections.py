"""A correction that names another contract, or another claim: the event is gone from the one and stands on the other (GEN-3)."""

import asyncio
from datetime import date
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from huifang_core.events import ClaimSettled, ContractChanged, ContractLapsed, GraceEntered
from huifang_tenants.services.contacts.starting import current_contracts

DAY = date(2026, 3, 10)
END = date(2026, 6, 30)


async def live(insurer: Any, kind: str) -> list[tuple[str, str]]:
    """What stands of a kind: contract and status."""
    rows = await insurer.fetch(
        "SELECT c.contract_no, o.status FROM obligation o JOIN contract c ON c.id = o.contract_id"
        " WHERE o.kind = $1 AND o.status NOT IN ('superseded', 'cancelled') ORDER BY 1",
        kind,
    )
    return [tuple(row) for row in rows]


@pytest.fixture
def story(send: Any) -> dict[str, Any]:
    """A grace period reported for P1, and the correction that says it was P2's."""
    return {
        "original": send.event("a", GraceEntered(END), "P1", DAY),
        "correction": send.event("b", GraceEntered(END), "P2", DAY, corrects="a"),
    }


async def test_the_event_is_gone_from_the_one_contract_and_stands_on_the_other(insurer, send, story):
    await insurer.issue("P1")
    await insurer.issue("P2")
    await insurer.take(story["original"])
    assert await live(insurer, "grace_period") == [("P1", "open")]
    taken = await insurer.take(story["correction"])
    assert (taken.obligations_made, taken.obligations_changed) == (1, 1)
    assert await live(insurer, "grace_period") == [("P2", "open")]
    rows = await insurer.fetch(
        "SELECT c.contract_no, o.status, o.status_reason, o.root_event_id, e.event_id FROM obligation o"
        " JOIN contract c ON c.id = o.contract_id JOIN event e ON e.id = o.event_id"
        " WHERE o.kind = 'grace_period' ORDER BY 1"
    )
    assert [tuple(row) for row in rows] == [
        ("P1", "cancelled", "no_longer_required", "a", "a"),
        ("P2", "open", None, "a", "b"),
    ]
    statuses = await insurer.fetch("SELECT contract_no, status FROM contract ORDER BY 1")
    assert [tuple(row) for row in statuses] == [("P1", "in_force"), ("P2", "grace")]


@pytest.mark.parametrize("together", [False, True])
async def test_whatever_comes_first(house, send, together):
    """The contracts too may come after their events; what was taken back stands again on the first contract."""
    insurer = await house.insurer()
    pieces = ("original", "correction", "old", "new")
    for n, order in enumerate(permutations(pieces)):
        one, two = f"P{n}", f"Q{n}"
        rows = {
            "original": send.event(f"a{n}", GraceEntered(END), one, DAY),
            "correction": send.event(f"b{n}", GraceEntered(END), two, DAY, corrects=f"a{n}"),
            "old": (send.customer(f"K{one}"), send.contract(one)),
            "new": (send.customer(f"K{two}"), send.contract(two)),
        }
        flat = [row for name in order for row in (rows[name] if name in ("old", "new") else (rows[name],))]
        for batch in [flat] if together else [[row] for row in flat]:
            await insurer.take(*batch)
    await insurer.upkeep()
    assert await insurer.parked() == {}
    assert await live(insurer, "grace_period") == sorted((f"Q{n}", "open") for n in range(24))


async def test_gone_from_the_old_contract_while_the_new_one_is_still_waited_for(insurer, send, story):
    await insurer.issue("P1")
    await insurer.take(story["original"])
    taken = await insurer.take(story["correction"])
    assert [(row.status, row.code) for row in taken.rows] == [("parked", "unknown_contract")]
    assert await live(insurer, "grace_period") == []
    await insurer.take(send.customer("KP2"), send.contract("P2"))
    assert await insurer.parked() == {}
    assert await live(insurer, "grace_period") == [("P2", "open")]


async def test_a_correction_taken_back_lets_the_original_stand_again(insurer, send, story):
    await insurer.issue("P1")
    await insurer.issue("P2")
    await insurer.take(story["original"], story["correction"])
    back = send.event("c", None, "P2", DAY, type="grace.entered", retracts="b")
    await insurer.take(back)
    assert await live(insurer, "grace_period") == [("P1", "open")]


async def test_a_correction_is_corrected_and_wanders_on(insurer, send):
    lives = list(permutations("PQR"))
    for n, order in enumerate(lives):
        events = {
            "P": send.event(f"a{n}", GraceEntered(END), f"P{n}", DAY),
            "Q": send.event(f"b{n}", GraceEntered(END), f"Q{n}", DAY, corrects=f"a{n}"),
            "R": send.event(f"c{n}", GraceEntered(END), f"R{n}", DAY, corrects=f"b{n}"),
        }
        for name in order:
            await insurer.issue(f"{name}{n}")
            await insurer.take(events[name])
    assert await live(insurer, "grace_period") == sorted((f"R{n}", "open") for n in range(len(lives)))


async def test_a_completed_callback_stays_with_the_contract_it_was_made_for(insurer, send, story):
    await insurer.issue("P1")
    await insurer.issue("P2")
    await insurer.take(story["original"])
    await insurer.fetch(
        "UPDATE obligation SET status = 'completed', completed_at = now() WHERE kind = 'grace_period'"
    )
    await insurer.take(story["correction"])
    assert await live(insurer, "grace_period") == [("P1", "completed"), ("P2", "open")]


async def test_another_source_corrects_nothing_here(insurer, send, story):
    await insurer.issue("P1")
    await insurer.issue("P2")
    foreign = send.event("b", GraceEntered(END), "P2", DAY, corrects="a", source="crm")
    await insurer.take(story["original"], foreign)
    assert await live(insurer, "grace_period") == [("P1", "open"), ("P2", "open")]


async def test_an_events_changes_to_a_contract_move_with_it(insurer, send):
    """Callers, too, are shown contracts as they then stand."""
    await insurer.issue("P1")
    await insurer.issue("P2")
    moved = ContractChanged("机构变更", {"unit": "YT"})
    await insurer.take(send.event("m", moved, "P1", DAY))
    units = "SELECT contract_no, unit FROM contract ORDER BY 1"
    assert [tuple(row) for row in await insurer.fetch(units)] == [("P1", "YT"), ("P2", "JN")]
    await insurer.take(send.event("n", moved, "P2", DAY, corrects="m"))
    assert [tuple(row) for row in await insurer.fetch(units)] == [("P1", "JN"), ("P2", "YT")]
    async with insurer.scope() as opened:
        ids = {
            row["id"]: row["contract_no"] for row in await opened.connection.fetch("SELECT * FROM contract")
        }
        shown = await current_contracts(opened, list(ids))
    assert {ids[id]: contract.unit for id, contract in shown.items()} == {"P1": "JN", "P2": "YT"}


async def test_two_batches_at_once_do_not_miss_each_other(house, send):
    insurer = await house.insurer()
    numbers = range(12)
    for n in numbers:
        await insurer.issue(f"P{n}")
        await insurer.issue(f"Q{n}")
    await asyncio.gather(
        *(
            insurer.take(event)
            for n in numbers
            for event in (
                send.event(f"a{n}", ContractLapsed(DAY), f"P{n}", DAY),
                send.event(f"b{n}", ContractLapsed(DAY), f"Q{n}", DAY, corrects=f"a{n}"),
            )
        )
    )
    assert await live(insurer, "lapse") == sorted((f"Q{n}", "open") for n in numbers)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_a_corrected_claim_number_leaves_one_callback_for_the_claim_it_was(insurer, send, order):
    await insurer.issue("P1")
    events = [
        send.event("s", ClaimSettled("CL1", "paid", Decimal(100), DAY), "P1", DAY, claim_no="CL1"),
        send.event(
            "t", ClaimSettled("CL2", "paid", Decimal(100), DAY), "P1", DAY, claim_no="CL2", corrects="s"
        ),
    ]
    for place in order:
        await insurer.take(events[place])
    rows = await insurer.fetch(
        "SELECT key, draft->>'claim_no' AS claim FROM obligation WHERE kind = 'claim'"
        " AND status NOT IN ('superseded', 'cancelled')"
    )
    assert [row["key"] for row in rows] == ["shandong_life/claim/CL2"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_a_claim_that_was_another_contracts_moves_there(insurer, send, order):
    await insurer.issue("P1")
    await insurer.issue("P2")
    settled = ClaimSettled("CL1", "paid", Decimal(100), DAY)
    events = [
        send.event("s", settled, "P1", DAY, claim_no="CL1"),
        send.event("t", settled, "P2", DAY, claim_no="CL1", corrects="s"),
    ]
    for place in order:
        await insurer.take(events[place])
    assert await live(insurer, "claim") == [("P2", "open")]
