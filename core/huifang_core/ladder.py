"""The channel ladder (REG-3): what comes after an attempt that did not complete the callback."""

from datetime import datetime, timedelta

import msgspec

from huifang_core.calling_hours import CallingHours
from huifang_core.contacts import Outcome
from huifang_core.obligations import ContactChannel, Rung

BUSY_MINUTES = 15
"""A busy line is tried again sooner than one that nobody answers."""

REFUSED_MINUTES = 24 * 60
"""Somebody who won't talk now is left alone for a day."""


class Position(msgspec.Struct, frozen=True):
    """Where an obligation stands on its ladder: the rung, and the attempts made on it and in all."""

    rung: int = 0
    rung_attempts: int = 0
    attempts: int = 0


class NextAttempt(msgspec.Struct, frozen=True):
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
) -> NextAttempt | Exhausted:
    """Return what comes next after a dialled attempt with this outcome.

    All outcomes share one budget of attempts per rung. A wish to be called back is honoured without using it up. A wrong
    number moves to the next rung at once unless another number is on file (`numbers_left`). None is an attempt that was
    abandoned: it uses up the budget, and somebody else may go on at once.
    """
    position = _within(ladder, position)
    rung = ladder[position.rung]
    attempts = position.attempts + 1
    if outcome == "call_back_at" and call_back_at is not None:
        stay = Position(position.rung, position.rung_attempts, attempts)
        return NextAttempt(stay, rung.channel, _when(rung.channel, max(call_back_at, now), hours))
    tried = position.rung_attempts + 1
    if outcome == "wrong_number":
        stays, wait = numbers_left and tried < rung.attempts, 0
    elif outcome is None:
        stays, wait = tried < rung.attempts, 0
    elif outcome == "busy":
        stays, wait = tried < rung.attempts, min(BUSY_MINUTES, rung.wait_minutes)
    elif outcome == "refused":
        stays, wait = tried < rung.attempts, max(REFUSED_MINUTES, rung.wait_minutes)
    else:
        stays, wait = tried < rung.attempts, rung.wait_minutes
    if stays:
        stay = Position(position.rung, tried, attempts)
        return NextAttempt(stay, rung.channel, _when(rung.channel, now + timedelta(minutes=wait), hours))
    if position.rung + 1 < len(ladder):
        channel = ladder[position.rung + 1].channel
        return NextAttempt(Position(position.rung + 1, 0, attempts), channel, _when(channel, now, hours))
    return Exhausted(Position(position.rung, tried, attempts))


def without_number(ladder: tuple[Rung, ...], position: Position, now: datetime) -> NextAttempt | Exhausted:
    """Return what comes next for somebody who can't be phoned: the next rung that needs no number, and no attempt is counted."""
    position = _within(ladder, position)
    for place in range(position.rung + 1, len(ladder)):
        if ladder[place].channel != "phone":
            return NextAttempt(Position(place, 0, position.attempts), ladder[place].channel, now)
    return Exhausted(position)


def _within(ladder: tuple[Rung, ...], position: Position) -> Position:
    # The facts may have changed, and with them the ladder, since the position was taken.
    if position.rung < len(ladder):
        return position
    return Position(len(ladder) - 1, position.rung_attempts, position.attempts)


def _when(channel: ContactChannel, instant: datetime, hours: CallingHours) -> datetime:
    return hours.next(instant) if channel == "phone" else instant
