"""Schedules: each day that comes is told to the rules, for all it is due for, in order and never twice (HI-2, CARE-1)."""

from collections.abc import AsyncIterator, Callable
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from huifang_core.windows import start_of_day
from huifang_tenants.plugin_host import PluginHost
from huifang_tenants.services.context import Services
from huifang_tenants.services.plugins import configure
from huifang_tenants.services.schedules import reach_days
from huifang_tenants.services.upkeep import advance_clock, due_now
from huifang_tenants.stores.ledger import Actor

TEN = timedelta(hours=10)


@pytest.fixture(scope="module")
async def planning_host(planning_plugin: object) -> AsyncIterator[PluginHost]:
    async with PluginHost() as host:
        yield host


@pytest.fixture
async def make(
    house: Any, planning_host: PluginHost, planning_plugin: Callable[..., None]
) -> Callable[..., Any]:
    """Make an insurer on that day at ten, with the planning plugin switched on."""
    planning_plugin()

    async def insurer(day: date, **options: Any) -> Any:
        options.setdefault("plugins", ("planning",))
        return await house.insurer(
            services=Services(house.db, planning_host), clock_at=start_of_day(day) + TEN, **options
        )

    return insurer


async def advance(insurer: Any, day: date) -> Any:
    tenant = await advance_clock(insurer.services, insurer.registry, insurer.tenant, start_of_day(day) + TEN)
    return msgspec.structs.replace(insurer, tenant=tenant)


async def jump(insurer: Any, day: date) -> Any:
    """Let the clock stand at ten of that day, nothing in between having been done: the worker was down."""
    later = await insurer.at(start_of_day(day) + TEN)
    while await reach_days(later.services, later.tenant):
        pass
    return later


async def reached(insurer: Any) -> list[tuple[str, str, str]]:
    """Schedule, contract and day of each event, in the order in which they came in."""
    rows = await insurer.fetch(
        "SELECT payload, contract_no, happened_at FROM event WHERE type = 'schedule.reached' ORDER BY id"
    )
    assert all(row["happened_at"] == start_of_day(date.fromisoformat(row["payload"]["on"])) for row in rows)
    return [
        (row["payload"]["schedule"].removeprefix("planning/"), row["contract_no"], row["payload"]["on"])
        for row in rows
    ]


async def test_hi_2_three_months_after_effect_the_rules_are_told_on_the_day(make, send):
    insurer = await make(date(2026, 3, 10))
    await insurer.take(
        send.customer("KP1"), send.contract("P1", effective_on=date(2026, 2, 28), issued_on=None)
    )
    before = await advance(insurer, date(2026, 5, 27))
    assert await reached(before) == []
    later = await advance(before, date(2026, 6, 2))
    assert await reached(later) == [("three_months", "P1", "2026-05-28")]
    (made,) = await later.fetch("SELECT due_from, created_at FROM obligation")
    assert made["due_from"] == made["created_at"] == start_of_day(date(2026, 5, 28))
    (row,) = await later.fetch("SELECT source, event_id FROM event WHERE type = 'schedule.reached'")
    assert tuple(row) == ("huifang", "schedule.reached/planning/three_months/2026-05-28/P1")


async def test_days_missed_while_nothing_ran_are_made_up_for_in_order(make, send):
    insurer = await make(date(2026, 3, 10))
    for n in range(4):
        await insurer.take(
            send.customer(f"KP{n}"),
            send.contract(
                f"P{n}", effective_on=date(2025, 12, 15) - timedelta(n), expires_on=date(2026, 4, 20)
            ),
        )
    insurer = await jump(insurer, date(2026, 3, 10))
    async with insurer.scope() as opened:
        assert "schedules.due" not in await due_now(opened, await insurer.services.calendar())
    later = await insurer.at(start_of_day(date(2026, 3, 25)))
    async with later.scope() as opened:
        assert "schedules.due" in await due_now(opened, await insurer.services.calendar())
    later = await jump(insurer, date(2026, 3, 25))
    found = await reached(later)
    assert found == [
        ("three_months", "P3", "2026-03-12"),
        ("three_months", "P2", "2026-03-13"),
        ("three_months", "P1", "2026-03-14"),
        ("three_months", "P0", "2026-03-15"),
        *[("before_expiry", f"P{n}", "2026-03-21") for n in range(4)],
    ]
    # A crash before a day was marked as done: it is gone through once more.
    await later.value("UPDATE schedule_progress SET done_until = '2026-03-11', done_to = '' RETURNING true")
    assert await reached(await jump(later, date(2026, 3, 25))) == found


