"""Deadlines that are near: team leaders are told once, in calling hours of the working day before."""

from collections import Counter
from datetime import datetime
from typing import Any, Final

import msgspec
from huifang_core.texts import Text, text
from huifang_core.windows import day_of, end_of_day
from huifang_core.workdays import WorkingCalendar

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.effects import notify
from huifang_tenants.services.upkeep.overdue import province_of
from huifang_tenants.services.upkeep.words import deadline_in_words
from huifang_tenants.stores import upkeep
from huifang_tenants.stores.organisation import load_units
from huifang_tenants.tenant_settings import settings_of

_BATCH: Final = 5000


def at_risk_until(scope: Scope, calendar: WorkingCalendar) -> datetime:
    """Until when deadlines count as near: the end of the next working day; now outside calling hours (no reminders at midnight)."""
    if not settings_of(scope.tenant).calling_hours.allow(scope.now):
        return scope.now
    return end_of_day(calendar.after(day_of(scope.now), 1).day)


async def announce_at_risk(scope: Scope, calendar: WorkingCalendar) -> bool:
    """Tell the team leaders of each province what falls due by the end of the next working day; tell whether there may be more."""
    marked = await upkeep.mark_at_risk(scope, at_risk_until(scope, calendar), _BATCH)
    units = await load_units(scope)
    numbers = Counter((province_of(row["unit"], units), row["kind"]) for row in marked)
    first: dict[tuple[str, str], Any] = {}
    for row in sorted(marked, key=lambda row: (row["due_by"], row["id"])):
        first.setdefault((province_of(row["unit"], units), row["kind"]), row)
    for (unit, kind), row in first.items():
        title = msgspec.convert(row["title"], Text)
        by, number = deadline_in_words(row["due_by"]), numbers[unit, kind]
        message = text(
            f"{title.zh_cn}有{number}件即将到期，最早须于{by}前完成",
            f"{number} due soon: {title.en}; the earliest by {by}",
        )
        await notify(scope, "team_leader", unit, "obligation_at_risk", "obligation", row["id"], message)
    return len(marked) == _BATCH
