"""An event is taken in once only by source and id: again changes nothing, and with other content is refused."""

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from huifang_core.events import (
    ClaimReported,
    ContractCancelled,
    ContractDelivered,
    ContractIssued,
    GraceEntered,
    PremiumPaid,
    Reporter,
)
from huifang_tenants.services.intake import IntakeBusy, service
from huifang_tenants.services.intake.save import Outdated
from huifang_tenants.stores.ledger import Actor

DAY = date(2026, 3, 9)
NOON = datetime(2026, 3, 9, 4, 0, tzinfo=UTC)


async def test_the_same_event_again_leaves_every_table_as_it_was(insurer, send):
    await insurer.issue("P1")
    delivered = send.event("P1-delivered", ContractDelivered(DAY), "P1", DAY)
    before = await insurer.dump()
    taken = await insurer.take(delivered, delivered)
    assert [(row.line, row.status, row.code) for row in taken.rows] == [
        (0, "unchanged", None),
        (1, "unchanged", None),
    ]
    assert (taken.obligations_made, taken.obligations_changed) == (0, 0)
    assert await insurer.dump() == before


async def test_the_same_id_with_other_content_is_refused_now_and_later(insurer, send):
    first = send.event("E1", ContractDelivered(DAY), "P1", DAY)
    other = send.event("E1", ContractDelivered(date(2026, 3, 8)), "P1", DAY)
    taken = await insurer.take(first, other, first)
    assert [(row.status, row.code) for row in taken.rows] == [
        ("parked", "unknown_contract"),
        ("refused", "event_conflict"),
        ("unchanged", None),
    ]
    before = await insurer.dump()
    taken = await insurer.take(other)
    assert [(row.status, row.code) for row in taken.rows] == [("refused", "event_conflict")]
    assert await insurer.dump() == before


async def test_the_same_id_of_another_source_is_another_event(insurer, send):
    taken = await insurer.take(
        send.event("E1", ContractIssued(), "P1", DAY),
        send.event("E1", ContractIssued(), "P1", DAY, source="crm"),
    )
    assert [row.status for row in taken.rows] == ["parked", "parked"]


async def test_a_refused_event_brings_neither_contract_nor_customer(insurer, send):
    await insurer.take(send.event("E1", ContractIssued(), "P1", DAY))
    other = send.event(
        "E1",
        ContractIssued(),
        "P1",
        date(2026, 3, 8),
        contract=send.contract("P1"),
        customer=send.customer("KP1"),
    )
    taken = await insurer.take(other)
    assert taken.rows[0].status == "refused"
    assert (
        await insurer.value("SELECT (SELECT count(*) FROM contract) + (SELECT count(*) FROM customer)") == 0
    )


async def test_contract_and_customer_sent_along_are_taken_in_with_their_event(insurer, send):
    whole = send.event(
        "E1",
        ContractIssued(),
        "P1",
        DAY,
        contract=send.contract("P1"),
        customer=send.customer("KP1"),
        sequence=3,
    )
    taken = await insurer.take(whole)
    assert (taken.rows[0].status, taken.obligations_made) == ("accepted", 1)
    assert await insurer.value("SELECT version FROM contract") == 3


async def test_a_batch_that_is_all_or_nothing_is_nothing_with_one_conflict(insurer, send):
    await insurer.take(send.event("E1", ContractIssued(), "P1", DAY))
    before = await insurer.dump()
    taken = await insurer.take(
        send.customer("KP2"),
        send.event("E2", ContractIssued(), "P2", DAY),
        send.event("E1", ContractIssued(), "P1", date(2026, 3, 8)),
        all_or_nothing=True,
    )
    assert [(row.line, row.status) for row in taken.rows] == [(2, "refused")]
    assert await insurer.dump() == before


async def test_many_who_send_the_same_at_once_leave_one(insurer, send):
    rows = [send.customer("KP1"), send.contract("P1"), send.event("E1", ContractIssued(), "P1", DAY)]
    results = await asyncio.gather(*(insurer.take(*rows) for _ in range(8)))
    events = [row.status for taken in results for row in taken.rows if row.line == 2]
    assert sorted(events) == ["accepted", *["unchanged"] * 7]
    for table in ("customer", "contract", "event", "obligation"):
        assert await insurer.value(f"SELECT count(*) FROM {table}") == 1
    made = "SELECT count(*) FROM ledger WHERE action = 'obligation.made'"
    assert await insurer.value(made) == 1


