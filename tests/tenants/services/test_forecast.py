"""The look ahead: attempts by hour, unit and channel, made of the same rules as the queue, against the people there are (ASK)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from huifang_core.events import ContractDelivered, ContractIssued
from huifang_core.units import Staff
from huifang_core.windows import start_of_day
from huifang_tenants.services.contacts.shares import standing_of
from huifang_tenants.services.declared_limits import declared_limits
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.forecast import forecast_shares, look_ahead
from huifang_tenants.stores.organisation import save_staff

TODAY = date(2026, 3, 10)


async def issue(insurer: Any, send: Any, number: str, holder: str | None = None, unit: str = "JN") -> None:
    """A contract delivered yesterday: one callback is due by the end of its cooling-off period."""
    holder = holder or f"K{number}"
    await insurer.take(
        send.customer(holder),
        send.contract(number, policyholder=holder, unit=unit),
        send.event(f"{number}-issued", ContractIssued(), number, date(2026, 3, 2)),
        send.event(f"{number}-delivered", ContractDelivered(date(2026, 3, 9)), number, date(2026, 3, 9)),
    )


async def ahead(insurer: Any, **options: Any) -> Any:
    return await look_ahead(insurer.services, insurer.tenant, **options)


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC) - timedelta(hours=8)


async def test_asked_for_capacity_what_each_day_brings_by_unit_and_channel(insurer: Any, send: Any) -> None:
    for n in range(3):
        await issue(insurer, send, f"P{n}")
    await issue(insurer, send, "P9", unit="YT")
    found = await ahead(insurer, days=1)
    assert (found.now, found.until) == (at(10, 10), start_of_day(TODAY + timedelta(1)))
    assert [(load.at, load.unit, load.channel) for load in found.loads] == [
        (start_of_day(TODAY), "JN", "phone"),
        (start_of_day(TODAY), "YT", "phone"),
    ]
    (total,) = found.totals
    assert total.attempts == sum(load.attempts for load in found.loads) >= 4
    assert (total.staff, found.overdue, dict(found.shortfalls)) == (1, 0, {})
    only = await ahead(insurer, days=1, unit="YT")
    assert {load.unit for load in only.loads} == {"YT"}


async def test_by_hours_all_calls_lie_within_calling_hours(insurer: Any, send: Any) -> None:
    for n in range(4):
        await issue(insurer, send, f"P{n}")
    found = await ahead(insurer, days=5, step="hour")
    calls = [load for load in found.totals if load.channel == "phone"]
    assert calls[0].at == at(10, 10)
    assert {(load.at + timedelta(hours=8)).hour for load in calls} <= set(range(9, 21))
    assert [load.at for load in found.totals] == sorted(load.at for load in found.totals)


async def test_a_person_is_planned_once_for_all_and_so_often_a_day(insurer: Any, send: Any) -> None:
    """DEC-5: two contracts of one person make one call."""
    await issue(insurer, send, "P1", "KX")
    alone = (await ahead(insurer, days=1)).totals
    await issue(insurer, send, "P2", "KX")
    assert (await ahead(insurer, days=1)).totals == alone
    await insurer.fetch(
        "INSERT INTO contact (id, customer_id, staff_id, channel, status, started_at, dialled_at, personal_enc, snapshot)"
        " SELECT gen_random_uuid(), c.id, s.id, 'phone', 'concluded', $1, $1, '', '{}' FROM customer c, staff s,"
        " generate_series(1, 3) WHERE c.customer_no = 'KX' AND s.staff_no = 'C1'",
        insurer.tenant.clock_at,
    )
    assert (await ahead(insurer, days=1)).totals == (), "rung three times today already"
    assert (await ahead(insurer, days=2)).totals != ()


async def test_what_is_overdue_is_counted_and_what_stopped_is_not(insurer: Any, send: Any) -> None:
    await issue(insurer, send, "P1")
    await issue(insurer, send, "P2")
    late = await insurer.at(at(30, 10))
    assert (await ahead(late)).overdue == 2
    await insurer.fetch(
        "UPDATE obligation SET after_due = 'stop' WHERE contract_id = (SELECT id FROM contract WHERE contract_no = 'P1')"
    )
    assert (await ahead(late)).overdue == 1


async def test_staff_are_those_trained_here_and_in_charge(insurer: Any, send: Any) -> None:
    await issue(insurer, send, "P1")
    async with insurer.scope() as opened:
        until = date(2030, 12, 31)
        people = (
            Staff("X1", "张", "HO", ("caller",), trained_until=until),
            Staff("X2", "张", "JN", ("team_leader",), trained_until=until),
            Staff("X3", "张", "YT", ("caller",), trained_until=until),
            Staff("X4", "张", "JN", ("visitor",), trained_until=until),
            Staff("X5", "张", "JN", ("caller",), trained_until=date(2026, 3, 9)),
            Staff("X6", "张", "JN", ("caller",), trained_until=until, active_until=date(2026, 3, 9)),
        )
        await save_staff(opened, people)
    found = await ahead(insurer, days=1)
    assert [load.staff for load in found.loads if load.channel == "phone"] == [3], "C1, X1 and X2"
    assert [load.staff for load in found.totals if load.channel == "phone"] == [4]


async def test_an_unknown_unit_is_refused(insurer: Any) -> None:
    with pytest.raises(Refused) as caught:
        await ahead(insurer, unit="NOWHERE")
    assert caught.value.code == "not_found"


async def test_ln_5_what_the_share_comes_to_if_nobody_answers(house: Any, send: Any) -> None:
    """LN-5, DEC-9: every open callback would end as a visit or letter."""
    insurer = await house.insurer(plugins=("liaoning_life",))
    await insurer.fetch("UPDATE unit SET supervisor = 'liaoning', region = '210000' WHERE code = 'SD'")
    await insurer.fetch("UPDATE unit SET region = '210100' WHERE code = 'JN'")
    for n in range(3):
        await issue(insurer, send, f"P{n}")
    catalogue = await insurer.services.catalogue()
    async with insurer.scope() as opened:
        (declared,) = (await declared_limits(opened, catalogue)).shares
        standing = await standing_of(opened, declared)
    found = await forecast_shares(insurer.services, insurer.tenant, [standing])
    share = found["liaoning_life", "visits_and_letters"]
    assert (share.by_channels, share.completed) == (3, 3)
