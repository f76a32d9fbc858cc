"""What comes up in a call beside the script: a complaint on the spot, a relative who answers, a customer who has died or can't answer."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from huifang_core.events import ClaimSettled
from huifang_tenants.services.contacts import raising
from huifang_tenants.services.contacts.concluding import Conclusion
from huifang_tenants.services.merges import merge
from huifang_tenants.stores.ledger import Actor

CALLER, HANDLER = Actor("client:test", "C1"), Actor("client:test", "H1")
NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)


async def raise_case(office: Any, contact: UUID, case_class: str = "complaint", severity: Any = None) -> UUID:
    id: UUID = await office.do(
        lambda scope: raising.open_in_place(
            scope,
            office.catalogue,
            office.calendar,
            contact,
            case_class,
            "王小明说业务员态度差",
            severity,
            CALLER,
        )
    )
    return id


async def end(office: Any, contact: UUID, outcome: Any) -> None:
    await office.do(
        lambda scope: raising.conclude_for_good(scope, office.calendar, contact, Conclusion(outcome), CALLER)
    )


async def let_be_called(office: Any, customer: UUID, actor: Actor = HANDLER) -> None:
    await office.do(lambda scope: raising.let_be_called(scope, customer, "经核实为误报", actor))


async def customer_of(office: Any, obligation: UUID) -> UUID:
    id: UUID = (await office.obligation(obligation))["customer_id"]
    return id


@pytest.mark.parametrize("until", ["greeting", "coverage", None])
async def test_a_complaint_is_taken_down_at_any_step_and_the_script_goes_on(office: Any, until: Any) -> None:
    await office.issue("P1")
    contact = await office.begin()
    before = await office.play(contact, until) if until else await office.play(contact)
    id = await raise_case(office, contact)
    assert await office.standing(contact) == before
    row = await office.row("SELECT * FROM case_file")
    assert (row["id"], row["case_class"], row["unit"], row["contact_id"]) == (id, "complaint", "SD", contact)
    assert row["step"] == (before.prompt.step if until else "end_completed")
    kinds = await office.fetch("SELECT kind, on_behalf_of FROM case_entry ORDER BY id")
    assert [tuple(row) for row in kinds] == [("opened", "C1"), ("commented", "C1")]
    await office.play(contact)
    await office.conclude(contact)
    assert (await office.contact(contact))["outcome"] == "completed"
    dump = await office.insurer.dump()
    assert not any("态度差" in written for rows in dump.values() for written in rows)


async def test_a_case_is_raised_in_a_contact_that_is_going_on_and_of_its_plugins_classes(office: Any) -> None:
    await office.issue("P1")
    contact = await office.begin()
    assert await office.refusal(raise_case(office, contact, "nothing")) == "case.class_unknown"
    assert await office.refusal(raise_case(office, uuid4())) == "not_found"
    await raise_case(office, contact, "inquiry", 4)
    row = await office.row("SELECT severity, unit FROM case_file")
    assert tuple(row) == (4, "SD"), "CI-4: the most serious go up"
    await office.conclude(contact, "no_answer")
    assert await office.refusal(raise_case(office, contact)) == "contact.not_in_progress"


async def test_dec_1_a_relative_is_told_nothing_and_counts_as_connected_alone(office: Any) -> None:
    id = await office.issue("P1")
    contact = await office.begin()
    found = await office.standing(contact)
    assert "P1" not in found.prompt.text
    at = NOW + timedelta(hours=6)
    await office.conclude(contact, "relative_answered", at)
    row = await office.contact(contact)
    facts = [row[name] for name in ("attempted", "connected", "right_party", "completed")]
    assert facts == [True, True, False, False]
    obligation = await office.obligation(id)
    assert (obligation["callable_from"], obligation["rung_attempts"]) == (at, 0), "as they asked"


async def test_without_a_time_a_relative_counts_as_any_attempt(office: Any) -> None:
    id = await office.issue("P1")
    await office.conclude(await office.begin(), "relative_answered")
    obligation = await office.obligation(id)
    assert (obligation["rung_attempts"], obligation["status"]) == (1, "open")
    assert obligation["callable_from"] > NOW


async def test_reg_2_nobody_else_answered_once_the_customer_was_verified(office: Any) -> None:
    await office.issue("P1")
    contact = await office.begin()
    await office.play(contact, "coverage")
    for outcome in ("relative_answered", "deceased"):
        assert await office.refusal(office.conclude(contact, outcome)) == "contact.outcome_contradicts"


@pytest.mark.parametrize(("outcome", "severity"), [("deceased", 3), ("unable", 2)])
async def test_who_has_died_or_can_not_answer_is_called_no_more_until_somebody_says_otherwise(
    office: Any, outcome: str, severity: int
) -> None:
    first = await office.issue("P1", "K1")
    contact = await office.begin()
    await end(office, contact, outcome)
    row = await office.row("SELECT * FROM case_file")
    assert (row["case_class"], row["severity"], row["unit"]) == (outcome, severity, "JN")
    assert (row["plugin"], row["contact_id"], row["obligation_id"]) == (None, contact, first)
    assert row["due_by"] > NOW
    later = await office.later(days=5)
    second = await later.issue("P2", "K1")
    assert await later.claim() is None, "nor about anything that comes up since"
    held = await later.held_back()
    assert (held.not_contactable, held.waiting_for_case, held.without_script) == (2, 0, 0)
    customer = await customer_of(office, first)
    assert (await office.obligation(first))["status"] == "open", "owed, and as overdue as ever (DEC-2)"
    assert await office.refusal(let_be_called(office, customer, CALLER)) == "staff.not_permitted"
    await let_be_called(office, customer)
    assert set(await later.claim_ids()) == {first, second}
    assert await office.refusal(let_be_called(office, customer)) == "state.conflict"
    assert "customer.contactable" in await office.actions(customer)


async def test_a_script_that_was_told_of_a_death_has_opened_its_case_and_is_not_ended_otherwise(
    office: Any,
) -> None:
    await settled(office)
    contact = await office.begin()
    found = await office.play(contact, greeting="passed_away")
    assert found.suggested == "deceased"
    assert await office.refusal(office.conclude(contact, "refused")) == "contact.outcome_contradicts"
    await end(office, contact, "deceased")
    assert [row["case_class"] for row in await office.fetch("SELECT case_class FROM case_file")] == [
        "contact_data"
    ]


async def test_a_death_told_of_in_a_call_that_was_cut_off_counts_all_the_same(office: Any) -> None:
    id = await settled(office)
    contact = await office.begin()
    await office.play(contact, greeting="passed_away")
    await office.abandon(contact)
    customer = await customer_of(office, id)
    row = await office.row("SELECT not_contactable FROM customer WHERE id = $1", customer)
    assert row["not_contactable"] == "deceased"


async def settled(office: Any) -> UUID:
    """A claim paid, about which the policyholder alone is called."""
    await office.insurer.take(
        office.send.customer("KP1"),
        office.send.contract("P1", issued_on=date(2024, 1, 8), effective_on=date(2024, 1, 8)),
        office.send.event(
            "P1-settled",
            ClaimSettled("K-1", "paid", paid_on=date(2026, 3, 9)),
            "P1",
            date(2026, 3, 9),
            claim_no="K-1",
        ),
    )
    id: UUID = await office.made("P1", "claim")
    return id


async def test_dec_10_a_merge_carries_over_that_a_person_is_not_called(office: Any) -> None:
    first = await office.issue("P1", "K1")
    second = await office.issue("P2", "K2")
    await end(office, await office.begin(), "deceased")
    held = await office.row("SELECT id FROM customer WHERE not_contactable IS NOT NULL")
    other = {await customer_of(office, first), await customer_of(office, second)} - {held["id"]}
    (into,) = other
    services, tenant = office.insurer.services, office.insurer.tenant
    await merge(services, tenant, held["id"], into, HANDLER, "同一人")
    later = await office.later(days=2)
    assert await later.claim() is None
