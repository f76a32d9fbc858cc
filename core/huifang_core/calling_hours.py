"""Calling hours (REG-7): no calls between 21:00 and 09:00 unless the tenant sets other hours."""

from datetime import UTC, datetime, time, timedelta

import msgspec

from huifang_core.windows import SHANGHAI


class CallingHours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hours of the day in Asia/Shanghai, `[opens, closes)`, within which a call may be started."""

    opens: time = time(9)
    closes: time = time(21)

    def allow(self, instant: datetime) -> bool:
        """Tell whether a call may be started at `instant`."""
        return self.opens <= instant.astimezone(SHANGHAI).time() < self.closes

    def next(self, instant: datetime) -> datetime:
        """Return the first instant, from `instant` on, at which a call may be started."""
        if self.allow(instant):
            return instant
        local = instant.astimezone(SHANGHAI)
        day = local.date() if local.time() < self.opens else local.date() + timedelta(1)
        return datetime.combine(day, self.opens, SHANGHAI).astimezone(UTC)
