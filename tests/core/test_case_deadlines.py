"""When a case is due, reminded of and escalated; expected days are counted by hand."""

from datetime import date, datetime, timedelta

import pytest
from huifang_core.case_deadlines import (
    after_pause,
    counted_in,
    deadline,
    escalate_again_at,
    remind_at,
)
from huifang_core.cases import CaseClass
from huifang_core.texts import text
from huifang_core.windows import SHANGHAI, end_of_day
from huifang_core.workdays import WorkingCalendar
from hypothesis import given
from hypothesis import strategies as st

CALENDAR = WorkingCalendar()
DAYS = CaseClass("inquiry", text("咨询", "question"), 1, "city", 2, ("SD-2",))
MINUTES = CaseClass("surveyor", text("查勘", "surveyor"), 3, "city", None, ("MS-2",), solve_within_minutes=30)


def at(day: int, hour: int, minute: int = 0, month: int = 4) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def test_a_class_has_one_time_limit() -> None:
    for days, minutes in ((None, None), (2, 30)):
        with pytest.raises(ValueError, match="one of the two"):
            CaseClass("x", text("某", "x"), 1, "city", days, ("none",), solve_within_minutes=minutes)


def test_gen_5_working_days_end_with_the_last_of_them() -> None:
    # Friday 3 April; Monday the 6th is a holiday (清明), so Tuesday and Wednesday count.
    assert deadline(DAYS, at(3, 10), CALENDAR) == end_of_day(date(2026, 4, 8))
    assert counted_in(DAYS) == "working_days"


def test_ms_2_minutes_count_around_the_clock() -> None:
    assert deadline(MINUTES, at(4, 23, 45), CALENDAR) == at(5, 0, 15)
    assert counted_in(MINUTES) == "minutes"


def test_what_was_paused_for_does_not_count() -> None:
    # Paused from Friday to Wednesday: Tuesday and Wednesday passed.
    paused = (at(3, 11), at(8, 9))
    assert deadline(DAYS, at(3, 10), CALENDAR, [paused]) == end_of_day(date(2026, 4, 10))
    assert deadline(MINUTES, at(3, 10), CALENDAR, [(at(3, 10, 5), at(3, 10, 45))]) == at(3, 11, 10)
    assert after_pause(end_of_day(date(2026, 4, 8)), at(7, 9), at(7, 17), "working_days", CALENDAR) == (
        end_of_day(date(2026, 4, 8))
    ), "a pause within a day gives none back"


def test_a_reminder_comes_on_the_last_morning_never_at_midnight() -> None:
    assert remind_at(at(3, 10), end_of_day(date(2026, 4, 8)), "working_days") == at(8, 9)
    assert remind_at(at(8, 10), at(8, 18), "given") == at(8, 14), "09:00 is past: half way"
    assert remind_at(at(4, 23), at(4, 23, 30), "minutes") == at(4, 23, 15)


def test_it_goes_further_up_with_each_working_day_that_ends_without_it() -> None:
    assert escalate_again_at(end_of_day(date(2026, 4, 3)), "working_days", CALENDAR) == (
        end_of_day(date(2026, 4, 7))
    )
    assert escalate_again_at(at(4, 2), "minutes", CALENDAR) == at(4, 2, 30)


@given(
    opened=st.timedeltas(timedelta(0), timedelta(days=300)).map(lambda after: at(1, 0, month=1) + after),
    waited=st.timedeltas(timedelta(0), timedelta(days=20)),
    paused=st.timedeltas(timedelta(0), timedelta(days=20)),
)
def test_a_pause_never_shortens_the_time_left(opened: datetime, waited: timedelta, paused: timedelta) -> None:
    for known in (DAYS, MINUTES):
        before = deadline(known, opened, CALENDAR)
        after = deadline(known, opened, CALENDAR, [(opened + waited, opened + waited + paused)])
        assert before <= after
        assert opened < remind_at(opened, after, counted_in(known)) < after
