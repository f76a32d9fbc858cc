"""Working days (工作日) by the official Chinese calendar, make-up weekends (调休) included (GEN-1).

The State Council announces each year's calendar the autumn before. A count that touches a year not yet
announced is *provisional*: it takes weekends and the holidays fixed by law into account, not the make-up
weekends, and is counted again once the calendar stands.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Literal

import holidays
import msgspec

OFFICIAL_THROUGH = 2026
"""Last year whose calendar stands in the calendar library as announced (checked against the announcement)."""

_REACH_BACK = timedelta(7)
"""How far an announcement reaches into the December before: that of 2019 made 29 December 2018 a working day."""

DayKind = Literal["workday", "holiday"]


class AnnouncedDay(msgspec.Struct, frozen=True):
    """One day of an announced calendar that departs from Monday to Friday: a holiday, or a make-up working day."""

    day: date
    kind: DayKind


class Count(msgspec.Struct, frozen=True):
    """Result of counting working days: the day arrived at, and what was passed over on the way.

    `skipped` holds the days that are no working days though they fall on Monday to Friday; `make_up` the
    Saturdays and Sundays that were counted because they are make-up working days.
    """

    day: date
    skipped: tuple[date, ...]
    make_up: tuple[date, ...]
    provisional: bool


class WorkingCalendar:
    """Counts working days; immutable, so one instance serves a whole process.

    `announced` adds years announced after this release: every day that departs from Monday to Friday, those
    that the announcement moves in the December before included. `make_up_days=False` ignores make-up weekends,
    as a few users want (REG-8).
    """

    def __init__(
        self, announced: Mapping[int, Iterable[AnnouncedDay]] | None = None, *, make_up_days: bool = True
    ) -> None:
        self._announced = {
            year: tuple(sorted(days, key=lambda d: (d.day, d.kind)))
            for year, days in sorted((announced or {}).items())
        }
        self._make_up_days = make_up_days
        self._working: dict[int, tuple[int, ...]] = {}
        self._off: dict[int, tuple[date, ...]] = {}
        self._extra: dict[int, tuple[date, ...]] = {}

    @cached_property
    def fingerprint(self) -> str:
        """Short hash of what this calendar says, stored with each obligation counted by it."""
        text = repr((OFFICIAL_THROUGH, self._announced, self._make_up_days))
        return sha256(text.encode()).hexdigest()[:16]

    def without_make_up_days(self) -> "WorkingCalendar":
        """Return the same calendar with make-up weekends ignored (REG-8)."""
        return self._without_make_up_days

    @cached_property
    def _without_make_up_days(self) -> "WorkingCalendar":
        # Kept, since rules ask for it at every evaluation and a year costs a millisecond to set up.
        return WorkingCalendar(self._announced, make_up_days=False)

    def is_announced(self, year: int) -> bool:
        """Tell whether the official calendar of `year` is known."""
        return year <= OFFICIAL_THROUGH or year in self._announced

    def is_working_day(self, day: date) -> bool:
        """Tell whether `day` is a working day."""
        days = self._days_of(day.year)
        at = bisect_left(days, day.toordinal())
        return at < len(days) and days[at] == day.toordinal()

    def after(self, day: date, n: int) -> Count:
        """Return the n-th working day strictly after `day`; n ≥ 1."""
        return self._count(day, n, forward=True)

    def before(self, day: date, n: int) -> Count:
        """Return the n-th working day strictly before `day`; n ≥ 1."""
        return self._count(day, n, forward=False)

    def between(self, first: date, last: date) -> int:
        """Count the working days in `[first, last]`, both included; 0 when `last` is earlier."""
        total = 0
        for year in range(first.year, last.year + 1):
            days = self._days_of(year)
            total += max(0, bisect_right(days, last.toordinal()) - bisect_left(days, first.toordinal()))
        return total

    def _count(self, day: date, n: int, *, forward: bool) -> Count:
        if n < 1:
            raise ValueError(f"working days are counted from 1, not {n}")
        left, year, ordinal = n, day.year, day.toordinal()
        while True:
            days = self._days_of(year)
            at = bisect_right(days, ordinal) + left - 1 if forward else bisect_left(days, ordinal) - left
            if 0 <= at < len(days):
                break
            if forward:
                left -= len(days) - bisect_right(days, ordinal)
                year += 1
                ordinal = date(year, 1, 1).toordinal() - 1
            else:
                left -= bisect_left(days, ordinal)
                year -= 1
                ordinal = date(year, 12, 31).toordinal() + 1
        found = date.fromordinal(days[at])
        first, last = (day + timedelta(1), found) if forward else (found, day - timedelta(1))
        return Count(
            day=found,
            skipped=_in_range(self._off, first, last),
            make_up=_in_range(self._extra, first, last),
            provisional=not all(
                self.is_announced(touched) for touched in range(first.year, (last + _REACH_BACK).year + 1)
            ),
        )

    def _days_of(self, year: int) -> tuple[int, ...]:
        known = self._working.get(year)
        if known is not None:
            return known
        off, extra = self._departures(year)
        start, end = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
        skip = {day.toordinal() for day in off}
        add = {day.toordinal() for day in extra}
        days = tuple(o for o in range(start, end + 1) if o in add or ((o - 1) % 7 < 5 and o not in skip))
        self._off[year], self._extra[year] = tuple(sorted(off)), tuple(sorted(extra))
        self._working[year] = days
        return days

    def _departures(self, year: int) -> tuple[set[date], set[date]]:
        """Weekdays that are off, and weekend days that are worked, in `year`."""
        off: set[date] = set()
        extra: set[date] = set()
        if year not in self._announced:
            china = holidays.country_holidays("CN", years=year)
            off = {day for day in china if day.year == year}
            # The library keeps stray make-up days of other years.
            extra = {day for day in china.weekend_workdays if day.year == year}
        for moved in (d for days in self._announced.values() for d in days if d.day.year == year):
            (off if moved.kind == "holiday" else extra).add(moved.day)
            (extra if moved.kind == "holiday" else off).discard(moved.day)
        if not self._make_up_days:
            extra = set()
        return {day for day in off if day.weekday() < 5}, {day for day in extra if day.weekday() >= 5}


def _in_range(days: Mapping[int, Sequence[date]], first: date, last: date) -> tuple[date, ...]:
    found: list[date] = []
    for year in range(first.year, last.year + 1):
        of_year = days[year]
        found += of_year[bisect_left(of_year, first) : bisect_right(of_year, last)]
    return tuple(found)
