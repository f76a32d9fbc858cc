"""What should have come in and did not: deliveries (DEC-12), events announced by a control total."""

from datetime import date, timedelta

from huifang_core.events import ContractDelivered, ContractIssued, ControlTotal
from huifang_core.windows import start_of_day
from huifang_tenants.services.upkeep import count_totals, watch_deliveries

DAY = date(2026, 3, 9)


async def test_a_delivery_that_does_not_come_raises_an_alarm_until_it_does(insurer, send):
    await insurer.issue("P1", delivered_on=None)
    obligation = await insurer.value("SELECT id::text FROM obligation WHERE status = 'waiting'")
    await insurer.at(start_of_day(date(2026, 3, 12)) - timedelta(seconds=1))
    await insurer.do(watch_deliveries)
    assert await insurer.alarms("delivery_missing") == {}
    await insurer.at(start_of_day(date(2026, 3, 12)))
    await insurer.do(watch_deliveries)
    await insurer.do(watch_deliveries)
    alarms = await insurer.alarms("delivery_missing")
    assert list(alarms) == [obligation]
    assert alarms[obligation]["alarm_on"] == "2026-03-12"

    delivered = date(2026, 3, 11)
    await insurer.take(send.event("late", ContractDelivered(delivered), "P1", delivered))
    await insurer.do(watch_deliveries)
    assert await insurer.alarms("delivery_missing") == {}
    assert await insurer.value("SELECT count(*) FROM alarm WHERE cleared_at IS NOT NULL") == 1


async def test_a_gap_between_what_was_announced_and_what_came_raises_an_alarm(insurer, send):
    def issued(number: int, **changes):
        return send.event(f"E{number}", ContractIssued(), f"P{number}", DAY, **changes)

    total = send.event("T", ControlTotal(DAY, "contract.issued", 3), None, date(2026, 3, 10))
    await insurer.take(issued(1), issued(2), send.event("X", ContractDelivered(DAY), "P1", DAY), total)
    await insurer.do(count_totals)
    gap = {"source": "core", "type": "contract.issued", "day": "2026-03-09", "announced": 3, "taken": 2}
    assert await insurer.alarms("control_total_gap") == {"core/contract.issued/2026-03-09": gap}

    # A retraction is an event that the core system sent, so it counts; the next day's does not.
    await insurer.take(issued(3, retracts="E1"))
    await insurer.take(send.event("E4", ContractIssued(), "P4", date(2026, 3, 10)))
    await insurer.do(count_totals)
    assert await insurer.alarms("control_total_gap") == {}

    await insurer.take(issued(5))
    await insurer.do(count_totals)
    (alarm,) = (await insurer.alarms("control_total_gap")).values()
    assert (alarm["announced"], alarm["taken"]) == (3, 4)


async def test_every_total_is_counted_however_many_there_are(insurer, send):
    days = [DAY - timedelta(n) for n in range(120)]
    totals = [send.event(f"T{d}", ControlTotal(d, "contract.issued", 1), None, DAY) for d in days]
    await insurer.take(*totals)
    runs = 1
    while await insurer.do(count_totals):
        runs += 1
    assert runs > 1
    assert len(await insurer.alarms("control_total_gap")) == 120
    assert await insurer.value("SELECT count(*) FROM control_total WHERE taken IS NULL") == 0
