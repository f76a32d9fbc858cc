"""Calls by a telephone system: who hangs up when, what comes twice or late, and what a cause suggests (LN-4a, REG-2)."""

from datetime import UTC, datetime, timedelta

import pytest
from huifang_core.calls import (
    Call,
    CallerAnswered,
    CallerGone,
    CallEvent,
    CustomerAnswered,
    CustomerGone,
    RecordingEnded,
    Refused,
    advance,
    hung_up,
    suggested_outcome,
)
from huifang_core.contacts import Outcome
from hypothesis import given
from hypothesis import strategies as st

START = datetime(2026, 3, 10, 2, tzinfo=UTC)
EVENTS: tuple[CallEvent, ...] = (
    CallerAnswered(),
    CustomerAnswered(),
    CallerGone(),
    CustomerGone(16),
    CustomerGone(17),
    Refused("contact.quiet_hours"),
    RecordingEnded(),
    RecordingEnded(failed=True),
)
ORDER = {"requested": 0, "ringing": 1, "connected": 2, "ended": 3, "failed": 3}


def played(*events: CallEvent) -> tuple[Call, list[str]]:
    call, done = Call(1, "requested", START), []
    for second, event in enumerate(events, 1):
        call, actions = advance(call, event, START + timedelta(seconds=second))
        done += actions
    return call, done


def test_ln_4a_a_call_that_is_answered_is_recorded_and_its_recording_fetched() -> None:
    call, done = played(CallerAnswered(), CustomerAnswered(), CustomerGone(16))
    assert done == ["ring_customer", "connect", "hang_up_caller", "fetch_recording"]
    assert (call.state, call.ended_by, call.cause, call.recording) == ("ended", "customer", 16, "wanted")
    assert call.connected_at == START + timedelta(seconds=2)
    assert suggested_outcome(call) is None, "somebody spoke: the script says how it ended"


def test_either_side_may_hang_up_at_any_time() -> None:
    call, done = played(CallerAnswered(), CustomerAnswered(), CallerGone())
    assert (call.ended_by, done[-2:]) == ("caller", ["hang_up_customer", "fetch_recording"])
    call, done = played(CallerAnswered(), CallerGone())
    assert (call.state, call.ended_by, done[-1]) == ("ended", "caller", "hang_up_customer")
    assert suggested_outcome(call) is None, "the caller gave up, and the customer said nothing"
    call, _ = played(CallerGone())
    assert (call.state, call.problem) == ("failed", "caller_not_reached")


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (17, "busy"),
        (18, "no_answer"),
        (19, "no_answer"),
        (20, "no_answer"),
        (21, "no_answer"),
        (16, "no_answer"),
        (1, "wrong_number"),
        (22, "wrong_number"),
        (28, "wrong_number"),
        (34, None),
        (38, None),
        (None, None),
    ],
)
def test_reg_2_the_cause_suggests_an_outcome_where_nobody_answered(
    cause: int | None, outcome: Outcome | None
) -> None:
    call, _ = played(CallerAnswered(), CustomerGone(cause))
    assert suggested_outcome(call) == outcome


def test_what_comes_twice_or_late_changes_nothing_but_ends_a_line_left_open() -> None:
    once, _ = played(CallerAnswered(), CustomerAnswered(), CustomerGone(16))
    twice, done = played(
        *(event for e in (CallerAnswered(), CustomerAnswered(), CustomerGone(16)) for event in (e, e))
    )
    assert (twice.state, twice.recording) == (once.state, once.recording)
    assert done.count("ring_customer") == done.count("connect") == done.count("fetch_recording") == 1
    over, _ = played(CallerAnswered(), CallerGone())
    assert advance(over, CustomerAnswered(), START) == (over, ("hang_up_customer",))
    assert advance(over, CallerAnswered(), START) == (over, ("hang_up_caller",))
    assert advance(over, CustomerGone(17), START) == (over, ())


def test_a_recording_that_arrives_later_is_asked_for_then_and_one_that_failed_is_missing() -> None:
    over, _ = played(CallerAnswered(), CustomerAnswered(), CallerGone())
    assert advance(over, RecordingEnded(), START) == (over, ("fetch_recording",))
    failed, actions = advance(over, RecordingEnded(failed=True), START)
    assert (failed.recording, actions) == ("missing", ())


def test_a_call_that_may_not_go_on_ends_before_it_rings() -> None:
    call, done = played(Refused("contact.quiet_hours"))
    assert (call.state, call.problem, done) == (
        "failed",
        "contact.quiet_hours",
        ["hang_up_caller", "hang_up_customer"],
    )


def test_what_can_not_be_recorded_is_ended_for_it_would_prove_nothing() -> None:
    call, done = played(CallerAnswered(), CustomerAnswered(), Refused("telephone_unusable"))
    assert (call.state, call.ended_by, call.recording) == ("ended", "system", "missing")
    assert done[-2:] == ["hang_up_caller", "hang_up_customer"]


def test_the_caller_may_end_it_from_the_screen() -> None:
    for events, state, recording in (
        ((), "failed", "none"),
        ((CallerAnswered(),), "ended", "none"),
        ((CallerAnswered(), CustomerAnswered()), "ended", "wanted"),
    ):
        call, _ = played(*events)
        over, actions = hung_up(call, START)
        assert (over.state, over.recording, over.ended_by) == (state, recording, "caller")
        assert {"hang_up_caller", "hang_up_customer"} <= set(actions)
        assert hung_up(over, START) == (over, ())


@given(st.lists(st.sampled_from(EVENTS), max_size=12))
def test_no_order_of_events_takes_a_call_back_or_rings_or_joins_it_twice(events: list[CallEvent]) -> None:
    call, done = Call(1, "requested", START), []
    for event in events:
        after, actions = advance(call, event, START)
        assert ORDER[after.state] >= ORDER[call.state]
        assert not (not call.is_live and after.state != call.state)
        call = after
        done += actions
    assert done.count("ring_customer") <= 1
    assert done.count("connect") <= 1
    assert (call.connected_at is not None) == ("connect" in done)
    if call.state == "ended" and call.connected_at is not None:
        assert "fetch_recording" in done or call.recording == "missing"
