"""Who is called about an obligation: whom its rule names first of those who can be (MS-1, HT-7, PC-3)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from huifang_core.customers import ContactPerson
from huifang_core.events import ClaimReported, Reporter
from huifang_core.obligations import CalledParty

from .conftest import NOW

DRIVER = Reporter("driver", "赵司机", "13911110009")


@pytest.fixture
async def motor(house: Any, send: Any, make_office: Any) -> Any:
    """A tenant that follows up motor surveys, at 10:00 on Tuesday."""
    return await make_office(house, send, plugins=("motor_survey", "shandong_life"))


async def reported(office: Any, number: str, reporter: Reporter | None, **changes: Any) -> UUID:
    """A motor loss reported twelve minutes ago; return the obligation to follow it up."""
    at = NOW - timedelta(minutes=12)
    loss = ClaimReported(f"L-{number}", at, reporter, "370102", "urban")
    await office.insurer.take(
        office.send.customer(f"K{number}"),
        office.send.contract(number, line="motor", **changes),
        office.send.event(f"{number}-loss", loss, number, at.date(), time=at, claim_no=f"L-{number}"),
    )
    id: UUID = await office.made(number, "survey_timeliness")
    return id


async def called_by(office: Any, contact: UUID) -> tuple[str, str, str]:
    """The part, record and number of whoever a contact is with."""
    row = await office.contact(contact)
    known = await office.row("SELECT customer_no FROM customer WHERE id = $1", row["customer_id"])
    async with office.insurer.scope() as scope:
        number = scope.cipher.decrypt(row["number_enc"], "contact.number", contact)
    return row["called_party"], known["customer_no"], number


async def personal_facts(office: Any, contact: UUID) -> dict[str, Any]:
    sealed = (await office.contact(contact))["personal_enc"]
    async with office.insurer.scope() as scope:
        known: dict[str, Any] = scope.cipher.decrypt_json(sealed, "contact.personal", contact)
    return known


async def let_call(office: Any, obligation: UUID, *parties: CalledParty) -> None:
    await office.fetch(
        "UPDATE obligation SET draft = jsonb_set(draft::jsonb, '{call}', $2::text::jsonb)::json WHERE id = $1",
        obligation,
        msgspec.json.encode(parties).decode(),
    )


async def test_ms_1_the_driver_who_reported_is_rung_and_not_the_policyholder(motor: Any) -> None:
    loss = await reported(motor, "M1", DRIVER)
    claimed = await motor.claim()
    assert claimed.obligation_ids == (loss,)
    assert (claimed.called.party, claimed.called.name, claimed.called.phones) == (
        "reporter",
        "赵司机",
        ("13911110009",),
    )
    contact = await motor.start(loss)
    assert await called_by(motor, contact) == ("reporter", "KM1", "13911110009")
    (entry,) = await motor.fetch("SELECT details FROM ledger WHERE action = 'contact.started'")
    assert entry["details"]["called"] == "reporter"


async def test_ms_1_a_wrong_number_leads_to_the_next_who_may_be_called(motor: Any) -> None:
    """MS-1: numbers found wrong are remembered by number, and the policyholder is called when nobody before can be."""
    loss = await reported(motor, "M1", DRIVER)
    contact = await motor.begin()
    await motor.conclude(contact, "wrong_number")
    assert (await motor.obligation(loss))["status"] == "open"
    again = await motor.begin()
    assert (await called_by(motor, again))[:2] == ("insured", "KM1")


async def test_nobody_to_call_goes_to_the_next_rung(motor: Any) -> None:
    loss = await reported(motor, "M1", None)
    await let_call(motor, loss, "reporter", "driver")
    assert await motor.claim() is None
    row = await motor.obligation(loss)
    assert (row["status"], row["status_reason"]) == ("unreachable", "phone no_number ×1")


async def test_ht_7_the_insured_is_called_on_a_record_of_their_own(motor: Any) -> None:
    await motor.people(motor.send.customer("KINS", name="李大年", phones=("13800138888",)))
    loss = await reported(motor, "M1", Reporter("insured", "李大年", "13911110001"), insured=("KINS",))
    contact = await motor.begin()
    assert await called_by(motor, contact) == ("reporter", "KINS", "13911110001")
    known = await personal_facts(motor, contact)
    assert (known["customer.name"], known["called.name"]) == ("李大年", "李大年")
    await motor.conclude(contact, "no_answer")
    assert (await motor.obligation(loss))["attempts"] == 1


async def test_identity_facts_of_a_driver_hold_nothing_of_the_policyholder(motor: Any) -> None:
    """SD-6a, REG-5: identity is verified by the data of whoever is called."""
    await reported(motor, "M1", DRIVER)
    contact = await motor.begin()
    known = await personal_facts(motor, contact)
    assert {name: value for name, value in known.items() if value is not None} == {
        "customer.name": "赵司机",
        "called.name": "赵司机",
    }


async def test_a_corrected_report_says_who_is_called(motor: Any) -> None:
    at = NOW - timedelta(minutes=12)
    await reported(motor, "M1", DRIVER)
    corrected = ClaimReported("L-M1", at, Reporter("driver", "孙司机", "13911110007"), "370102", "urban")
    await motor.insurer.take(
        motor.send.event("M1-again", corrected, "M1", at.date(), time=at, claim_no="L-M1", corrects="M1-loss")
    )
    claimed = await motor.claim()
    assert (claimed.called.name, claimed.called.phones) == ("孙司机", ("13911110007",))


async def test_pc_3_an_organisations_contact_is_called_and_then_its_legal_representative(motor: Any) -> None:
    speakers = {
        "contact": ContactPerson("周经理", "13700000001"),
        "legal_representative": ContactPerson("吴总", "13700000002"),
    }
    loss = await reported(motor, "M1", None)
    await motor.people(motor.send.customer("KM1", phones=(), **speakers))
    await motor.fetch("UPDATE customer SET kind = 'organisation'")
    await let_call(motor, loss, "contact", "legal_representative")
    contact = await motor.begin()
    assert await called_by(motor, contact) == ("contact", "KM1", "13700000001")
    await motor.conclude(contact, "wrong_number")
    again = await motor.begin()
    assert await called_by(motor, again) == ("legal_representative", "KM1", "13700000002")


async def test_dec_5_two_people_are_never_asked_in_one_contact(motor: Any) -> None:
    """DEC-5: what the policyholder is to be asked waits for a contact of its own."""
    await motor.people(motor.send.customer("KINS", name="李大年"))
    mine, other = await motor.issue("P1", "KX"), await motor.issue("P2", "KX", insured=("KINS",))
    await let_call(motor, other, "insured")
    first = await motor.claim("C1")
    assert len(first.obligation_ids) == 1
    second = await motor.claim("C1")
    assert {*first.obligation_ids, *second.obligation_ids} == {mine, other}
    await motor.start(other)
    assert [
        row["obligation_id"] for row in await motor.fetch("SELECT obligation_id FROM contact_section")
    ] == [other]


async def test_nobody_is_rung_by_two_at_once_whatever_for(motor: Any) -> None:
    """The insured of one contract holds another: while somebody speaks about it, nobody else rings."""
    own = await motor.issue("P1", "KINS")
    other = await motor.issue("P2", "KX", insured=("KINS",), delivered=date(2026, 3, 10))
    await let_call(motor, other, "insured")
    assert await motor.claim_ids("C1") == (own,)
    assert await motor.claim_ids("C2") == ()
    await motor.give_back("C1")
    await motor.fetch("UPDATE obligation SET priority = 90 WHERE id = $1", other)
    assert await motor.claim_ids("C2") == (other,)
    assert await motor.claim_ids("C1") == (own,), "nothing is leased for the insured's own record yet"
    assert await motor.refusal(motor.start(other, "C2")) == "contact.person_busy"
    await motor.give_back("C1")
    await motor.start(other, "C2")
    assert await motor.claim_ids("C1") == ()


async def test_at_night_the_driver_is_rung(motor: Any) -> None:
    """MS-1, DEC-6: around the clock."""
    night = await motor.at(datetime(2026, 3, 10, 19, 0, tzinfo=UTC))
    await reported(night, "M1", DRIVER)
    # The window of 30 minutes is long over by then; what stops is not given out any more.
    await night.fetch(
        "UPDATE obligation SET due_by = $1", night.insurer.tenant.clock_at + timedelta(minutes=9)
    )
    contact = await night.begin()
    assert (await called_by(night, contact))[0] == "reporter"


async def test_visits_and_letters_go_to_whoever_is_on_file(motor: Any) -> None:
    """Of a driver a name and a number are known, and no address."""
    loss = await reported(motor, "M1", DRIVER)
    await motor.to_channel(loss, "on_site", 0)
    claimed = await motor.claim("V1", "on_site")
    assert (claimed.called.party, claimed.called.name) == ("insured", "王小明")
