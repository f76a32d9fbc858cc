"""Hours in which a call may be started (REG-7)."""

from datetime import UTC, datetime, time, timedelta

import msgspec
import pytest
from huifang_core.calling_hours import CallingHours
from huifang_core.windows import SHANGHAI
from hypothesis import given
from hypothesis import strategies as st

INSTANTS = st.integers(1_704_067_200, 1_893_456_000).map(lambda second: datetime.fromtimestamp(second, UTC))
MINUTES = st.times().map(lambda t: t.replace(second=0, microsecond=0))
HOURS = (
    st.tuples(MINUTES, MINUTES)
    .filter(lambda pair: pair[1] == time(0) or pair[0] < pair[1])
    .map(lambda pair: CallingHours(*pair))
)


def at(hour: int, minute: int = 0, second: int = 0, microsecond: int = 0) -> datetime:
    return datetime(2026, 3, 10, hour, minute, second, microsecond, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("instant", "allowed"),
    [
        (at(8, 59, 59, 999_999), False),
        (at(9), True),
        (at(20, 59, 59, 999_999), True),
        (at(21), False),
        (at(0), False),
    ],
)
def test_reg_7_no_calls_from_nine_in_the_evening_to_nine_in_the_morning(
    instant: datetime, allowed: bool
) -> None:
    assert CallingHours().allow(instant) is allowed
    assert CallingHours().allow(instant.astimezone(UTC)) is allowed


@pytest.mark.parametrize(
    ("instant", "opens"),
    [(at(8), at(9)), (at(9), at(9)), (at(20, 59), at(20, 59)), (at(21), at(9) + timedelta(1))],
)
def test_the_hours_open_next(instant: datetime, opens: datetime) -> None:
    assert CallingHours().next(instant) == opens


def test_a_tenant_may_call_around_the_clock_or_until_midnight() -> None:
    always = msgspec.convert({"opens": "00:00:00", "closes": "00:00:00"}, CallingHours)
    assert all(always.allow(at(hour)) for hour in range(24))
    late = CallingHours(time(9), time(0))
    assert late.allow(at(23, 59))
    assert late.next(at(0)) == at(9)


@pytest.mark.parametrize(
    "given_hours",
    [
        {"opens": "21:00:00", "closes": "09:00:00"},
        {"opens": "09:00:00", "closes": "09:00:00"},
        {"opens": "09:00:00+08:00"},
    ],
)
def test_hours_that_would_never_open_are_refused(given_hours: dict[str, str]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(given_hours, CallingHours)


@given(HOURS, INSTANTS)
def test_the_next_instant_is_allowed_never_before_and_less_than_a_day_away(
    hours: CallingHours, instant: datetime
) -> None:
    found = hours.next(instant)
    assert hours.allow(found)
    assert instant <= found < instant + timedelta(days=1)
    assert hours.next(found) == found
    assert (found == instant) is hours.allow(instant)


def test_calling_time_between_two_instants_counts_the_open_hours_only() -> None:
    hours = CallingHours()
    assert hours.between(at(20), at(10) + timedelta(1)) == timedelta(hours=2)
    assert hours.between(at(6), at(8)) == timedelta(0)
    assert hours.between(at(9), at(9) + timedelta(10)) == timedelta(hours=120)
    assert hours.between(at(12), at(11)) == timedelta(0)


def test_the_instant_after_some_calling_time_has_passed() -> None:
    hours = CallingHours()
    assert hours.after(at(20), timedelta(hours=2)) == at(10) + timedelta(1)
    assert hours.after(at(23), timedelta(0)) == at(9) + timedelta(1)
    assert hours.after(at(10), timedelta(hours=24)) == at(10) + timedelta(2)


@given(HOURS, INSTANTS, st.integers(0, 10**6))
def test_calling_time_passed_is_the_calling_time_between(
    hours: CallingHours, start: datetime, minutes: int
) -> None:
    span = timedelta(minutes=minutes)
    end = hours.after(start, span)
    assert hours.allow(end)
    assert hours.between(start, end) == span
