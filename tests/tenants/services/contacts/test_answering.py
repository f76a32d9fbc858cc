"""Leading through the script: one answer to one question, corrections that add, and nothing complete that wasn't told."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

UNKNOWN_FEES = {"product_class": "universal", "fees": ()}


async def begun(office: Any, **changes: Any) -> UUID:
    await office.issue("P1", **changes)
    contact: UUID = await office.begin()
    return contact


async def bundled(office: Any) -> tuple[UUID, UUID, UUID]:
    """A contact over a new contract and a grace period, with their obligations."""
    new, grace = await office.issue("P1", "KX"), await office.grace_ended("G1", "KX")
    return await office.begin(), new, grace


async def test_the_first_question_waits_for_its_answer(office: Any) -> None:
    contact = await begun(office)
    found = await office.standing(contact)
    assert (found.section, found.prompt.step, found.suggested) == (0, "greeting", None)
    found = await office.answer(contact, "greeting", "speaking")
    assert found.prompt.step == "may_talk"


@pytest.mark.parametrize(
    ("step", "value"),
    [("may_talk", "yes_now"), ("nowhere", "x"), ("greeting", "perhaps"), ("greeting", 5), ("greeting", "")],
)
async def test_a_wrong_step_or_value_is_refused_and_leaves_nothing(
    office: Any, step: str, value: Any
) -> None:
    contact = await begun(office)
    before = await office.actions(contact)
    assert await office.refusal(office.answer(contact, step, value)) == "contact.answer_refused"
    assert await office.fetch("SELECT FROM answer") == []
    assert await office.actions(contact) == before


async def test_a_script_that_ended_takes_no_answer(office: Any) -> None:
    contact = await begun(office)
    found = await office.play(contact, greeting="not_available")
    assert (found.section, found.prompt.kind, found.suggested) == (None, "end", "call_back_at")
    assert await office.refusal(office.answer(contact, found.prompt.step, "x")) == "contact.answer_refused"


async def test_a_contact_that_is_over_or_unknown_takes_no_answer(office: Any) -> None:
    contact = await begun(office)
    assert await office.refusal(office.answer(uuid4(), "greeting", "speaking")) == "not_found"
    await office.conclude(contact, "no_answer")
    assert await office.refusal(office.answer(contact, "greeting", "speaking")) == "contact.not_in_progress"
    assert await office.refusal(office.standing(contact)) == "contact.not_in_progress"
    correcting = office.correct(contact, 0, "greeting", "speaking")
    assert await office.refusal(correcting) == "contact.not_in_progress"


async def test_of_two_answers_to_one_question_at_once_one_wins(office: Any) -> None:
    contact = await begun(office)
    both = await asyncio.gather(
        office.answer(contact, "greeting", "speaking"),
        office.answer(contact, "greeting", "speaking"),
        return_exceptions=True,
    )
    assert sorted(getattr(found, "code", "answered") for found in both) == [
        "answered",
        "contact.answer_refused",
    ]
    assert len(await office.fetch("SELECT FROM answer")) == 1
    assert (await office.actions(contact)).count("contact.answered") == 1


async def test_gen_2_every_answer_is_on_record_and_a_corrected_one_too(office: Any) -> None:
    contact = await begun(office)
    await office.play(contact)
    await office.correct(contact, 0, "terms_read", "not_read")
    rows = await office.fetch("SELECT * FROM answer WHERE step = 'terms_read' ORDER BY sequence")
    assert [row["affirmative"] for row in rows] == [True, False]
    assert rows[1]["corrects"] == rows[0]["sequence"]
    section = await office.row("SELECT completed, affirmative FROM contact_section")
    assert tuple(section) == (True, False)
    assert (await office.actions(contact))[-2:] == ["effect.open_case", "contact.corrected"]


@pytest.mark.parametrize(
    ("section", "step"), [(0, "coverage"), (1, "greeting"), (-1, "greeting"), (0, "nowhere")]
)
async def test_only_an_answer_that_was_given_can_be_corrected(office: Any, section: int, step: str) -> None:
    contact = await begun(office)
    await office.answer(contact, "greeting", "speaking")
    doing = office.correct(contact, section, step, "understood")
    assert await office.refusal(doing) == "contact.answer_refused"


async def test_answers_keep_the_lease_alive(office: Any) -> None:
    contact = await begun(office)
    await office.fetch("UPDATE obligation SET lease_until = now() + interval '1 minute'")
    await office.answer(contact, "greeting", "speaking")
    row = await office.row("SELECT lease_until > now() + interval '20 minutes' AS longer FROM obligation")
    assert row["longer"]


async def test_dec_5_identity_is_asked_once_and_each_obligation_has_a_section(office: Any) -> None:
    contact, new, grace = await bundled(office)
    await office.play(contact, "reason")
    steps = await office.fetch("SELECT step FROM answer")
    assert [row["step"] for row in steps].count("verify") == 1
    found = await office.standing(contact)
    assert (found.section, found.obligation_id) == (1, grace)
    assert (await office.contact(contact))["identity_passed"]
    found = await office.play(contact)
    assert found.suggested == "completed"
    sections = await office.fetch(
        "SELECT obligation_id, completed, affirmative FROM contact_section ORDER BY position"
    )
    assert [tuple(row) for row in sections] == [(new, True, True), (grace, True, True)]


async def test_dec_5_identity_taken_back_counts_for_all_sections(office: Any) -> None:
    contact, new, grace = await bundled(office)
    await office.play(contact, premium_kept="given")
    await office.correct(contact, 0, "verify", "failed")
    assert not (await office.contact(contact))["identity_passed"]
    rows = await office.fetch("SELECT completed, affirmative FROM contact_section ORDER BY position")
    assert [tuple(row) for row in rows] == [(False, False), (False, False)]
    found = await office.standing(contact)
    assert (found.section, found.suggested) == (None, "identity_failed")
    (case,) = await office.fetch("SELECT * FROM case_file WHERE case_class = 'premium_misappropriation'")
    assert case["withdrawn"]
    await office.conclude(contact, "identity_failed")
    for id in (new, grace):
        assert (await office.obligation(id))["status"] == "open"
    assert not (await office.contact(contact))["right_party"]


async def test_dec_5_identity_given_back_makes_the_answers_count_again(office: Any) -> None:
    contact, *_ = await bundled(office)
    await office.play(contact)
    await office.correct(contact, 0, "verify", "refused")
    await office.correct(contact, 0, "verify", "passed")
    assert (await office.contact(contact))["identity_passed"]
    found = await office.standing(contact)
    assert (found.section, found.suggested) == (None, "completed")
    await office.conclude(contact)
    assert {r["status"] for r in await office.fetch("SELECT status FROM obligation")} == {"completed"}


async def test_a_correction_in_a_later_section_does_not_touch_identity(office: Any) -> None:
    contact, *_ = await bundled(office)
    await office.play(contact)
    await office.correct(contact, 1, "reinstatement", "wants_reinstatement")
    assert (await office.contact(contact))["identity_passed"]
    assert (await office.standing(contact)).suggested == "completed"


async def test_sd_6h_what_cannot_be_told_keeps_the_callback_from_being_complete(office: Any) -> None:
    contact = await begun(office, **UNKNOWN_FEES)
    found = await office.play(contact)
    assert (found.section, found.prompt.result) == (None, "completed")
    assert found.suggested == "call_back_at", "the outcome suggested must be one that is accepted"
    assert await office.refusal(office.conclude(contact)) == "contact.items_missing"
    untold = await office.fetch("SELECT step FROM answer WHERE item IS NOT NULL AND affirmative IS NULL")
    assert untold, "and the answers say which"
    later = office.insurer.tenant.clock_at + timedelta(days=1)
    await office.conclude(contact, "call_back_at", later)
    assert (await office.row("SELECT status, callable_from FROM obligation"))["callable_from"] == later


async def test_an_item_that_does_not_apply_is_not_asked(office: Any) -> None:
    contact = await begun(office, channel="agent", death_benefit=False)
    await office.play(contact)
    steps = {row["step"] for row in await office.fetch("SELECT step FROM answer")}
    assert "terms_read" in steps
    assert not steps & {"signature_insured", "bank_insurer", "description_read"}


async def test_an_answer_tells_the_ledger_its_step_and_no_value(office: Any) -> None:
    await office.grace_ended("G1")
    contact = await office.begin()
    await office.play(contact, premium_kept="given", premium_kept_detail="交给了王小明")
    rows = await office.fetch("SELECT * FROM ledger WHERE action = 'contact.answered' ORDER BY id")
    answers = await office.fetch("SELECT FROM answer")
    assert len(rows) == len(answers)
    assert {row["on_behalf_of"] for row in rows} == {"C1"}
    assert all(set(row["details"]) == {"section", "steps", "effects"} for row in rows)


async def test_the_snapshot_stands_though_the_contract_changes_between_two_answers(office: Any) -> None:
    contact = await begun(office, delivered=date(2026, 3, 9))
    await office.play(contact, "coverage")
    await office.insurer.take(office.send.contract("P1", product_class="universal", version=5))
    found = await office.play(contact)
    assert found.suggested == "completed"
