"""A release that lost a script, a plugin broken or switched off: its callbacks block nobody, are seen, and never lost."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
from huifang_core.registry import Broken
from huifang_tenants.services.contacts.claiming import HeldBack

NEW_CONTRACT = "shandong_life.new_contract"
AFTER_GRACE = "shandong_life.after_grace_period"


def without_item(office: Any, item: str) -> Any:
    plugin = office.catalogue.plugins["shandong_life"]
    items = tuple(one for one in plugin.content_items if one.id != item)
    assert len(items) == len(plugin.content_items) - 1
    return office.with_plugin(msgspec.structs.replace(plugin, content_items=items))


async def test_what_has_lost_its_script_is_passed_over_and_counted(office: Any) -> None:
    first = await office.issue("P1")
    second = await office.grace_ended("G1")
    after = office.without_scripts(NEW_CONTRACT)
    assert await after.claim_ids() == (second,)
    assert await after.claim_ids("C2") == ()
    assert await after.held_back("C2") == HeldBack(without_script=1)
    assert await after.held_back("V1") == HeldBack(), "visits it would never be"
    assert (await office.obligation(first))["status"] == "open"
    assert await office.claim_ids("C2") == (first,)


async def test_dec_2_it_is_as_overdue_as_any_other(office: Any) -> None:
    await office.issue("P1", delivered=date(2026, 2, 2))
    await office.issue("P2")
    after = office.without_scripts(NEW_CONTRACT)
    assert await after.held_back() == HeldBack(without_script=2, overdue_without_script=1)


@pytest.mark.parametrize("how", ["missing", "broken", "off", "item"])
async def test_whatever_keeps_a_script_from_being_played(office: Any, how: str) -> None:
    made = await office.issue("P1")
    after = {
        "missing": office.with_plugin(None),
        "broken": office.with_plugin(None, (Broken("shandong_life", "SyntaxError"),)),
        "off": office,
        "item": without_item(office, "new_contract.terms_read"),
    }[how]
    if how == "off":
        await office.switch(on=False)
    assert await after.claim_ids() == ()
    assert await after.held_back() == HeldBack(without_script=1)
    if how == "off":
        await office.switch(on=True)
    assert await office.claim_ids() == (made,)


async def test_a_queue_full_of_it_is_passed_over_in_one_go(office: Any) -> None:
    for n in range(40):
        await office.issue(f"P{n}")
    last = await office.grace_ended("G1")
    assert await office.without_scripts(NEW_CONTRACT).claim_ids() == (last,)


async def test_of_what_is_served_together_the_rest_is_served(office: Any) -> None:
    one = await office.issue("P1", "K1")
    other = await office.grace_ended("G1", "K1")
    assert set(await office.claim_ids()) == {one, other}
    after = office.without_scripts(NEW_CONTRACT)
    contact = await after.start(other)
    sections = await office.fetch("SELECT obligation_id FROM contact_section WHERE contact_id = $1", contact)
    assert [row["obligation_id"] for row in sections] == [other]
    row = await office.obligation(one)
    assert (row["status"], row["lease_staff"], row["lease_contact"]) == ("open", None, None)
    assert (await office.obligation(other))["lease_contact"] == contact


async def test_a_script_lost_after_the_claim_is_refused_with_the_reason(office: Any) -> None:
    made = await office.issue("P1")
    await office.claim()
    after = office.without_scripts(NEW_CONTRACT)
    assert await office.refusal(after.start(made)) == "contact.script_missing"
    assert await office.give_back() == 1
    assert await after.claim_ids() == ()


async def test_a_contact_under_way_that_lost_an_item_is_refused_not_broken(office: Any) -> None:
    await office.issue("P1")
    contact = await office.begin()
    prompt = (await office.standing(contact)).prompt
    after = without_item(office, "new_contract.terms_read")
    refused = await office.refusal(after.answer(contact, prompt.step, prompt.choices[0].code))
    assert refused == "contact.script_missing"
    await office.play(contact)
    await office.conclude(contact)


async def test_reg_7_by_night_both_are_counted_apart(office: Any) -> None:
    await office.issue("P1")
    await office.grace_ended("G1")
    night = await office.without_scripts(NEW_CONTRACT).at(datetime(2026, 3, 10, 14, 0, tzinfo=UTC))
    found = await night.held_back()
    assert (found.waiting, found.without_script) == (1, 1)