async def test_switching_a_plugin_on_starts_from_that_day_and_switching_it_off_ends_it(make, send):
    insurer = await make(date(2026, 3, 10), plugins=())
    await insurer.take(send.customer("KP1"), send.contract("P1", effective_on=date(2025, 12, 9)))
    await insurer.take(send.customer("KP2"), send.contract("P2", effective_on=date(2025, 12, 10)))
    await insurer.take(send.customer("KP3"), send.contract("P3", effective_on=date(2025, 12, 15)))
    await insurer.take(send.customer("KP4"), send.contract("P4", effective_on=date(2025, 12, 20)))
    catalogue = await insurer.services.catalogue()

    async def switch(insurer: Any, *, enabled: bool) -> None:
        async with insurer.scope() as opened:
            await configure(opened, catalogue, "planning", Actor("test:on"), enabled=enabled)

    await switch(insurer, enabled=True)
    later = await jump(insurer, date(2026, 3, 12))
    assert await reached(later) == [("three_months", "P2", "2026-03-10")]
    await switch(later, enabled=False)
    later = await later.at(start_of_day(date(2026, 3, 18)))
    await switch(later, enabled=True)
    later = await jump(later, date(2026, 3, 31))
    assert await reached(later) == [
        ("three_months", "P2", "2026-03-10"),
        ("three_months", "P4", "2026-03-20"),
    ]


async def test_what_repeats_comes_again_for_the_lines_and_statuses_it_is_meant_for(make, send):
    insurer = await make(date(2026, 3, 10))
    for number, fields in {
        "H1": {"line": "health"},
        "H2": {"line": "health", "status": "grace"},
        "H3": {"line": "health", "status": "lapsed"},
        "H4": {"line": "life"},
    }.items():
        day = date(2024, 9, 30)
        await insurer.take(
            send.customer(f"K{number}"),
            send.contract(number, issued_on=day, effective_on=None, expires_on=None, **fields),
        )
    # Counted from 30 September: 30 March, and 30 September again.
    later = await jump(insurer, date(2026, 10, 5))
    assert await reached(later) == [
        ("every_half_year", "H1", "2026-03-30"),
        ("every_half_year", "H2", "2026-03-30"),
        ("every_half_year", "H1", "2026-09-30"),
        ("every_half_year", "H2", "2026-09-30"),
    ]


async def test_sp_2_a_contract_that_comes_in_late_is_told_while_there_is_time(make, send):
    """Thirty days before expiry, or up to twenty days late; on 10 March that means expiry from 20 March to 9 April."""
    insurer = await make(date(2026, 3, 10))
    expiries = {
        "C1": date(2026, 3, 19),
        "C2": date(2026, 3, 20),
        "C3": date(2026, 4, 9),
        "C4": date(2026, 4, 10),
    }
    cargo: dict[str, Any] = {"line": "cargo", "effective_on": None, "issued_on": None}
    for number, day in expiries.items():
        await insurer.take(send.customer(f"K{number}"), send.contract(number, expires_on=day, **cargo))
    later = await jump(insurer, date(2026, 3, 10))

    async def told() -> list[tuple[str, str]]:
        return [(number, day) for name, number, day in await reached(later) if name == "cargo_expiry"]

    first = [("C2", "2026-02-18"), ("C3", "2026-03-10")]
    assert await told() == first
    later = await jump(later, date(2026, 3, 11))
    assert await told() == [*first, ("C4", "2026-03-11")]
    await later.take(send.customer("KC5"), send.contract("C5", expires_on=date(2026, 4, 1), **cargo))
    for _ in range(2):
        later = await jump(later, date(2026, 3, 12))
        assert await told() == [*first, ("C4", "2026-03-11"), ("C5", "2026-03-02")]
        await later.value(
            "UPDATE schedule_progress SET done_until = '2026-03-10', done_to = '' RETURNING true"
        )


