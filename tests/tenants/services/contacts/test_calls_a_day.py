"""One budget of calls per person and day, whatever they are for (ASK)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from .test_around_the_clock import reported

MORNING = datetime(2026, 3, 11, 1, 0, tzinfo=UTC)
"""09:00 on Wednesday, when calls may be made again."""


async def rung(office: Any, times: int, outcome: Any = "no_answer") -> Any:
    """The office after so many calls, each of them three hours after the one before at most."""
    for _ in range(times):
        await office.fetch("UPDATE obligation SET callable_from = $1", office.insurer.tenant.clock_at)
        await office.call(outcome=outcome)
    return office


async def test_asked_for_a_person_is_rung_three_times_a_day_whatever_for(office: Any) -> None:
    """One attempt budget per person over all obligations; held back in sight, with the time at which it is free again."""
    await office.issue("P1", "KX")
    await rung(office, 3)
    later = await office.later(hours=1)
    other = await later.issue("P2", "KX")
    somebody = await later.issue("P3", "KY")
    assert await later.claim_ids("C1") == (somebody,)
    await later.give_back("C1")
    held = await later.held_back("C1")
    assert (held.calls_used_up, held.free_at) == (1, MORNING)
    morning = await later.at(MORNING)
    assert other in {*await morning.claim_ids("C1"), *await morning.claim_ids("C2")}


async def test_the_budget_is_a_setting(office: Any) -> None:
    due = await office.issue("P1")
    strict = await office.settings(calls_a_day=1)
    await rung(strict, 1)
    await office.fetch("UPDATE obligation SET callable_from = $1", office.insurer.tenant.clock_at)
    assert await strict.claim_ids("C1") == ()
    assert await office.claim_ids("C1") == (due,)


async def test_what_was_claimed_before_is_not_dialled_past_the_budget(office: Any) -> None:
    due = await office.issue("P1")
    await rung(office, 2)
    await office.fetch("UPDATE obligation SET callable_from = $1", office.insurer.tenant.clock_at)
    contact = await office.begin(dialled=False)
    strict = await office.settings(calls_a_day=2)
    assert await office.refusal(strict.dial(contact)) == "contact.calls_used_up"
    await office.abandon(contact)
    assert await office.claim_ids("C1") == (due,)
    assert await office.refusal(strict.start(due)) == "contact.calls_used_up"
    await strict.start(due, dialled=False)


async def test_only_a_dialled_call_counts(office: Any) -> None:
    """ASK: a contact that was prepared and given back is no attempt."""
    await office.issue("P1")
    for _ in range(4):
        await office.abandon(await office.begin(dialled=False))
    assert await office.claim_ids("C1") != ()


async def test_visits_do_not_wait_for_the_budget_of_calls(office: Any) -> None:
    due = await office.issue("P1")
    await rung(office, 3)
    await office.fetch("UPDATE obligation SET callable_from = $1", office.insurer.tenant.clock_at)
    await office.to_channel(due, "on_site", 1)
    assert await office.claim_ids("V1", "on_site") == (due,)


async def test_all_records_of_a_person_share_the_budget(office: Any) -> None:
    """DEC-10: whichever record was rung."""
    await office.issue("P1", "KX")
    await rung(office, 3)
    await office.issue("P2", "KY")
    await office.fetch(
        "UPDATE customer SET merged_into = (SELECT id FROM customer WHERE customer_no = 'KY') WHERE customer_no = 'KX'"
    )
    assert await office.claim_ids("C1") == ()


@pytest.fixture
async def motor(house: Any, send: Any, make_office: Any) -> Any:
    return await make_office(house, send, plugins=("shandong_life", "motor_survey"))


async def test_ms_1_around_the_clock_neither_counts_nor_waits(motor: Any) -> None:
    """MS-1: a loss is followed up though the person was rung often enough, and its calls use nothing up."""
    await motor.issue("P1", "KX")
    await rung(motor, 3)
    later = await motor.later(minutes=20)
    loss = await reported(later, "M1", motor.insurer.tenant.clock_at, "KX")
    assert await later.claim_ids("C1") == (loss,)
    await later.conclude(await later.start(loss), "no_answer")
    fresh = await motor.issue("P9", "KZ")
    second = await reported(later, "M2", motor.insurer.tenant.clock_at, "KZ")
    for _ in range(3):
        await later.fetch("UPDATE obligation SET callable_from = $1", later.insurer.tenant.clock_at)
        if second in await later.claim_ids("C2"):
            await later.conclude(await later.start(second, "C2"), "no_answer")
    assert fresh in {id for n in range(5, 9) for id in await later.claim_ids(f"C{n}")}
