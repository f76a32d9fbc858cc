"""The stop button: what somebody stopped is not given out, begun or dialled, blocks nobody, and stays in sight (ASK)."""

from typing import Any
from uuid import UUID

import pytest
from huifang_tenants.services import stops
from huifang_tenants.services.contacts import starting
from huifang_tenants.services.contacts.claiming import HeldBack
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.stops import Target

LEAD = Actor("client:test", "LEAD")
NEW_CONTRACT = Target("shandong_life", "shandong_life.new_contract")


async def stop(office: Any, target: Target, actor: Actor = LEAD) -> UUID:
    id: UUID = await office.do(lambda scope: stops.stop(scope, office.catalogue, target, "话术有误", actor))
    return id


async def lift(office: Any, id: UUID, actor: Actor = LEAD) -> None:
    await office.do(lambda scope: stops.lift(scope, id, "已更正", actor))


@pytest.mark.parametrize(
    "target",
    [
        Target(),
        Target("shandong_life"),
        NEW_CONTRACT,
        Target(channel="phone"),
        Target("shandong_life", None, "phone"),
    ],
    ids=["tenant", "plugin", "script", "channel", "plugin by phone"],
)
async def test_what_is_stopped_is_not_given_out_until_it_goes_on(office: Any, target: Target) -> None:
    made = await office.issue("P1")
    standing = await stop(office, target)
    assert await office.claim_ids() == ()
    assert await office.held_back() == HeldBack(stopped=1)
    assert (await office.obligation(made))["status"] == "open"
    await lift(office, standing)
    assert await office.held_back() == HeldBack()
    assert await office.claim_ids() == (made,)


@pytest.mark.parametrize("target", [NEW_CONTRACT, Target(channel="on_site")])
async def test_other_work_goes_on(office: Any, target: Target) -> None:
    held, free = await office.issue("P1"), await office.grace_ended("G1")
    await office.to_channel(held, "on_site", 1)
    await stop(office, target)
    assert await office.claim_ids("LEAD") == (free,)
    assert (await office.held_back("LEAD")).stopped == 1


async def test_a_queue_full_of_it_is_passed_over(office: Any) -> None:
    for n in range(30):
        await office.issue(f"P{n}")
    last = await office.grace_ended("G1")
    await stop(office, NEW_CONTRACT)
    assert await office.claim_ids() == (last,)


async def test_what_was_claimed_before_is_not_begun(office: Any) -> None:
    made = await office.issue("P1")
    await office.claim()
    standing = await stop(office, Target())
    assert await office.refusal(office.start(made)) == "contact.stopped"
    await lift(office, standing)
    await office.start(made)


async def test_of_what_is_served_together_the_rest_is_served(office: Any) -> None:
    one, other = await office.issue("P1", "K1"), await office.grace_ended("G1", "K1")
    assert set(await office.claim_ids()) == {one, other}
    await stop(office, NEW_CONTRACT)
    contact = await office.start(other)
    assert (await office.obligation(other))["lease_contact"] == contact
    assert (await office.obligation(one))["lease_staff"] is None


async def test_a_call_prepared_is_not_dialled_but_one_under_way_is_finished(office: Any) -> None:
    await office.issue("P1")
    await office.issue("P2")
    under_way = await office.begin("C1")
    prepared = await office.begin("C2", dialled=False)
    standing = await stop(office, Target(channel="phone"))
    dialling = office.do(lambda scope: starting.dial(scope, office.catalogue, prepared, LEAD))
    assert await office.refusal(dialling) == "contact.stopped"
    await office.play(under_way)
    await office.conclude(under_way)
    await lift(office, standing)
    await office.do(lambda scope: starting.dial(scope, office.catalogue, prepared, LEAD))


async def test_two_stops_of_one_thing_stand_apart(office: Any) -> None:
    made = await office.issue("P1")
    first, second = await stop(office, Target()), await stop(office, NEW_CONTRACT)
    await lift(office, first)
    assert await office.claim_ids() == ()
    await lift(office, second)
    assert await office.claim_ids() == (made,)
    assert await office.refusal(lift(office, second)) == "state.conflict"


async def test_an_alarm_stands_as_long_as_the_stop_and_all_is_on_record(office: Any) -> None:
    standing = await stop(office, NEW_CONTRACT)
    alarm = await office.row("SELECT kind, subject, details FROM alarm WHERE cleared_at IS NULL")
    assert (alarm["kind"], alarm["subject"]) == ("work_stopped", str(standing))
    assert alarm["details"]["reason"] == "话术有误"
    await lift(office, standing)
    assert await office.fetch("SELECT FROM alarm WHERE cleared_at IS NULL") == []
    assert await office.actions(standing) == ["work.stopped", "work.resumed"]
    row = await office.row("SELECT stopped_by, lifted_by, lift_reason FROM stop WHERE id = $1", standing)
    assert tuple(row) == ("LEAD", "LEAD", "已更正")


@pytest.mark.parametrize(
    ("target", "actor", "refusal"),
    [
        (Target("no_plugin"), LEAD, "not_found"),
        (Target("shandong_life", "no.script"), LEAD, "not_found"),
        (Target(None, "shandong_life.new_contract"), LEAD, "not_found"),
        (Target(), Actor("client:test", "C1"), "staff.not_permitted"),
    ],
)
async def test_what_can_not_be_stopped(office: Any, target: Target, actor: Actor, refusal: str) -> None:
    assert await office.refusal(stop(office, target, actor)) == refusal
