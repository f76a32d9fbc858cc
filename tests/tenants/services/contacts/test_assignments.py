"""Lists given out: whoever was given work claims it, and nobody else (DEC-8, HT-8); vendors' callers have theirs alone (HT-3)."""

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from huifang_core.units import Staff
from huifang_tenants.services import assignments
from huifang_tenants.services.assignments import GivenOut, Share
from huifang_tenants.services.contacts.claiming import HeldBack
from huifang_tenants.stores.assignments import ListWanted, loads
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.organisation import save_staff

LEAD = Actor("client:test", "LEAD")
ALL = ListWanted(listed_only=False)


async def give(
    office: Any, *callers: str, wanted: ListWanted = ALL, actor: Actor = LEAD, **options: Any
) -> GivenOut:
    shares = [Share(staff_no) for staff_no in callers]
    found: GivenOut = await office.do(
        lambda scope: assignments.give_out(scope, wanted, shares, actor, **options)
    )
    return found


async def demand(office: Any, id: UUID, **draft: Any) -> None:
    """Let a rule have wanted this of an obligation."""
    await office.fetch(
        "UPDATE obligation SET draft = (draft::jsonb || $2::text::jsonb)::json, listed = true WHERE id = $1",
        id,
        json.dumps(draft),
    )


async def vendors(office: Any) -> None:
    """Two callers of the vendor X, one of the vendor Y."""
    people = [("X1", "X"), ("X2", "X"), ("Y1", "Y")]
    async with office.insurer.scope() as opened:
        await save_staff(
            opened,
            tuple(
                Staff(no, f"张{no}", "SD", ("vendor_caller",), vendor, trained_until=date(2030, 12, 31))
                for no, vendor in people
            ),
        )


async def test_dec_8_what_is_to_be_given_out_nobody_takes_from_the_queue(office: Any) -> None:
    listed, free = await office.issue("P1"), await office.issue("P2")
    await demand(office, listed, given_out=True)
    assert await office.claim_ids() == (free,)
    assert await office.claim_ids("C2") == ()
    assert await office.held_back("C2") == HeldBack(not_given_out=1)
    assert await give(office, "C3", wanted=ListWanted()) == GivenOut({"C3": (listed,)}, ())
    assert await office.held_back("C2") == HeldBack()
    assert await office.claim_ids("C2") == ()
    assert await office.claim_ids("C3") == (listed,)


async def test_dec_8_what_was_given_out_of_the_queue_is_the_assignees_alone(office: Any) -> None:
    made = await office.issue("P1")
    await give(office, "C1")
    assert await office.claim_ids("C2") == ()
    assert await office.claim_ids("C1") == (made,)


async def test_of_ones_own_and_the_queue_the_most_pressing_comes_first(office: Any) -> None:
    own, urgent = await office.grace_ended("G1"), await office.issue("P1")
    await give(office, "C1", wanted=ListWanted(kind="after_grace_period", listed_only=False))
    assert [await office.claim_ids() for _ in range(3)] == [(urgent,), (own,), ()]


async def test_ht_8_a_list_is_spread_evenly_and_each_is_told(office: Any) -> None:
    for n in range(7):
        await office.issue(f"P{n}", delivered=date(2026, 3, 9) - timedelta(days=n % 3))
    found = await give(office, "C1", "C2", "C3")
    assert [len(found.given[who]) for who in ("C1", "C2", "C3")] == [3, 2, 2]
    told = await office.fetch(
        "SELECT s.staff_no, n.message FROM notice n JOIN staff s ON s.id = n.staff_id"
        " WHERE n.kind = 'work_assigned' ORDER BY 1"
    )
    assert [(row["staff_no"], row["message"]["zh-CN"]) for row in told] == [
        ("C1", "分派给您3件回访"),
        ("C2", "分派给您2件回访"),
        ("C3", "分派给您2件回访"),
    ]
    assert "obligation.assigned" in await office.actions(found.given["C1"][0])


async def test_one_persons_work_goes_to_one_caller(office: Any) -> None:
    one, other = await office.issue("P1", "K1"), await office.grace_ended("G1", "K1")
    await office.issue("P2")
    found = await give(office, "C1", "C2")
    assert set(found.given["C1"]) == {one, other}
    assert set(await office.claim_ids("C1")) == {one, other}


async def test_ht_3_a_vendors_caller_takes_nothing_that_was_not_given_to_them(office: Any) -> None:
    await vendors(office)
    await office.issue("P1")
    assert await office.claim_ids("X1") == ()
    assert await office.held_back("X1") == HeldBack()


