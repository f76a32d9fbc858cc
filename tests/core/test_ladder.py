"""The channel ladder: phone first, then a visit, then a letter, then unreachable with reasons (REG-3, LN-4)."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from huifang_core.calling_hours import CallingHours
from huifang_core.contacts import Outcome
from huifang_core.ladder import (
    BUSY_MINUTES,
    Exhausted,
    NextAttempt,
    Position,
    after_attempt,
    answer_by,
    without_address,
    without_number,
)
from huifang_core.obligations import ContactChannel, Rung
from hypothesis import given
from hypothesis import strategies as st

MORNING = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
"""10:00 in Shanghai."""

EVENING = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)
"""20:30 in Shanghai."""

HOURS = CallingHours()
LADDER = (Rung("phone", 3, 120), Rung("on_site", 1), Rung("letter", 1))

CHANNELS: tuple[ContactChannel, ...] = get_args(ContactChannel)
LADDERS = st.lists(
    st.builds(Rung, st.sampled_from(CHANNELS), st.integers(1, 4), st.integers(0, 3000)),
    min_size=1,
    max_size=4,
).map(tuple)
OUTCOMES = st.sampled_from((*get_args(Outcome), None))
INSTANTS = st.integers(1_704_067_200, 1_893_456_000).map(lambda second: datetime.fromtimestamp(second, UTC))


def step(outcome: Outcome | None, position: Position = Position(), **more: object) -> NextAttempt | Exhausted:  # noqa: B008
    return after_attempt(LADDER, position, outcome, MORNING, hours=HOURS, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outcome", "minutes"),
    [("no_answer", 120), ("busy", BUSY_MINUTES), ("refused", 24 * 60), ("identity_failed", 120), (None, 0)],
)
def test_the_next_call_waits_by_what_became_of_the_last(outcome: Outcome | None, minutes: int) -> None:
    found = step(outcome)
    assert found == NextAttempt(Position(0, 1, 1), "phone", MORNING + timedelta(minutes=minutes))


def test_reg_7_a_retry_that_would_fall_into_the_night_waits_for_the_morning() -> None:
    found = after_attempt(LADDER, Position(), "no_answer", EVENING, hours=HOURS)
    assert isinstance(found, NextAttempt)
    assert found.callable_from == datetime(2026, 3, 11, 1, 0, tzinfo=UTC)


def test_reg_3_phone_then_visit_then_letter_then_unreachable() -> None:
    channels: list[str] = []
    found: NextAttempt | Exhausted = NextAttempt(Position(), "phone", MORNING)
    while isinstance(found, NextAttempt):
        channels.append(found.channel)
        found = after_attempt(LADDER, found.position, "no_answer", MORNING, hours=HOURS)
    assert channels == ["phone", "phone", "phone", "on_site", "letter"]
    assert found == Exhausted(Position(2, 1, 5))


def test_outcomes_share_one_budget_of_attempts() -> None:
    position = Position()
    for outcome in ("no_answer", "busy", "refused"):
        found = step(outcome, position)
        assert isinstance(found, NextAttempt)
        position = found.position
    assert position == Position(1, 0, 3)


def test_a_wish_to_be_called_back_is_honoured_and_uses_nothing_up() -> None:
    wish = MORNING + timedelta(days=3)
    found = step("call_back_at", Position(0, 2, 2), call_back_at=wish)
    assert found == NextAttempt(Position(0, 2, 3), "phone", wish)


def test_a_wish_for_the_night_is_honoured_when_the_hours_open() -> None:
    found = step("call_back_at", call_back_at=MORNING + timedelta(hours=12))
    assert isinstance(found, NextAttempt)
    assert found.callable_from == datetime(2026, 3, 11, 1, 0, tzinfo=UTC)


def test_a_wrong_number_leads_to_another_one_at_once_or_to_the_next_rung() -> None:
    assert step("wrong_number", numbers_left=True) == NextAttempt(Position(0, 1, 1), "phone", MORNING)
    assert step("wrong_number") == NextAttempt(Position(1, 0, 1), "on_site", MORNING)
    assert step("wrong_number", Position(0, 2, 2), numbers_left=True) == NextAttempt(
        Position(1, 0, 3), "on_site", MORNING
    )


def test_whoever_has_no_number_is_visited_and_no_attempt_is_counted() -> None:
    assert without_number(LADDER, Position(), MORNING) == NextAttempt(Position(1, 0, 0), "on_site", MORNING)
    only_phone = (Rung("phone", 3), Rung("phone", 2))
    assert without_number(only_phone, Position(0, 1, 1), MORNING) == Exhausted(Position(0, 1, 1))


def test_a_position_beyond_a_ladder_that_became_shorter_counts_as_its_last_rung() -> None:
    found = after_attempt(LADDER[:1], Position(2, 0, 4), "no_answer", MORNING, hours=HOURS)
    assert found == NextAttempt(Position(0, 1, 5), "phone", MORNING + timedelta(minutes=120))
    assert without_number(LADDER[:1], Position(2, 0, 4), MORNING) == Exhausted(Position(0, 0, 4))


SPREAD = (Rung("phone", 3, 120, 2880), Rung("on_site", 1, lead_days=2), Rung("letter", 1, lead_days=5))


def times_of_no_answer(due_by: datetime, now: datetime = MORNING) -> list[tuple[str, datetime]]:
    """When everything is tried, each time at once when it may be, and nobody ever answers."""
    tried: list[tuple[str, datetime]] = []
    found: NextAttempt | Exhausted = NextAttempt(Position(), "phone", now)
    while isinstance(found, NextAttempt):
        tried.append((found.channel, found.callable_from))
        found = after_attempt(
            SPREAD, found.position, "no_answer", found.callable_from, hours=HOURS, due_by=due_by
        )
    return tried


def test_attempts_are_spread_over_the_calling_time_left_and_leave_the_next_channel_its_lead() -> None:
    """Due at the end of 14 March, a visit needs two days: 35 hours of calling time from 10:00 on the 10th, in three parts."""
    due_by = datetime(2026, 3, 14, 16, 0, tzinfo=UTC)
    assert times_of_no_answer(due_by) == [
        ("phone", MORNING),
        ("phone", datetime(2026, 3, 11, 1, 40, tzinfo=UTC)),
        ("phone", datetime(2026, 3, 12, 1, 20, tzinfo=UTC)),
        ("on_site", datetime(2026, 3, 12, 1, 20, tzinfo=UTC)),
        ("letter", datetime(2026, 3, 12, 1, 20, tzinfo=UTC)),
    ]


def test_nobody_waits_longer_than_the_longest_wait_however_much_time_is_left() -> None:
    phone = [when for channel, when in times_of_no_answer(MORNING + timedelta(60)) if channel == "phone"]
    assert phone == [MORNING, MORNING + timedelta(2), MORNING + timedelta(4)]


def test_where_time_is_short_attempts_follow_each_other_sooner_than_the_usual_wait() -> None:
    """Two hours until a visit has to be arranged: three attempts fit in nevertheless."""
    phone = [
        when
        for channel, when in times_of_no_answer(MORNING + timedelta(days=2, hours=2))
        if channel == "phone"
    ]
    assert phone == [MORNING, MORNING + timedelta(minutes=40), MORNING + timedelta(minutes=80)]


def test_the_phone_gives_way_while_there_is_still_time_for_a_visit() -> None:
    due_by = MORNING + timedelta(days=1)
    found = after_attempt(SPREAD, Position(), "no_answer", MORNING, hours=HOURS, due_by=due_by)
    assert found == NextAttempt(Position(1, 0, 1), "on_site", MORNING)


def test_dec_3_past_the_deadline_attempts_follow_each_other_as_usual() -> None:
    found = after_attempt(
        SPREAD, Position(), "no_answer", MORNING, hours=HOURS, due_by=MORNING - timedelta(1)
    )
    assert found == NextAttempt(Position(0, 1, 1), "phone", MORNING + timedelta(minutes=120))


@given(LADDERS, OUTCOMES, INSTANTS, st.integers(-5000, 60000))
def test_a_retry_comes_before_the_deadline_wherever_calling_time_is_left_for_it(
    ladder: tuple[Rung, ...], outcome: Outcome | None, now: datetime, minutes: int
) -> None:
    due_by = now + timedelta(minutes=minutes)
    found = after_attempt(ladder, Position(), outcome, now, hours=HOURS, due_by=due_by)
    if isinstance(found, Exhausted):
        return
    assert found.callable_from >= now
    assert found.channel != "phone" or HOURS.allow(found.callable_from)
    usable = HOURS.between(now, due_by) if found.channel == "phone" else due_by - now
    if found.position.rung == 0 and outcome == "no_answer" and usable > timedelta(0):
        assert found.callable_from < due_by


@given(
    LADDERS, st.lists(st.tuples(OUTCOMES, st.booleans(), st.integers(0, 5000)), min_size=60, max_size=60), INSTANTS
)  # fmt: skip
def test_every_ladder_ends_keeps_to_its_budget_and_never_goes_back(
    ladder: tuple[Rung, ...], story: list[tuple[Outcome | None, bool, int]], now: datetime
) -> None:
    position, counted = Position(), [0] * len(ladder)
    budget = sum(rung.attempts for rung in ladder)
    for number, (outcome, numbers_left, minutes) in enumerate(story, 1):
        wish = now + timedelta(minutes=minutes - 60) if outcome == "call_back_at" else None
        found = after_attempt(
            ladder, position, outcome, now, hours=HOURS, call_back_at=wish, numbers_left=numbers_left
        )
        counted[position.rung] += outcome != "call_back_at"
        assert found.position.attempts == number
        assert all(done <= rung.attempts for done, rung in zip(counted, ladder, strict=True))
        assert sum(counted) <= budget
        assert found.position.rung >= position.rung
        if isinstance(found, Exhausted):
            assert found.position.rung == len(ladder) - 1
            return
        assert found.channel == ladder[found.position.rung].channel
        assert found.callable_from >= now
        assert wish is None or found.callable_from >= wish
        assert found.channel != "phone" or HOURS.allow(found.callable_from)
        if found.position.rung == position.rung:
            assert found.position.rung_attempts == position.rung_attempts + (outcome != "call_back_at")
        position, now = found.position, found.callable_from
    assert sum(outcome != "call_back_at" for outcome, *_ in story) <= budget, "it must have ended"


IN_WRITING = (Rung("sms", 1, lead_days=1), Rung("email", 2), Rung("phone", 3))


def test_pf_2_a_message_waits_for_its_share_of_the_time_and_leaves_the_next_rung_its_own() -> None:
    due_by = MORNING + timedelta(days=1)
    # Of 24 hours the e-mails, which need no lead, leave all to the one message before them.
    assert answer_by(IN_WRITING, Position(), MORNING, due_by) == due_by
    # Two e-mails share what is left, and the second one waits for what it leaves.
    assert answer_by(IN_WRITING, Position(1, 0, 1), MORNING, due_by) == MORNING + timedelta(hours=12)
    # A rung waits no longer than its longest wait, two days, and no shorter than its wait.
    assert answer_by(IN_WRITING, Position(), MORNING, MORNING + timedelta(days=30)) == MORNING + timedelta(2)
    soon = MORNING + timedelta(minutes=90)
    assert answer_by(IN_WRITING, Position(1, 0, 1), MORNING, soon) == soon


def test_dec_3_what_is_overdue_waits_as_long_as_it_may() -> None:
    assert answer_by(IN_WRITING, Position(), MORNING, MORNING) == MORNING + timedelta(days=2)
    assert answer_by(IN_WRITING, Position(), MORNING, None) == MORNING + timedelta(days=2)


def test_reg_6_the_last_link_works_until_the_window_closes() -> None:
    due_by = MORNING + timedelta(days=10)
    assert answer_by((Rung("online", 1),), Position(), MORNING, due_by) == due_by


@given(LADDERS, st.integers(0, 3), st.integers(0, 3), INSTANTS, st.integers(-5, 60))
def test_a_message_never_waits_past_a_deadline_that_is_ahead(
    ladder: tuple[Rung, ...], rung: int, tried: int, now: datetime, days: int
) -> None:
    due_by = now + timedelta(days=days)
    found = answer_by(ladder, Position(rung, tried), now, due_by)
    assert found > now or ladder[min(rung, len(ladder) - 1)].wait_minutes == 0
    assert found <= due_by or due_by <= now


def test_who_can_not_be_written_to_goes_on_and_no_attempt_is_counted() -> None:
    found = without_address(IN_WRITING, Position(0, 0, 4), EVENING, hours=HOURS)
    assert found == NextAttempt(Position(1, 0, 4), "email", EVENING)
    # By phone within calling hours only.
    night = EVENING + timedelta(hours=1)
    found = without_address(IN_WRITING, Position(1, 1, 4), night, hours=HOURS)
    assert found == NextAttempt(Position(2, 0, 4), "phone", datetime(2026, 3, 11, 1, 0, tzinfo=UTC))
    assert without_address(IN_WRITING, Position(2, 1, 5), night, hours=HOURS) == Exhausted(Position(2, 1, 5))
