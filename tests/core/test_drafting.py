"""What rules of every jurisdiction write alike, as far as golden cases don't show it."""

from datetime import UTC, date, datetime

import pytest
from huifang_core.drafting import first_of_period, is_drawn, is_reached, root_of
from huifang_core.events import BusinessEvent, PaymentCompleted, SampleDrawn, ScheduleReached
from huifang_core.trace import Trace, lines


def event(id, *day, payload=None, **changes):
    at = datetime(*day, 4, tzinfo=UTC)
    return BusinessEvent(
        "core", id, "payment.completed", at, at, payload or PaymentCompleted("K1", at), **changes
    )


def test_a_correction_keeps_the_occasion_of_what_it_corrects():
    assert root_of(event("e1", 2026, 3, 9)) == "e1"
    assert root_of(event("e2", 2026, 3, 9, corrects="e1")) == "e1"


@pytest.mark.parametrize(
    ("kind", "counts"), [("month", [True, False, True, True]), ("quarter", [True, False, False, True])]
)
def test_only_the_first_event_of_a_period_counts(kind, counts):
    """TS-3, PF-3: so that who pays often is not drawn more often; months and quarters of the calendar."""
    events = [
        event("e1", 2026, 1, 5),
        event("e2", 2026, 1, 5),
        event("e3", 2026, 3, 31),
        event("e4", 2026, 4, 1),
    ]
    found = [
        first_of_period(one, [other for other in events if other is not one], kind, Trace()) for one in events
    ]
    assert found == counts


def test_why_an_event_does_not_count_is_said():
    trace = Trace()
    assert not first_of_period(event("e2", 2026, 3, 9), [event("e1", 2026, 1, 5)], "quarter", trace)
    assert "event e1 of 2026-Q1 counts already" in lines(trace.steps, "en")[0]


def test_a_sample_is_the_plans_that_drew_it():
    """DEC-14: the trace names plan, period and rank."""
    drawn = event("s", 2026, 4, 1, payload=SampleDrawn("p/spot", "2026-Q1", "core/e1", 2, stratum="JN"))
    trace = Trace()
    assert is_drawn(drawn, "p/spot", trace)
    other = Trace()
    assert not is_drawn(drawn, "p/other", other)
    assert "drawn by another plan, p/spot" in lines(other.steps, "en")[0]
    assert "plan p/spot drew it for 2026-Q1 as number 2 of JN" in lines(trace.steps, "en")[0]


def test_a_day_is_the_schedules_that_waited_for_it():
    """TS-3: the trace names schedule and occurrence."""
    reached = event("s", 2026, 4, 1, payload=ScheduleReached("p/review", "2026-04-01", date(2026, 4, 1)))
    trace, other = Trace(), Trace()
    assert is_reached(reached, "p/review", trace)
    assert not is_reached(reached, "p/other", other)
    assert "occurrence 2026-04-01" in lines(trace.steps, "en")[0]
    assert "of another schedule, p/review" in lines(other.steps, "en")[0]
