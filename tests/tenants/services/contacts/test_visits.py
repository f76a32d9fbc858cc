"""Visits: planned in a round, never the seller's, recorded at once, entered from the signed sheet (LN-4b, DEC-7)."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from huifang_tenants.ids import new_id
from huifang_tenants.services.papers import entering, visits
from huifang_tenants.services.papers.entering import Entered, FilledIn
from huifang_tenants.services.papers.visits import Round
from huifang_tenants.stores.reading import visits as reading
from huifang_tenants.stores.reading.keyset import Page

from .conftest import NOW, by

ADDRESS = "山东省济南市历下区经十路1号"
TOMORROW = date(2026, 3, 11)


async def due_by_visit(office: Any, number: str, address: str | None = ADDRESS, **changes: Any) -> UUID:
    rows = office.new_contract(number, **changes)
    rows[0] = office.send.customer(f"K{number}", address=address)
    await office.insurer.take(*rows)
    id: UUID = await office.made(number, "new_contract")
    await office.to_channel(id, "on_site", 1)
    return id


async def plan(office: Any, day: date = TOMORROW, staff_no: str = "V1") -> UUID | None:
    found: UUID | None = await office.do(
        lambda scope: visits.plan(scope, office.catalogue, Round(staff_no, day), by(staff_no))
    )
    return found


async def make(office: Any, contact: UUID, at: datetime | None = None, **options: Any) -> None:
    await office.do(
        lambda scope: visits.make(scope, contact, at or office.insurer.tenant.clock_at, by("V1"), **options)
    )


async def enter(office: Any, contact: UUID) -> Entered:
    stop = await office.do(lambda scope: visits.stop_of(scope, contact))
    given = tuple(
        {
            part.step: part.choices[0].code if part.choices else "没有"
            for part in section.parts
            if part.only_after is None
        }
        for section in stop.form.sections
    )
    found: Entered = await office.do(
        lambda scope: entering.enter(
            scope, office.catalogue, office.calendar, contact, FilledIn("passed", given), by("V1")
        )
    )
    return found


async def visit(office: Any, contact: UUID) -> Any:
    return await office.do(lambda scope: reading.get_visit(scope, contact))


async def test_ln_4b_a_visit_is_planned_made_signed_and_entered(office: Any) -> None:
    id = await due_by_visit(office, "P1", seller_no="S")
    contact = await plan(office)
    assert contact is not None
    assert (await office.contact(contact))["dialled_at"] is None, "nobody has been there yet"
    assert await office.refusal(enter(office, contact)) == "visit.not_made"
    next_day = await office.later(hours=26)
    await make(next_day, contact)
    assert (await office.contact(contact))["dialled_at"] == NOW + timedelta(hours=26)
    assert (await enter(next_day, contact)).outcome == "completed"
    row = await office.obligation(id)
    assert (row["status"], row["completed_channel"], row["successful"]) == ("completed", "on_site", False)
    await office.prove(contact, "signed_scan")
    assert (await office.obligation(id))["successful"], "signed, and not by the seller"
    found = await visit(office, contact)
    assert (found["staff_no"], found["day"], found["has_signature"]) == ("V1", "2026-03-11", True)
    assert found["district"] == "山东省济南市历下区****"


async def test_a_planned_visit_is_kept_for_its_day_and_keeps_nobody_from_the_phone(office: Any) -> None:
    id = await due_by_visit(office, "P1")
    assert await plan(office, date(2026, 3, 13)) is not None
    row = await office.obligation(id)
    assert row["lease_until"] - row["created_at"] > timedelta(days=9)
    assert await plan(office, staff_no="V2") is None
    await office.insurer.take(*office.new_contract("P2", "KP1"))
    assert await office.claim_ids("C2", "phone") == (await office.made("P2", "new_contract"),)


async def test_dec_7_the_seller_may_come_along_and_is_recorded_but_does_not_visit(office: Any) -> None:
    await due_by_visit(office, "P1", seller_no="V2")
    assert await plan(office, staff_no="V2") is None, "it is not even given out"
    contact = await plan(office)
    assert contact is not None
    assert await office.refusal(make(office, contact, visitor="V2")) == "visit.by_seller"
    await make(office, contact, companions=["V2", "C1", "V2"])
    found = await visit(office, contact)
    assert (found["staff_no"], found["with_seller"], found["visitor_is_seller"]) == ("V1", True, False)
    assert found["companions"] == ["V2", "C1"]
    [entry] = await office.fetch("SELECT details FROM ledger WHERE action = 'visit.made'")
    assert entry["details"] == {"visitor": "V1", "companions": ["V2", "C1"], "with_seller": True}


async def test_who_really_went_is_recorded_and_must_be_a_trained_visitor(office: Any) -> None:
    await due_by_visit(office, "P1")
    contact = await plan(office)
    assert contact is not None
    for staff_no, code in (
        ("NOBODY", "staff.not_found"),
        ("NEW", "staff.untrained"),
        ("C1", "staff.not_permitted"),
    ):
        assert await office.refusal(make(office, contact, visitor=staff_no)) == code
    assert await office.refusal(make(office, contact, companions=["NOBODY"])) == "staff.not_found"
    await make(office, contact, visitor="V2")
    assert (await visit(office, contact))["staff_no"] == "V2"
    assert (await enter(office, contact)).outcome == "completed"


async def test_times_and_days_that_can_not_be_are_refused(office: Any) -> None:
    await due_by_visit(office, "P1")
    for day in (date(2026, 3, 9), date(2026, 5, 10)):
        assert await office.refusal(plan(office, day)) == "visit.day_invalid"
    contact = await plan(office)
    assert contact is not None
    for at in (NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)):
        assert await office.refusal(make(office, contact, at)) == "visit.time_invalid"
    assert await office.refusal(make(office, new_id())) == "not_found"
    await office.conclude(contact, "no_answer")
    assert await office.refusal(make(office, contact)) == "contact.not_in_progress"


async def test_who_has_no_address_is_not_visited_but_goes_on_to_a_letter(office: Any) -> None:
    without = await due_by_visit(office, "P1", None)
    assert await plan(office) is None
    row = await office.obligation(without)
    assert (row["status"], row["channel"]) == ("open", "letter")
    assert (await office.actions(without))[-1] == "obligation.no_address"


async def test_rounds_are_listed_by_visitor_and_day(office: Any) -> None:
    for number in ("P1", "P2", "P3"):
        await due_by_visit(office, number)
    today, tomorrow, other = (
        await plan(office, date(2026, 3, 10)),
        await plan(office),
        await plan(office, staff_no="V2"),
    )

    async def listed(**wanted: Any) -> list[UUID]:
        found = await office.do(
            lambda scope: reading.list_visits(scope, reading.VisitFilter(**wanted), Page())
        )
        return [row["contact_id"] for row in found.rows]

    assert await listed(staff_no="V1") == [today, tomorrow]
    assert await listed(staff_no="V1", day=TOMORROW) == [tomorrow]
    assert await listed(day=TOMORROW) == [tomorrow, other]
    assert await listed(status="concluded") == []
