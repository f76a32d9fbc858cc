"""DEC-3: what is unreachable, or stopped when it was due, can be completed late; the queue gives it out no more."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.look_up import look_up_for
from huifang_tenants.stores import queue

LATE = ("unreachable", "expired")


async def closed(office: Any, number: str = "P1", status: str = "unreachable", **changes: Any) -> UUID:
    """A callback whose ladder is used up, or that stopped when it was due."""
    id: UUID = await office.issue(number, **changes)
    await office.fetch(
        "UPDATE obligation SET status = $2, status_reason = 'phone no_answer ×3', attempts = 3, rung = 2, channel = 'letter'"
        " WHERE id = $1",
        id,
        status,
    )
    return id


@pytest.mark.parametrize("status", LATE)
async def test_it_is_started_by_its_id_and_completed(office: Any, status: str) -> None:
    id = await closed(office, status=status)
    assert await office.claim() is None
    contact = await office.start(id, channel="phone")
    row = await office.obligation(id)
    assert (row["status"], row["lease_contact"]) == (status, contact), (
        "it stays what it is until it is completed"
    )
    await office.play(contact)
    await office.conclude(contact)
    row = await office.obligation(id)
    assert (row["status"], row["completed_contact"], row["attempts"]) == ("completed", contact, 4)
    assert row["lease_staff"] is None
    entry = await office.row("SELECT details FROM ledger WHERE action = 'obligation.completed'")
    assert entry["details"] == {"from": status, "reason": "phone no_answer ×3"}


async def test_what_stops_when_due_is_started_though_nothing_has_marked_it_yet(office: Any) -> None:
    id = await office.issue("P1", delivered=date(2026, 2, 2))
    await office.fetch("UPDATE obligation SET after_due = 'stop'")
    assert (await office.obligation(id))["status"] == "open"
    assert await office.claim() is None
    contact = await office.start(id)
    await office.play(contact)
    await office.conclude(contact)
    row = await office.obligation(id)
    assert row["status"] == "completed"
    assert row["completed_at"] > row["due_by"]


async def test_what_goes_on_when_overdue_is_claimed_as_ever(office: Any) -> None:
    id = await office.issue("P1", delivered=date(2026, 2, 2))
    assert await office.refusal(office.start(id)) == "queue.not_leased"
    assert await office.claim_ids() == (id,)


async def test_an_attempt_that_fails_leaves_it_as_it_is_with_one_more_reason(office: Any) -> None:
    id = await closed(office)
    await office.conclude(await office.start(id, channel="phone"), "no_answer")
    row = await office.obligation(id)
    assert (row["status"], row["attempts"], row["status_reason"]) == ("unreachable", 4, "phone no_answer ×1")
    assert row["lease_contact"] is None


async def test_any_channel_of_its_ladder_that_the_caller_works_in_will_do(office: Any) -> None:
    id = await closed(office)
    contact = await office.start(id)
    assert (await office.contact(contact))["channel"] == "letter", "where it stands on its ladder"
    await office.abandon(contact)
    contact = await office.start(id, channel="phone")
    assert (await office.contact(contact))["channel"] == "phone"
    await office.abandon(contact)
    contact = await office.start(id, "V1")
    assert (await office.contact(contact))["channel"] == "on_site", "a visitor makes visits"
    await office.abandon(contact)
    assert await office.refusal(office.start(id, channel="sms")) == "contact.channel_not_planned"
    assert await office.refusal(office.start(id, channel="on_site")) == "staff.not_permitted"


async def test_claimed_work_is_done_by_its_own_channel(office: Any) -> None:
    await office.issue("P1")
    (id,) = await office.claim_ids()
    assert await office.refusal(office.start(id, channel="letter")) == "contact.channel_not_planned"
    await office.start(id, channel="phone")


async def test_only_by_those_who_could_have_claimed_it(office: Any) -> None:
    id = await closed(office, unit="YT")
    assert await office.refusal(office.start(id, "NEW")) == "staff.untrained"
    assert await office.refusal(office.start(id, "LEFT")) == "staff.not_active"
    assert await office.refusal(office.start(id, "QINGDAO")) == "staff.outside_unit"
    await office.start(id, "YANTAI")


async def test_the_seller_makes_no_visit_late_either(office: Any) -> None:
    """DEC-7."""
    id = await closed(office, seller_no="V1")
    assert await office.refusal(office.start(id, "V1")) == "staff.not_permitted"
    await office.start(id, "V2")


async def test_nobody_rings_somebody_whom_others_have_in_hand(office: Any) -> None:
    late = await closed(office, "P1", holder="K1")
    await office.issue("P2", "K1")
    (claimed,) = await office.claim_ids("C1")
    assert await office.refusal(office.start(late, "C2")) == "contact.person_busy"
    contact = await office.start(claimed, "C1")
    assert await office.refusal(office.start(late, "C2")) == "contact.person_busy"
    await office.conclude(contact, "busy")
    contact = await office.start(late, "C2")
    assert await office.refusal(office.start(late, "C3")) == "contact.person_busy"
    assert await office.refusal(office.start(late, "C2")) == "state.conflict"
    await office.conclude(contact, "busy")


async def test_of_two_who_start_at_once_one_does(office: Any) -> None:
    id = await closed(office)
    results = await asyncio.gather(*(office.start(id, f"C{n}") for n in range(1, 6)), return_exceptions=True)
    refused = [one for one in results if isinstance(one, Refused)]
    assert [one.code for one in refused] == ["contact.person_busy"] * 4
    assert len(await office.fetch("SELECT FROM contact")) == 1


async def test_calling_hours_hold_for_what_is_late(office: Any) -> None:
    """REG-7."""
    id = await closed(office)
    night = await office.later(hours=12)
    assert await night.refusal(night.start(id, channel="phone")) == "contact.quiet_hours"


async def test_its_lease_runs_on_with_each_answer_and_out_without(office: Any) -> None:
    id = await closed(office)
    contact = await office.start(id, channel="phone")
    await office.fetch("UPDATE obligation SET lease_until = now() + interval '1 second'")
    await office.play(contact, "coverage")
    left = await office.row("SELECT lease_until > now() + interval '20 minutes' AS long FROM obligation")
    assert left["long"]
    await office.abandon(contact)
    assert (await office.obligation(id))["lease_until"] is None


@pytest.mark.parametrize("status", ["completed", "voided", "cancelled", "historic"])
async def test_what_is_closed_is_refused(office: Any, status: str) -> None:
    id = await closed(office, status=status)
    with pytest.raises(Refused) as refused:
        await office.start(id)
    assert (refused.value.code, refused.value.fields) == ("obligation.closed", {"status": status})


async def test_for_what_was_superseded_what_replaced_it_is_meant(office: Any) -> None:
    old = await office.issue("P1")
    await office.fetch("UPDATE obligation SET status = 'unreachable'")
    await office.redelivered("P1", date(2026, 3, 8))
    row = await office.obligation(old)
    assert row["status"] == "superseded"
    assert await office.refusal(office.start(old)) == "queue.not_leased", "what replaced it is open again"
    await office.fetch("UPDATE obligation SET status = 'cancelled' WHERE id = $1", row["replaced_by"])
    assert await office.refusal(office.start(old)) == "obligation.closed"


async def test_sd_4_its_contract_is_looked_up_before(office: Any) -> None:
    id = await closed(office)
    asked: list[str] = []

    class Core:
        async def policy(self, tenant: Any, settings: Any, contract_no: str) -> Any:
            asked.append(contract_no)
            raise TimeoutError

    insurer = office.insurer
    wired = await office.settings(policy_lookup={"address": "https://core.example"})
    outcomes = await look_up_for(insurer.services, Core(), wired.insurer.tenant, id, "C1")
    assert asked == ["P1"]
    assert set(outcomes.values()) == {"timed_out"}


async def test_what_is_not_late_is_not_taken_up(office: Any) -> None:
    id = await office.issue("P1")
    assert await office.do(lambda scope: queue.late(scope, id)) is None


async def test_dec_8_what_was_given_out_is_done_late_by_its_assignee_or_a_team_leader(office: Any) -> None:
    id = await closed(office)
    await office.fetch(
        "UPDATE obligation SET listed = true, assignee = (SELECT id FROM staff WHERE staff_no = 'C2')"
    )
    assert await office.refusal(office.start(id, "C1", channel="phone")) == "queue.not_assigned"
    contact = await office.start(id, "LEAD", channel="phone")
    await office.abandon(contact)
    await office.start(id, "C2", channel="phone")


async def test_what_is_stopped_is_not_done_late_either(office: Any) -> None:
    id = await closed(office)
    await office.fetch(
        "INSERT INTO stop (id, plugin, reason, stopped_by, stopped_at)"
        " VALUES (gen_random_uuid(), 'shandong_life', '话术有误', 'LEAD', now())"
    )
    assert await office.refusal(office.start(id, "C1", channel="phone")) == "contact.stopped"
