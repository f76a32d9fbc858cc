"""Appointments (预约): a time agreed with the customer before the contact that the callback is for (HI-2)."""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from huifang_core.calling_hours import AROUND_THE_CLOCK, CallingHours
from huifang_core.obligations import AfterDue, ContactChannel

REMIND_BEFORE = timedelta(minutes=30)
"""How long ahead whoever agreed on a time is reminded of it."""

MISSED_AFTER = timedelta(minutes=30)
"""How long after the time an appointment that nobody began to keep counts as missed."""

PRIORITY = 90
"""Priority in the queue of an obligation whose time has come: a promise goes ahead of all but what is due within the hour."""

Fault = Literal["in_the_past", "outside_window", "outside_hours"]
"""Why a time can't be agreed."""


class Appointment(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a time was agreed: by which channel the customer was asked, who did, and when. None of these: no time is agreed now.

    `missed` are the times agreed before it at which nobody contacted the customer.
    """

    through: ContactChannel | None = None
    agreed_by: str | None = None
    agreed_at: datetime | None = None
    missed: tuple[datetime, ...] = ()


class Bounds(msgspec.Struct, frozen=True):
    """What a time must keep: the window, past which only a rule that goes on allows any, and calling hours for a call."""

    due_from: datetime
    due_by: datetime
    after_due: AfterDue
    channel: ContactChannel
    hours: CallingHours = AROUND_THE_CLOCK


def fault_of(at: datetime, now: datetime, bounds: Bounds) -> Fault | None:
    """Return why the customer can't be contacted at `at`, or None.

    What is overdue and goes on (DEC-3) may be agreed for any time to come; before that, only within the window.
    """
    if at <= now:
        return "in_the_past"
    late = bounds.due_by <= now and bounds.after_due == "continue"
    if at < bounds.due_from or (at >= bounds.due_by and not late):
        return "outside_window"
    if bounds.channel == "phone" and not bounds.hours.allow(at):
        return "outside_hours"
    return None
