"""An office at work: files and events of payers in, obligations out, whatever comes first (PF-1, PF-3, TS-2, DEC-11)."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from huifang_core.events import (
    FeedbackReceived,
    PaymentCompleted,
    RegistrationOpened,
    RiskFlagged,
    TipOffReceived,
)
from huifang_core.units import Unit
from huifang_core.windows import end_of_day
from huifang_tenants.services.plugins import configure
from huifang_tenants.services.whatif import explain_contract
from huifang_tenants.stores.ledger import Actor

DAY = date(2026, 3, 9)
NOON = datetime(2026, 3, 9, 4, tzinfo=UTC)
OFFICES = (
    Unit("QJ", "某区社会保险事业中心", "province"),
    Unit("QJ-1", "第一征收所", "city", "QJ", supervisor="qingdao"),
    Unit("QJ-2", "第二征收所", "city", "QJ"),
)


@pytest.fixture
async def office(house):
    """An office with both plugins of offices on; it is 10:00 on Tuesday 10 March 2026."""
    return await house.insurer(plugins=("payer_feedback", "tax_social_security"), units=OFFICES)


def about(send, id, payload, number, **changes):
    return send.event(id, payload, None, DAY, about=number, **changes)


async def books(office):
    rows = await office.fetch(
        "SELECT c.contract_no, o.key, o.status, o.unit, o.due_by FROM obligation o JOIN contract c ON c.id = o.contract_id"
        " WHERE o.status NOT IN ('superseded', 'cancelled') ORDER BY o.key"
    )
    return [tuple(row) for row in rows]


async def test_pf_3_files_of_payers_and_payments_are_enough(office):
    """PF-1, PF-3: no registration is known, and everyone who paid is called back all the same."""
    await office.bring(
        [
            {
                "id": "Y1",
                "source": "till",
                "type": "payment.completed",
                "time": "2026-03-09 12:00",
                "payer": "K1",
                "paid_at": "2026-03-09 12:00",
                "amount": "860.00",
                "office": "QJ-1",
            },
            {
                "id": "Y2",
                "source": "till",
                "type": "payment.completed",
                "time": "2026-03-09 12:30",
                "payer": "K2",
                "paid_at": "2026-03-09 12:30",
                "office": "QJ-2",
            },
        ],
        "events.csv",
    )
    assert await office.parked() == {"Y1": "unknown_policyholder", "Y2": "unknown_policyholder"}
    await office.bring(
        [
            {"customer_no": "K1", "kind": "individual", "name": "王小明", "phones": "13800138001"},
            {"customer_no": "K2", "kind": "individual", "name": "李小红", "phones": "13800138002"},
        ],
        "customers.csv",
    )
    await office.upkeep()
    due_by = end_of_day(date(2026, 3, 16))
    assert await office.parked() == {}
    assert await books(office) == [
        ("K1", "payer_feedback/payment/2026-03-09", "open", "QJ-1", due_by),
        ("K2", "payer_feedback/payment/2026-03-09", "open", "QJ-2", due_by),
    ]


async def test_the_same_obligations_come_of_it_whatever_comes_first(house, send):
    """PF-3, TS-2: of registration, payment, feedback, risk and payer in any order, one at a time."""
    office = await house.insurer(plugins=("payer_feedback", "tax_social_security"), units=OFFICES)
    for n, order in enumerate(permutations(range(5))):
        if n % 7:
            continue
        payer, certificate = f"K{n}", f"C{n}"
        pieces = [
            send.customer(payer),
            about(send, f"R{n}", RegistrationOpened(payer, certificate_no=certificate, office="QJ-2"), payer),
            about(send, f"Y{n}", PaymentCompleted(payer, NOON, office="QJ-1"), payer),
            about(send, f"F{n}", FeedbackReceived("problem", NOON, about=payer), payer),
            about(send, f"X{n}", RiskFlagged("欠缴", about=payer), payer),
        ]
        for at in order:
            await office.take(pieces[at])
        await office.upkeep()
        found = [entry for entry in await books(office) if entry[0] == certificate]
        assert [entry[1:4] for entry in found] == [
            ("payer_feedback/payment/2026-03-09", "open", "QJ-2"),
            (f"payer_feedback/reply/F{n}", "open", "QJ-2"),
            (f"tax_social_security/risk_warning/X{n}", "open", "QJ-2"),
        ], order
    assert await office.parked() == {}


async def test_a_certificate_that_comes_later_makes_no_second_obligation(office, send):
    """PF-4: the account takes its number, and what was made for it stays the one there is."""
    await office.take(
        send.customer("K1"), about(send, "Y1", PaymentCompleted("K1", NOON, office="QJ-1"), "K1")
    )
    (before,) = await office.fetch("SELECT id FROM obligation")
    await office.take(about(send, "R1", RegistrationOpened("K1", certificate_no="C1", office="QJ-1"), "K1"))
    (after,) = await office.fetch("SELECT id, status FROM obligation")
    assert tuple(after) == (before["id"], "open")
    assert [entry[0] for entry in await books(office)] == ["C1"]


async def test_a_payment_taken_back_by_its_payers_name_alone(office, send):
    """PF-1: what was not paid is not asked about."""
    await office.take(send.customer("K1"), about(send, "Y1", PaymentCompleted("K1", NOON), "K1"))
    gone = about(send, "Y2", None, "K1", type="payment.completed", retracts="Y1")
    await office.take(gone)
    assert await books(office) == []


async def test_what_is_about_an_office_has_nobody_called(office, send):
    """TS-2, PF-3: cases alone; and why is told to whoever asks."""
    await office.take(
        about(send, "T1", TipOffReceived(about="QJ-1"), "QJ-1"),
        about(send, "X1", RiskFlagged("信息交换滞后", about="QJ-1"), "QJ-1"),
        about(send, "F1", FeedbackReceived("complaint", NOON, about="QJ-1"), "QJ-1"),
    )
    assert await office.parked() == {}
    assert await books(office) == []
    told = await explain_contract(office.services, office.tenant, "QJ-1")
    assert {one.rule for one in told} >= {"tip_off", "risk_warning", "formal_talk", "reply"}


async def test_dec_11_only_payers_of_the_bureaus_named_are_called(house, send):
    """DEC-11: the unit is the office that was paid at."""
    office = await house.insurer(plugins=(), units=OFFICES)
    catalogue = await office.services.catalogue()
    async with office.scope() as opened:
        await configure(
            opened,
            catalogue,
            "payer_feedback",
            Actor("test:core"),
            settings={"supervising_bureaus": ["qingdao"]},
        )
    await office.take(
        send.customer("K1"),
        send.customer("K2"),
        about(send, "Y1", PaymentCompleted("K1", NOON, office="QJ-1"), "K1"),
        about(send, "Y2", PaymentCompleted("K2", NOON + timedelta(minutes=1), office="QJ-2"), "K2"),
    )
    # That of the second office is not on file, so its payers are in scope as well.
    assert [entry[0] for entry in await books(office)] == ["K1", "K2"]
    async with office.scope() as opened:
        await opened.connection.execute("UPDATE unit SET supervisor = 'shandong' WHERE code = 'QJ-2'")
    await office.take(refresh=("K1", "K2"))
    assert [entry[0] for entry in await books(office)] == ["K1"]
