"""Periods: every day lies in one of each kind, and the name of a period leads back to it."""

from datetime import date, timedelta
from typing import Any

import pytest
from huifang_core.periods import span_named, span_of
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("kind", "name", "first", "last"),
    [
        ("month", "2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("quarter", "2028-Q1", date(2028, 1, 1), date(2028, 3, 31)),
        ("year", "2028", date(2028, 1, 1), date(2028, 12, 31)),
    ],
)
def test_a_day_lies_in_its_period(kind: Any, name: str, first: date, last: date) -> None:
    span = span_of(kind, date(2028, 2, 29))
    assert (span.name, span.first, span.last) == (name, first, last)


@given(st.sampled_from(["month", "quarter", "year"]), st.dates(date(1900, 1, 1), date(2999, 1, 1)))
def test_periods_follow_one_another_without_a_gap_and_keep_their_names(kind: Any, day: date) -> None:
    span = span_of(kind, day)
    assert span.first <= day <= span.last
    assert span_named(kind, span.name) == span
    assert span.following.first == span.last + timedelta(1)
    assert span.following.name > span.name


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("month", "2026-13"),
        ("month", "2026"),
        ("quarter", "2026-Q5"),
        ("year", "26"),
        ("year", "0000"),
        ("month", ""),
    ],
)
def test_what_names_no_period_is_refused(kind: Any, name: str) -> None:
    with pytest.raises(ValueError, match="names no"):
        span_named(kind, name)
