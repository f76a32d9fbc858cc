"""What answers set off: once each, at once or on completion, and taken back when the answer is corrected."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from huifang_core.events import ClaimReported
from huifang_core.scripts import NotifyRole, PlanContact
from huifang_core.texts import text
from huifang_core.units import Staff
from huifang_core.windows import end_of_day
from huifang_tenants.services.plugins import configure
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.organisation import save_staff

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
SELLER = "S77"
SURVEYOR = "Q1"


async def asked(office: Any, unit: str = "JN") -> UUID:
    """A contact about an unpaid premium, standing at the question whether a salesperson kept it."""
    await office.grace_ended("G1", unit=unit, seller_no=SELLER)
    contact: UUID = await office.begin()
    await office.play(contact, "premium_kept")
    return contact


async def lost(office: Any, surveyor_no: str | None = SURVEYOR, **loss: Any) -> UUID:
    """A contact about a motor loss in Yantai, of a contract of Jinan's, that was reported twelve minutes ago."""

    async def switch_on(scope: Any) -> None:
        await save_staff(scope, (Staff(SURVEYOR, "钱查勘", "YT"),))
        await configure(scope, office.catalogue, "motor_survey", Actor("test:core"))

    await office.do(switch_on)
    reported_at = NOW - timedelta(minutes=12)
    payload = ClaimReported("K-1", reported_at, loss_region="370611", surveyor_no=surveyor_no, **loss)
    await office.insurer.take(
        office.send.customer("KM1"),
        office.send.contract("M1", line="motor", region="370102"),
        office.send.event("M1-lost", payload, "M1", date(2026, 3, 10), time=reported_at, claim_no="K-1"),
    )
    contact: UUID = await office.begin()
    return contact


async def notes(office: Any) -> list[Any]:
    return await office.fetch("SELECT * FROM person_note ORDER BY id")  # type: ignore[no-any-return]


def with_effects(office: Any, step_id: str, *effects: Any) -> Any:
    """The office with other effects on the first choice of a step of the new-contract script."""
    plugin = office.catalogue.plugins["shandong_life"]
    script = plugin.script("shandong_life.new_contract")
    step = script.steps[step_id]
    first, *others = step.answer.choices
    choices = (msgspec.structs.replace(first, effects=effects), *others)
    changed = msgspec.structs.replace(step, answer=msgspec.structs.replace(step.answer, choices=choices))
    edited = msgspec.structs.replace(script, version=9, steps={**script.steps, step_id: changed})
    scripts = (*(s for s in plugin.scripts if s.id != script.id), edited)
    plugins = {"shandong_life": msgspec.structs.replace(plugin, scripts=scripts)}
    return msgspec.structs.replace(
        office, catalogue=msgspec.structs.replace(office.catalogue, plugins=plugins)
    )


async def test_sd_7b_a_premium_kept_by_a_salesperson_sets_off_all_at_once_and_once_only(office: Any) -> None:
    contact = await asked(office)
    both = await asyncio.gather(
        *(office.answer(contact, "premium_kept", "given") for _ in range(3)), return_exceptions=True
    )
    assert sorted(getattr(found, "code", "answered") for found in both) == [
        "answered",
        "contact.answer_refused",
        "contact.answer_refused",
    ]
    case = await office.row("SELECT * FROM case_file")
    assert (case["severity"], case["case_class"], case["status"], case["unit"]) == (
        4,
        "premium_misappropriation",
        "open",
        "SD",
    )
    assert (case["contact_id"], case["step"], case["plugin"]) == (contact, "premium_kept", "shandong_life")
    assert (await office.contact(contact))["status"] == "in_progress", "at once, not at the end"
    notice = await office.row("SELECT * FROM notice")
    assert (notice["role"], notice["unit"], notice["subject_id"]) == ("compliance_officer", "SD", contact)
    (note,) = await notes(office)
    assert (note["about_kind"], note["about_ref"], note["contact_id"]) == ("staff", SELLER, contact)
    carried_out = await office.fetch("SELECT kind FROM effect ORDER BY index")
    assert [row["kind"] for row in carried_out] == ["open_case", "notify_role", "note_on_person"]
    await office.play(contact)
    await office.conclude(contact)
    assert len(await office.fetch("SELECT FROM case_file")) == 1


async def test_each_effect_leaves_one_row_in_the_ledger_with_who_and_for_whom(office: Any) -> None:
    contact = await asked(office)
    await office.answer(contact, "premium_kept", "given")
    rows = await office.fetch(
        "SELECT * FROM ledger WHERE action LIKE 'effect.%' OR action LIKE 'case.%' ORDER BY id"
    )
    assert sorted(row["action"] for row in rows) == [
        "case.opened",
        "effect.note_on_person",
        "effect.notify_role",
        "effect.open_case",
    ]
    assert {(row["actor"], row["on_behalf_of"]) for row in rows} == {("client:test", "C1")}