async def test_ht_3_a_vendors_callers_are_given_their_own_vendors_work_alone(office: Any) -> None:
    await vendors(office)
    ours, theirs = await office.issue("P1"), await office.issue("P2")
    await demand(office, theirs, vendor="X", given_out=True)
    assert await office.claim_ids("C9") == (ours,)
    await office.give_back("C9")
    found = await give(office, "Y1")
    assert (found.given, set(found.left)) == ({"Y1": ()}, {ours, theirs})
    found = await give(office, "X1", "X2")
    assert (found.given["X1"], found.given["X2"], found.left) == ((theirs,), (), (ours,))
    assert await office.claim_ids("X2") == ()
    assert await office.claim_ids("X1") == (theirs,)


async def test_leave_cover_and_reassigning(office: Any) -> None:
    for n in range(4):
        await office.issue(f"P{n}")
    await give(office, "C1")
    under_way = await office.claim_ids("C1")
    found = await give(office, "C2", "C3", wanted=ListWanted(assignee="C1"))
    assert [len(found.given[who]) for who in ("C2", "C3")] == [2, 1]
    assert under_way[0] not in {*found.given["C2"], *found.given["C3"]}
    moved = await give(office, "C4", wanted=ListWanted(obligation_ids=(found.given["C3"][0],), reassign=True))
    assert moved.given["C4"] == found.given["C3"]
    assert await office.claim_ids("C3") == ()


async def test_what_somebody_gives_back_is_the_team_leaders_again(office: Any) -> None:
    listed, plain = await office.issue("P1"), await office.issue("P2")
    await demand(office, listed, given_out=True)
    await give(office, "C1")
    back = assignments.return_assigned
    actor = Actor("client:test", "C1")
    assert await office.do(lambda scope: back(scope, "C1", "休假", actor)) == 2
    assert await office.claim_ids("C1") == (plain,), "what no rule wants given out is the queue's"
    assert (await office.held_back("C2")).not_given_out == 1
    again = office.do(lambda scope: back(scope, "C1", "休假", actor))
    assert await office.refusal(again) == "assignment.not_assigned"
    assert await office.fetch("SELECT FROM notice WHERE kind = 'work_returned'") != []


async def test_an_assignment_outlives_a_change_of_dates(office: Any) -> None:
    await office.issue("P1")
    await give(office, "C1")
    await office.redelivered("P1", date(2026, 3, 8))
    successor = await office.made("P1", "new_contract")
    assert await office.claim_ids("C2") == ()
    assert await office.claim_ids("C1") == (successor,)


async def test_what_is_in_hand_is_seen(office: Any) -> None:
    await office.issue("P1", delivered=date(2026, 2, 2))
    await office.issue("P2")
    await give(office, "C1")
    await office.claim("C1")
    (load,) = await office.do(lambda scope: loads(scope, "SD"))
    assert (load["staff_no"], load["open"], load["overdue"], load["in_work"]) == ("C1", 2, 1, 1)
    assert await office.do(lambda scope: loads(scope, "QD")) == []


@pytest.mark.parametrize(
    ("caller", "actor", "refusal"),
    [
        ("NEW", LEAD, "staff.untrained"),
        ("LAPSED", LEAD, "staff.untrained"),
        ("LEFT", LEAD, "staff.not_active"),
        ("AUDIT", LEAD, "staff.not_permitted"),
        ("nobody", LEAD, "staff.not_found"),
        ("C1", Actor("client:test", "C2"), "staff.not_permitted"),
    ],
)
async def test_sd_3_who_may_not_be_given_calls(office: Any, caller: str, actor: Actor, refusal: str) -> None:
    await office.issue("P1")
    assert await office.refusal(give(office, caller, actor=actor)) == refusal
    assert await office.fetch("SELECT FROM obligation WHERE assignee IS NOT NULL") == []


async def test_a_team_leader_gives_out_the_work_of_the_own_units(office: Any) -> None:
    async with office.insurer.scope() as opened:
        await save_staff(opened, (Staff("QLEAD", "张Q", "QD", ("team_leader",)),))
    await office.issue("P1")
    found = await give(office, "C1", actor=Actor("client:test", "QLEAD"))
    assert found == GivenOut({"C1": ()}, ())


async def test_no_more_than_asked_for(office: Any) -> None:
    for n in range(5):
        await office.issue(f"P{n}")
    found = await give(office, "C1", limit=2)
    assert (len(found.given["C1"]), found.left) == (2, ())
