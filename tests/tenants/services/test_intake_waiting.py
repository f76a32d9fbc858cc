"""Events wait for what they need, visibly, and go on when it comes, in whichever order (nothing is dropped)."""

import asyncio
from datetime import date
from itertools import permutations

import pytest
from huifang_core.events import ContractDelivered, ContractIssued, FeedbackReceived
from huifang_core.units import Unit
from huifang_tenants.services.intake import service
from huifang_tenants.services.upkeep import PARKED, due_now
from huifang_tenants.stores.organisation import save_units

DAY = date(2026, 3, 9)
PIECES = ("customer", "contract", "unit", "issued", "delivered")


@pytest.mark.parametrize("together", [False, True])
async def test_the_pieces_may_come_in_any_order(house, send, together):
    insurer = await house.insurer()
    for n, order in enumerate(permutations(PIECES)):
        number, unit = f"P{n}", f"U{n}"
        pieces = {
            "customer": send.customer(f"K{number}"),
            "contract": send.contract(number, unit=unit),
            "issued": send.event(f"{number}-i", ContractIssued(), number, DAY),
            "delivered": send.event(f"{number}-d", ContractDelivered(DAY), number, DAY),
        }
        rows = []
        for piece in order:
            if piece == "unit":
                async with insurer.scope() as opened:
                    await save_units(opened, [Unit(unit, "某支公司", "county", "JN")])
            elif together:
                rows.append(pieces[piece])
            else:
                await insurer.take(pieces[piece])
        if rows:
            await insurer.take(*rows)
    await insurer.upkeep()
    assert await insurer.parked() == {}
    live = await insurer.live()
    assert sum(live.values()) == 120
    assert {row[2] for row in live} == {"open"}


async def test_what_an_event_waits_for_is_named_and_changes_as_things_come_in(insurer, send):
    taken = await insurer.take(send.event("E1", ContractIssued(), "P1", DAY))
    assert (taken.rows[0].status, taken.rows[0].code) == ("parked", "unknown_contract")
    assert taken.rows[0].message is not None
    await insurer.take(send.contract("P1", unit="WF"))
    assert await insurer.parked() == {"E1": "unknown_policyholder"}
    await insurer.take(send.customer("KP1"))
    assert await insurer.parked() == {"E1": "unknown_unit"}
    async with insurer.scope() as opened:
        await save_units(opened, [Unit("WF", "潍坊中支", "city", "SD")])
    await insurer.upkeep()
    assert await insurer.parked() == {}


async def test_dec_12_a_contract_waits_for_delivery_with_an_alarm(insurer):
    await insurer.issue("P1", delivered_on=None)
    (row,) = await insurer.fetch("SELECT status, opens_on, alarm_on, due_by FROM obligation")
    assert (row["status"], row["opens_on"], row["due_by"]) == ("waiting", "contract.delivered", None)
    assert row["alarm_on"] is not None


async def test_what_opens_is_all_that_its_rule_demands_now(insurer, send):
    """An older release may have put other work on the books while it waited; priority and script are what the queue goes by."""
    await insurer.issue("P1", delivered_on=None)
    await insurer.fetch(
        "UPDATE obligation SET priority = 1, script = 'older', kind = 'older', cites = '{}', channel = 'letter',"
        " after_due = 'stop'"
    )
    await insurer.take(send.event("P1-delivered", ContractDelivered(DAY), "P1", DAY))
    (row,) = await insurer.fetch("SELECT * FROM obligation")
    assert row["status"] == "open"
    draft = row["draft"]
    columns = ("priority", "script", "kind", "channel")
    wanted = (draft.get("priority", 50), draft["script"], draft["kind"], draft["ladder"][0]["channel"])
    assert tuple(row[name] for name in columns) == wanted
    assert row["after_due"] == "continue"
    assert row["cites"]


async def test_what_took_over_attempts_while_it_waited_goes_on_where_they_left_it(insurer, send):
    await insurer.issue("P1", delivered_on=None)
    await insurer.fetch("UPDATE obligation SET rung = 2, channel = 'letter', attempts = 4")
    await insurer.take(send.event("P1-delivered", ContractDelivered(DAY), "P1", DAY))
    (row,) = await insurer.fetch("SELECT status, rung, channel FROM obligation")
    assert tuple(row) == ("open", 2, "letter")


async def test_an_event_and_its_contract_that_commit_at_the_same_moment_are_brought_together(
    insurer, send, monkeypatch
):
    """Neither sees the other while it is being worked out; upkeep finds them (docs/decisions/0002)."""
    await insurer.take(send.customer("KP1"))
    both = asyncio.Barrier(2)
    derive = service._derive

    async def side_by_side(*arguments):
        answers = await derive(*arguments)
        if both.n_waiting < 2 and not both.broken:
            await both.wait()
        return answers

    monkeypatch.setattr(service, "_derive", side_by_side)
    await asyncio.gather(
        insurer.take(send.contract("P1")), insurer.take(send.event("E1", ContractIssued(), "P1", DAY))
    )
    monkeypatch.undo()
    assert await insurer.parked() == {"E1": "unknown_contract"}
    calendar = await insurer.services.calendar()
    async with insurer.scope() as opened:
        assert PARKED in await due_now(opened, calendar)
    await insurer.upkeep()
    assert await insurer.parked() == {}
    assert sum((await insurer.live()).values()) == 1
    async with insurer.scope() as opened:
        assert PARKED not in await due_now(opened, calendar)


async def test_feedback_that_names_a_contract_is_that_contracts_whichever_comes_first(insurer, send):
    told = FeedbackReceived("complaint", send.event("x", None, None, DAY).time, "回访太频繁")
    await insurer.take(send.event("F1", told, "P1", DAY))
    assert await insurer.parked() == {"F1": "unknown_contract"}
    await insurer.issue("P1")
    await insurer.take(send.event("F2", told, "P1", DAY), send.event("F3", told, None, DAY))
    assert await insurer.parked() == {}


async def test_nothing_is_worked_out_for_contracts_nothing_came_in_for(insurer, send, monkeypatch):
    await insurer.issue("P1")
    await insurer.issue("P2")
    asked = []
    derive = insurer.services.host.derive

    async def listened(subjects, *more):
        asked.extend(subject.contract.contract_no for subject in subjects)
        return await derive(subjects, *more)

    monkeypatch.setattr(insurer.services.host, "derive", listened)
    await insurer.take(
        send.customer("KP1"), send.contract("P1"), send.event("n", ContractIssued(), "P2", DAY)
    )
    assert asked == ["P2"]
