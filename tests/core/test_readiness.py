"""What SD-3 asks of a unit, day by day."""

from datetime import date, timedelta
from typing import Any

import pytest
from huifang_core.readiness import CallbackDepartment, CallbackPolicy, policy_in_force, stands

APPROVED = date(2026, 1, 15)


def policy(version: str, begins: date, ends: date | None = None, approved: date = APPROVED) -> CallbackPolicy:
    return CallbackPolicy("SD", "回访制度", version, approved, begins, ends)


FIRST = policy("1", date(2026, 2, 1))
SECOND = policy("2", date(2026, 6, 1), date(2026, 8, 31))


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (date(2026, 1, 31), None),
        (date(2026, 2, 1), "1"),
        (date(2026, 5, 31), "1"),
        (date(2026, 6, 1), "2"),
        (date(2026, 8, 31), "2"),
        # The second one ran out, and nobody ended the first.
        (date(2026, 9, 1), "1"),
    ],
)
@pytest.mark.parametrize("order", [1, -1])
def test_the_version_that_came_into_force_last_is_in_force(
    day: date, version: str | None, order: int
) -> None:
    """SD-3."""
    found = policy_in_force([FIRST, SECOND][::order], day)
    assert (found.version if found else None) == version


def test_of_two_that_begin_on_one_day_the_one_approved_last_counts() -> None:
    later = policy("1a", FIRST.in_force_from, approved=APPROVED + timedelta(days=1))
    assert policy_in_force([later, FIRST], date(2026, 3, 1)) is later


def test_without_any_there_is_none() -> None:
    assert policy_in_force([], date(2026, 3, 1)) is None


@pytest.mark.parametrize(
    ("department", "answer"),
    [
        (None, False),
        (CallbackDepartment("SD", "客服部", 3), True),
        (CallbackDepartment("SD", "客服部", 3, until=date(2026, 3, 1)), True),
        (CallbackDepartment("SD", "客服部", 3, until=date(2026, 2, 28)), False),
    ],
)
def test_a_department_stands_through_its_last_day(department: Any, answer: bool) -> None:
    assert stands(department, date(2026, 3, 1)) is answer
