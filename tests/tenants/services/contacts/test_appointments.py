"""HI-2: a time is agreed first, the work comes then, whoever agreed is reminded, and what nobody kept goes back to making one."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from huifang_tenants.services import appointments
from huifang_tenants.services.upkeep import advance_clock, settle
from huifang_tenants.stores.ledger import Actor

AFTERNOON = datetime(2026, 3, 10, 7, tzinfo=UTC)
"""15:00 on the same day; it is 10:00."""


async def by_appointment(office: Any, number: str, holder: str | None = None) -> UUID:
    """A callback whose time is agreed first."""
    id: UUID = await office.issue(number, holder)
    await office.fetch(
        "UPDATE obligation SET draft = (draft::jsonb || '{\"appointment\": true}')::json WHERE id = $1", id
    )
    return id


async def agree(office: Any, id: UUID, at: datetime = AFTERNOON, staff_no: str = "C1") -> None:
    actor = Actor("client:test", staff_no)
    await office.do(lambda scope: appointments.make_appointment(scope, id, at, "phone", staff_no, actor))


async def notices(office: Any) -> list[tuple[str, str | None]]:
    rows = await office.fetch(
        "SELECT n.kind, s.staff_no FROM notice n LEFT JOIN staff s ON s.id = n.staff_id"
        " WHERE n.kind LIKE 'appointment%' ORDER BY n.id"
    )
    return [(row["kind"], row["staff_no"]) for row in rows]


async def clock(office: Any, at: datetime) -> Any:
    """The office after its clock went forward, and all that fell due on the way was done."""
    insurer = office.insurer
    await advance_clock(insurer.services, insurer.registry, insurer.tenant, at)
    return await office.at(at)


async def test_without_a_time_it_is_claimed_to_agree_on_one_and_then_left_until_it(office: Any) -> None:
    made = await by_appointment(office, "P1")
    assert await office.claim_ids() == (made,)
    await agree(office, made)
    assert (await office.obligation(made))["lease_staff"] is None
    assert await office.claim_ids("C2") == ()
    then = await office.at(AFTERNOON)
    assert await then.claim_ids("C2") == (made,)


async def test_whose_time_has_come_goes_ahead(office: Any) -> None:
    for n in range(3):
        await office.issue(f"X{n}", delivered=date(2026, 3, 3))
    made = await by_appointment(office, "P1")
    await agree(office, made)
    assert (await (await office.at(AFTERNOON)).claim_ids())[0] == made


async def test_whoever_agreed_is_reminded_once(office: Any) -> None:
    made = await by_appointment(office, "P1")
    await agree(office, made)
    before = await clock(office, AFTERNOON - timedelta(minutes=31))
    assert await notices(office) == []
    near = await clock(before, AFTERNOON - timedelta(minutes=30))
    await settle(near.insurer.services, near.insurer.tenant)
    assert await notices(office) == [("appointment_near", "C1")]


async def test_what_nobody_kept_is_seen_and_goes_back_to_making_one(office: Any) -> None:
    made = await by_appointment(office, "P1")
    await agree(office, made)
    late = await clock(office, AFTERNOON + timedelta(minutes=31))
    assert await notices(office) == [("appointment_near", "C1"), ("appointment_missed", None)]
    row = await office.obligation(made)
    assert (row["appointment_at"], row["appointment"]["missed"]) == (None, ["2026-03-10T07:00:00Z"])
    assert row["priority"] == 70
    assert await office.actions(made) == [
        "obligation.made",
        "appointment.agreed",
        "appointment.missed",
    ]
    assert await late.claim_ids() == (made,)
    await agree(late, made, AFTERNOON + timedelta(days=1))
    row = await office.obligation(made)
    assert (len(row["appointment"]["missed"]), row["appointment"]["agreed_by"]) == (1, "C1")


async def test_what_is_being_kept_is_not_missed(office: Any) -> None:
    made = await by_appointment(office, "P1")
    await agree(office, made)
    then = await clock(office, AFTERNOON)
    contact = await then.begin()
    late = await clock(then, AFTERNOON + timedelta(hours=1))
    assert await notices(office) == [("appointment_near", "C1")]
    await late.play(contact)
    await late.conclude(contact)
    assert (await office.obligation(made))["status"] == "completed"
    await clock(late, AFTERNOON + timedelta(hours=3))
    assert await notices(office) == [("appointment_near", "C1")]


async def test_an_attempt_keeps_it_and_a_wish_makes_another(office: Any) -> None:
    made = await by_appointment(office, "P1")
    await agree(office, made)
    then = await office.at(AFTERNOON)
    contact = await then.begin()
    await then.conclude(contact, "no_answer")
    row = await office.obligation(made)
    assert (row["appointment_at"], row["attempts"], row["priority"]) == (None, 1, 70)
    later = await then.at(row["callable_from"])
    contact = await later.begin()
    wish = row["callable_from"] + timedelta(hours=25)
    await later.conclude(contact, "call_back_at", wish)
    row = await office.obligation(made)
    assert (row["appointment_at"], row["callable_from"]) == (wish, wish)
    assert row["lease_staff"] is None


async def test_a_time_outlives_a_change_of_dates_but_not_of_the_person(office: Any) -> None:
    made = await by_appointment(office, "P1")
    await agree(office, made)
    await office.redelivered("P1", date(2026, 3, 8))
    successor = await office.made("P1", "new_contract")
    row = await office.obligation(successor)
    assert (row["appointment_at"], row["callable_from"]) == (AFTERNOON, AFTERNOON)
    await office.insurer.take(
        office.send.customer("K9"), office.send.contract("P1", policyholder="K9", version=9)
    )
    row = await office.obligation(await office.made("P1", "new_contract"))
    assert (row["appointment_at"], row["appointment"]) == (None, None)
    assert row["callable_from"] <= office.insurer.tenant.clock_at


async def test_it_can_be_moved_and_cancelled(office: Any) -> None:
    made = await by_appointment(office, "P1")
    await agree(office, made)
    await agree(office, made, AFTERNOON + timedelta(hours=1), "C2")
    row = await office.obligation(made)
    assert (row["appointment_at"], row["appointment"]["agreed_by"]) == (AFTERNOON + timedelta(hours=1), "C2")
    cancel = appointments.cancel_appointment
    await office.do(lambda scope: cancel(scope, made, "C1", "客户改期", Actor("client:test", "C1")))
    assert await office.claim_ids() == (made,)
    again = office.do(lambda scope: cancel(scope, made, "C1", "客户改期", Actor("client:test", "C1")))
    assert await office.refusal(again) == "appointment.none"


@pytest.mark.parametrize(
    ("at", "staff_no", "refusal"),
    [
        (AFTERNOON - timedelta(days=1), "C1", "appointment.in_the_past"),
        (AFTERNOON + timedelta(days=60), "C1", "appointment.outside_window"),
        (datetime(2026, 3, 10, 14, tzinfo=UTC), "C1", "appointment.outside_hours"),
        (AFTERNOON, "NEW", "staff.untrained"),
        (AFTERNOON, "LEFT", "staff.not_active"),
    ],
)
async def test_what_can_not_be_agreed(office: Any, at: datetime, staff_no: str, refusal: str) -> None:
    made = await by_appointment(office, "P1")
    assert await office.refusal(agree(office, made, at, staff_no)) == refusal


async def test_others_work_and_what_wants_no_appointment_is_left_alone(office: Any) -> None:
    plain = await office.issue("P0")
    assert await office.refusal(agree(office, plain)) == "appointment.not_wanted"
    made = await by_appointment(office, "P1")
    await office.fetch("UPDATE obligation SET priority = 99 WHERE id = $1", made)
    assert await office.claim_ids("C2") == (made,)
    assert await office.refusal(agree(office, made)) == "queue.not_leased"
    await office.start(made, "C2")
    assert await office.refusal(agree(office, made, AFTERNOON, "C2")) == "state.conflict"
