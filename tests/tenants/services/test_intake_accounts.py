"""An office's events name a payer, a certificate or an office: they find its account, or wait for it, in whichever order they come."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from huifang_core.customers import Customer
from huifang_core.events import (
    FeedbackReceived,
    PaymentCompleted,
    RegistrationChanged,
    RegistrationOpened,
    RiskFlagged,
    TipOffReceived,
)
from huifang_core.units import Unit
from huifang_tenants.services.intake import service
from huifang_tenants.services.upkeep import PARKED, due_now
from huifang_tenants.stores.organisation import save_units

DAY = date(2026, 3, 9)
NOON = datetime(2026, 3, 9, 4, tzinfo=UTC)


def named(send, id, payload, **changes):
    """An event that names no contract, as intake's check leaves it."""
    about = next((n for field in ("payer", "about", "office") if (n := getattr(payload, field, None))), None)
    sent_along = changes.get("customer")
    known = {"about": about or (sent_along and sent_along.customer_no), **changes}
    return send.event(id, payload, None, known.pop("day", DAY), **known)


async def placed(insurer):
    """Where each event lies: the number of its contract, whose unit and payer are those given, where there is one."""
    rows = await insurer.fetch(
        "SELECT e.event_id, c.contract_no, c.line, c.unit, c.policyholder_no, c.effective_on, e.status FROM event e"
        " LEFT JOIN contract c ON c.contract_no = e.contract_no"
    )
    return {row["event_id"]: tuple(row)[1:] for row in rows}


async def test_a_registration_makes_the_account_that_later_events_find(insurer, send):
    opened = RegistrationOpened("K1", certificate_no="CERT-1", office="YT", line="tax")
    taken = await insurer.take(send.customer("K1"), named(send, "R1", opened))
    assert [row.status for row in taken.rows] == ["accepted", "accepted"]
    await insurer.take(
        named(send, "Y1", PaymentCompleted("K1", NOON, office="JN")),
        named(send, "F1", FeedbackReceived("problem", NOON, about="CERT-1")),
        named(send, "K1", RiskFlagged("arrears", about="K1")),
        named(send, "T1", TipOffReceived(about="K1")),
        named(send, "R2", RegistrationChanged("K1", office="JN"), day=DAY + timedelta(1)),
    )
    account = ("CERT-1", "tax", "JN", "K1", DAY, "accepted")
    assert await placed(insurer) == dict.fromkeys(("R1", "Y1", "F1", "K1", "T1", "R2"), account)


async def test_a_payment_of_an_unknown_payer_waits_in_sight_and_is_taken_up_with_the_payer(insurer, send):
    taken = await insurer.take(named(send, "Y1", PaymentCompleted("K1", NOON, office="YT")))
    assert (taken.rows[0].status, taken.rows[0].code) == ("parked", "unknown_policyholder")
    await insurer.take(send.customer("K1"))
    assert await insurer.parked() == {}
    assert await placed(insurer) == {"Y1": ("K1", "social_security", "YT", "K1", None, "accepted")}


async def test_whatever_comes_first_it_ends_under_the_certificate(house, send):
    insurer = await house.insurer()
    for n, order in enumerate(permutations(range(4))):
        payer, certificate = f"K{n}", f"CERT-{n}"
        pieces = [
            send.customer(payer),
            named(send, f"R{n}", RegistrationOpened(payer, certificate_no=certificate, office="YT")),
            named(send, f"Y{n}", PaymentCompleted(payer, NOON, office="JN")),
            named(send, f"F{n}", FeedbackReceived("suggestion", NOON, about=payer)),
        ]
        if n % 2:
            await insurer.take(*(pieces[at] for at in order))
        else:
            for at in order:
                await insurer.take(pieces[at])
    await insurer.upkeep()
    assert await insurer.parked() == {}
    for event, place in (await placed(insurer)).items():
        assert place == (f"CERT-{event[1:]}", "social_security", "YT", f"K{event[1:]}", DAY, "accepted")
    assert await insurer.value("SELECT count(*) FROM contract") == 24


