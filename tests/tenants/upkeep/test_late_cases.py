"""Cases as their time runs: reminded of, escalated from unit to unit, paused and going on again."""

from datetime import UTC, datetime, timedelta

from huifang_core.workdays import WorkingCalendar
from huifang_tenants.services.case_steering import pause
from huifang_tenants.services.cases import open_case, solve
from huifang_tenants.services.upkeep import look_after_cases
from huifang_tenants.stores import case_work
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.tables.cases import CaseFile

HANDLER = Actor("test:client", "H1")
CALENDAR = WorkingCalendar()


async def look_after(scope):
    return await look_after_cases(scope, CALENDAR)


def opened(unit, due_by=None, **options):
    async def open_it(scope):
        return await open_case(
            scope,
            HANDLER,
            case_class="complaint",
            severity=2,
            unit=unit,
            subject="投诉",
            due_by=due_by,
            **options,
        )

    return open_it


async def test_a_late_case_goes_to_the_unit_above_once_a_term(insurer):
    now = await insurer.do(_now)
    due_by = now + timedelta(days=1)
    case = await insurer.do(opened("JN", due_by))
    await insurer.do(opened("YT"))
    await insurer.do(look_after)
    assert await insurer.alarms("case_overdue") == {}

    await insurer.at(due_by)
    await insurer.do(look_after)
    await insurer.do(look_after)
    (notice,) = await insurer.notices("case_overdue")
    assert (notice["unit"], notice["subject_id"]) == ("SD", case)
    assert notice["message"]["en"].startswith("Case 1 was not solved by 2026-03-11 10:00")
    assert list(await insurer.alarms("case_overdue")) == ["JN"]

    # Wednesday 11 March; Thursday ends without it.
    await insurer.at(datetime(2026, 3, 12, 16, tzinfo=UTC))
    await insurer.do(look_after)
    await insurer.at(datetime(2026, 3, 20, 16, tzinfo=UTC))
    await insurer.do(look_after)
    assert [row["unit"] for row in await insurer.notices("case_overdue")] == ["SD", "HO"]
    entries = await insurer.fetch(
        "SELECT kind, actor, details FROM case_entry WHERE case_id = $1 ORDER BY at, id", case
    )
    assert [(e["kind"], e["actor"]) for e in entries] == [
        ("opened", "test:client"),
        ("escalated", "system:worker"),
        ("escalated", "system:worker"),
    ]
    assert [e["details"] for e in entries[1:]] == [{"from": "JN", "to": "SD"}, {"from": "JN", "to": "HO"}]

    async def solved(scope):
        await solve(scope, case, "已回复", HANDLER)

    await insurer.do(solved)
    await insurer.do(look_after)
    assert await insurer.alarms("case_overdue") == {}


async def test_ms_2_where_minutes_count_it_goes_up_by_night_too(insurer):
    now = datetime(2026, 3, 10, 18, tzinfo=UTC)
    await insurer.at(now)
    await insurer.do(opened("JN", now + timedelta(minutes=30), counted_in="minutes"))
    for minutes in (15, 30, 45, 60):
        await insurer.at(now + timedelta(minutes=minutes))
        await insurer.do(look_after)
    notices = await insurer.fetch("SELECT kind, unit FROM notice ORDER BY id")
    assert [tuple(row) for row in notices] == [
        ("case_due_soon", "JN"),
        ("case_overdue", "SD"),
        ("case_overdue", "HO"),
    ]


async def test_whoever_has_a_case_is_reminded_once_on_its_last_morning(insurer):
    """ASK: never at midnight."""
    # Due at 24:00 of Thursday 12 March.
    case = await insurer.do(opened("JN", datetime(2026, 3, 12, 16, tzinfo=UTC)))
    mine = await insurer.do(opened("JN", datetime(2026, 3, 12, 16, tzinfo=UTC)))
    (somebody,) = await insurer.fetch("SELECT id FROM staff LIMIT 1")
    await insurer.do(lambda scope: case_work.change(scope, mine, {CaseFile.assignee: somebody["id"]}))
    await insurer.at(datetime(2026, 3, 11, 16, tzinfo=UTC))
    await insurer.do(look_after)
    assert await insurer.notices("case_due_soon") == []
    await insurer.at(datetime(2026, 3, 12, 1, tzinfo=UTC))
    for _ in range(2):
        await insurer.do(look_after)
    told = {row["subject_id"]: row for row in await insurer.notices("case_due_soon")}
    assert (told[case]["role"], told[case]["unit"]) == ("case_handler", "JN")
    assert (told[mine]["role"], told[mine]["staff_id"]) == (None, somebody["id"])
    assert told[case]["message"]["en"] == "Case 1 must be solved by 2026-03-12 24:00"
    assert len(told) == 2


async def test_a_pause_ends_by_itself_and_what_was_paused_is_due_later(insurer):
    due_by = datetime(2026, 3, 12, 16, tzinfo=UTC)
    case = await insurer.do(opened("JN", due_by, counted_in="working_days"))
    # From Tuesday to the Monday after: Wednesday, Thursday, Friday and Monday pass.
    until = datetime(2026, 3, 16, 1, tzinfo=UTC)
    await insurer.do(lambda scope: pause(scope, case, until, "客户出差", Actor("test:client")))
    await insurer.at(due_by)
    await insurer.do(look_after)
    assert await insurer.notices("case_overdue") == [], "its time stands still"
    await insurer.at(until)
    await insurer.do(look_after)
    (row,) = await insurer.fetch("SELECT * FROM case_file")
    assert (row["paused_at"], row["paused_until"]) == (None, None)
    assert row["due_by"] == datetime(2026, 3, 18, 16, tzinfo=UTC), "four working days after Thursday"
    await insurer.at(row["due_by"])
    await insurer.do(look_after)
    assert len(await insurer.notices("case_overdue")) == 1


async def _now(scope):
    return scope.now
