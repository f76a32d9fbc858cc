"""Calling hours (REG-7): no calls between 21:00 and 09:00 unless the tenant sets other hours."""

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated

import msgspec

from huifang_core.windows import SHANGHAI

_MIDNIGHT = time(0)


class CallingHours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hours of the day in Asia/Shanghai, `[opens, closes)`, within which a call may be started.

    `closes` at 00:00 is the end of the day, so that 00:00 to 00:00 is around the clock. Raises ValueError for hours that would
    never open, and for times with a zone of their own.
    """

    opens: Annotated[
        time, msgspec.Meta(description="From when on, HH:MM:SS in Asia/Shanghai.", examples=["09:00:00"])
    ] = time(9)
    closes: Annotated[
        time,
        msgspec.Meta(
            description="Until when, HH:MM:SS in Asia/Shanghai; 00:00:00 is the end of the day.",
            examples=["21:00:00"],
        ),
    ] = time(21)

    def __post_init__(self) -> None:
        """Refuse what `allow` could not make sense of."""
        if self.opens.tzinfo is not None or self.closes.tzinfo is not None:
            raise ValueError("calling hours are times of the day in Asia/Shanghai, without a zone")
        if self.closes != _MIDNIGHT and self.opens >= self.closes:
            raise ValueError(f"calling hours must open before they close, not {self.opens} to {self.closes}")

    def allow(self, instant: datetime) -> bool:
        """Tell whether a call may be started at `instant`."""
        return self._are_open(instant.astimezone(SHANGHAI).time())

    def next(self, instant: datetime) -> datetime:
        """Return the first instant, from `instant` on, at which a call may be started."""
        local = instant.astimezone(SHANGHAI)
        if self._are_open(local.time()):
            return instant
        day = local.date() if local.time() < self.opens else local.date() + timedelta(1)
        return datetime.combine(day, self.opens, SHANGHAI).astimezone(UTC)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much time, from `start` to `end`, calls may be started in; nothing where `end` is not later."""
        if end <= start:
            return timedelta(0)
        start, end = start.astimezone(SHANGHAI), end.astimezone(SHANGHAI)
        days = (end.date() - start.date()).days
        return self._open_until(end) + days * self._open_a_day - self._open_until(start)

    def after(self, start: datetime, span: timedelta) -> datetime:
        """Return the instant at which `span` of calling time has passed since `start`; a call may be started then."""
        first = self.next(start).astimezone(SHANGHAI)
        days, rest = divmod(self._open_until(first) + span, self._open_a_day)
        opens = datetime.combine(first.date() + timedelta(days), self.opens, SHANGHAI)
        return (opens + rest).astimezone(UTC)

    def _are_open(self, at: time) -> bool:
        return self.opens <= at and (self.closes == _MIDNIGHT or at < self.closes)

    @property
    def _open_a_day(self) -> timedelta:
        return _span(self.opens, self.closes)[1]

    def _open_until(self, local: datetime) -> timedelta:
        """How much of a day's calling time has passed at this time of the day."""
        opens, whole = _span(self.opens, self.closes)
        return min(max(_since_midnight(local) - opens, _NONE), whole)


_NONE = timedelta(0)


@lru_cache(maxsize=64)
def _span(opens: time, closes: time) -> tuple[timedelta, timedelta]:
    """When hours open, since midnight, and how long they stay so; kept, since an agenda asks a million times."""
    since = _since_midnight(opens)
    return since, (timedelta(days=1) if closes == _MIDNIGHT else _since_midnight(closes)) - since


def _since_midnight(at: time | datetime) -> timedelta:
    return timedelta(0, (at.hour * 60 + at.minute) * 60 + at.second, at.microsecond)


AROUND_THE_CLOCK = CallingHours(_MIDNIGHT, _MIDNIGHT)
"""Hours that never shut (MS-1, DEC-6)."""
