"""Deadlines: near ones are announced, passed ones escalated, once each (DEC-2, DEC-3, DEC-4)."""

from datetime import UTC, date, datetime, timedelta

from huifang_core.windows import start_of_day
from huifang_core.workdays import WorkingCalendar
from huifang_tenants.services.upkeep import announce_at_risk, announce_late_births, due_now, escalate_overdue

DUE_BY = start_of_day(date(2026, 3, 20))
"""Delivered on 9 March, ten days of cooling-off."""


async def _calendar_step(insurer):
    calendar = await insurer.services.calendar()
    return lambda scope: announce_at_risk(scope, calendar)


async def test_what_is_overdue_is_escalated_once_per_province_and_kind(insurer):
    await insurer.issue("P1")
    await insurer.issue("P2", unit="YT")
    assert await insurer.do(escalate_overdue) is False
    assert await insurer.alarms("obligation_overdue") == {}

    await insurer.at(DUE_BY)
    await insurer.do(escalate_overdue)
    (notice,) = await insurer.notices("obligation_overdue")
    assert (notice["role"], notice["unit"]) == ("team_leader", "SD")
    assert notice["message"] == {
        "zh-CN": "新单回访逾期未完成2件，最早的期限为2026-03-19 24:00",
        "en": "2 overdue: callback for a new contract; the earliest was due by 2026-03-19 24:00",
    }
    assert await insurer.alarms("obligation_overdue") == {
        "new_contract:SD": {
            "kind": "new_contract",
            "unit": "SD",
            "number": 2,
            "earliest": "2026-03-19T16:00:00+00:00",
        }
    }
    assert {
        r["overdue_marked_at"] for r in await insurer.fetch("SELECT overdue_marked_at FROM obligation")
    } == {DUE_BY}

    await insurer.at(DUE_BY + timedelta(days=1))
    await insurer.do(escalate_overdue)
    assert len(await insurer.notices("obligation_overdue")) == 1
    assert await insurer.value("SELECT count(*) FROM ledger WHERE action = 'obligation.overdue'") == 2


async def test_the_alarm_stands_until_the_last_overdue_one_is_done(insurer):
    await insurer.issue("P1")
    await insurer.issue("P2")
    await insurer.at(DUE_BY)
    await insurer.do(escalate_overdue)
    raised = await insurer.value("SELECT id FROM alarm")
    done = "UPDATE obligation SET status = 'completed' WHERE id = (SELECT id FROM obligation WHERE status = 'open' LIMIT 1)"
    await insurer.fetch(done)
    await insurer.do(escalate_overdue)
    assert (await insurer.alarms("obligation_overdue"))["new_contract:SD"]["number"] == 1
    assert await insurer.value("SELECT id FROM alarm") == raised
    await insurer.fetch(done)
    await insurer.do(escalate_overdue)
    assert await insurer.alarms("obligation_overdue") == {}
    assert await insurer.value("SELECT cleared_at FROM alarm WHERE id = $1", raised) == DUE_BY


async def test_a_notice_nobody_has_seen_is_brought_up_to_date_and_a_seen_one_followed(insurer):
    await insurer.issue("P1")
    await insurer.issue("P2", delivered_on=date(2026, 3, 10))
    await insurer.issue("P3", delivered_on=date(2026, 3, 11))
    for days in range(3):
        await insurer.at(DUE_BY + timedelta(days=days))
        await insurer.do(escalate_overdue)
        if days == 1:
            (notice,) = await insurer.notices("obligation_overdue")
            assert notice["message"]["en"].startswith("2 overdue")
            await insurer.fetch("UPDATE notice SET seen_at = created_at")
    seen, fresh = await insurer.notices("obligation_overdue")
    assert seen["seen_at"] is not None
    assert fresh["message"]["en"].startswith("3 overdue")


async def test_what_stops_when_due_expires_unless_somebody_is_at_it(insurer):
    await insurer.issue("P1")
    await insurer.issue("P2")
    await insurer.fetch("UPDATE obligation SET after_due = 'stop'")
    staff = await insurer.value("SELECT id FROM staff")
    busy = await insurer.value(
        "UPDATE obligation SET lease_staff = $1, lease_until = now() + interval '10 minutes'"
        " WHERE id = (SELECT min(id::text)::uuid FROM obligation) RETURNING id",
        staff,
    )
    await insurer.at(DUE_BY)
    await insurer.do(escalate_overdue)
    status = {r["id"]: r["status"] for r in await insurer.fetch("SELECT id, status FROM obligation")}
    assert status.pop(busy) == "open"
    assert list(status.values()) == ["expired"]

    await insurer.fetch("UPDATE obligation SET lease_until = now() - interval '1 second' WHERE id = $1", busy)
    await insurer.do(escalate_overdue)
    assert await insurer.value("SELECT count(*) FROM obligation WHERE status = 'expired'") == 2
    assert await insurer.alarms("obligation_overdue") == {}
    assert await insurer.value("SELECT count(*) FROM ledger WHERE action = 'obligation.expired'") == 2


async def test_a_near_deadline_is_announced_once_in_calling_hours_of_the_working_day_before(insurer):
    # 20 March 2026 is a Friday, so one due by the end of Sunday 22 March is announced on Friday.
    await insurer.issue("P1", delivered_on=date(2026, 3, 12))
    step = await _calendar_step(insurer)
    for instant in (
        datetime(2026, 3, 19, 4, tzinfo=UTC),
        datetime(2026, 3, 19, 16, 30, tzinfo=UTC),  # Friday, half past midnight
    ):
        await insurer.at(instant)
        await insurer.do(step)
        assert await insurer.notices("obligation_at_risk") == []
    await insurer.at(datetime(2026, 3, 20, 1, tzinfo=UTC))
    await insurer.do(step)
    await insurer.do(step)
    (notice,) = await insurer.notices("obligation_at_risk")
    assert (notice["role"], notice["unit"]) == ("team_leader", "SD")
    assert (
        notice["message"]["en"] == "1 due soon: callback for a new contract; the earliest by 2026-03-22 24:00"
    )


async def test_what_was_late_at_birth_is_announced_once_by_unit_and_cause(insurer):
    await insurer.at(DUE_BY + timedelta(days=3))
    await insurer.issue("P1")
    await insurer.issue("P2", unit="YT")
    await insurer.do(announce_late_births)
    await insurer.do(announce_late_births)
    (notice,) = await insurer.notices("born_late")
    assert (notice["role"], notice["unit"]) == ("team_leader", "SD")
    assert notice["message"]["en"] == "2 callbacks were late when they were made: the event came in late"


async def test_one_query_tells_what_is_due(insurer):
    async def due(scope):
        return await due_now(scope, WorkingCalendar())

    assert await insurer.do(due) == ()
    await insurer.issue("P1")
    assert await insurer.do(due) == ()
    await insurer.at(DUE_BY - timedelta(hours=14))
    assert await insurer.do(due) == ("upkeep.at_risk",)
    await insurer.at(DUE_BY)
    assert await insurer.do(due) == ("upkeep.overdue",)
    await insurer.issue("P2")
    assert await insurer.do(due) == ("obligations.born_late", "upkeep.overdue")