async def test_care_1_a_birthday_is_found_without_its_year_or_name_and_once_for_a_person(make, send):
    insurer = await make(date(2026, 2, 20))
    leap = send.customer("KA", birth_date=date(2000, 2, 29))
    await insurer.take(
        leap,
        *(send.contract(f"A{n}", policyholder="KA", effective_on=None, issued_on=None) for n in (3, 1, 2)),
        send.customer("KB", birth_date=date(1990, 3, 1)),
        send.contract("B1", policyholder="KB", effective_on=None, issued_on=None),
        send.customer("KC", birth_date=date(2026, 2, 28)),
        send.contract("C1", policyholder="KC", effective_on=None, issued_on=None),
        send.customer("KD"),
        send.contract("D1", policyholder="KD", effective_on=None, issued_on=None),
    )
    later = await jump(insurer, date(2026, 3, 10))
    assert await reached(later) == [("birthday", "A1", "2026-02-28"), ("birthday", "B1", "2026-03-01")]
    # An older contract of the same person that comes in now doesn't make the day come twice.
    await later.take(send.contract("A0", policyholder="KA", effective_on=None, issued_on=None))
    await later.value("UPDATE schedule_progress SET done_until = '2026-02-26', done_to = '' RETURNING true")
    assert len(await reached(await jump(later, date(2026, 3, 10)))) == 2


async def test_customers_from_before_there_was_an_index_are_found_all_the_same(make, send):
    insurer = await make(date(2026, 2, 20))
    await insurer.take(
        send.customer("KA", birth_date=date(1980, 2, 22)),
        send.contract("A1", policyholder="KA", effective_on=None),
    )
    blind = await insurer.value("SELECT birthday_blind FROM customer")
    await insurer.value("UPDATE customer SET birthday_blind = NULL RETURNING true")
    later = await jump(insurer, date(2026, 2, 22))
    assert await reached(later) == [("birthday", "A1", "2026-02-22")]
    assert await later.value("SELECT birthday_blind FROM customer") == blind


async def test_a_day_of_the_calendar_comes_for_everybody_once_in_batches(make, send, monkeypatch):
    from huifang_tenants.services import schedules

    monkeypatch.setattr(schedules, "_BATCH", 3)
    insurer = await make(date(2026, 12, 30))
    for n in range(8):
        await insurer.take(
            send.customer(f"K{n % 5}"),
            send.contract(f"N{n}", policyholder=f"K{n % 5}", effective_on=None, issued_on=None),
        )
    later = await jump(insurer, date(2027, 1, 2))
    assert await reached(later) == [("new_year", f"N{n}", "2027-01-01") for n in range(5)]


async def test_ts_3_a_tenant_s_own_days_of_the_calendar_count_from_the_day_they_were_set(make, send):
    insurer = await make(date(2026, 12, 28))
    await insurer.take(
        send.customer("KN"), send.contract("N", policyholder="KN", effective_on=None, issued_on=None)
    )
    async with insurer.scope() as opened:
        await configure(
            opened,
            await insurer.services.catalogue(),
            "planning",
            Actor("test:set"),
            settings={"new_year": ["12-27", "12-29", "02-17"]},
        )
    later = await jump(insurer, date(2027, 3, 1))
    assert await reached(later) == [("new_year", "N", "2026-12-29"), ("new_year", "N", "2027-02-17")]


async def test_one_whose_policyholder_has_not_come_in_waits_for_it(make, send):
    insurer = await make(date(2026, 3, 10))
    await insurer.take(send.contract("P1", effective_on=date(2025, 12, 11)))
    later = await jump(insurer, date(2026, 3, 12))
    assert await later.parked() == {
        "schedule.reached/planning/three_months/2026-03-11/P1": "unknown_policyholder"
    }
    await later.take(send.customer("KP1"))
    assert await later.parked() == {}
    assert len(await later.live()) == 1


async def test_each_day_is_told_by_itself_when_a_clock_is_moved_on(make, send):
    insurer = await make(date(2026, 3, 10))
    for n in range(3):
        await insurer.take(
            send.customer(f"KP{n}"), send.contract(f"P{n}", effective_on=date(2025, 12, 12) + timedelta(n))
        )
    later = await advance(insurer, date(2026, 3, 20))
    rows = await later.fetch("SELECT received_at FROM event WHERE type = 'schedule.reached' ORDER BY id")
    days: list[datetime] = [row["received_at"] for row in rows]
    assert days == [start_of_day(date(2026, 3, 12) + timedelta(n)) for n in range(3)]
