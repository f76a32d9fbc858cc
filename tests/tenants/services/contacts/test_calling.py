"""Calls by the telephone system, as their tenant keeps them: when a call may be placed, and when it is an attempt (LN-4a, REG-7)."""

from typing import Any
from uuid import UUID

import pytest
from huifang_core.calls import CallerAnswered, CallerGone, CustomerAnswered, CustomerGone
from huifang_tenants.ids import new_id
from huifang_tenants.scope import control
from huifang_tenants.services.contacts import calling
from huifang_tenants.services.contacts.calling import Happened, Placed
from huifang_tenants.telephone import dialable

from .conftest import by

PHONE = "13800135678"


async def prepared(office: Any, number: str = "P1") -> UUID:
    await office.issue(number, phones=(PHONE,))
    contact: UUID = await office.begin("C1", "phone", dialled=False)
    return contact


async def place(office: Any, contact: UUID) -> Placed | None:
    found: Placed | None = await office.do(
        lambda scope: calling.place(scope, office.catalogue, contact, by("C1"))
    )
    return found


async def happened(office: Any, contact: UUID, event: Any, number: int = 1) -> Happened | None:
    found: Happened | None = await office.do(
        lambda scope: calling.happened(scope, office.catalogue, contact, number, event)
    )
    return found


async def call(office: Any, contact: UUID) -> Any:
    return await office.do(lambda scope: calling.call_of(scope, contact))


async def test_ln_4a_it_is_an_attempt_when_the_customers_telephone_rings(office: Any) -> None:
    contact = await prepared(office)
    placed = await place(office, contact)
    assert placed == Placed(contact, 1, "C1", None)
    assert (await office.contact(contact))["dialled_at"] is None
    assert await place(office, contact) is None, "one is under way"
    found = await happened(office, contact, CallerAnswered())
    assert found is not None
    assert (found.actions, found.to_dial) == (("ring_customer",), PHONE)
    assert (await office.contact(contact))["dialled_at"] is not None
    again = await happened(office, contact, CallerAnswered())
    assert again is not None
    assert (again.actions, again.to_dial) == ((), None), "the number is given out once"
    actions = await office.actions(contact)
    assert actions[-3:] == ["call.requested", "contact.dialled", "call.ringing"]


async def test_reg_7_a_call_refused_by_then_is_not_rung_and_made_no_attempt(office: Any) -> None:
    contact = await prepared(office)
    await place(office, contact)
    night = await office.later(hours=11.5)
    found = await happened(night, contact, CallerAnswered())
    assert found is not None
    assert (found.call.state, found.call.problem, found.to_dial) == ("failed", "contact.quiet_hours", None)
    assert "hang_up_caller" in found.actions
    assert (await office.contact(contact))["dialled_at"] is None
    assert await night.refusal(place(night, contact)) == "contact.quiet_hours"


async def test_what_would_be_refused_is_refused_before_any_telephone_rings(office: Any) -> None:
    assert await office.refusal(place(office, new_id())) == "not_found"
    contact = await prepared(office)
    night = await office.later(hours=11.5)
    assert await night.refusal(place(night, contact)) == "contact.quiet_hours"
    assert await office.refusal(call(office, contact)) == "not_found", "no call was begun"
    await office.conclude(contact, "no_answer")
    assert await office.refusal(place(office, contact)) == "contact.not_in_progress"


@pytest.mark.parametrize(
    ("phone", "dialled"),
    [
        ("13800135678", "13800135678"),
        ("+86 138 0013 5678", "13800135678"),
        ("0531-88886666 转 12", "053188886666"),
        ("+44 20 7946 0958", "+442079460958"),
        ("12345", "12345"),
        ("13800135678@other-trunk", None),
        ("PJSIP/13800135678", None),
        ("13800135678&Local/1", None),
        ("家里", None),
        ("", None),
    ],
)
def test_nothing_but_a_number_reaches_the_telephone_system(phone: str, dialled: str | None) -> None:
    assert dialable(phone) == dialled


async def test_a_number_that_is_none_is_refused_before_any_telephone_rings(office: Any) -> None:
    await office.issue("P1", phones=("13800135678@other",))
    contact = await office.begin("C1", "phone", dialled=False)
    assert await office.refusal(place(office, contact)) == "call.not_dialable"


async def test_a_customer_who_was_rung_or_answered_is_not_rung_again_in_the_same_contact(office: Any) -> None:
    contact = await prepared(office)
    await place(office, contact)
    await happened(office, contact, CallerAnswered())
    await happened(office, contact, CustomerGone(17))
    assert await office.refusal(place(office, contact)) == "call.over"
    other = await prepared(office, "P2")
    await office.play(other, "may_talk")
    assert await office.refusal(place(office, other)) == "call.over"


async def test_a_call_whose_process_died_before_anything_rang_may_be_placed_again(office: Any) -> None:
    contact = await prepared(office)
    await place(office, contact)
    await office.fetch(
        "UPDATE contact SET call = jsonb_set(call::jsonb, '{requested_at}', to_jsonb(now() - interval '4 minutes'))"
        " WHERE id = $1",
        contact,
    )
    placed = await place(office, contact)
    assert placed is not None
    assert placed.number == 2
    assert await happened(office, contact, CallerGone(), number=1) is None, "of a call that is forgotten"
    assert (await call(office, contact)).state == "requested"


async def test_the_recording_of_a_call_is_fetched_by_one_job(office: Any) -> None:
    contact = await prepared(office)
    await place(office, contact)
    for event in (CallerAnswered(), CustomerAnswered(), CustomerGone(16), CallerGone()):
        await happened(office, contact, event)
        await happened(office, contact, event)
    over = await call(office, contact)
    assert (over.state, over.recording) == ("ended", "wanted")
    async with control(office.insurer.services.db) as opened:
        payloads = await opened.connection.fetch(
            "SELECT payload FROM control.jobs WHERE kind = $1 AND tenant_id = $2",
            calling.FETCH_RECORDING,
            office.insurer.tenant.id,
        )
    assert [row["payload"] for row in payloads] == [{"contact": str(contact), "call": 1, "try": 0}]


async def test_reg_3_a_recording_that_can_not_be_had_is_an_alarm_once(office: Any) -> None:
    contact = await prepared(office)
    await place(office, contact)
    for event in (CallerAnswered(), CustomerAnswered(), CallerGone()):
        await happened(office, contact, event)
    for _ in range(2):
        await office.do(lambda scope: calling.recording_missing(scope, contact, 1))
    assert (await call(office, contact)).recording == "missing"
    [alarm] = await office.fetch("SELECT subject FROM alarm WHERE kind = 'recording_missing'")
    assert alarm["subject"] == str(contact)
    assert (await office.actions(contact)).count("call.recording_missing") == 1
