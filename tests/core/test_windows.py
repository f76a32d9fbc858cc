"""Windows are counted by GEN-5: half-open, in days of Shanghai, the day of the event never counted."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from huifang_core.trace import Trace, lines
from huifang_core.windows import (
    SHANGHAI,
    Window,
    add_months,
    day_of,
    end_of_day,
    one_year_after,
    start_of_day,
    until_working_days_before,
    within_days,
    within_minutes,
    within_months,
    within_working_days_after,
)
from huifang_core.workdays import WorkingCalendar
from hypothesis import given
from hypothesis import strategies as st

CALENDAR = WorkingCalendar()
# China kept daylight saving time from 1986 to 1991.
days = st.dates(date(1992, 1, 1), date(2090, 1, 1))
instants = st.integers(700_000_000, 3_700_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def shanghai(text: str) -> datetime:
    """An instant written in Shanghai's time."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@given(days)
def test_gen_5_a_day_runs_from_0_to_24_in_shanghai_and_is_stored_in_utc(day: date) -> None:
    assert start_of_day(day) == datetime(day.year, day.month, day.day, tzinfo=timezone(timedelta(hours=8)))
    assert end_of_day(day) == start_of_day(day + timedelta(1))
    assert end_of_day(day) - start_of_day(day) == timedelta(hours=24), "no daylight saving"
    assert start_of_day(day).tzinfo is UTC


@given(instants)
def test_gen_5_every_instant_lies_in_the_day_it_belongs_to(instant: datetime) -> None:
    day = day_of(instant)
    assert start_of_day(day) <= instant < end_of_day(day)


@given(days, st.integers(1, 400))
def test_gen_5_within_n_days_ends_with_day_n_after_that_of_the_event(day: date, n: int) -> None:
    window = within_days(day, n, Trace())
    assert window.due_by == end_of_day(day + timedelta(n))
    assert window.due_by - end_of_day(day) == timedelta(n), "the day of the event is not counted"


def test_gen_5_within_a_week_of_a_monday_ends_with_the_next_monday() -> None:
    assert within_days(date(2026, 3, 2), 7, Trace()).due_by == shanghai("2026-03-10T00:00")


def test_gen_5_from_day_n_opens_at_0_of_that_day_for_ht_4() -> None:
    paid = date(2026, 3, 2)
    window = within_days(paid, 15, Trace(), since=start_of_day(paid + timedelta(10)))
    assert (window.due_from, window.due_by) == (shanghai("2026-03-12T00:00"), shanghai("2026-03-18T00:00"))


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-02-28", 1, "2026-03-28"),
    ],
)
def test_gen_5_within_months_ends_on_the_same_day_or_the_month_s_last(
    day: str, months: int, last: str
) -> None:
    window = within_months(date.fromisoformat(day), months, Trace())
    assert window.due_by == end_of_day(date.fromisoformat(last))


@given(days, st.integers(0, 240))
def test_gen_5_months_are_clamped_and_never_spill_over(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(1)).day == 1)


@given(instants, st.integers(1, 600), st.integers(0, 60))
def test_gen_5_minutes_count_from_the_instant_whatever_its_zone(
    instant: datetime, n: int, after: int
) -> None:
    window = within_minutes(instant.astimezone(SHANGHAI), n, Trace(), callable_after=after)
    assert window.due_by - instant == timedelta(minutes=n)
    assert window.due_from - instant == timedelta(minutes=after)
    assert window.due_by.tzinfo is window.due_from.tzinfo is UTC


def test_gen_5_minutes_run_around_the_clock_for_ms_1() -> None:
    window = within_minutes(shanghai("2026-10-01T23:45:30"), 30, Trace(), callable_after=10)
    assert window == Window(shanghai("2026-10-01T23:55:30"), shanghai("2026-10-02T00:15:30"))


@given(days.filter(lambda d: 2012 < d.year < 2030), st.integers(1, 60))
def test_gen_5_working_days_are_strictly_before_or_after_the_day(day: date, n: int) -> None:
    after = within_working_days_after(day, n, CALENDAR, Trace())
    assert after.due_from == end_of_day(day)
    assert after.due_by == end_of_day(CALENDAR.after(day, n).day) > end_of_day(day)
    before = until_working_days_before(day, n, CALENDAR, Trace(), due_from=start_of_day(day - timedelta(200)))
    assert before.due_by == end_of_day(CALENDAR.before(day, n).day) <= start_of_day(day)


def test_sd_7a_fifteen_working_days_before_a_grace_period_ends_over_national_day() -> None:
    trace = Trace()
    end = date(2026, 10, 20)
    window = until_working_days_before(end, 15, CALENDAR, trace, due_from=start_of_day(date(2026, 8, 22)))
    # Off 25 September and 1 to 7 October; worked on Sunday 20 September (too early) and Saturday 10 October.
    assert window.due_by == shanghai("2026-09-23T00:00")
    (line,) = lines(trace.steps, "en")
    assert "2026-10-01…2026-10-02, 2026-10-05…2026-10-07" in line
    assert "make-up working days counted: 2026-10-10" in line


def test_dec_4_a_window_may_be_empty_and_stays_so() -> None:
    event = date(2026, 10, 15)
    window = until_working_days_before(
        date(2026, 10, 20), 15, CALENDAR, Trace(), due_from=start_of_day(event)
    )
    assert window.is_empty
    assert Window(shanghai("2026-10-15T10:00"), shanghai("2026-10-15T10:00")).is_empty, "half-open"
    assert not Window(shanghai("2026-10-15T10:00"), shanghai("2026-10-15T10:01")).is_empty


@given(instants)
def test_gen_5_a_window_is_kept_in_utc(instant: datetime) -> None:
    window = Window(instant.astimezone(SHANGHAI), instant.astimezone(SHANGHAI))
    assert window.due_from.tzinfo is window.due_by.tzinfo is UTC
    assert window == Window(instant, instant)


def test_an_instant_without_a_zone_is_refused() -> None:
    naive = shanghai("2026-03-02T10:00").replace(tzinfo=None)
    for wrong in (
        lambda: day_of(naive),
        lambda: within_minutes(naive, 30, Trace()),
        lambda: Window(naive, shanghai("2026-03-03T00:00")),
        lambda: within_days(date(2026, 3, 2), 3, Trace(), since=naive),
    ):
        with pytest.raises(ValueError, match="no zone"):
            wrong()


def test_a_window_over_a_year_not_announced_says_so_in_window_and_trace() -> None:
    trace = Trace()
    window = within_working_days_after(date(2030, 1, 7), 3, CALENDAR, trace)
    assert window.provisional
    assert "暂定" in lines(trace.steps, "zh-CN")[0]
    assert trace.steps[0].values["provisional"] is True


@pytest.mark.parametrize(
    ("day", "later"),
    [("2024-02-29", "2025-03-01"), ("2023-03-01", "2024-03-01"), ("2023-02-28", "2024-02-28")],
)
def test_a_year_begun_on_29_february_is_over_on_1_march(day: str, later: str) -> None:
    assert one_year_after(date.fromisoformat(day)) == date.fromisoformat(later)


@given(st.sampled_from([within_days, within_months]), days, st.integers(1, 24))
def test_gen_3_what_was_counted_stands_in_the_trace(count: object, day: date, n: int) -> None:
    trace = Trace()
    window = count(day, n, trace)  # type: ignore[operator]
    (step,) = trace.steps
    assert step.kind == "count"
    assert step.values["start"] == day.isoformat()
    assert end_of_day(date.fromisoformat(step.values["day"])) == window.due_by
