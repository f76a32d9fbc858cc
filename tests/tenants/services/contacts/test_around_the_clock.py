"""What is called day and night (MS-1, DEC-6): given out, begun and dialled outside calling hours, and nothing else with it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from huifang_core.events import ClaimReported, Reporter
from huifang_tenants.services.contacts.claiming import HeldBack

from .conftest import NOW

NIGHT = datetime(2026, 3, 10, 19, 0, tzinfo=UTC)
"""03:00 on Wednesday in Shandong."""

OPENS = datetime(2026, 3, 11, 1, 0, tzinfo=UTC)


@pytest.fixture
async def day(house: Any, send: Any, make_office: Any) -> Any:
    """A tenant that goes by the Shandong guide and follows up motor surveys, at 10:00 on Tuesday."""
    return await make_office(house, send, plugins=("shandong_life", "motor_survey"))


async def reported(office: Any, number: str, at: datetime, holder: str | None = None) -> UUID:
    """A motor loss reported at `at` in town; return the obligation to follow it up."""
    holder = holder or f"K{number}"
    loss = ClaimReported(f"L-{number}", at, Reporter("policyholder"), "370102", "urban")
    await office.insurer.take(
        office.send.customer(holder),
        office.send.contract(number, policyholder=holder, line="motor"),
        office.send.event(f"{number}-loss", loss, number, at.date(), time=at, claim_no=f"L-{number}"),
    )
    id: UUID = await office.made(number, "survey_timeliness")
    return id


async def test_ms_1_a_loss_stands_in_the_queue_as_soon_as_it_is_taken_in(day: Any) -> None:
    """MS-1: on the books and visible at once, callable from minute 10 on, then before everything else."""
    other = await day.issue("P1")
    loss = await reported(day, "M1", NOW)
    row = await day.obligation(loss)
    assert (row["status"], row["around_the_clock"], row["created_at"]) == ("open", True, NOW)
    assert row["callable_from"] == row["due_from"] == NOW + timedelta(minutes=10)
    assert await day.claim_ids("C1") == (other,)
    assert await (await day.later(minutes=9)).claim_ids("C2") == ()
    assert await (await day.later(minutes=10)).claim_ids("C2") == (loss,)


async def test_dec_6_at_night_only_the_survey_is_given_out_begun_and_dialled(day: Any) -> None:
    waiting = await day.issue("P1")
    night = await day.at(NIGHT)
    loss = await reported(night, "M1", NIGHT - timedelta(minutes=12))
    assert await night.held_back() == HeldBack(opens_at=OPENS, waiting=1)
    assert await night.claim_ids("C1") == (loss,)
    contact = await night.start(loss)
    assert (await night.contact(contact))["dialled_at"] == NIGHT
    assert await night.claim_ids("C2") == ()
    morning = await night.at(OPENS)
    assert await morning.claim_ids("C2") == (waiting,)


async def test_dec_6_a_call_prepared_at_night_is_dialled_at_night(day: Any) -> None:
    night = await day.at(NIGHT)
    loss = await reported(night, "M1", NIGHT - timedelta(minutes=12))
    await night.claim()
    contact = await night.start(loss, dialled=False)
    await night.dial(contact)
    assert (await night.contact(contact))["dialled_at"] == NIGHT


async def test_the_survey_shares_no_contact_with_what_must_wait_for_the_morning(day: Any) -> None:
    """DEC-6: claimed before the hours close and begun after, one would be rung at night for the other."""
    waiting = await day.issue("P1", "KX")
    evening = await day.at(datetime(2026, 3, 10, 12, 50, tzinfo=UTC))
    loss = await reported(evening, "M1", evening.insurer.tenant.clock_at - timedelta(minutes=12), "KX")
    assert await evening.claim_ids("C1") == (loss,)
    assert await evening.claim_ids("C2") == (), "nobody else rings the same person meanwhile"
    assert await evening.claim_ids("C1") == (waiting,)
    night = await evening.later(minutes=15)
    assert await night.refusal(night.start(waiting)) == "contact.quiet_hours"
    contact = await night.start(loss)
    sections = await night.fetch("SELECT obligation_id FROM contact_section WHERE contact_id = $1", contact)
    assert [row["obligation_id"] for row in sections] == [loss]
