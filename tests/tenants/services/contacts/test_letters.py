"""Letters: prepared, posted, answered only with the customer's signature, returned, or given up (LN-4c, REG-3)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from huifang_core.scripts import PaperPart, PaperSection
from huifang_tenants.ids import new_id
from huifang_tenants.services.papers import entering, forms, letters
from huifang_tenants.services.papers.entering import Entered, FilledIn
from huifang_tenants.services.papers.letters import Order
from huifang_tenants.services.upkeep.due import run_upkeep
from huifang_tenants.stores.reading import letters as reading
from huifang_tenants.stores.reading.keyset import Page

from .conftest import by

ADDRESS = "山东省济南市历下区经十路1号"
TODAY = date(2026, 3, 10)


async def due_by_letter(office: Any, number: str, address: str | None = ADDRESS, **changes: Any) -> UUID:
    rows = office.new_contract(number, **changes)
    rows[0] = office.send.customer(f"K{number}", address=address)
    await office.insurer.take(*rows)
    id: UUID = await office.made(number, "new_contract")
    await office.to_channel(id, "letter", 2)
    return id


async def prepare(office: Any, batch: UUID | None = None, staff_no: str = "C1") -> UUID | None:
    order = Order(batch or new_id(), staff_no)
    found: UUID | None = await office.do(
        lambda scope: letters.prepare(scope, office.catalogue, order, by(staff_no))
    )
    return found


async def post(office: Any, contact: UUID, on: date = TODAY, **options: Any) -> datetime:
    found: datetime = await office.do(lambda scope: letters.post(scope, contact, on, by("C1"), **options))
    return found


async def sections(office: Any, contact: UUID) -> tuple[PaperSection, ...]:
    found: forms.PaperForm = await office.do(lambda scope: forms.form_of(scope, contact))
    return found.sections


async def enter(office: Any, contact: UUID, *, identity: Any = "passed", **said: Any) -> Entered:
    """Enter the paper with every first box ticked, but for what is said; None leaves a question out."""

    def written(part: PaperPart) -> Any:
        smooth = None if part.only_after else part.choices[0].code if part.choices else "没有"
        return said.get(part.step, smooth)

    given = tuple(
        {part.step: written(part) for part in section.parts if written(part) is not None}
        for section in await sections(office, contact)
    )
    found: Entered = await office.do(
        lambda scope: entering.enter(
            scope, office.catalogue, office.calendar, contact, FilledIn(identity, given), by("C1")
        )
    )
    return found


async def letter(office: Any, contact: UUID) -> Any:
    return await office.do(lambda scope: reading.get_letter(scope, contact))


async def test_ln_4c_a_letter_is_tried_once_posted_and_kept_for_its_answer(office: Any) -> None:
    id = await due_by_letter(office, "P1")
    contact = await prepare(office)
    assert contact is not None
    assert (await office.contact(contact))["dialled_at"] is None
    assert await prepare(office) is None, "it is in hand"
    reply_by = await post(office, contact, posting_no="XA12345678937")
    assert reply_by == datetime(2026, 4, 9, 16, tzinfo=UTC), "the end of 9 April in Shandong"
    assert (await office.contact(contact))["dialled_at"] is not None
    row = await office.obligation(id)
    assert row["lease_contact"] == contact
    assert row["lease_until"] - row["updated_at"] > timedelta(days=30)
    found = await letter(office, contact)
    assert (found["status"], found["posting_no"], found["customer_name"][1:]) == (
        "posted",
        "XA12345678937",
        "**",
    )


async def test_ln_4c_what_a_letter_says_is_entered_only_with_the_customers_signature(office: Any) -> None:
    id = await due_by_letter(office, "P1")
    contact = await prepare(office)
    assert contact is not None
    await post(office, contact)
    assert await office.refusal(enter(office, contact)) == "contact.signature_missing"
    first = (await office.standing(contact)).prompt.step
    assert await office.refusal(office.answer(contact, first, "speaking")) == "contact.signature_missing"
    await office.prove(contact, "signed_scan")
    assert await office.refusal(enter(office, contact)) == "contact.signature_missing"
    await office.prove(contact, "signed_receipt")
    assert (await letter(office, contact))["status"] == "answered"
    entered = await enter(office, contact)
    assert (entered.outcome, entered.unused) == ("completed", ())
    row = await office.obligation(id)
    assert (row["status"], row["completed_channel"], row["successful"]) == ("completed", "letter", True)
    assert (await letter(office, contact))["status"] == "completed"


async def test_reg_2_a_box_that_says_no_is_completed_and_no_success_and_opens_its_case(office: Any) -> None:
    id = await due_by_letter(office, "P1")
    contact = await prepare(office)
    assert contact is not None
    await post(office, contact)
    await office.prove(contact, "signed_receipt")
    assert (await enter(office, contact, exclusions="not_understood")).outcome == "completed"
    row = await office.obligation(id)
    assert (row["status"], row["successful"]) == ("completed", False)
    assert len(await office.fetch("SELECT FROM case_file WHERE contact_id = $1", contact)) == 1


async def test_a_question_left_out_stops_there_and_may_be_entered_later(office: Any) -> None:
    await due_by_letter(office, "P1")
    contact = await prepare(office)
    assert contact is not None
    await post(office, contact)
    await office.prove(contact, "signed_receipt")
    entered = await enter(office, contact, exclusions=None)
    assert entered.outcome is None
    assert entered.standing.prompt is not None
    assert entered.standing.prompt.step == "exclusions"
    assert entered.unused, "what came after is not taken in"
    assert (await office.obligation((await office.row("SELECT id FROM obligation"))["id"]))[
        "lease_contact"
    ] == contact
    assert (await enter(office, contact)).outcome == "completed"


async def test_a_step_that_is_not_on_the_paper_is_refused_and_nothing_is_entered(office: Any) -> None:
    await due_by_letter(office, "P1")
    contact = await prepare(office)
    assert contact is not None
    await post(office, contact)
    await office.prove(contact, "signed_receipt")
    assert (
        await office.refusal(enter_raw(office, contact, ({"nonsense": "yes"},))) == "contact.answer_refused"
    )
    assert await office.refusal(enter_raw(office, contact, ({}, {"x": "yes"}))) == "contact.answer_refused"
    assert not await office.fetch("SELECT FROM answer")


async def enter_raw(office: Any, contact: UUID, answers: Any) -> Entered:
    paper = FilledIn("passed", answers)
    found: Entered = await office.do(
        lambda scope: entering.enter(scope, office.catalogue, office.calendar, contact, paper, by("C1"))
    )
    return found


async def test_sd_6a_another_persons_number_on_the_receipt_is_not_the_right_party(office: Any) -> None:
    await due_by_letter(office, "P1")
    contact = await prepare(office)
    assert contact is not None
    await post(office, contact)
    await office.prove(contact, "signed_receipt")
    assert (await enter(office, contact, identity="failed")).outcome == "identity_failed"
    row = await office.contact(contact)
    assert (row["connected"], row["right_party"], row["completed"]) == (True, False, False)


@pytest.mark.parametrize(("reason", "outcome"), [("moved", "no_answer"), ("refused", "refused")])
async def test_reg_3_a_letter_the_post_brings_back_is_an_attempt_with_its_reason(
    office: Any, reason: Any, outcome: str
) -> None:
    id = await due_by_letter(office, "P1")
    contact = await prepare(office)
    assert contact is not None

    async def back(on: date) -> Any:
        return await office.do(lambda scope: letters.send_back(scope, contact, on, reason, by("C1")))

    assert await office.refusal(back(TODAY)) == "letter.not_posted"
    await post(office, contact)
    assert await office.refusal(back(TODAY - timedelta(1))) == "letter.day_invalid"
    assert await back(TODAY) == outcome
    found = await letter(office, contact)
    assert (found["status"], found["return_reason"]) == ("returned", reason)
    row = await office.obligation(id)
    assert (row["status"], row["status_reason"]) == ("unreachable", f"letter {outcome} ×1")
    assert await office.refusal(back(TODAY)) == "contact.not_in_progress"


async def test_a_day_before_it_was_prepared_or_to_come_is_refused(office: Any) -> None:
    await due_by_letter(office, "P1")
    contact = await prepare(office)
    assert contact is not None
    for day in (TODAY - timedelta(1), TODAY + timedelta(1)):
        assert await office.refusal(post(office, contact, day)) == "letter.day_invalid"
    other = new_id()
    assert await office.refusal(post(office, other)) == "not_found"


async def test_no_answer_in_time_ends_a_letter_but_not_one_that_came_back_signed(office: Any) -> None:
    office = await office.settings(letter_reply_days=10)
    for number in ("P1", "P2"):
        await due_by_letter(office, number)
    signed, silent = await prepare(office), await prepare(office)
    assert signed is not None
    assert silent is not None
    for contact in (signed, silent):
        assert await post(office, contact) == datetime(2026, 3, 20, 16, tzinfo=UTC)
    await office.prove(signed, "signed_receipt")
    late = await office.at(datetime(2026, 3, 20, 16, tzinfo=UTC))
    await run_upkeep(late.insurer.services, late.insurer.tenant, "upkeep.letters")
    assert [(await office.contact(c))["outcome"] for c in (signed, silent)] == [None, "no_answer"]
    assert "letter.unanswered" in await office.actions(silent)


async def test_dec_3_an_answer_that_comes_after_its_letter_was_given_up_completes_it_late(
    office: Any,
) -> None:
    id = await due_by_letter(office, "P1")
    given_up = await prepare(office)
    assert given_up is not None
    await post(office, given_up)
    late = await office.later(days=31)
    await run_upkeep(late.insurer.services, late.insurer.tenant, "upkeep.letters")
    assert (await office.obligation(id))["status"] == "unreachable"
    contact = await late.start(id, "C1", channel="letter", dialled=False)
    assert await late.refusal(enter(late, contact)) == "contact.signature_missing"
    await late.prove(contact, "signed_receipt")
    assert (await enter(late, contact)).outcome == "completed"
    row = await office.obligation(id)
    assert (row["status"], row["completed_channel"], row["successful"]) == ("completed", "letter", True)


async def test_who_has_no_address_goes_on_and_is_unreachable_with_the_reason(office: Any) -> None:
    without, with_one = await due_by_letter(office, "P1", None), await due_by_letter(office, "P2")
    contact = await prepare(office)
    assert contact is not None
    served = await office.row("SELECT obligation_id FROM contact_section WHERE contact_id = $1", contact)
    assert served["obligation_id"] == with_one
    row = await office.obligation(without)
    assert (row["status"], row["status_reason"]) == ("unreachable", "letter no_address ×1")


async def test_a_letter_that_is_out_keeps_nobody_from_calling_the_same_person(office: Any) -> None:
    await due_by_letter(office, "P1")
    contact = await prepare(office)
    assert contact is not None
    await post(office, contact)
    await office.insurer.take(*office.new_contract("P2", "KP1"))
    assert await office.claim_ids("C2", "phone") == (await office.made("P2", "new_contract"),)


async def test_batches_show_how_far_their_letters_have_come(office: Any) -> None:
    batches = [new_id(), new_id()]
    for number in ("P1", "P2", "P3"):
        await due_by_letter(office, number)
    first = [await prepare(office, batches[0]) for _ in range(2)]
    last = await prepare(office, batches[1])
    assert first[0] is not None
    await post(office, first[0])
    found = await office.do(lambda scope: reading.list_batches(scope, Page(limit=1)))
    assert [(row["id"], row["letters"], row["prepared"]) for row in found.rows] == [(batches[1], 1, 1)]
    rest = await office.do(lambda scope: reading.list_batches(scope, Page(limit=1, after=found.last)))
    assert [(r["id"], r["letters"], r["prepared"], r["posted"]) for r in rest.rows] == [(batches[0], 2, 1, 1)]
    assert rest.last is None
    assert await office.do(lambda scope: reading.letters_of_batch(scope, batches[0])) == first
    wanted = reading.LetterFilter(status="prepared")
    waiting = await office.do(lambda scope: reading.list_letters(scope, wanted, Page()))
    assert [row["contact_id"] for row in waiting.rows] == [first[1], last]
