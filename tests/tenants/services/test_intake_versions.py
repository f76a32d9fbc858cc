"""Newer knowledge wins whenever it comes; corrections, retractions and callbacks of the system before count (SD-1, SD-7a)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from huifang_core.events import (
    CallbackCompleted,
    ClaimSettled,
    ContractCancelled,
    ContractChanged,
    ContractDelivered,
    ContractIssued,
    ControlTotal,
    GraceEntered,
    PremiumPaid,
)
from huifang_core.windows import end_of_day, start_of_day
from huifang_tenants.services.upkeep import count_totals

ISSUED, DELIVERED = date(2026, 3, 2), date(2026, 3, 9)


async def obligation(insurer, contract_no="P1"):
    (row,) = await insurer.fetch(
        "SELECT o.* FROM obligation o JOIN contract c ON c.id = o.contract_id WHERE c.contract_no = $1"
        " AND o.status NOT IN ('superseded', 'cancelled')",
        contract_no,
    )
    return row


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
async def test_an_older_version_never_overwrites_a_newer(insurer, send, order):
    for version in order:
        await insurer.take(send.contract("P1", version=version, product_name=f"第{version}版"))
    assert await insurer.value("SELECT product_name FROM contract") == "第3版"


async def test_an_older_version_is_said_to_be_stale(insurer, send):
    await insurer.take(send.contract("P1", version=3))
    before = await insurer.dump()
    taken = await insurer.take(send.contract("P1", version=2))
    assert [(row.status, row.code) for row in taken.rows] == [("unchanged", "stale_version")]
    assert await insurer.dump() == before


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_a_change_with_an_older_sequence_is_kept_and_does_not_win(insurer, send, order):
    changes = [
        send.event(
            f"c{n}", ContractChanged("变更", {"product_name": f"第{n}版"}), "P1", DELIVERED, sequence=n
        )
        for n in (2, 3, 4)
    ]
    await insurer.take(send.contract("P1", version=1))
    for n in order:
        await insurer.take(changes[n])
    assert await insurer.value("SELECT product_name FROM contract") == "第4版"
    assert await insurer.value("SELECT count(*) FROM event") == 3


async def test_dec_12_a_corrected_delivery_moves_the_window_and_a_retracted_one_closes_it(insurer, send):
    await insurer.issue("P1", delivered_on=DELIVERED)
    assert (await obligation(insurer))["due_by"] == end_of_day(date(2026, 3, 19))
    corrected = ContractDelivered(date(2026, 3, 6))
    await insurer.take(send.event("fix", corrected, "P1", DELIVERED, corrects="P1-delivered"))
    now = await obligation(insurer)
    assert (now["due_by"], now["generation"]) == (end_of_day(date(2026, 3, 16)), 2)
    old = await insurer.fetch("SELECT status, replaced_by FROM obligation WHERE status = 'superseded'")
    assert [row["replaced_by"] for row in old] == [now["id"]]
    for target in ("fix", "P1-delivered"):
        await insurer.take(
            send.event(f"no {target}", None, "P1", DELIVERED, type="contract.delivered", retracts=target)
        )
    assert (await obligation(insurer))["status"] == "waiting"


async def test_dec_4_an_event_that_came_too_late_makes_a_late_obligation_not_none(insurer):
    await insurer.issue("P1", delivered_on=date(2026, 2, 1))
    row = await obligation(insurer)
    assert (row["status"], row["born_late"]) == ("open", "past_when_it_happened")
    assert row["due_by"] == end_of_day(date(2026, 2, 11))


async def test_sd_1_cancelled_in_the_cooling_off_period_voids_the_callback(insurer, send):
    await insurer.issue("P1")
    await insurer.take(send.event("c", ContractCancelled(date(2026, 3, 10)), "P1", date(2026, 3, 10)))
    row = await obligation(insurer)
    assert (row["status"], row["status_reason"]) == ("voided", "contract.cancelled:c")
    await insurer.take(
        send.event("r", None, "P1", date(2026, 3, 11), type="contract.cancelled", retracts="c")
    )
    assert (await obligation(insurer))["status"] == "open"


async def test_sd_7a_a_premium_paid_in_full_voids_the_grace_callback_and_part_of_it_does_not(insurer, send):
    await insurer.issue("P1")
    await insurer.take(
        send.event("g", GraceEntered(date(2026, 6, 30), Decimal("1200.00")), "P1", date(2026, 3, 10))
    )
    kind = "SELECT status FROM obligation WHERE kind = 'grace_period' AND status NOT IN ('superseded', 'cancelled')"
    paid = date(2026, 3, 10)
    await insurer.take(send.event("p1", PremiumPaid(paid, amount=Decimal(600)), "P1", paid))
    assert await insurer.value(kind) == "open"
    await insurer.take(send.event("p2", PremiumPaid(paid, amount=Decimal(600)), "P1", paid))
    assert await insurer.value(kind) == "voided"


async def test_a_completed_callback_stays_completed_when_its_facts_change(insurer, send):
    await insurer.issue("P1")
    done = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)
    await insurer.fetch(
        "UPDATE obligation SET status = 'completed', completed_at = $1, completed_channel = 'phone', successful = true,"
        " attempts = 2, closed_at = $1",
        done,
    )
    await insurer.take(
        send.event("fix", ContractDelivered(date(2026, 3, 6)), "P1", DELIVERED, corrects="P1-delivered")
    )
    row = await obligation(insurer)
    assert (row["status"], row["completed_at"], row["completed_channel"], row["successful"], row["attempts"]) == (
        "completed", done, "phone", True, 2,
    )  # fmt: skip
    assert row["due_by"] == end_of_day(date(2026, 3, 16))


async def test_a_caller_who_is_at_it_keeps_the_lease_when_a_date_is_corrected(insurer, send):
    await insurer.issue("P1")
    until = datetime(2030, 1, 1, tzinfo=UTC)
    await insurer.fetch(
        "UPDATE obligation SET lease_staff = (SELECT id FROM staff), lease_until = $1, attempts = 1,"
        " callable_from = $1",
        until,
    )
    await insurer.take(
        send.event("fix", ContractDelivered(date(2026, 3, 6)), "P1", DELIVERED, corrects="P1-delivered")
    )
    row = await obligation(insurer)
    assert (row["lease_until"], row["callable_from"]) == (until, until)
    await insurer.take(send.event("c", ContractCancelled(date(2026, 3, 10)), "P1", date(2026, 3, 10)))
    leased = "SELECT count(*) FROM obligation WHERE lease_until IS NOT NULL"
    assert await insurer.value(leased) == 0


async def test_what_was_due_before_the_cut_over_is_historic_and_imported_callbacks_count(house, send):
    insurer = await house.insurer(cut_over_on=date(2026, 3, 1))
    for number, day in (("P1", date(2026, 1, 5)), ("P2", date(2026, 1, 5)), ("P3", date(2026, 3, 5))):
        await insurer.issue(number, delivered_on=day)
    called = datetime(2026, 3, 6, 2, 0, tzinfo=UTC)
    await insurer.take(
        send.event("cb2", CallbackCompleted("new_contract", called, "phone"), "P2", date(2026, 3, 6)),
        send.event("cb3", CallbackCompleted("new_contract", called, "phone"), "P3", date(2026, 3, 6)),
    )
    assert (await obligation(insurer, "P1"))["status"] == "historic"
    for number in ("P2", "P3"):
        row = await obligation(insurer, number)
        assert (row["status"], row["status_reason"], row["completed_at"]) == ("completed", "imported", called)


async def test_an_imported_callback_that_fits_nothing_waits_for_something_that_it_fits(insurer, send):
    called = CallbackCompleted("new_contract", datetime(2026, 3, 6, 2, 0, tzinfo=UTC), "phone")
    await insurer.take(send.customer("KP1"), send.contract("P1", delivered_on=date(2026, 3, 5)))
    await insurer.take(send.event("cb", called, "P1", date(2026, 3, 6)))
    assert await insurer.parked() == {"cb": "unmatched_callback"}
    await insurer.take(send.event("i", ContractIssued(), "P1", ISSUED))
    assert await insurer.parked() == {}
    assert (await obligation(insurer))["status"] == "completed"
    await insurer.take(
        send.event("r", None, "P1", date(2026, 3, 7), type="callback.completed", retracts="cb")
    )
    assert (await obligation(insurer))["status"] == "open"


async def test_sd_1_a_claim_has_its_callback_and_a_corrected_amount_makes_no_second_one(insurer, send):
    await insurer.issue("P1")
    day = date(2026, 3, 10)
    settled = ClaimSettled("CL1", "paid", Decimal(100), day)
    await insurer.take(send.event("s", settled, "P1", day, claim_no="CL1"))
    settled = ClaimSettled("CL1", "paid", Decimal(150), day)
    await insurer.take(send.event("s2", settled, "P1", day, claim_no="CL1", corrects="s"))
    live = [row for row in await insurer.live() if "/claim/" in row[1]]
    assert len(live) == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_control_totals_are_held_against_what_came_in(insurer, send, order):
    day = date(2026, 3, 9)
    totals = [
        send.event("t1", ControlTotal(day, "contract.issued", 3), None, day),
        send.event("t2", ControlTotal(day, "contract.issued", 2), None, day, time=start_of_day(day) + timedelta(hours=20)),
    ]  # fmt: skip
    for n in order:
        await insurer.take(totals[n])
    await insurer.take(send.event("E1", ContractIssued(), "P1", day))
    read = "SELECT announced, taken FROM control_total"
    async with insurer.scope() as opened:
        await count_totals(opened)
    assert tuple((await insurer.fetch(read))[0]) == (2, 1)
    alarm = "SELECT count(*) FROM alarm WHERE kind = 'control_total_gap' AND cleared_at IS NULL"
    assert await insurer.value(alarm) == 1
    await insurer.take(send.event("E2", ContractIssued(), "P2", day))
    async with insurer.scope() as opened:
        await count_totals(opened)
    assert tuple((await insurer.fetch(read))[0]) == (2, 2)
    assert await insurer.value(alarm) == 0
