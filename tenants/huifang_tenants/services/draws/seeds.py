"""Seeds: made before their period opens, with the commitment in the ledger and nobody able to read them (DEC-14)."""

import secrets
from typing import Final
from uuid import UUID

from huifang_core.catalogue import Catalogue, PlanEntry
from huifang_core.periods import Span, span_of
from huifang_core.sampling import SEED_BYTES, commitment
from huifang_core.windows import day_of

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.stores import draws
from huifang_tenants.stores.ledger import SYSTEM, record
from huifang_tenants.stores.plugins import load_settings

_KIND: Final = "draw"


async def commit_seeds(scope: Scope, catalogue: Catalogue) -> int:
    """Commit to a seed for this period and the next of every plan of the plugins that are on; return how many were new.

    So the commitment to a period stands in the ledger all through the one before. Only a plugin switched on in mid-period commits late.
    """
    today = day_of(scope.now)
    on = {version.plugin for version in await load_settings(scope)}
    wanted = [
        (plugin, plan, span)
        for plugin in sorted(on & catalogue.plugins.keys())
        for plan in catalogue.plugins[plugin].plans
        for present in (span_of(plan.period, today),)
        for span in (present, present.following)
    ]
    if not wanted:
        return 0
    known = await draws.periods_committed(scope, today)
    made = 0
    for plugin, plan, span in wanted:
        if (plugin, plan.id, span.name) not in known:
            made += await commit_to(scope, plugin, plan, span) is not None
    return made


async def commit_to(scope: Scope, plugin: str, plan: PlanEntry, span: Span) -> UUID | None:
    """Make a seed for one period of a plan and commit to it; return the draw's id, None where there is one already."""
    id, seed, name = new_id(), secrets.token_bytes(SEED_BYTES), f"{plugin}/{plan.id}"
    committed = commitment(seed, name, span.name)
    late = day_of(scope.now) >= span.first
    made = await draws.commit(
        scope,
        id,
        plugin=plugin,
        plan=plan.id,
        period=span.name,
        first=span.first,
        last=span.last,
        replaces=plan.replace,
        seed=seed,
        commitment=committed,
        late=late,
    )
    if not made:
        return None
    details = {"plan": name, "period": span.name, "commitment": committed, "committed_late": late}
    await record(scope, SYSTEM, "draw.committed", _KIND, id, details, details=details)
    return id
