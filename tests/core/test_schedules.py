"""Schedules: on which days something is due that counts from a day on file."""

from datetime import date, timedelta

import pytest
from huifang_core.schedules import Schedule, anchor_spans, occurrences
from huifang_core.texts import text
from huifang_core.windows import add_months
from hypothesis import given
from hypothesis import strategies as st

DAYS = st.dates(date(1930, 1, 1), date(2040, 12, 31))


def schedule(**fields: object) -> Schedule:
    return Schedule(
        **{"id": "s", "title": text("计划", "schedule"), "cites": ("HI-2",), **fields}  # type: ignore[arg-type]
    )


def days(made: Schedule, anchor: date | None, first: date, last: date) -> list[str]:
    return [found.on.isoformat() for found in occurrences(made, anchor, first, last)]


def test_three_months_after_effect_clamped_to_the_end_of_a_short_month() -> None:
    """HI-2: the same day three months later; November has no 31st."""
    made = schedule(anchor="contract.effective_on", months=3)
    assert days(made, date(2025, 8, 31), date(2025, 1, 1), date(2026, 12, 31)) == ["2025-11-30"]


def test_days_ahead_of_expiry() -> None:
    """SP-2: thirty days before 1 March 2026."""
    made = schedule(anchor="contract.expires_on", days=-30)
    assert days(made, date(2026, 3, 1), date(2026, 1, 1), date(2026, 12, 31)) == ["2026-01-30"]


def test_a_birthday_comes_every_year_but_not_on_the_day_of_birth_itself() -> None:
    """CARE-1: born on 29 February, the 28th in other years."""
    made = schedule(anchor="customer.birth_date")
    assert days(made, date(2000, 2, 29), date(1999, 1, 1), date(2004, 12, 31)) == [
        "2001-02-28",
        "2002-02-28",
        "2003-02-28",
        "2004-02-29",
    ]


def test_what_has_no_anchor_is_never_due() -> None:
    assert days(schedule(anchor="contract.expires_on"), None, date(2026, 1, 1), date(2027, 1, 1)) == []


def test_days_of_the_calendar_need_no_anchor_and_are_left_out_where_a_year_lacks_them() -> None:
    made = schedule(anchor="calendar", dates=("10-01", "02-29"))
    assert days(made, None, date(2023, 3, 1), date(2024, 12, 31)) == [
        "2023-10-01",
        "2024-02-29",
        "2024-10-01",
    ]


def test_a_monthly_schedule_misses_no_month_from_december_on() -> None:
    made = schedule(anchor="contract.effective_on", every_months=1)
    assert days(made, date(2025, 12, 15), date(2026, 1, 1), date(2026, 3, 31)) == [
        "2026-01-15",
        "2026-02-15",
        "2026-03-15",
    ]


@given(
    anchor=DAYS,
    first=DAYS,
    length=st.integers(0, 900),
    months=st.integers(-12, 24),
    shift=st.integers(-40, 40),
    every=st.none() | st.integers(1, 24),
)
def test_looking_day_by_day_finds_the_same_as_looking_at_the_whole_span(
    anchor: date, first: date, length: int, months: int, shift: int, every: int | None
) -> None:
    made = schedule(anchor="contract.effective_on", months=months, days=shift, every_months=every)
    last = first + timedelta(length)
    whole = list(occurrences(made, anchor, first, last))
    middle = first + timedelta(length // 2)
    halves = [
        *occurrences(made, anchor, first, middle),
        *occurrences(made, anchor, middle + timedelta(1), last),
    ]
    assert whole == halves
    assert len({found.period for found in whole}) == len(whole)
    assert all(first <= found.on <= last for found in whole)


@given(
    anchor=DAYS,
    on=DAYS,
    months=st.integers(-12, 24),
    shift=st.integers(-40, 40),
    every=st.none() | st.integers(1, 24),
    birth=st.booleans(),
)
def test_the_spans_of_a_day_hold_just_what_is_due_on_it(
    anchor: date, on: date, months: int, shift: int, every: int | None, birth: bool
) -> None:
    made = schedule(
        anchor="customer.birth_date" if birth else "contract.effective_on",
        months=months,
        days=shift,
        every_months=every,
    )
    spans = anchor_spans(made, on, date(1930, 1, 1))
    inside = any(first <= anchor <= last for first, last in spans)
    is_due = bool(days(made, anchor, on, on))
    first_turn = birth and add_months(anchor, months) + timedelta(shift) == on
    assert inside is (is_due or first_turn)
    assert spans == sorted(spans, reverse=True)


def test_the_days_of_a_longer_month_fall_on_the_last_one_of_a_shorter() -> None:
    made = schedule(anchor="contract.effective_on", months=3)
    assert anchor_spans(made, date(2025, 11, 30), date(2000, 1, 1)) == [
        (date(2025, 8, 30), date(2025, 8, 31))
    ]
    assert anchor_spans(made, date(2025, 5, 31), date(2000, 1, 1)) == []


@pytest.mark.parametrize(
    "made",
    [{"anchor": "calendar", "dates": ("01-01",)}, {"anchor": "contract.expires_on", "per": "customer"}],
)
def test_only_a_contract_s_own_day_can_be_told_late(made: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="late_days"):
        schedule(**made, late_days=1)


@pytest.mark.parametrize("years", [0, 1, 90])
def test_a_repeating_schedule_hits_the_day_itself_whenever_one_starts_to_look(years: int) -> None:
    made = schedule(anchor="contract.effective_on", every_months=12)
    day = date(1930 + years, 5, 20)
    assert days(made, date(1930, 5, 20), day, day) == [day.isoformat()]


def test_a_tenant_may_set_the_days_of_the_calendar() -> None:
    """TS-3: campaigns around the annual review, whenever that is; a day given twice is one day."""
    made = schedule(anchor="calendar", dates=("03-01",), dates_setting="review_dates")
    year = (date(2026, 1, 1), date(2026, 12, 31))
    assert [found.on for found in occurrences(made, None, *year, {"other": True})] == [date(2026, 3, 1)]
    own = {"review_dates": ("06-15", "05-20", "06-15")}
    assert [found.on for found in occurrences(made, None, *year, own)] == [
        date(2026, 5, 20),
        date(2026, 6, 15),
    ]
    assert list(occurrences(made, None, *year, {"review_dates": ()})) == []