async def test_a_registration_that_names_its_own_number_makes_that_account(insurer, send):
    paid = send.event("Y1", PaymentCompleted("K1", NOON), "REG-1", DAY)
    await insurer.take(send.customer("K1"), paid, named(send, "Y2", PaymentCompleted("K1", NOON)))
    assert await insurer.parked() == {"Y1": "unknown_contract"}
    await insurer.take(send.event("R1", RegistrationOpened("K1", office="YT"), "REG-1", DAY))
    assert await insurer.parked() == {}
    assert await placed(insurer) == dict.fromkeys(
        ("Y1", "Y2", "R1"), ("REG-1", "social_security", "YT", "K1", DAY, "accepted")
    )


async def test_a_contract_that_the_core_system_sends_takes_the_place_of_the_account(insurer, send):
    await insurer.take(send.customer("K1"), named(send, "Y1", PaymentCompleted("K1", NOON, office="YT")))
    (before,) = await insurer.fetch("SELECT id FROM contract")
    sent = send.contract("REG-1", line="tax", policyholder="K1", unit="SD")
    await insurer.take(sent, named(send, "Y2", PaymentCompleted("K1", NOON, office="YT")))
    (after,) = await insurer.fetch("SELECT id, contract_no, unit FROM contract")
    assert tuple(after) == (before["id"], "REG-1", "SD")
    assert {place[0] for place in (await placed(insurer)).values()} == {"REG-1"}


async def test_a_contract_that_the_core_system_sent_keeps_its_number(insurer, send):
    sent = send.contract("K1", line="tax", policyholder="K1", unit="SD")
    await insurer.take(send.customer("K1"), sent)
    await insurer.take(named(send, "R1", RegistrationOpened("K1", certificate_no="C1", office="YT")))
    taken = await insurer.take(sent)
    assert taken.rows[0].status == "unchanged"
    assert (await placed(insurer))["R1"][:3] == ("K1", "tax", "SD")


async def test_an_insurers_contract_is_never_taken_for_an_account(insurer, send):
    await insurer.issue("P1")
    await insurer.take(named(send, "Y1", PaymentCompleted("KP1", NOON)))
    assert (await placed(insurer))["Y1"][:4] == ("KP1", "social_security", "HO", "KP1")
    assert await insurer.value("SELECT line FROM contract WHERE contract_no = 'P1'") == "life"


async def test_feedback_of_a_customer_sent_along_is_the_one_contracts_there_is(insurer, send):
    await insurer.issue("P1")
    told = FeedbackReceived("complaint", NOON)
    await insurer.take(named(send, "F1", told, customer=send.customer("KP1")))
    await insurer.take(send.contract("P2", policyholder="KP1"))
    await insurer.take(named(send, "F2", told, customer=send.customer("KP1")))
    await insurer.take(named(send, "F3", told, customer=send.customer("NEW")))
    found = await placed(insurer)
    assert (found["F1"][0], found["F2"], found["F3"][0]) == ("P1", (None,) * 5 + ("accepted",), "NEW")


async def test_what_is_about_nobody_known_waits_for_the_payer_or_the_office(insurer, send):
    await insurer.take(
        named(send, "K1", RiskFlagged("arrears", about="K1")),
        named(send, "T1", TipOffReceived(about="WF")),
        named(send, "T2", TipOffReceived(office="JN")),
    )
    assert await insurer.parked() == {"K1": "unknown_contract", "T1": "unknown_contract"}
    assert (await placed(insurer))["T2"][:4] == ("JN", "social_security", "JN", "JN")
    await insurer.take(send.customer("K1"))
    async with insurer.scope() as opened:
        await save_units(opened, [Unit("WF", "潍坊分局", "city", "SD")])
    calendar = await insurer.services.calendar()
    async with insurer.scope() as opened:
        assert PARKED in await due_now(opened, calendar)
    await insurer.upkeep()
    assert await insurer.parked() == {}
    found = await placed(insurer)
    assert (found["K1"][0], found["T1"][:4]) == ("K1", ("WF", "social_security", "WF", "WF"))
    async with insurer.scope() as opened:
        assert PARKED not in await due_now(opened, calendar)


