"""An announced calendar moves provisional deadlines; nothing else moves (GEN-1, GEN-4)."""

from datetime import date

import pytest
from huifang_core.windows import end_of_day
from huifang_core.workdays import AnnouncedDay
from huifang_tenants.scope import control
from huifang_tenants.services.context import CALENDAR_SECONDS, Services
from huifang_tenants.services.upkeep import announce_calendar, needs_recount, recount

NATIONAL_DAY = [AnnouncedDay(date(2027, 10, d), "holiday") for d in (1, 4, 5, 6, 7)]
MADE_UP = [AnnouncedDay(date(2027, 9, 26), "workday"), AnnouncedDay(date(2026, 12, 27), "workday")]


async def _windows(insurer):
    rows = await insurer.fetch(
        "SELECT kind, status, status_reason, due_by, provisional FROM obligation ORDER BY kind, generation"
    )
    return [tuple(row) for row in rows]


async def test_an_announced_year_moves_what_was_counted_without_it(insurer, send):
    await insurer.issue("P1")
    # 15 working days before 22 October 2027: over the holidays of an autumn that is not announced yet.
    await insurer.take(send.grace("P1", date(2027, 10, 22), date(2026, 3, 9)))
    (before, untouched) = await _windows(insurer)
    assert before[-1] is True

    services = insurer.services
    announced = NATIONAL_DAY + MADE_UP
    assert await announce_calendar(services, insurer.registry, 2027, announced, "国办通知") >= 1
    assert await announce_calendar(services, insurer.registry, 2027, announced, "国办通知") == 0
    async with control(services.db) as opened:
        jobs = await opened.connection.fetch(
            "SELECT extract(epoch FROM run_at - created_at)::int AS wait FROM control.jobs"
            " WHERE kind = 'calendar.recount' AND tenant_id = $1",
            insurer.tenant.id,
        )
    # Only once no process counts by the old calendar any more.
    (job,) = jobs
    assert job["wait"] > CALENDAR_SECONDS

    fresh = Services(services.db, services.host)
    calendar = await fresh.calendar()
    assert calendar.is_working_day(date(2026, 12, 27))
    assert await insurer.do(lambda scope: needs_recount(scope, calendar))
    assert await recount(fresh, insurer.tenant) is None
    old, new, other = await _windows(insurer)
    assert old == ("grace_period", "superseded", "facts_changed", before[3], True)
    expected = calendar.before(date(2027, 10, 22), 15).day
    assert new == ("grace_period", "open", None, end_of_day(expected), False)
    assert new[3] != before[3]
    assert other == untouched
    assert not await insurer.do(lambda scope: needs_recount(scope, calendar))
    assert await recount(fresh, insurer.tenant) is None
    assert len(await _windows(insurer)) == 3


async def test_an_announcement_names_no_days_elsewhere(insurer):
    with pytest.raises(ValueError, match="2028-01-01"):
        await announce_calendar(
            insurer.services, insurer.registry, 2027, [AnnouncedDay(date(2028, 1, 1), "holiday")], "x"
        )


async def test_a_corrected_announcement_replaces_the_first(insurer):
    services, registry = insurer.services, insurer.registry
    await announce_calendar(services, registry, 2029, [AnnouncedDay(date(2029, 2, 12), "holiday")], "a")
    await announce_calendar(services, registry, 2029, [AnnouncedDay(date(2029, 2, 13), "holiday")], "b")
    announced = await Services(services.db, services.host).announced()
    assert announced[2029] == (AnnouncedDay(date(2029, 2, 13), "holiday"),)