@pytest.mark.parametrize(("unit", "solver"), [("LX", "JN"), ("JN", "JN"), ("SD", "SD")])
async def test_sd_2_an_explanation_item_goes_to_the_city_level(office: Any, unit: str, solver: str) -> None:
    await office.issue("P1", unit=unit)
    contact = await office.begin()
    await office.play(contact, "opening")
    await office.play(contact, signature_policyholder="not_genuine")
    case = await office.row("SELECT * FROM case_file")
    assert (case["case_class"], case["unit"]) == ("explanation_item", solver)


async def test_a_case_is_due_in_working_days(office: Any) -> None:
    # Friday 3 April 2026; Monday the 6th is a holiday (清明).
    await office.issue("P1")
    friday = await office.at(datetime(2026, 4, 3, 2, tzinfo=UTC))
    contact = await friday.begin()
    await friday.play(contact, terms_read="not_read")
    known = office.catalogue.plugins["shandong_life"].case_class("explanation_item")
    expected = office.calendar.after(date(2026, 4, 3), known.solve_within_working_days)
    assert office.calendar.after(date(2026, 4, 3), 1).day == date(2026, 4, 7)
    case = await office.row("SELECT * FROM case_file")
    assert case["due_by"] == end_of_day(expected.day)


async def test_an_answer_corrected_takes_back_what_it_had_set_off(office: Any) -> None:
    contact = await asked(office)
    await office.answer(contact, "premium_kept", "given")
    await office.correct(contact, 0, "premium_kept", "not_given")
    case = await office.row("SELECT * FROM case_file")
    assert (case["withdrawn"], case["status"]) == (True, "open"), "flagged, not deleted"
    entries = await office.fetch("SELECT kind, on_behalf_of FROM case_entry ORDER BY id")
    assert [tuple(row) for row in entries] == [("opened", "C1"), ("withdrawn", "C1")]
    (note,) = await notes(office)
    assert note["withdrawn_at"] is not None, "nobody stays accused by an answer that was a mistake"
    notices = await office.fetch("SELECT kind, role, unit FROM notice ORDER BY id")
    assert [tuple(row) for row in notices] == [
        ("script", "compliance_officer", "SD"),
        ("withdrawn", "compliance_officer", "SD"),
    ]
    undone = await office.fetch("SELECT FROM effect WHERE undone_at IS NOT NULL")
    assert len(undone) == 3
    assert (await office.actions(contact)).count("effect.undone") == 3
    await office.play(contact)
    await office.conclude(contact)


async def test_an_answer_corrected_back_sets_it_off_again(office: Any) -> None:
    contact = await asked(office)
    for value in ("given", "not_given", "given"):
        step = office.answer if value == "given" and not await notes(office) else None
        if step is not None:
            await step(contact, "premium_kept", value)
        else:
            await office.correct(contact, 0, "premium_kept", value)
    cases = await office.fetch("SELECT withdrawn FROM case_file ORDER BY id")
    assert [row["withdrawn"] for row in cases] == [True, False]
    assert [row["withdrawn_at"] is None for row in await notes(office)] == [False, True]


async def test_correcting_to_the_same_answer_sets_nothing_off_twice(office: Any) -> None:
    contact = await asked(office)
    await office.answer(contact, "premium_kept", "given")
    await office.correct(contact, 0, "premium_kept", "given")
    assert [row["withdrawn"] for row in await office.fetch("SELECT withdrawn FROM case_file")] == [False]
    assert len(await notes(office)) == 1


async def test_without_a_seller_on_file_there_is_nobody_to_note_it_on(office: Any) -> None:
    await office.grace_ended("G1")
    contact = await office.begin()
    await office.play(contact, premium_kept="given")
    assert await notes(office) == []
    assert (
        len(await office.fetch("SELECT FROM effect WHERE kind = 'note_on_person' AND result_id IS NULL")) == 1
    )


async def test_a_note_is_kept_encrypted(office: Any) -> None:
    contact = await asked(office)
    await office.answer(contact, "premium_kept", "given")
    (note,) = await notes(office)
    opened = await office.do(lambda scope: decrypted(scope, note))
    assert "保险费" in opened


async def decrypted(scope: Any, note: Any) -> str:
    found: str = scope.cipher.decrypt(note["text_enc"], "person_note.text", note["id"])
    return found


async def test_effects_on_completion_wait_for_it_and_do_not_happen_without(office: Any) -> None:
    told = NotifyRole(role="team_leader", message=text("完成", "done"), when="completion")
    changed = with_effects(office, "terms_read", told)
    await changed.issue("P1")
    contact = await changed.begin()
    await changed.play(contact, "questions")
    assert await office.fetch("SELECT FROM notice") == []
    await changed.play(contact)
    assert [r["role"] for r in await office.fetch("SELECT role FROM notice")] == ["team_leader"]


