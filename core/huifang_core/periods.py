"""Periods of the calendar in Asia/Shanghai: months, quarters, years, each with the name by which a draw is known."""

import re
from datetime import date, timedelta

from msgspec import Struct

from huifang_core.plans import Period
from huifang_core.windows import add_months

_MONTHS: dict[Period, int] = {"month": 1, "quarter": 3, "year": 12}
_NAME = re.compile(r"(\d{4})(?:-(?:(0[1-9]|1[0-2])|Q([1-4])))?")


class Span(Struct, frozen=True):
    """A period: its name (2026-03, 2026-Q1, 2026), its first day and its last one, included."""

    name: str
    kind: Period
    first: date
    last: date

    @property
    def following(self) -> "Span":
        """The period after this one."""
        return span_of(self.kind, self.last + timedelta(1))


def span_of(kind: Period, day: date) -> Span:
    """Return the period of this kind that `day` lies in."""
    months = _MONTHS[kind]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    names = {
        "month": f"{first:%Y-%m}",
        "quarter": f"{first.year:04}-Q{first.month // 3 + 1}",
        "year": f"{first.year:04}",
    }
    return Span(names[kind], kind, first, add_months(first, months) - timedelta(1))


def span_named(kind: Period, name: str) -> Span:
    """Return the period with this name; ValueError where it is no name of this kind."""
    found = _NAME.fullmatch(name)
    if found is not None and 1 <= int(found[1]) < date.max.year:
        month = int(found[2]) if found[2] else 3 * int(found[3]) - 2 if found[3] else 1
        span = span_of(kind, date(int(found[1]), month, 1))
        if span.name == name:
            return span
    raise ValueError(f"{name!r} names no {kind}")