async def test_an_account_without_any_unit_waits_for_one(house, send):
    insurer = await house.insurer(units=())
    await insurer.take(send.customer("K1"), named(send, "R1", RegistrationOpened("K1", certificate_no="C1")))
    assert await insurer.parked() == {"R1": "unknown_contract"}
    async with insurer.scope() as opened:
        await save_units(opened, [Unit("TAX", "某区税务局", "province")])
    await insurer.upkeep()
    assert await insurer.parked() == {}
    assert (await placed(insurer))["R1"][:4] == ("C1", "social_security", "TAX", "K1")


async def test_the_same_event_again_changes_nothing(insurer, send):
    opened = named(send, "R1", RegistrationOpened("K1", certificate_no="C1"))
    await insurer.take(send.customer("K1"), opened)
    before = await insurer.known()
    taken = await insurer.take(opened)
    assert [row.status for row in taken.rows] == ["unchanged"]
    assert await insurer.known() == before


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_corrections_and_retractions_stay_with_what_they_speak_of(insurer, send, order):
    pieces = [
        named(send, "R1", RegistrationOpened("K1", certificate_no="TYPO", office="YT")),
        named(send, "R2", RegistrationOpened("K1", certificate_no="C1", office="JN"), corrects="R1"),
        named(send, "Y1", PaymentCompleted("K1", NOON)),
    ]
    await insurer.take(send.customer("K1"))
    for at in order:
        await insurer.take(pieces[at])
    assert await placed(insurer) == dict.fromkeys(
        ("R1", "R2", "Y1"), ("C1", "social_security", "JN", "K1", DAY, "accepted")
    )
    gone = named(send, "R3", None, about="K1", type="registration.opened", retracts="R2")
    await insurer.take(gone)
    assert (await placed(insurer))["R3"][:3] == ("C1", "social_security", "YT")


async def test_two_registrations_of_one_payer_are_two_accounts(insurer, send):
    await insurer.take(
        send.customer("K1"),
        named(send, "R1", RegistrationOpened("K1", certificate_no="C1")),
        named(send, "R2", RegistrationOpened("K1", certificate_no="C2", line="tax")),
        named(send, "Y1", PaymentCompleted("K1", NOON, certificate_no="C2")),
        named(send, "Y2", PaymentCompleted("K1", NOON)),
    )
    found = await placed(insurer)
    assert [found[id][0] for id in ("R1", "R2", "Y1", "Y2")] == ["C1", "C2", "C2", "C1"]


async def test_a_number_that_two_sources_use_for_two_people_makes_two_accounts(insurer, send):
    one, other = (
        Customer("K1", "individual", name, id_type="resident_id", id_number=number)
        for name, number in (("王小明", "370102199003070038"), ("李小红", "370102198507150024"))
    )
    await insurer.take(one, source="core")
    await insurer.take(other, source="other")
    await insurer.take(
        named(send, "Y1", PaymentCompleted("K1", NOON)),
        named(send, "Y2", PaymentCompleted("K1", NOON), source="other"),
    )
    rows = await insurer.fetch("SELECT contract_no, policyholder_id FROM contract ORDER BY 1")
    assert [row["contract_no"] for row in rows] == ["K1", "K1@other"]
    assert rows[0]["policyholder_id"] != rows[1]["policyholder_id"]


async def test_an_account_that_came_in_at_the_same_moment_is_found_by_upkeep(insurer, send, monkeypatch):
    """The payer's account gets its certificate while feedback about the payer is being worked out (docs/decisions/0002)."""
    await insurer.take(named(send, "F0", FeedbackReceived("problem", NOON, about="K1")))
    derive = service._derive

    async def overtaken(*arguments):
        monkeypatch.setattr(service, "_derive", derive)
        await insurer.take(
            send.customer("K1"), named(send, "R1", RegistrationOpened("K1", certificate_no="C1"))
        )
        return await derive(*arguments)

    monkeypatch.setattr(service, "_derive", overtaken)
    await insurer.take(named(send, "F1", FeedbackReceived("problem", NOON, about="K1")))
    await insurer.upkeep()
    assert await insurer.parked() == {}
    assert {place[0] for place in (await placed(insurer)).values()} == {"C1"}
