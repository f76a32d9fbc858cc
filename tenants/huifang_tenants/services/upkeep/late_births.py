"""Obligations that were late when they were made: team leaders learn how many, and why (DEC-4)."""

from collections import Counter
from typing import Final

from huifang_core.obligations import LATE_COMPLETION
from huifang_core.texts import Text, text

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.effects import notify
from huifang_tenants.services.upkeep.overdue import province_of
from huifang_tenants.stores import organisation, upkeep

_BATCH: Final = 10_000

CAUSES: Final[dict[str, Text]] = {
    "window_empty": text("可用时间不足", "too little time was left"),
    "past_when_it_happened": text("事件发生时期限已过", "the window was over when the event happened"),
    "event_came_late": text("事件传入过晚", "the event came in late"),
}
"""Why an obligation can be late at birth."""


async def announce_late_births(scope: Scope) -> bool:
    """Tell the team leaders of each province, by cause, what was late at birth; tell whether there may be more.

    What was dealt with by then, and what is historic, is passed over.
    """
    marked = await upkeep.mark_born_late(scope, _BATCH)
    units = await organisation.load_units(scope)
    numbers = Counter(
        (province_of(row["unit"], units), row["cause"]) for row in marked if row["status"] in LATE_COMPLETION
    )
    ids = await organisation.unit_ids(scope, {unit for unit, _ in numbers})
    for (unit, cause), number in sorted(numbers.items()):
        why = CAUSES[cause]
        message = text(
            f"{number}件回访任务生成时即已逾期：{why.zh_cn}",
            f"{number} callbacks were late when they were made: {why.en}",
        )
        await notify(scope, "team_leader", unit, "born_late", "unit", ids[unit], message)
    return len(marked) == _BATCH
