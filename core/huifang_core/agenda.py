"""The agenda: when the attempts that open obligations still have left would be made if nobody answered.

Made of the same rules as the real thing (`ladder`, `calling_hours`), for a look ahead: how much work each hour brings, who can't be
reached in time any more, and how many people that takes (ASK: capacity).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from huifang_core.calling_hours import AROUND_THE_CLOCK, CallingHours
from huifang_core.ladder import Exhausted, NextAttempt, Position, after_attempt
from huifang_core.obligations import ContactChannel, Rung
from huifang_core.windows import day_of, end_of_day


class Pending(msgspec.Struct, frozen=True):
    """An open obligation as the agenda sees it: whom it is about, where it stands on its ladder, and by when it is due."""

    id: str
    person: str
    ladder: tuple[Rung, ...]
    callable_from: datetime
    due_by: datetime
    position: Position = Position()
    priority: int = 50
    around_the_clock: bool = False


class PlannedAttempt(msgspec.Struct, frozen=True, gc=False):
    """One attempt that will be made unless an earlier one succeeds; `obligations` are all that it serves (DEC-5)."""

    at: datetime
    person: str
    channel: ContactChannel
    obligations: tuple[str, ...]


class Shortfall(msgspec.Struct, frozen=True):
    """An obligation of which no attempt, or not all, can be made before it is due.

    no_calling_time: calls may not be started in what is left of its window. person_used_up: the person's budget for each day is spent
    on what is more pressing. attempts_left: time runs out before the last attempt.
    """

    obligation: str
    reason: Literal["no_calling_time", "person_used_up", "attempts_left"]


class Agenda(msgspec.Struct, frozen=True):
    """All attempts in the order of time, and what they leave short."""

    attempts: tuple[PlannedAttempt, ...]
    shortfalls: tuple[Shortfall, ...]


def make_agenda(
    pending: Iterable[Pending],
    *,
    now: datetime,
    hours: CallingHours,
    calls_a_day: int,
    rung_today: Mapping[str, int] | None = None,
    until: datetime | None = None,
) -> Agenda:
    """Return when all attempts left would be made, from `now` until each obligation is due, or `until` then.

    A person is dialled at most `calls_a_day` times a day, whatever for, except around the clock (MS-1), those in `rung_today` less often
    on the first; what can be asked in one call is. Nothing is planned past its due time: what is overdue already is worked at once and
    has no plan.
    """
    rung = rung_today or {}
    of_person: dict[str, list[Pending]] = {}
    for one in pending:
        of_person.setdefault(one.person, []).append(one)
    attempts: list[PlannedAttempt] = []
    shortfalls: list[Shortfall] = []
    for person, theirs in of_person.items():
        day = _PersonsDays(person, now, hours, calls_a_day, rung.get(person, 0), until)
        theirs.sort(key=lambda one: (-one.priority, one.due_by, one.id))
        attempts += day.plan(theirs)
        shortfalls += day.shortfalls
    attempts.sort(key=lambda one: (one.at, one.person))
    return Agenda(tuple(attempts), tuple(shortfalls))


class _Open(msgspec.Struct):
    """An obligation on its way through the agenda: its next attempt, None once there is none."""

    pending: Pending
    next: NextAttempt | None
    made: int = 0


class _PersonsDays:
    """One person's attempts, day by day within the budget."""

    def __init__(
        self,
        person: str,
        now: datetime,
        hours: CallingHours,
        calls_a_day: int,
        rung_today: int,
        until: datetime | None,
    ) -> None:
        self._person, self._now, self._hours, self._calls_a_day = person, now, hours, calls_a_day
        self._until = until
        self._calls: dict[object, int] = {day_of(now): rung_today}
        self.shortfalls: list[Shortfall] = []

    def plan(self, theirs: list[Pending]) -> Iterator[PlannedAttempt]:
        left = [_Open(one, self._first(one)) for one in theirs if one.due_by > self._now]
        while True:
            standing = [one for one in left if one.next is not None]
            if not standing:
                return
            lead = min(standing, key=lambda one: (one.next.callable_from, -one.pending.priority))  # type: ignore[union-attr]
            assert lead.next is not None
            at, channel = lead.next.callable_from, lead.next.channel
            if self._until is not None and at >= self._until:
                return
            if at >= lead.pending.due_by:
                self._fall_short(lead, "attempts_left" if lead.made else "no_calling_time")
                continue
            if channel == "phone" and not lead.pending.around_the_clock:
                day = day_of(at)
                if self._calls.get(day, 0) >= self._calls_a_day:
                    self._put_off(lead, at)
                    continue
                self._calls[day] = self._calls.get(day, 0) + 1
            # Whatever could be asked by now is asked in the same contact.
            served = [
                one
                for one in standing
                if one.next is not None
                and one.next.channel == channel
                and (one is lead or one.pending.callable_from <= at < one.pending.due_by)
                and one.pending.around_the_clock == lead.pending.around_the_clock
            ]
            yield PlannedAttempt(at, self._person, channel, tuple(one.pending.id for one in served))
            for one in served:
                self._go_on(one, at)

    def _first(self, one: Pending) -> NextAttempt:
        channel = one.ladder[min(one.position.rung, len(one.ladder) - 1)].channel
        at = max(one.callable_from, self._now)
        return NextAttempt(one.position, channel, self._hours_of(one).next(at) if channel == "phone" else at)

    def _go_on(self, one: _Open, at: datetime) -> None:
        assert one.next is not None
        one.made += 1
        following = after_attempt(
            one.pending.ladder,
            one.next.position,
            "no_answer",
            at,
            hours=self._hours_of(one.pending),
            due_by=one.pending.due_by,
        )
        one.next = None if isinstance(following, Exhausted) else following

    def _put_off(self, one: _Open, at: datetime) -> None:
        """Move a call to the next day, since the person was rung often enough on this one."""
        assert one.next is not None
        opens = self._hours.next(end_of_day(day_of(at)))
        if opens >= one.pending.due_by:
            self._fall_short(one, "person_used_up")
        else:
            one.next = msgspec.structs.replace(one.next, callable_from=opens)

    def _fall_short(
        self, one: _Open, reason: Literal["no_calling_time", "person_used_up", "attempts_left"]
    ) -> None:
        one.next = None
        self.shortfalls.append(Shortfall(one.pending.id, reason))

    def _hours_of(self, one: Pending) -> CallingHours:
        return AROUND_THE_CLOCK if one.around_the_clock else self._hours


class Load(msgspec.Struct, frozen=True):
    """How many attempts by a channel are planned to begin in the span that starts `at`."""

    at: datetime
    channel: ContactChannel
    attempts: int


def load_curve(agenda: Agenda, *, step: timedelta = timedelta(hours=1)) -> tuple[Load, ...]:
    """Return the work an agenda brings per span of time and channel, oldest first: what staffing is planned by."""
    counted: dict[tuple[datetime, ContactChannel], int] = {}
    for attempt in agenda.attempts:
        whole = datetime.fromtimestamp(
            attempt.at.timestamp() // step.total_seconds() * step.total_seconds(), attempt.at.tzinfo
        )
        key = (whole, attempt.channel)
        counted[key] = counted.get(key, 0) + 1
    return tuple(Load(at, channel, n) for (at, channel), n in sorted(counted.items()))