async def test_sd_6h_effects_on_completion_do_not_happen_where_something_was_untold(office: Any) -> None:
    told = NotifyRole(role="team_leader", message=text("完成", "done"), when="completion")
    changed = with_effects(office, "terms_read", told)
    await changed.issue("P1", product_class="universal", fees=())
    await changed.play(await changed.begin())
    assert await office.fetch("SELECT FROM notice WHERE role = 'team_leader'") == []


@pytest.mark.parametrize(
    ("plan", "channel", "rung", "at"),
    [
        (PlanContact(delay_minutes=3 * 24 * 60), "phone", 0, NOW + timedelta(days=3)),
        (PlanContact(delay_minutes=36 * 60), "phone", 0, datetime(2026, 3, 12, 1, tzinfo=UTC)),
        (PlanContact(channel="on_site"), "on_site", 1, NOW + timedelta(days=1)),
        (PlanContact(channel="letter", delay_minutes=2 * 24 * 60), "letter", 2, NOW + timedelta(days=2)),
    ],
)
async def test_a_planned_contact_says_when_and_how_the_next_attempt_is_made(
    office: Any, plan: PlanContact, channel: str, rung: int, at: datetime
) -> None:
    changed = with_effects(office, "terms_read", plan)
    id = await changed.issue("P1")
    contact = await changed.begin()
    await changed.play(contact, "coverage")
    await changed.conclude(contact, "refused")
    row = await office.obligation(id)
    assert (row["channel"], row["rung"]) == (channel, rung)
    assert row["callable_from"] == at


async def test_a_wrong_number_opens_a_case_about_the_contact_data(office: Any) -> None:
    await office.issue("P1")
    contact = await office.begin()
    found = await office.play(contact, greeting="wrong_number")
    assert found.suggested == "wrong_number"
    await office.conclude(contact, "wrong_number")
    assert (await office.row("SELECT case_class FROM case_file"))["case_class"] == "contact_data"


async def test_ms_2_a_surveyor_who_has_not_called_is_told_at_once_and_it_goes_on_record(office: Any) -> None:
    contact = await lost(office)
    await office.play(contact, "called")
    await office.answer(contact, "called", "not_called")
    assert (await office.contact(contact))["status"] == "in_progress", "at once, not at the end"
    surveyor = await office.row("SELECT id FROM staff WHERE staff_no = $1", SURVEYOR)
    notice = await office.row("SELECT * FROM notice")
    assert (notice["staff_id"], notice["role"], notice["kind"]) == (surveyor["id"], None, "script")
    assert (notice["subject_kind"], notice["subject_id"]) == ("contact", contact)
    assert "立即与客户联系" in notice["message"]["zh-CN"]
    (note,) = await notes(office)
    assert (note["about_kind"], note["about_ref"]) == ("staff", SURVEYOR)


async def test_ms_2_where_nobody_knows_the_surveyor_those_who_can_find_out_are_told(office: Any) -> None:
    contact = await lost(office, surveyor_no=None)
    await office.play(contact, called="not_called")
    notice = await office.row("SELECT * FROM notice")
    assert (notice["staff_id"], notice["role"], notice["unit"]) == (None, "case_handler", "JN")
    assert notice["kind"] == "person_unknown"
    assert await notes(office) == [], "there is nobody to note it on"


async def test_ms_2_a_surveyor_who_had_called_after_all_hears_that_too(office: Any) -> None:
    contact = await lost(office)
    await office.play(contact, "called")
    await office.answer(contact, "called", "not_called")
    await office.correct(contact, 0, "called", "called")
    surveyor = await office.row("SELECT id FROM staff WHERE staff_no = $1", SURVEYOR)
    told = await office.fetch("SELECT kind, staff_id FROM notice ORDER BY id")
    assert [tuple(row) for row in told] == [("script", surveyor["id"]), ("withdrawn", surveyor["id"])]
    (note,) = await notes(office)
    assert note["withdrawn_at"] is not None


async def test_ms_2_another_surveyor_is_sent_by_the_place_of_loss(office: Any) -> None:
    contact = await lost(office)
    await office.play(contact, arrived="not_arrived", time_agreed="cannot_arrive")
    notice = await office.row("SELECT * FROM notice")
    assert (notice["role"], notice["unit"]) == ("case_handler", "YT"), (
        "the contract is Jinan's, the loss Yantai's"
    )
    case = await office.row("SELECT * FROM case_file")
    assert (case["case_class"], case["unit"]) == ("surveyor_unavailable", "YT")


async def test_ms_3_a_dual_agency_case_goes_to_the_handling_place_and_the_underwriting_one_hears_of_it(
    office: Any,
) -> None:
    contact = await lost(office, dual_agency=True)
    await office.play(contact, needs="dissatisfied", underwriting_place="needed")
    told = await office.fetch("SELECT role, unit FROM notice ORDER BY id")
    assert [tuple(row) for row in told] == [("case_handler", "YT"), ("case_handler", "JN")]
    case = await office.row("SELECT * FROM case_file")
    assert (case["case_class"], case["unit"]) == ("dual_agency", "YT")
