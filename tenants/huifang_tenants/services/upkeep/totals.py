"""Control totals: what the core system says it sent, held against what came in.

An obligation whose event never came would otherwise be invisible. Corrections and retractions count as events: the core
system sent them.
"""

from typing import Final

from huifang_tenants.scope import Scope
from huifang_tenants.stores import alarms, events, upkeep

_BATCH: Final = 50


async def count_totals(scope: Scope) -> bool:
    """Count what came in for open control totals, with an alarm for each gap; tell whether some were not counted at all yet."""
    rows = await upkeep.totals_to_count(scope, _BATCH)
    for row in rows:
        source, type, day, announced = row["source"], row["type"], row["day"], row["announced"]
        taken = await events.taken_in(scope, source, type, day)
        await upkeep.set_taken(scope, source, type, day, taken)
        subject = f"{source}/{type}/{day}"
        if taken == announced:
            await alarms.clear_alarm(scope, "control_total_gap", subject)
        else:
            details = {
                "source": source,
                "type": type,
                "day": day.isoformat(),
                "announced": announced,
                "taken": taken,
            }
            await alarms.raise_alarm(scope, "control_total_gap", subject, details)
    return len(rows) == _BATCH and rows[-1]["taken"] is None
