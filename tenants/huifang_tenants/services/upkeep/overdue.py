"""Overdue obligations are escalated, and those that stop then expire (DEC-2, DEC-3).

Whether an obligation is overdue follows from its deadline and needs no job; what is done about it, once, is done here.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.texts import Text, text
from huifang_core.units import Unit, unit_at_level

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.effects import notify
from huifang_tenants.services.upkeep.words import deadline_in_words
from huifang_tenants.stores import notices, upkeep
from huifang_tenants.stores.alarms import keep_standing
from huifang_tenants.stores.ledger import SYSTEM, Entry, record_many
from huifang_tenants.stores.organisation import load_units

_BATCH: Final = 5000


class Group(msgspec.Struct):
    """What is overdue of one kind in one province: how many, and the earliest deadline."""

    title: Text
    number: int
    earliest: datetime


async def escalate_overdue(scope: Scope) -> bool:
    """Mark what has become overdue, expire what stops then, and tell the team leaders; tell whether there may be more.

    An alarm per kind and province stands while anything can still be done about it. Each time more becomes overdue the
    team leaders find one notice about it, which is brought up to date until somebody has seen it.
    """
    marked = await upkeep.mark_overdue(scope, _BATCH)
    expired = await upkeep.expire_stopped(scope, _BATCH)
    await record_many(
        scope, SYSTEM, [Entry("obligation.overdue", "obligation", row["id"], b"") for row in marked]
    )
    await record_many(
        scope,
        SYSTEM,
        [Entry("obligation.expired", "obligation", id, b"", reason="stops_when_due") for id in expired],
    )
    units = await load_units(scope)
    groups = _by_province(await upkeep.overdue_groups(scope), units)
    alarms = await keep_standing(
        scope,
        "obligation_overdue",
        {
            f"{kind}:{unit}": {
                "kind": kind,
                "unit": unit,
                "number": group.number,
                "earliest": group.earliest.isoformat(),
            }
            for (unit, kind), group in groups.items()
        },
    )
    for unit, kind in {(province_of(row["unit"], units), row["kind"]) for row in marked}:
        # What expired at once has none: nothing is left to do about it.
        if (unit, kind) in groups:
            await _escalate(scope, unit, kind, groups[unit, kind], alarms[f"{kind}:{unit}"])
    return len(marked) == _BATCH or len(expired) == _BATCH


def province_of(unit: str, units: Mapping[str, Unit]) -> str:
    """The provincial unit that answers for a unit's callbacks (SD-2), itself where there is none above it."""
    return unit_at_level(unit, "province", units) or unit


async def _escalate(scope: Scope, unit: str, kind: str, group: Group, alarm: UUID) -> None:
    by = deadline_in_words(group.earliest)
    message = text(
        f"{group.title.zh_cn}逾期未完成{group.number}件，最早的期限为{by}",
        f"{group.number} overdue: {group.title.en}; the earliest was due by {by}",
    )
    if not await notices.renew(scope, "team_leader", unit, "obligation_overdue", alarm, message):
        await notify(scope, "team_leader", unit, "obligation_overdue", "alarm", alarm, message)


def _by_province(rows: Iterable[Any], units: Mapping[str, Unit]) -> dict[tuple[str, str], Group]:
    groups: dict[tuple[str, str], Group] = {}
    for row in rows:
        key = (province_of(row["unit"], units), row["kind"])
        group = groups.get(key)
        if group is None:
            groups[key] = Group(msgspec.convert(row["title"], Text), row["number"], row["earliest"])
        else:
            group.number += row["number"]
            group.earliest = min(group.earliest, row["earliest"])
    return groups
