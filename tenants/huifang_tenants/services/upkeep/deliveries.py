"""Deliveries (签收) that do not come: the obligation waits, and that must not stay unnoticed (DEC-12)."""

from typing import Final

from huifang_core.windows import day_of

from huifang_tenants.scope import Scope
from huifang_tenants.stores import upkeep

_BATCH: Final = 5000


async def watch_deliveries(scope: Scope) -> bool:
    """Raise an alarm for each obligation that waits past its alarm day, clear those of others; tell whether there may be more."""
    today = day_of(scope.now)
    raised = await upkeep.raise_missing_deliveries(scope, today, _BATCH)
    await upkeep.clear_missing_deliveries(scope, today)
    return raised == _BATCH
