"""The channel ladder (REG-3): what comes after an attempt that did not complete the callback."""

from datetime import datetime, timedelta

import msgspec

from huifang_core.calling_hours import AROUND_THE_CLOCK, CallingHours
from huifang_core.contacts import Outcome
from huifang_core.obligations import ContactChannel, Rung

BUSY_MINUTES = 15
"""A busy line is tried again sooner than one that nobody answers."""

REFUSED_MINUTES = 24 * 60
"""Somebody who won't talk now is left alone for a day."""


class Position(msgspec.Struct, frozen=True, gc=False):
    """Where an obligation stands on its ladder: the rung, and the attempts made on it and in all."""

    rung: int = 0
    rung_attempts: int = 0
    attempts: int = 0


class NextAttempt(msgspec.Struct, frozen=True, gc=False):
    """The next attempt: by which channel, and not before when (an instant, within calling hours for a call)."""

    position: Position
    channel: ContactChannel
    callable_from: datetime


class Exhausted(msgspec.Struct, frozen=True):
    """Every rung is used up: the customer counts as unreachable, with the reasons on record."""

    position: Position


def after_attempt(
    ladder: tuple[Rung, ...],
    position: Position,
    outcome: Outcome | None,
    now: datetime,
    *,
    hours: CallingHours,
    call_back_at: datetime | None = None,
    numbers_left: bool = False,
    due_by: datetime | None = None,
) -> NextAttempt | Exhausted:
    """Return what comes next after a dialled attempt with this outcome.

    All outcomes share one budget of attempts per rung. A wish to be called back, or a time that a relative names, is honoured without using it up. A wrong
    number moves to the next rung at once unless another number is on file (`numbers_left`). None is an attempt that was
    abandoned: it uses up the budget, and somebody else may go on at once.

    With `due_by` ahead, the attempts that are left are spread over the time left in which this channel can be used, the next rung's
    lead days taken off; once there is none, the next rung follows while there is still time for it. Past it, attempts follow each
    other as after `wait_minutes` (DEC-3).
    """
    position = _within(ladder, position)
    rung = ladder[position.rung]
    attempts = position.attempts + 1
    if outcome in ("call_back_at", "relative_answered") and call_back_at is not None:
        stay = Position(position.rung, position.rung_attempts, attempts)
        return NextAttempt(stay, rung.channel, _when(rung.channel, max(call_back_at, now), hours))
    tried = position.rung_attempts + 1
    wait, spread = timedelta(minutes=rung.wait_minutes), True
    if outcome == "wrong_number" or outcome is None:
        wait, spread = timedelta(0), False
    elif outcome == "busy":
        wait, spread = timedelta(minutes=min(BUSY_MINUTES, rung.wait_minutes)), False
    elif outcome == "refused":
        wait = max(timedelta(minutes=REFUSED_MINUTES), wait)
    if tried < rung.attempts and (outcome != "wrong_number" or numbers_left):
        at = _again(ladder, position.rung, tried, now, wait, hours, due_by if spread else None)
        if at is not None:
            stay = Position(position.rung, tried, attempts)
            return NextAttempt(stay, rung.channel, at)
    if position.rung + 1 < len(ladder):
        channel = ladder[position.rung + 1].channel
        return NextAttempt(Position(position.rung + 1, 0, attempts), channel, _when(channel, now, hours))
    return Exhausted(Position(position.rung, tried, attempts))


def _again(
    ladder: tuple[Rung, ...],
    at: int,
    tried: int,
    now: datetime,
    wait: timedelta,
    hours: CallingHours,
    due_by: datetime | None,
) -> datetime | None:
    """When the same rung is tried again; None where it has to give way to a later one, which needs the time that is left."""
    rung = ladder[at]
    soonest = _when(rung.channel, now + wait, hours)
    if due_by is None or due_by <= now:
        return soonest
    following = ladder[at + 1] if at + 1 < len(ladder) else None
    latest = due_by - timedelta(following.lead_days if following is not None else 0)
    if latest <= now and following is not None:
        return None
    usable = hours if rung.channel == "phone" else AROUND_THE_CLOCK
    evenly = usable.after(now, usable.between(now, latest) / (rung.attempts - tried + 1))
    # Where time is short, too soon is better than too late; where it is long, nobody is left waiting for no reason.
    longest = _when(rung.channel, now + max(wait, timedelta(minutes=rung.longest_wait_minutes)), hours)
    return min(evenly, longest) if evenly >= soonest else evenly


def without_number(ladder: tuple[Rung, ...], position: Position, now: datetime) -> NextAttempt | Exhausted:
    """Return what comes next for somebody who can't be phoned: the next rung that needs no number, and no attempt is counted."""
    position = _within(ladder, position)
    for place in range(position.rung + 1, len(ladder)):
        if ladder[place].channel != "phone":
            return NextAttempt(Position(place, 0, position.attempts), ladder[place].channel, now)
    return Exhausted(position)


def without_address(
    ladder: tuple[Rung, ...], position: Position, now: datetime, *, hours: CallingHours
) -> NextAttempt | Exhausted:
    """Return what comes next for somebody who can't be written to by this channel: the next rung, and no attempt is counted."""
    position = _within(ladder, position)
    if position.rung + 1 == len(ladder):
        return Exhausted(position)
    channel = ladder[position.rung + 1].channel
    return NextAttempt(Position(position.rung + 1, 0, position.attempts), channel, _when(channel, now, hours))


def answer_by(
    ladder: tuple[Rung, ...], position: Position, now: datetime, due_by: datetime | None
) -> datetime:
    """Return until when what is written now waits for its answer; then it counts as not answered, and the ladder goes on.

    The last attempt of the last rung waits until the deadline. Others share the time left evenly, the next rung's lead days taken
    off, each for no less than the rung's `wait_minutes` and no more than `longest_wait_minutes`. Never past a deadline that is ahead.
    """
    position = _within(ladder, position)
    rung = ladder[position.rung]
    wait = timedelta(minutes=rung.wait_minutes)
    longest = now + max(wait, timedelta(minutes=rung.longest_wait_minutes))
    if due_by is None or due_by <= now:
        return longest
    left = max(1, rung.attempts - position.rung_attempts)
    following = ladder[position.rung + 1] if position.rung + 1 < len(ladder) else None
    if following is None and left == 1:
        return due_by
    latest = due_by - timedelta(following.lead_days if following is not None else 0)
    return min(max(now + (latest - now) / left, now + wait), longest, due_by)


def _within(ladder: tuple[Rung, ...], position: Position) -> Position:
    # The facts may have changed, and with them the ladder, since the position was taken.
    if position.rung < len(ladder):
        return position
    return Position(len(ladder) - 1, position.rung_attempts, position.attempts)


def _when(channel: ContactChannel, instant: datetime, hours: CallingHours) -> datetime:
    return hours.next(instant) if channel == "phone" else instant
