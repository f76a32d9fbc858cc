"""When a case is due, what a pause does to that, and when somebody is reminded or the unit above is told."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Final, Literal

from huifang_core.cases import CaseClass
from huifang_core.windows import SHANGHAI, day_of, end_of_day
from huifang_core.workdays import WorkingCalendar

Counted = Literal["working_days", "minutes", "given"]
"""How the time of a case is counted: as its class says, or to a deadline that a rule or a person gave it."""

ESCALATE_AGAIN: Final = timedelta(minutes=30)
"""Where minutes count, the next unit above is told after another half hour."""

_TICK: Final = timedelta(microseconds=1)
_MORNING: Final = time(9)


def counted_in(known: CaseClass) -> Counted:
    """Tell how the time of a case of this class is counted."""
    return "working_days" if known.solve_within_minutes is None else "minutes"


def deadline(
    known: CaseClass,
    opened_at: datetime,
    calendar: WorkingCalendar,
    pauses: Iterable[tuple[datetime, datetime]] = (),
) -> datetime:
    """Return until when a case of this class must be solved, what it was paused for (from, to) not counted.

    Minutes count around the clock from its opening; working days to the end of the last one, the day of opening not counted (GEN-5).
    """
    if known.solve_within_minutes is not None:
        due_by = opened_at + timedelta(minutes=known.solve_within_minutes)
    else:
        due_by = end_of_day(calendar.after(day_of(opened_at), known.solve_within_working_days or 1).day)
    for paused_at, resumed_at in pauses:
        due_by = after_pause(due_by, paused_at, resumed_at, counted_in(known), calendar)
    return due_by


def after_pause(
    due_by: datetime,
    paused_at: datetime,
    resumed_at: datetime,
    counted: Counted,
    calendar: WorkingCalendar,
) -> datetime:
    """Return a deadline after a pause: later by the working days that passed, else by the time that passed.

    A pause within one working day gives none back.
    """
    if counted != "working_days":
        return due_by + (resumed_at - paused_at)
    passed = calendar.between(day_of(paused_at) + timedelta(1), day_of(resumed_at))
    return end_of_day(calendar.after(day_of(due_by - _TICK), passed).day) if passed else due_by


def remind_at(opened_at: datetime, due_by: datetime, counted: Counted) -> datetime:
    """Return when whoever works on a case is reminded: 09:00 of its last day, half way where that is past or minutes count."""
    morning = datetime.combine(day_of(due_by - _TICK), _MORNING, SHANGHAI)
    if counted == "minutes" or morning <= opened_at:
        return opened_at + (due_by - opened_at) / 2
    return morning


def escalate_again_at(now: datetime, counted: Counted, calendar: WorkingCalendar) -> datetime:
    """Return when a case that is still unsolved goes one unit further up: with the next working day that ends without it."""
    if counted == "minutes":
        return now + ESCALATE_AGAIN
    return end_of_day(calendar.after(day_of(now), 1).day)
