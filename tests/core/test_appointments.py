"""HI-2: which times can be agreed with a customer."""

from datetime import UTC, datetime, timedelta

import pytest
from huifang_core.appointments import Bounds, fault_of
from huifang_core.calling_hours import CallingHours
from huifang_core.obligations import AfterDue, ContactChannel

NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
"""10:00 in Shanghai."""
DUE_FROM, DUE_BY = NOW - timedelta(days=1), NOW + timedelta(days=3)


def bounds(
    due_from: datetime = DUE_FROM,
    due_by: datetime = DUE_BY,
    after_due: AfterDue = "stop",
    channel: ContactChannel = "phone",
) -> Bounds:
    return Bounds(due_from, due_by, after_due, channel, CallingHours())


@pytest.mark.parametrize(
    ("hours_ahead", "fault"),
    [
        (0, "in_the_past"),
        (-1, "in_the_past"),
        (1, None),
        (10.99, None),
        (11, "outside_hours"),
        (22.9, "outside_hours"),
        (23, None),
        (71.9, None),
        (72, "outside_window"),
    ],
)
def test_hi_2_a_time_lies_ahead_in_the_window_and_the_calling_hours(hours_ahead, fault):
    assert fault_of(NOW + timedelta(hours=hours_ahead), NOW, bounds()) == fault


def test_a_window_that_has_not_begun_bounds_it_too():
    later = bounds(due_from=NOW + timedelta(days=2))
    assert fault_of(NOW + timedelta(days=1), NOW, later) == "outside_window"
    assert fault_of(NOW + timedelta(days=2), NOW, later) is None


def test_a_visit_keeps_no_calling_hours():
    assert fault_of(NOW + timedelta(hours=11), NOW, bounds(channel="on_site")) is None


def test_dec_3_what_is_overdue_and_goes_on_may_be_agreed_for_any_time_to_come():
    overdue = bounds(due_by=NOW - timedelta(hours=1), after_due="continue")
    assert fault_of(NOW + timedelta(days=1), NOW, overdue) is None
    assert fault_of(NOW + timedelta(days=1), NOW, bounds(due_by=NOW)) == "outside_window"