async def test_eight_writers_of_overlapping_batches_lose_and_double_nothing(insurer, send):
    numbers = [f"P{n}" for n in range(40)]

    def batch(writer: int) -> list[object]:
        mine = numbers[writer * 3 : writer * 3 + 16]
        if writer % 2:
            mine = mine[::-1]
        rows: list[object] = []
        for number in mine:
            rows += [
                send.customer(f"K{number}"),
                send.contract(number),
                send.event(f"{number}-issued", ContractIssued(), number, DAY),
                send.event(f"{number}-delivered-{writer}", ContractDelivered(DAY), number, DAY),
            ]
        return rows

    await asyncio.gather(*(insurer.take(*batch(writer)) for writer in range(8)))
    await insurer.upkeep()
    covered = {number for writer in range(8) for number in numbers[writer * 3 : writer * 3 + 16]}
    assert await insurer.parked() == {}
    assert await insurer.value("SELECT count(*) FROM contract") == len(covered)
    assert await insurer.value("SELECT count(*) FROM event") == len(covered) + 8 * 16
    live = await insurer.live()
    assert sum(live.values()) == len(covered)
    assert {row[2] for row in live} == {"open"}
    assert await insurer.value(
        "SELECT count(*) FROM ledger WHERE action = 'event.taken_in'"
    ) == await insurer.value("SELECT count(*) FROM event")


async def test_a_batch_gives_up_only_after_others_were_faster_again_and_again(insurer, send, monkeypatch):
    tries = 0

    async def overtaken(*_: object) -> None:
        nonlocal tries
        tries += 1
        raise Outdated

    monkeypatch.setattr(service, "save", overtaken)
    with pytest.raises(IntakeBusy):
        await insurer.take(send.customer("K1"))
    assert tries >= 6
    assert await insurer.value("SELECT count(*) FROM customer") == 0


async def test_two_events_of_one_contract_at_the_same_moment_know_of_each_other(insurer, send, monkeypatch):
    """Neither changes the contract, and together they void a callback: the second writer starts over."""
    await insurer.issue("P1")
    both, derive, calls = asyncio.Barrier(2), service._derive, 0

    async def side_by_side(*arguments):
        nonlocal calls
        calls += 1
        answers = await derive(*arguments)
        if calls <= 2:
            await both.wait()
        return answers

    monkeypatch.setattr(service, "_derive", side_by_side)
    await asyncio.gather(
        insurer.take(send.event("g", GraceEntered(date(2026, 6, 30), Decimal(1200)), "P1", DAY)),
        insurer.take(send.event("p", PremiumPaid(DAY, amount=Decimal(1200)), "P1", DAY, time=NOON)),
    )
    assert calls >= 3
    status = "SELECT status FROM obligation WHERE kind = 'grace_period'"
    assert await insurer.value(status) == "voided"


async def test_a_callback_completed_while_a_batch_was_worked_out_is_not_lost(insurer, send, monkeypatch):
    """The contract is cancelled while a caller completes its callback: who comes second sees what the first did."""
    await insurer.issue("P1")
    derive = service._derive

    async def meanwhile(*arguments):
        answers = await derive(*arguments)
        await insurer.fetch(
            "UPDATE obligation SET status = 'completed', completed_at = now() WHERE status = 'open'"
        )
        return answers

    monkeypatch.setattr(service, "_derive", meanwhile)
    await insurer.take(send.event("c", ContractCancelled(DAY), "P1", DAY))
    assert await insurer.value("SELECT status FROM obligation") == "completed"


async def test_what_a_person_told_stays_sealed_and_still_makes_events_equal(insurer, send):
    reported = ClaimReported(
        "CL1", send.event("x", None, None, DAY).time, Reporter("driver", "赵司机", "13812345678")
    )
    await insurer.issue("P1")
    await insurer.take(send.event("E1", reported, "P1", DAY))
    before = await insurer.dump()
    taken = await insurer.take(send.event("E1", reported, "P1", DAY))
    assert taken.rows[0].status == "unchanged"
    assert await insurer.dump() == before
    payload = await insurer.value("SELECT payload FROM event WHERE event_id = 'E1'")
    assert payload["reporter"] == {"role": "driver"}


async def test_who_took_it_in_is_in_the_ledger(insurer):
    await insurer.issue("P1")
    rows = await insurer.fetch(
        "SELECT DISTINCT actor FROM ledger WHERE action LIKE '%taken_in' OR action = 'obligation.made'"
    )
    assert [row["actor"] for row in rows] == [Actor("test:core").name]
