"""A contract changes hands while somebody is on the phone about it: what was said does not count for the new policyholder.

The right party is who is policyholder when the callback is completed (REG-2, SD-6a).
"""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from huifang_core.events import ContractChanged
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.merges import merge
from huifang_tenants.stores.ledger import Actor

DAY = date(2026, 3, 10)


async def hand_over(office: Any, number: str, to: str, *, known: bool = True) -> None:
    """投保人变更 of a contract, to somebody on file or not."""
    if known:
        await office.people(office.send.customer(to, name="贝拉"))
    changed = ContractChanged("投保人变更", {"policyholder": to})
    await office.insurer.take(office.send.event(f"{number}-to-{to}", changed, number, DAY, sequence=9))


async def facts(office: Any, contact: UUID) -> tuple[bool, ...]:
    row = await office.contact(contact)
    return tuple(row[name] for name in ("attempted", "connected", "right_party", "completed"))


async def test_completing_is_refused_and_the_callback_stands_for_the_new_policyholder(office: Any) -> None:
    made = await office.issue("P1")
    former = (await office.obligation(made))["customer_id"]
    contact = await office.begin()
    await office.play(contact)
    await hand_over(office, "P1", "K2")
    with pytest.raises(Refused) as refused:
        await office.conclude(contact)
    assert refused.value.code == "contact.policyholder_changed"
    assert refused.value.fields == {"contracts": ["P1"]}
    assert (await office.contact(contact))["status"] == "in_progress"
    await office.conclude(contact, "identity_failed")
    assert await facts(office, contact) == (True, True, False, False)
    row = await office.obligation(made)
    assert (row["status"], row["attempts"], row["completed_contact"]) == ("open", 0, None)
    assert row["customer_id"] != former
    assert await office.claim_ids("C2") == (made,)
    (entry,) = await office.fetch("SELECT details FROM ledger WHERE action = 'contact.concluded'")
    assert entry["details"] == {"outcome": "identity_failed", "changed_hands": ["P1"]}


async def test_evidence_that_comes_in_later_makes_nothing_successful(office: Any) -> None:
    made = await office.issue("P1")
    contact = await office.begin()
    await office.play(contact)
    await hand_over(office, "P1", "K2")
    await office.conclude(contact, "identity_failed")
    await office.prove(contact, "recording")
    assert not (await office.obligation(made))["successful"]
    sections = await office.fetch("SELECT completed, successful FROM contact_section")
    assert [tuple(row) for row in sections] == [(False, False)]


async def test_put_back_or_run_out_it_does_not_count_either(office: Any) -> None:
    made = await office.issue("P1")
    contact = await office.begin()
    await office.play(contact)
    await hand_over(office, "P1", "K2")
    await office.abandon(contact)
    assert await facts(office, contact) == (True, True, False, False)
    row = await office.obligation(made)
    assert (row["status"], row["attempts"]) == ("open", 0)


async def test_of_several_contracts_those_that_stayed_count(office: Any) -> None:
    kept, gone = await office.issue("P1", "K1"), await office.issue("P2", "K1")
    contact = await office.begin()
    await office.play(contact)
    await hand_over(office, "P2", "K2")
    await office.conclude(contact)
    assert await facts(office, contact) == (True, True, True, True)
    assert [(await office.obligation(id))["status"] for id in (kept, gone)] == ["completed", "open"]
    rows = await office.fetch("SELECT obligation_id, completed FROM contact_section")
    assert {row["obligation_id"]: row["completed"] for row in rows} == {kept: True, gone: False}


async def test_a_new_policyholder_who_is_not_on_file_yet_is_another_person_all_the_same(office: Any) -> None:
    made = await office.issue("P1")
    contact = await office.begin()
    await office.play(contact)
    await hand_over(office, "P1", "K2", known=False)
    assert await office.refusal(office.conclude(contact)) == "contact.policyholder_changed"
    await office.conclude(contact, "identity_failed")
    assert await office.claim_ids("C2") == (), "the former policyholder is not rung about it again"
    await office.people(office.send.customer("K2", name="贝拉"))
    assert await office.claim_ids("C2") == (made,)


async def test_handed_back_before_the_end_it_counts(office: Any) -> None:
    made = await office.issue("P1")
    contact = await office.begin()
    await office.play(contact)
    await hand_over(office, "P1", "K2")
    back = office.send.event("back", None, "P1", DAY, type="contract.changed", retracts="P1-to-K2")
    await office.insurer.take(back)
    await office.conclude(contact)
    row = await office.obligation(made)
    assert (row["status"], row["completed_contact"]) == ("completed", contact)


async def test_a_change_after_completion_takes_nothing_back(office: Any) -> None:
    made = await office.issue("P1")
    contact = await office.begin()
    await office.play(contact)
    await office.conclude(contact)
    await hand_over(office, "P1", "K2")
    await office.prove(contact, "recording")
    row = await office.obligation(made)
    assert (row["status"], row["successful"]) == ("completed", True)


async def test_a_policyholder_merged_with_another_record_is_the_same_person(office: Any) -> None:
    """DEC-10."""
    made = await office.issue("P1")
    other = await office.issue("P2")
    contact = await office.start((await office.claim_ids())[0])
    await office.play(contact)
    served = (await office.contact(contact))["customer_id"]
    records = {(await office.obligation(id))["customer_id"] for id in (made, other)}
    (stands,) = records - {served}
    await merge(
        office.insurer.services, office.insurer.tenant, served, stands, Actor("client:test"), "同一人"
    )
    await office.conclude(contact)
    assert await facts(office, contact) == (True, True, True, True)


async def test_nobody_reached_is_still_nobody_reached(office: Any) -> None:
    await office.issue("P1")
    contact = await office.begin()
    await hand_over(office, "P1", "K2")
    await office.conclude(contact, "no_answer")
    assert await facts(office, contact) == (True, False, False, False)


async def test_somebody_who_answered_was_reached(office: Any) -> None:
    await office.issue("P1")
    contact = await office.begin()
    await office.play(contact)
    await hand_over(office, "P1", "K2")
    assert await office.refusal(office.conclude(contact, "no_answer")) == "contact.outcome_contradicts"


async def test_ht_7_where_others_than_the_policyholder_may_be_called_it_changes_nothing(office: Any) -> None:
    made = await office.issue("P1")
    await office.fetch(
        "UPDATE obligation SET draft = jsonb_set(draft::jsonb, '{call}', '[\"policyholder\", \"insured\"]')::json"
    )
    contact = await office.begin()
    await office.play(contact)
    await hand_over(office, "P1", "K2")
    await office.conclude(contact)
    assert (await office.obligation(made))["status"] == "completed"
