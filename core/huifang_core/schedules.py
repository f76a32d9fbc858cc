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


class Occurrence(Struct, frozen=True):
    """A day on which a schedule is due; `period` tells it from the others of the same anchor."""

    period: str
    on: date


def occurrences(
    schedule: Schedule, anchor: date | None, first: date, last: date, settings: Mapping[str, Any] = {}
) -> Iterator[Occurrence]:
    """Yield the days in `[first, last]`, oldest first, on which a schedule is due for something anchored on day `anchor`.

    `settings` are the tenant's own of the plugin. None as the anchor yields nothing unless the schedule is one of the calendar. A birthday on 29 February is kept on the 28th
    in other years.
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
    # No need to walk through all years since a birth: start where the span begins.
    turn = max(0, ((first.year - anchor.year) * 12 - schedule.months) // repeats - 1) if repeats else 0
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


def _calendar_days(dates: Iterable[str], first: date, last: date) -> Iterator[Occurrence]:
    for year in range(first.year, last.year + 1):
        for day_of_year in sorted(set(dates)):
            try:
                on = date.fromisoformat(f"{year}-{day_of_year}")
            except ValueError:
                continue
            if first <= on <= last:
                yield Occurrence(on.isoformat(), on)
