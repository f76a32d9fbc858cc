"""A share of channels that comes near to what it may be raises an alarm, before nothing more can be given out (LN-5)."""

from typing import Any, Final

from huifang_core.catalogue import Catalogue
from huifang_core.shares import level_of

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.shares import standing_of
from huifang_tenants.services.declared_limits import declared_limits
from huifang_tenants.stores.alarms import keep_standing, standing_subjects

SHARES: Final = "upkeep.shares"
"""Kind of the job that looks how near shares of channels are to their limits."""

_ALARM: Final = "share_near"


async def shares_need_watching(scope: Scope, catalogue: Catalogue) -> bool:
    """Tell whether an alarm is to be raised or cleared; nothing is counted where no plugin that is on limits a share."""
    return (await _wanted(scope, catalogue)).keys() != await standing_subjects(scope, _ALARM)


async def watch_shares(scope: Scope, catalogue: Catalogue) -> None:
    """Let an alarm stand for each share at or above its warning, with the figures; it is gone with the period at the latest."""
    await keep_standing(scope, _ALARM, await _wanted(scope, catalogue))


async def _wanted(scope: Scope, catalogue: Catalogue) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for declared in (await declared_limits(scope, catalogue)).shares:
        standing = await standing_of(scope, declared)
        level = level_of(standing.share, declared.bounds)
        if level == "within":
            continue
        found[f"{declared.plugin}/{declared.limit.id}/{standing.span.name}/{level}"] = {
            "plugin": declared.plugin,
            "limit": declared.limit.id,
            "period": standing.span.name,
            "level": level,
            "by_channels": standing.share.by_channels,
            "completed": standing.share.completed,
            "figure": f"{standing.share.figure:.4f}",
            "at_most": f"{declared.bounds.at_most:f}",
        }
    return found
