"""How contacts end: the five facts, what each outcome makes of an obligation, and success by evidence (DEC-1, REG-2, REG-3)."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
FACTS = ("attempted", "connected", "right_party", "completed")
OUTCOMES = [
    # outcome, facts without identity, facts with it (None: contradicts), minutes until the next attempt
    ("no_answer", "a", None, 48 * 60),
    ("busy", "a", None, 15),
    ("identity_failed", "ac", None, 48 * 60),
    ("refused", "ac", "acr", 48 * 60),
    ("call_back_at", "ac", "acr", 60),
]


def facts_of(row: Any) -> str:
    return "".join(letter for letter, fact in zip("acrC", FACTS, strict=True) if row[fact])


def wish(outcome: str) -> datetime | None:
    return NOW + timedelta(hours=1) if outcome == "call_back_at" else None


async def begun(office: Any, **changes: Any) -> tuple[UUID, UUID]:
    id = await office.issue("P1", **changes)
    return id, await office.begin()


@pytest.mark.parametrize(("outcome", "facts", "_", "minutes"), OUTCOMES)
async def test_dec_1_each_outcome_leaves_its_facts_and_the_next_attempt(
    office: Any, outcome: str, facts: str, _: Any, minutes: int
) -> None:
    id, contact = await begun(office)
    await office.conclude(contact, outcome, wish(outcome))
    row = await office.contact(contact)
    assert (facts_of(row), row["outcome"], row["status"]) == (facts, outcome, "concluded")
    obligation = await office.obligation(id)
    assert obligation["callable_from"] == NOW + timedelta(minutes=minutes)
    assert (obligation["attempts"], obligation["rung_attempts"]) == (1, int(outcome != "call_back_at"))
    assert (obligation["status"], obligation["lease_staff"], obligation["lease_contact"]) == (
        "open",
        None,
        None,
    )
    assert await office.actions(contact, id) == [
        "obligation.made",
        "obligation.claimed",
        "contact.started",
        "contact.concluded",
    ]


@pytest.mark.parametrize(("outcome", "_", "facts", "minutes"), OUTCOMES)
async def test_dec_1_with_identity_passed_only_the_right_party_can_refuse_or_ask_for_another_time(
    office: Any, outcome: str, _: Any, facts: str | None, minutes: int
) -> None:
    _, contact = await begun(office)
    await office.play(contact, "opening")
    concluding = office.conclude(contact, outcome, wish(outcome))
    if facts is None:
        assert await office.refusal(concluding) == "contact.outcome_contradicts"
        assert (await office.contact(contact))["status"] == "in_progress"
    else:
        await concluding
        assert facts_of(await office.contact(contact)) == facts


async def test_dec_1_completed_leaves_four_facts_and_no_success_without_evidence(office: Any) -> None:
    id, contact = await begun(office)
    await office.play(contact)
    await office.conclude(contact, note="客户满意")
    assert facts_of(await office.contact(contact)) == "acrC"
    row = await office.obligation(id)
    assert (row["status"], row["completed_at"], row["completed_contact"], row["completed_channel"]) == (
        "completed",
        NOW,
        contact,
        "phone",
    )
    assert (row["successful"], row["attempts"], row["lease_staff"]) == (False, 1, None)
    assert (await office.actions(id)) == ["obligation.made", "obligation.claimed", "obligation.completed"]


@pytest.mark.parametrize("outcome", ["no_answer", "busy"])
async def test_reg_2_somebody_who_answered_is_not_nobody(office: Any, outcome: str) -> None:
    _, contact = await begun(office)
    await office.answer(contact, "greeting", "speaking")
    assert await office.refusal(office.conclude(contact, outcome)) == "contact.outcome_contradicts"
    await office.conclude(contact, "refused")


async def test_an_outcome_may_not_contradict_what_is_on_record(office: Any) -> None:
    _, contact = await begun(office)
    assert await office.refusal(office.conclude(contact, "completed")) == "contact.items_missing"
    late = office.conclude(contact, "no_answer", NOW + timedelta(hours=1))
    assert await office.refusal(late) == "contact.outcome_contradicts"
    await office.play(contact)
    assert await office.refusal(office.conclude(contact, "refused")) == "contact.outcome_contradicts"
    await office.conclude(contact)
    assert await office.refusal(office.conclude(contact)) == "contact.not_in_progress"
    assert await office.refusal(office.conclude(uuid4())) == "not_found"


@pytest.mark.parametrize("at", [None, NOW, NOW - timedelta(days=1), NOW + timedelta(days=367)])
async def test_a_wish_to_be_called_back_names_a_time_to_come(office: Any, at: datetime | None) -> None:
    _, contact = await begun(office)
    assert await office.refusal(office.conclude(contact, "call_back_at", at)) == "contact.call_back_missing"


async def test_a_wish_for_the_night_waits_for_the_hours_to_open(office: Any) -> None:
    id, contact = await begun(office)
    await office.conclude(contact, "call_back_at", NOW + timedelta(hours=12))
    row = await office.obligation(id)
    assert row["callable_from"] == datetime(2026, 3, 11, 1, tzinfo=UTC)
    assert (await office.contact(contact))["call_back_at"] == NOW + timedelta(hours=12)


async def test_asked_for_a_retry_does_not_fall_into_the_night(office: Any) -> None:
    id = await office.issue("P1")
    evening = await office.at(datetime(2026, 3, 10, 12, 50, tzinfo=UTC))
    await evening.conclude(await evening.begin(), "busy")
    assert (await office.obligation(id))["callable_from"] == datetime(2026, 3, 11, 1, tzinfo=UTC)


async def test_reg_3_phone_visit_letter_and_then_unreachable_with_reasons(office: Any) -> None:
    id = await office.issue("P1", phones=("13800138001", "13800138002"))
    story = [
        ("C1", "no_answer", "phone"),
        ("C1", "busy", "phone"),
        ("C1", "no_answer", "phone"),
        ("V1", "refused", "on_site"),
        ("C1", "no_answer", "letter"),
    ]
    later = office
    for staff_no, outcome, channel in story:
        assert (await office.obligation(id))["channel"] == channel
        later = await later.later(hours=48) if channel == "phone" else later
        contact = await later.begin(staff_no)
        await later.conclude(contact, outcome)
    row = await office.obligation(id)
    assert (row["status"], row["attempts"]) == ("unreachable", 5)
    assert (
        row["status_reason"] == "phone no_answer ×2, phone busy ×1, on_site refused ×1, letter no_answer ×1"
    )
    assert row["lease_staff"] is None
    entry = await office.row("SELECT * FROM ledger WHERE action = 'obligation.unreachable'")
    assert entry["reason"] == row["status_reason"]
    assert await later.claim("C1") is None


async def test_attempts_for_what_was_superseded_count_and_are_among_the_reasons(office: Any) -> None:
    id, contact = await begun(office)
    await office.conclude(contact, "no_answer")
    await office.redelivered("P1", date(2026, 3, 8))
    replacement = (await office.obligation(id))["replaced_by"]
    row = await office.obligation(replacement)
    assert (row["attempts"], row["rung_attempts"]) == (1, 1)
    assert row["callable_from"] == NOW + timedelta(days=2), "the delay goes over too"
    await office.fetch("UPDATE obligation SET rung = 2, channel = 'letter', callable_from = due_from")
    await office.conclude(await office.begin(), "refused")
    row = await office.obligation(replacement)
    assert (row["status"], row["status_reason"]) == ("unreachable", "phone no_answer ×1, letter refused ×1")


async def test_dec_5_what_was_completed_before_the_customer_hung_up_is_completed(office: Any) -> None:
    new, grace = await office.issue("P1", "KX"), await office.grace_ended("G1", "KX")
    contact = await office.begin()
    await office.play(contact, "reason")
    await office.conclude(contact, "refused")
    assert facts_of(await office.contact(contact)) == "acr"
    assert [(await office.obligation(id))["status"] for id in (new, grace)] == ["completed", "open"]
    assert [(await office.obligation(id))["attempts"] for id in (new, grace)] == [1, 1]
    assert (await office.obligation(grace))["callable_from"] == NOW + timedelta(days=2)


async def test_dec_3_late_completion_is_recorded(office: Any) -> None:
    id = await office.issue("P1", delivered=date(2026, 2, 2))
    contact = await office.begin()
    await office.play(contact)
    await office.conclude(contact)
    row = await office.obligation(id)
    assert row["status"] == "completed"
    assert row["completed_at"] > row["due_by"]


@pytest.mark.parametrize("status", ["unreachable", "expired"])
async def test_dec_3_a_completion_counts_though_time_or_ladder_ran_out_meanwhile(
    office: Any, status: str
) -> None:
    id, contact = await begun(office)
    await office.play(contact)
    await office.fetch("UPDATE obligation SET status = $1", status)
    await office.conclude(contact)
    assert (await office.obligation(id))["status"] == "completed"


async def test_what_was_superseded_during_the_contact_is_completed_as_what_replaced_it(office: Any) -> None:
    id, contact = await begun(office)
    await office.play(contact, "coverage")
    await office.redelivered("P1", date(2026, 3, 8))
    await office.play(contact)
    await office.conclude(contact)
    row = await office.obligation(id)
    assert row["status"] == "superseded"
    standing = await office.obligation(row["replaced_by"])
    assert (standing["status"], standing["completed_contact"], standing["lease_contact"]) == (
        "completed",
        contact,
        None,
    )
    await office.prove(contact, "recording")
    assert (await office.obligation(row["replaced_by"]))["successful"]


@pytest.mark.parametrize("outcome", ["completed", "no_answer"])
async def test_what_was_voided_during_the_contact_stays_voided_and_the_contact_is_on_record(
    office: Any, outcome: str
) -> None:
    id = await office.grace_ended("G1")
    contact = await office.begin()
    if outcome == "completed":
        await office.play(contact)
    await office.paid("G1")
    await office.conclude(contact, outcome)
    row = await office.obligation(id)
    assert (row["status"], row["attempts"], row["completed_at"]) == ("voided", 0, None)
    assert (await office.contact(contact))["outcome"] == outcome
    assert "obligation.completed" not in await office.actions(id)
    await office.prove(contact, "recording")
    assert not (await office.obligation(id))["successful"]


async def test_a_completion_is_not_lost_to_an_event_that_comes_in_at_the_same_moment(office: Any) -> None:
    made = []
    for n in range(6):
        made.append((await office.grace_ended(f"G{n}"), await office.begin(f"C{n + 1}")))
        await office.play(made[-1][1])
    await asyncio.gather(
        *(office.conclude(contact) for _, contact in made), *(office.paid(f"G{n}") for n in range(6))
    )
    for id, contact in made:
        row = await office.obligation(id)
        assert row["status"] in ("completed", "voided")
        assert ("obligation.completed" in await office.actions(id)) is (row["status"] == "completed")
        assert (row["completed_contact"] == contact) is (row["status"] == "completed")


async def test_intake_that_read_the_books_before_a_completion_starts_over(office: Any) -> None:
    _, contact = await begun(office)
    await office.play(contact)
    before = await office.row("SELECT revision FROM contract")
    await office.conclude(contact)
    assert (await office.row("SELECT revision FROM contract"))["revision"] > before["revision"]


async def test_of_two_outcomes_at_once_one_is_recorded(office: Any) -> None:
    id, contact = await begun(office)
    found = await asyncio.gather(
        *(office.conclude(contact, outcome) for outcome in ("no_answer", "busy", "refused")),
        return_exceptions=True,
    )
    codes = sorted(getattr(result, "code", "recorded") for result in found)
    assert codes == ["contact.not_in_progress", "contact.not_in_progress", "recorded"]
    assert (await office.obligation(id))["attempts"] == 1


async def test_a_dialled_call_that_is_abandoned_uses_up_an_attempt_and_is_free_at_once(office: Any) -> None:
    id = await office.issue("P1")
    for _ in range(3):
        contact = await office.begin()
        await office.abandon(contact)
    row = await office.contact(contact)
    assert (row["status"], row["outcome"], facts_of(row)) == ("abandoned", None, "a")
    row = await office.obligation(id)
    assert (row["channel"], row["attempts"], row["lease_staff"]) == ("on_site", 3, None)
    entry = await office.row(
        "SELECT * FROM ledger WHERE action = 'contact.abandoned' AND subject_id = $1", contact
    )
    assert (entry["reason"], entry["on_behalf_of"]) == ("phone broke", "C1")
    assert await office.refusal(office.abandon(contact)) == "contact.not_in_progress"
    assert await office.refusal(office.abandon(uuid4())) == "not_found"


async def test_asked_for_only_a_dialled_call_is_an_attempt(office: Any) -> None:
    id = await office.issue("P1")
    await office.abandon(await office.begin(dialled=False))
    assert (await office.obligation(id))["attempts"] == 0
    contact = await office.begin(dialled=False)
    await office.answer(contact, "greeting", "speaking")
    assert (await office.contact(contact))["dialled_at"] == NOW
    await (await office.later(minutes=5)).abandon(contact)
    assert (await office.contact(contact))["dialled_at"] == NOW
    assert facts_of(await office.contact(contact)) == "ac", "an answer shows that it was dialled"
    assert (await office.obligation(id))["attempts"] == 1


async def test_what_was_completed_in_an_abandoned_contact_stays_completed(office: Any) -> None:
    new, grace = await office.issue("P1", "KX"), await office.grace_ended("G1", "KX")
    contact = await office.begin()
    await office.play(contact, "premium_kept")
    await office.abandon(contact)
    assert facts_of(await office.contact(contact)) == "acr"
    assert [(await office.obligation(id))["status"] for id in (new, grace)] == ["completed", "open"]


@pytest.mark.parametrize(("channel", "needed"), [("phone", "recording"), ("on_site", "signed_scan")])
async def test_reg_3_success_needs_the_evidence_of_its_channel_once_it_is_stored(
    office: Any, channel: str, needed: str
) -> None:
    id = await office.issue("P1")
    await office.to_channel(id, channel, 0)
    contact = await office.begin("LEAD")
    await office.play(contact)
    await office.conclude(contact)
    for kind in {"recording", "signed_scan", "signed_receipt", "reference"} - {needed}:
        await office.prove(contact, kind)
    await office.prove(contact, needed, "arriving")
    assert not (await office.obligation(id))["successful"]
    await office.prove(contact, needed)
    assert (await office.obligation(id))["successful"]
    assert (await office.row("SELECT successful FROM contact_section"))["successful"]


async def test_evidence_that_came_before_the_outcome_counts_with_it(office: Any) -> None:
    id, contact = await begun(office)
    await office.play(contact)
    await office.prove(contact, "recording")
    assert not (await office.obligation(id))["successful"]
    await office.conclude(contact)
    assert (await office.obligation(id))["successful"]


async def test_reg_2_completed_but_not_affirmative_on_a_point_is_no_success(office: Any) -> None:
    id, contact = await begun(office)
    await office.play(contact, exclusions="not_understood")
    await office.conclude(contact)
    await office.prove(contact, "recording")
    row = await office.obligation(id)
    assert (row["status"], row["successful"]) == ("completed", False)


async def test_reg_3_a_visit_by_the_seller_is_completed_but_no_success(office: Any) -> None:
    id = await office.issue("P1", seller_no="S")
    await office.to_channel(id, "on_site", 1)
    claimed = await office.claim("V1")
    await office.insurer.take(office.send.contract("P1", seller_no="V1"))
    contact = await office.start(claimed.obligation_ids[0], "V1")
    await office.play(contact)
    await office.conclude(contact)
    await office.prove(contact, "signed_scan")
    row = await office.obligation(id)
    assert (row["status"], row["successful"]) == ("completed", False)


async def test_dec_7_of_several_contracts_visited_about_only_the_visitors_own_are_no_success(
    office: Any,
) -> None:
    own, others = await office.issue("P1", "KX", seller_no="S"), await office.issue("P2", "KX", seller_no="S")
    for id in (own, others):
        await office.to_channel(id, "on_site", 1)
    claimed = await office.claim("V1")
    await office.insurer.take(office.send.contract("P1", policyholder="KX", seller_no="V1"))
    contact = await office.start(claimed.obligation_ids[0], "V1")
    await office.play(contact)
    await office.conclude(contact)
    await office.prove(contact, "signed_scan")
    assert [(await office.obligation(id))["successful"] for id in (own, others)] == [False, True]
    sections = await office.fetch("SELECT obligation_id, visitor_is_seller FROM contact_section")
    assert {row["obligation_id"]: row["visitor_is_seller"] for row in sections} == {own: True, others: False}
    assert (await office.contact(contact))["visitor_is_seller"]


async def test_dec_7_a_visit_of_sales_own_succeeds_by_the_seller(office: Any) -> None:
    id = await office.issue("P1", seller_no="V1")
    await office.to_channel(id, "on_site", 1)
    await office.let_seller_visit(id)
    contact = await office.begin("V1")
    assert (await office.contact(contact))["visitor_is_seller"]
    await office.play(contact)
    await office.conclude(contact)
    assert not (await office.obligation(id))["successful"], "it has to be proved all the same"
    await office.prove(contact, "signed_scan")
    assert (await office.obligation(id))["successful"]


async def test_dec_5_each_section_succeeds_or_not_by_itself(office: Any) -> None:
    new, grace = await office.issue("P1", "KX"), await office.grace_ended("G1", "KX")
    contact = await office.begin()
    await office.play(contact, premium_kept="unsure")
    await office.conclude(contact)
    await office.prove(contact, "recording")
    assert [(await office.obligation(id))["successful"] for id in (new, grace)] == [True, False]


async def test_a_contact_that_lost_its_lease_does_not_undo_what_its_successor_completed(office: Any) -> None:
    id = await office.issue("P1")
    first = await office.begin("C1")
    await office.expire_leases()
    await office.fetch("UPDATE contact SET staff_id = (SELECT id FROM staff WHERE staff_no = 'C2')")
    second = await office.begin("C2")
    await office.play(second)
    await office.conclude(second)
    await office.conclude(first, "no_answer")
    row = await office.obligation(id)
    assert (row["status"], row["completed_contact"], row["attempts"]) == ("completed", second, 1)
