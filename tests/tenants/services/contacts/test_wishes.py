"""What people don't want, or have had enough of (CARE-2, DEC-6)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from huifang_core.events import ScheduleReached
from huifang_tenants.services import wishes
from huifang_tenants.services.plugins import configure

from .conftest import NOW, by

REASON = "客户表示不希望再接到电话"


@pytest.fixture
async def caring(house: Any, send: Any, make_office: Any) -> Any:
    """A tenant with mandatory callbacks and with courtesy calls, at 10:00 on Tuesday."""
    return await make_office(house, send, plugins=("shandong_life", "customer_care"))


async def person_of(office: Any, obligation: UUID) -> UUID:
    id: UUID = (await office.obligation(obligation))["customer_id"]
    return id


async def wish(office: Any, obligation: UUID, kind: Any = "own_wish", **more: Any) -> Any:
    person = await person_of(office, obligation)
    return await office.do(lambda scope: wishes.record_wish(scope, person, kind, REASON, by("C1"), **more))


async def decide(office: Any, wish: Any, decision: Any, staff_no: str = "LEAD") -> Any:
    return await office.do(
        lambda scope: wishes.decide(scope, wish.id, decision, "已向客户说明", staff_no, by(staff_no))
    )


async def courtesy(office: Any, number: str, holder: str | None = None, category: str = "care") -> UUID:
    """A contact that is no duty, of a category."""
    id: UUID = await office.issue(number, holder)
    await office.fetch(
        "UPDATE obligation SET draft = jsonb_set(draft::jsonb, '{category}', to_jsonb($2::text))::json, priority = 10"
        " WHERE id = $1",
        id,
        category,
    )
    return id


@pytest.mark.parametrize("kind", ["own_wish", "sales_refusal"])
@pytest.mark.parametrize("category", ["survey", "care", "sales"])
async def test_care_2_a_wish_holds_back_all_but_duties(caring: Any, kind: str, category: str) -> None:
    optional = await courtesy(caring, "P1", "KX", category)
    duty = await caring.issue("P2", "KX")
    recorded = await wish(caring, optional, kind)
    assert await caring.claim_ids("C1") == (duty,)
    await caring.give_back("C1")
    assert (await caring.held_back("C1")).not_wanted == 1
    await caring.do(lambda scope: wishes.lift(scope, recorded.id, "客户来电撤回", by("C1")))
    assert set(await caring.claim_ids("C1")) == {optional, duty}
    assert (await caring.actions(await person_of(caring, duty)))[-2:] == [
        "customer.wish_recorded",
        "customer.wish_lifted",
    ]


async def test_care_2_a_wish_that_comes_after_the_claim_stops_the_call(caring: Any) -> None:
    optional = await courtesy(caring, "P1")
    assert await caring.claim_ids("C1") == (optional,)
    await wish(caring, optional)
    assert await caring.refusal(caring.start(optional)) == "contact.not_wanted"


async def test_care_2_a_wish_that_comes_after_the_start_stops_the_dialling(caring: Any) -> None:
    optional = await courtesy(caring, "P1")
    contact = await caring.begin(dialled=False)
    await wish(caring, optional)
    assert await caring.refusal(caring.dial(contact)) == "contact.not_wanted"


async def test_dec_6_a_sales_refusal_never_holds_a_duty_back(caring: Any) -> None:
    duty = await caring.issue("P1")
    refusal = await wish(caring, duty, "sales_refusal", valid_until=NOW + timedelta(days=1))
    assert refusal.valid_until == datetime(2026, 9, 10, 16, tzinfo=UTC), "REG-7: six months at least"
    assert await caring.refusal(decide(caring, refusal, "hold_back")) == "state.conflict"
    assert await caring.claim_ids("C1") == (duty,)


async def test_dec_6_a_supervisor_decides_about_duties(caring: Any) -> None:
    duty = await caring.issue("P1")
    recorded = await wish(caring, duty)
    assert await caring.refusal(decide(caring, recorded, "hold_back", "C1")) == "staff.not_permitted"
    await decide(caring, recorded, "hold_back")
    assert await caring.claim_ids("C1") == ()
    assert (await caring.held_back("C1")).not_wanted == 1
    assert (await caring.obligation(duty))["status"] == "open", "as overdue as it gets (DEC-2)"
    await decide(caring, recorded, "go_on")
    assert await caring.claim_ids("C1") == (duty,)
    entries = await caring.fetch(
        "SELECT reason, details FROM ledger WHERE action = 'customer.wish_decided' ORDER BY id"
    )
    assert [(entry["reason"], entry["details"]["decision"]) for entry in entries] == [
        ("已向客户说明", "hold_back"),
        ("已向客户说明", "go_on"),
    ]


async def test_care_2_a_wish_ends_by_itself(caring: Any) -> None:
    optional = await courtesy(caring, "P1")
    await wish(caring, optional, valid_until=NOW + timedelta(hours=1))
    assert await caring.claim_ids("C1") == ()
    assert await (await caring.later(hours=1)).claim_ids("C1") == (optional,)


async def test_care_2_no_more_courtesy_contacts_than_the_frequency_allows(caring: Any) -> None:
    """CARE-2: two of care and sales together within 30 days; the third waits, and duties neither count nor wait."""
    for number, category in (("P1", "care"), ("P2", "sales")):
        await courtesy(caring, number, "KX", category)
        await caring.call(outcome="refused")
        caring = await caring.later(days=2)
    third, duty = await courtesy(caring, "P3", "KX"), await caring.issue("P4", "KX")
    assert await caring.claim_ids("C1") == (duty,)
    await caring.give_back("C1")
    assert (await caring.held_back("C1")).too_often >= 1
    await caring.fetch("UPDATE obligation SET due_by = due_by + interval '90 days'")
    month = await caring.later(days=27)
    assert third in await month.claim_ids("C1"), "30 days after the first, only the second counts"


async def test_care_2_what_reached_nobody_does_not_count(caring: Any) -> None:
    for n in range(3):
        await courtesy(caring, f"P{n}", "KX")
        await caring.call(outcome="no_answer")
        caring = await caring.later(days=1)
        await caring.fetch("UPDATE obligation SET callable_from = $1", caring.insurer.tenant.clock_at)
    assert (await caring.held_back("C1")).too_often == 0
    assert await caring.claim_ids("C1") != ()


async def test_care_2_somebody_who_asked_to_be_called_back_is(caring: Any) -> None:
    await caring.do(
        lambda scope: configure(
            scope, caring.catalogue, "customer_care", by("LEAD"), parameters={"care_frequency.at_most": 1}
        )
    )
    asked = await courtesy(caring, "P1", "KX")
    contact = await caring.begin()
    await caring.conclude(contact, "call_back_at", NOW + timedelta(hours=2))
    later = await caring.later(hours=2)
    other = await courtesy(later, "P2", "KX")
    assert await later.claim_ids("C1") == (asked,), "and the other one waits"
    assert await later.refusal(later.start(other)) == "queue.not_leased"


async def test_care_2_the_strictest_frequency_counts_over_all_plugins(
    house: Any, send: Any, make_office: Any
) -> None:
    office = await make_office(house, send, plugins=("shandong_life", "payer_feedback", "customer_care"))
    await courtesy(office, "P1", "KX", "survey")
    await office.call(outcome="refused")
    office = await office.later(days=3)
    second = await courtesy(office, "P2", "KX", "survey")
    claimed = await office.claim_ids("C1")
    assert second not in claimed
    assert (await office.held_back("C1")).too_often == 2, "the first one is not tried again either"


async def test_a_schedule_makes_a_greeting_that_a_wish_holds_back(caring: Any, send: Any) -> None:
    """CARE-1, CARE-2: the category comes from the plugin's own draft."""
    await caring.issue("P1", "KX")
    await caring.call(outcome="no_answer")
    reached = ScheduleReached("customer_care/birthdays", "2026-03-10/P1", NOW.date())
    await caring.insurer.take(send.event("greet", reached, "P1", NOW.date()))
    rows = await caring.fetch("SELECT id, draft FROM obligation WHERE plugin = 'customer_care'")
    assert {row["draft"].get("category") for row in rows} <= {"care"}
