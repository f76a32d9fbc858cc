"""Working days by the official calendar (GEN-1), against announcements copied out by hand and a day-by-day count."""

from datetime import date, timedelta

import pytest
from huifang_core.workdays import OFFICIAL_THROUGH, AnnouncedDay, WorkingCalendar
from hypothesis import given
from hypothesis import strategies as st

OFFICIAL = WorkingCalendar()


def span(first: str, last: str) -> set[date]:
    """Every day from `first` to `last`, both included."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return {start + timedelta(n) for n in range((end - start).days + 1)}


def days(*written: str) -> set[date]:
    """Days out of ISO dates."""
    return {date.fromisoformat(day) for day in written}


# 国务院办公厅关于2024年、2025年、2026年部分节假日安排的通知: days off, and weekends that are worked for them.
OFF = {
    2024: days("2024-01-01", "2024-06-10")
    | span("2024-02-10", "2024-02-17")
    | span("2024-04-04", "2024-04-06")
    | span("2024-05-01", "2024-05-05")
    | span("2024-09-15", "2024-09-17")
    | span("2024-10-01", "2024-10-07"),
    2025: days("2025-01-01")
    | span("2025-01-28", "2025-02-04")
    | span("2025-04-04", "2025-04-06")
    | span("2025-05-01", "2025-05-05")
    | span("2025-05-31", "2025-06-02")
    | span("2025-10-01", "2025-10-08"),
    2026: span("2026-01-01", "2026-01-03")
    | span("2026-02-15", "2026-02-23")
    | span("2026-04-04", "2026-04-06")
    | span("2026-05-01", "2026-05-05")
    | span("2026-06-19", "2026-06-21")
    | span("2026-09-25", "2026-09-27")
    | span("2026-10-01", "2026-10-07"),
}
MAKE_UP = {
    2024: days(
        "2024-02-04",
        "2024-02-18",
        "2024-04-07",
        "2024-04-28",
        "2024-05-11",
        "2024-09-14",
        "2024-09-29",
        "2024-10-12",
    ),
    2025: days("2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"),
    2026: days("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"),
}
ALL_OFF, ALL_MAKE_UP = set().union(*OFF.values()), set().union(*MAKE_UP.values())


def works(day: date) -> bool:
    """Whether people work on `day`, read off the announcements."""
    return day in ALL_MAKE_UP or (day.weekday() < 5 and day not in ALL_OFF)


def counted(day: date, n: int, step: int) -> tuple[date, tuple[date, ...], tuple[date, ...]]:
    """The n-th working day from `day`, one day at a time, with weekdays skipped and weekends counted on the way."""
    skipped, made_up = [], []
    while n:
        day += timedelta(step)
        if works(day):
            n -= 1
            made_up += [day] if day.weekday() >= 5 else []
        elif day.weekday() < 5:
            skipped.append(day)
    return day, tuple(sorted(skipped)), tuple(sorted(made_up))


announced = st.dates(date(2024, 6, 1), date(2026, 6, 30))
numbers = st.integers(1, 90)


@pytest.mark.parametrize("year", sorted(OFF))
def test_gen_1_a_year_has_exactly_the_working_days_announced(year: int) -> None:
    every_day = (date(year, 1, 1) + timedelta(n) for n in range(366))
    wrong = [day for day in every_day if day.year == year and OFFICIAL.is_working_day(day) != works(day)]
    assert wrong == []


def test_gen_1_days_that_the_next_year_s_announcement_moved_count_where_they_lie() -> None:
    # Announced with 2019: off from 30 December 2018, worked for it on Saturday the 29th.
    assert OFFICIAL.is_working_day(date(2018, 12, 29))
    assert not OFFICIAL.is_working_day(date(2018, 12, 31))


@given(announced, numbers)
def test_gen_1_counting_forward_agrees_with_counting_day_by_day(day: date, n: int) -> None:
    found = OFFICIAL.after(day, n)
    assert (found.day, found.skipped, found.make_up) == counted(day, n, 1)


@given(announced, numbers)
def test_gen_1_counting_backward_agrees_with_counting_day_by_day(day: date, n: int) -> None:
    found = OFFICIAL.before(day, n)
    assert (found.day, found.skipped, found.make_up) == counted(day, n, -1)


@given(st.dates(date(2012, 1, 1), date(2030, 1, 1)), st.integers(1, 600))
def test_gen_1_before_undoes_after_across_any_number_of_years(day: date, n: int) -> None:
    found = OFFICIAL.after(day, n).day
    assert OFFICIAL.before(found + timedelta(1), n).day == OFFICIAL.after(day, 1).day
    assert OFFICIAL.between(day + timedelta(1), found) == n
    if OFFICIAL.is_working_day(day):
        assert OFFICIAL.before(found, n).day == day


@given(st.dates(date(2012, 1, 1), date(2030, 1, 1)), st.dates(date(2012, 1, 1), date(2030, 1, 1)))
def test_days_between_add_up_and_none_lie_in_an_empty_span(first: date, last: date) -> None:
    if last < first:
        assert OFFICIAL.between(first, last) == 0
    else:
        middle = first + (last - first) // 2
        parts = OFFICIAL.between(first, middle) + OFFICIAL.between(middle + timedelta(1), last)
        assert OFFICIAL.between(first, last) == parts


@pytest.mark.parametrize("n", [0, -1])
def test_a_count_begins_at_one(n: int) -> None:
    with pytest.raises(ValueError, match="counted from 1"):
        OFFICIAL.after(date(2026, 3, 2), n)
    with pytest.raises(ValueError, match="counted from 1"):
        OFFICIAL.before(date(2026, 3, 2), n)


def test_a_count_into_a_year_not_announced_is_provisional_and_leaves_make_up_days_out() -> None:
    beyond = date(OFFICIAL_THROUGH + 1, 3, 1)
    assert OFFICIAL.after(beyond, 5).provisional
    assert OFFICIAL.before(beyond, 60).provisional
    assert OFFICIAL.after(date(OFFICIAL_THROUGH, 12, 20), 30).provisional
    assert not OFFICIAL.after(date(OFFICIAL_THROUGH, 11, 2), 20).provisional
    assert not OFFICIAL.is_announced(OFFICIAL_THROUGH + 1)
    year = range(365)
    assert not any(
        OFFICIAL.is_working_day(day)
        for day in (date(OFFICIAL_THROUGH + 1, 1, 1) + timedelta(n) for n in year)
        if day.weekday() >= 5
    )


def test_a_count_ending_in_the_last_week_of_december_waits_for_the_next_announcement() -> None:
    assert OFFICIAL.after(date(OFFICIAL_THROUGH, 12, 21), 5).provisional
    assert not OFFICIAL.after(date(OFFICIAL_THROUGH - 1, 12, 21), 5).provisional


NEXT = OFFICIAL_THROUGH + 1
ANNOUNCED_LATER = [
    AnnouncedDay(date(NEXT - 1, 12, 31), "holiday"),
    AnnouncedDay(date(NEXT - 1, 12, 27), "workday"),
    AnnouncedDay(date(NEXT, 1, 1), "holiday"),
    AnnouncedDay(date(NEXT, 3, 6), "workday"),
]


def test_a_year_announced_later_is_counted_by_what_was_announced() -> None:
    calendar = WorkingCalendar({NEXT: ANNOUNCED_LATER})
    assert calendar.is_announced(NEXT)
    assert not calendar.after(date(NEXT, 1, 4), 30).provisional
    assert calendar.is_working_day(date(NEXT, 3, 6)), "a Saturday worked"
    assert not calendar.is_working_day(date(NEXT, 1, 1))
    assert calendar.is_working_day(date(NEXT, 5, 3)), "only what was announced departs from Monday to Friday"


def test_an_announcement_moves_days_of_the_december_before_too() -> None:
    calendar = WorkingCalendar({NEXT: ANNOUNCED_LATER})
    found = calendar.after(date(NEXT - 1, 12, 24), 6)
    assert (found.day, found.provisional) == (date(NEXT, 1, 4), False)
    assert found.skipped == (date(NEXT - 1, 12, 31), date(NEXT, 1, 1))
    assert found.make_up == (date(NEXT - 1, 12, 27),)


def test_reg_8_make_up_days_can_be_left_out() -> None:
    without = OFFICIAL.without_make_up_days()
    assert OFFICIAL.is_working_day(date(2026, 2, 14))
    assert not without.is_working_day(date(2026, 2, 14))
    assert not without.is_working_day(date(2026, 10, 1)), "holidays stay"
    assert without.after(date(2026, 2, 13), 1).make_up == ()
    assert OFFICIAL.without_make_up_days() is without, "asked for at every evaluation, so set up once"


def test_gen_3_the_fingerprint_tells_calendars_apart_and_no_more() -> None:
    same = [WorkingCalendar({NEXT: order}) for order in (ANNOUNCED_LATER, ANNOUNCED_LATER[::-1])]
    assert same[0].fingerprint == same[1].fingerprint
    others = {c.fingerprint for c in (OFFICIAL, OFFICIAL.without_make_up_days(), same[0])}
    assert len(others) == 3
