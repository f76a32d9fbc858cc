"""Schedules: days that plugins wait for, such as a birthday or three months after effect.

On the day the platform takes in an ordinary `schedule.reached` event for the contract, and the plugin's rules look at it as at any
other. Its id is made of schedule, period and contract, so that one day never counts twice.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from huifang_core.contracts import ContractStatus, Line
from huifang_core.texts import Text
from huifang_core.windows import add_months

Anchor = Literal[
    "contract.issued_on", "contract.effective_on", "contract.expires_on", "customer.birth_date", "calendar"
]
"""What a schedule counts from; `calendar` is for days of the year that are the same for all."""

DayOfYear = Annotated[str, Meta(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]


class Schedule(Struct, frozen=True, kw_only=True):
    """When events of a schedule are due.

    From the anchor's day it counts `months` and then `days` further, or back where they are negative; with `every_months` again
    after each such span. With the anchor `calendar`, `dates` (MM-DD) are the days themselves; one that a year lacks is left out. `dates_setting` names
    the plugin's setting by which a tenant may have others; its default are `dates`.
    Contracts of other `lines` or `statuses` are passed over (None: any line). `per` customer: a person with several contracts
    gets one event, for the contract that is oldest by its number.

    A contract that comes in, or becomes one of these, after its day is told of it late, up to `late_days` days; that is for an anchor of
    the contract and an event for each, else ValueError.
    """

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Text
    cites: tuple[str, ...]
    anchor: Anchor
    months: int = 0
    days: int = 0
    every_months: Annotated[int, Meta(ge=1)] | None = None
    dates: tuple[DayOfYear, ...] = ()
    dates_setting: str | None = None
    lines: tuple[Line, ...] | None = None
    statuses: tuple[ContractStatus, ...] = ("in_force",)
    per: Literal["contract", "customer"] = "contract"
    late_days: Annotated[int, Meta(ge=0, le=366)] = 0

    def __post_init__(self) -> None:
        if self.late_days and (self.per == "customer" or not self.anchor.startswith("contract.")):
            raise ValueError(f"{self.id}: late_days are for contracts told by a day of their own")


class Occurrence(Struct, frozen=True):
    """A day on which a schedule is due; `period` tells it from the others of the same anchor."""

    period: str
    on: date


def occurrences(
    schedule: Schedule, anchor: date | None, first: date, last: date, settings: Mapping[str, Any] = {}
) -> Iterator[Occurrence]:
    """Yield the days in `[first, last]`, oldest first, on which a schedule is due for something anchored on day `anchor`.

    `settings` are the tenant's own of the plugin. None as the anchor yields nothing unless the schedule is one of the calendar. A
    birthday on 29 February is kept on the 28th in other years.
    """
    if schedule.anchor == "calendar":
        dates = (
            settings.get(schedule.dates_setting, schedule.dates) if schedule.dates_setting else schedule.dates
        )
        yield from _calendar_days(dates, first, last)
        return
    if anchor is None:
        return
    repeats = schedule.every_months or (12 if schedule.anchor == "customer.birth_date" else None)
    # No need to walk through all years since a birth: start a turn before the first that can lie in the span.
    turn = max(0, _months_until(schedule, anchor, first) // repeats - 1) if repeats else 0
    while True:
        months = schedule.months + turn * (repeats or 0)
        on = add_months(anchor, months) + timedelta(schedule.days)
        if on > last:
            return
        if on >= first and not (schedule.anchor == "customer.birth_date" and turn == 0):
            yield Occurrence(on.isoformat(), on)
        if not repeats:
            return
        turn += 1


def _months_until(schedule: Schedule, anchor: date, first: date) -> int:
    """How many months at least lie between the first turn's day and `first`; too few does no harm."""
    months = (first.year - anchor.year) * 12 + first.month - anchor.month - schedule.months
    return months - abs(schedule.days) // 28 - 1


def anchor_spans(schedule: Schedule, on: date, earliest: date) -> list[tuple[date, date]]:
    """Return the spans of days, latest first, in which whatever is anchored is due on day `on`; none begins before `earliest`'s month.

    The other way round from `occurrences`: by it a store finds all that is due without looking at each. A span has several days
    where the days of a longer month fall on the last one of a shorter. For a birthday it is a little too wide: the first year counts.
    """
    due = on - timedelta(schedule.days)
    ends_month = add_months(due.replace(day=1), 1) - timedelta(1) == due
    repeats = schedule.every_months or (12 if schedule.anchor == "customer.birth_date" else None)
    spans: list[tuple[date, date]] = []
    back = schedule.months
    while True:
        number = due.year * 12 + due.month - 1 - back
        if not date.min.year * 12 <= number < date.max.year * 12 + 11:
            break
        month = date(number // 12, number % 12 + 1, 1)
        if month < earliest.replace(day=1):
            break
        last = add_months(month, 1) - timedelta(1)
        if due.day <= last.day:
            spans.append((month.replace(day=due.day), last if ends_month else month.replace(day=due.day)))
        if not repeats:
            break
        back += repeats
    return spans


def _calendar_days(dates: Iterable[str], first: date, last: date) -> Iterator[Occurrence]:
    for year in range(first.year, last.year + 1):
        for day_of_year in sorted(set(dates)):
            try:
                on = date.fromisoformat(f"{year}-{day_of_year}")
            except ValueError:
                continue
            if first <= on <= last:
                yield Occurrence(on.isoformat(), on)
