"""Due windows and how they are counted (GEN-5).

A window is the half-open span of instants `[due_from, due_by)`. Days are days in Asia/Shanghai and end at
24:00; the day of the event is never counted. Every function records what it counted in a trace.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from huifang_core.trace import Trace, days_in_words
from huifang_core.workdays import Count, WorkingCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""The zone deadlines are computed in; everything is stored in UTC."""


class Window(msgspec.Struct, frozen=True):
    """When an obligation may and must be met: `[due_from, due_by)`, UTC instants.

    `provisional` says that a year whose working calendar is not announced yet was counted in, so that the
    window is counted again when it is. Instants of another zone are turned into UTC; one without a zone
    raises ValueError, since nobody could say which instant it is.
    """

    due_from: datetime
    due_by: datetime
    provisional: bool = False

    def __post_init__(self) -> None:
        for name in ("due_from", "due_by"):
            instant = getattr(self, name)
            if instant.tzinfo is not UTC:
                msgspec.structs.force_setattr(self, name, _aware(instant).astimezone(UTC))

    @property
    def is_empty(self) -> bool:
        """Tell whether no instant lies inside (DEC-4)."""
        return self.due_by <= self.due_from


@lru_cache(maxsize=16384)
def start_of_day(day: date) -> datetime:
    """Return 00:00 of `day` in Asia/Shanghai as a UTC instant."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """Return 24:00 of `day` in Asia/Shanghai as a UTC instant."""
    return start_of_day(day + timedelta(1))


def day_of(instant: datetime) -> date:
    """Return the day in Asia/Shanghai on which `instant` falls; ValueError where it has no zone."""
    return _aware(instant).astimezone(SHANGHAI).date()


def add_months(day: date, months: int) -> date:
    """Return the same day `months` later, clamped to the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def one_year_after(day: date) -> date:
    """Return the first day of the year that follows a one-year term from `day` (29 February: 1 March)."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)


def within_days(day: date, n: int, trace: Trace, *, since: datetime | None = None) -> Window:
    """Window to the end of `day` + n calendar days; it opens at `since`, else at the start of `day`."""
    last = day + timedelta(n)
    trace.count(
        "due_by",
        f"自{day}起算（当日不计）第{n}天为{last}，当日24:00前完成",
        f"day {n} after {day} (not counting that day) is {last}; due by its end",
        start=day,
        days=n,
        day=last,
    )
    return Window(since or start_of_day(day), end_of_day(last))


def within_months(day: date, n: int, trace: Trace, *, since: datetime | None = None) -> Window:
    """Window to the end of the same day n months after `day`, clamped to that month's last day."""
    last = add_months(day, n)
    trace.count(
        "due_by",
        f"自{day}起{n}个月，至{last} 24:00",
        f"{n} month(s) from {day} end on {last}; due by its end",
        start=day,
        months=n,
        day=last,
    )
    return Window(since or start_of_day(day), end_of_day(last))


def within_minutes(instant: datetime, n: int, trace: Trace, *, callable_after: int = 0) -> Window:
    """Window to n minutes after `instant`, open from `callable_after` minutes on; runs around the clock."""
    start = _aware(instant).astimezone(UTC)
    due_by = start + timedelta(minutes=n)
    local = start.astimezone(SHANGHAI)
    trace.count(
        "due_by",
        f"自{local:%Y-%m-%d %H:%M:%S}起{n}分钟",
        f"{n} minutes from {local:%Y-%m-%d %H:%M:%S} (Shanghai)",
        start=start,
        minutes=n,
        instant=due_by,
    )
    return Window(start + timedelta(minutes=callable_after), due_by)


def within_working_days_after(
    day: date, n: int, calendar: WorkingCalendar, trace: Trace, *, due_from: datetime | None = None
) -> Window:
    """Window to the end of the n-th working day strictly after `day`.

    It opens at 00:00 of the day after `day` unless `due_from` says otherwise.
    """
    count = calendar.after(day, n)
    _trace_working_days(trace, day, n, count, zh_side="之后", en_side="after")
    return Window(due_from or end_of_day(day), end_of_day(count.day), count.provisional)


def until_working_days_before(
    day: date, n: int, calendar: WorkingCalendar, trace: Trace, *, due_from: datetime
) -> Window:
    """Window from `due_from` to the end of the n-th working day strictly before `day`."""
    count = calendar.before(day, n)
    _trace_working_days(trace, day, n, count, zh_side="之前", en_side="before")
    return Window(due_from, end_of_day(count.day), count.provisional)


def _aware(instant: datetime) -> datetime:
    # astimezone() would take one without a zone for the server's local time.
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no zone")
    return instant


def _trace_working_days(trace: Trace, day: date, n: int, count: Count, *, zh_side: str, en_side: str) -> None:
    skipped, made_up = days_in_words(count.skipped), days_in_words(count.make_up)
    zh = f"{day}{zh_side}第{n}个工作日为{count.day}，当日24:00前完成"
    en = f"working day {n} {en_side} {day} is {count.day}; due by its end"
    if skipped:
        zh, en = zh + f"；不计法定节假日{skipped}", en + f"; public holidays not counted: {skipped}"
    if made_up:
        zh, en = zh + f"；计入调休上班日{made_up}", en + f"; make-up working days counted: {made_up}"
    if count.provisional:
        zh += "；所涉年度放假安排尚未公布，日期为暂定"
        en += "; a year counted has no announced calendar yet, so the date is provisional"
    trace.count(
        "due_by",
        zh,
        en,
        start=day,
        working_days=n,
        direction=en_side,
        day=count.day,
        skipped=count.skipped,
        make_up=count.make_up,
        provisional=count.provisional,
    )
