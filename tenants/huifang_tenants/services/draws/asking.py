"""Asking for a draw at once: before its period is over, or for one long past whose history was imported."""

from typing import Final
from uuid import UUID

import msgspec
from huifang_core.catalogue import Catalogue, PlanEntry
from huifang_core.periods import span_named
from huifang_core.windows import day_of

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.people import known_staff
from huifang_tenants.services.draws.seeds import commit_to
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import draws
from huifang_tenants.stores.draws import Asked
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.stores.plugins import load_settings
from huifang_tenants.tables.draws import Draw

MAY_ASK: Final = frozenset({"tenant_admin", "compliance_officer", "team_leader"})
"""Roles whose holders may have a draw made out of its time (HT-8)."""


async def ask_for_draw(
    scope: Scope,
    catalogue: Catalogue,
    plan_id: str,
    period: str,
    actor: Actor,
    reason: str,
    *,
    leave_out_failed: bool = False,
) -> UUID:
    """Have the draw of a plan in a period made by the next job; return its id.

    Where no seed was committed to, that is done now, and the draw says so. With `leave_out_failed` the events that the plan raises on
    are left out instead of holding the draw up. Refuses `not_found` (plan), `draw.period_invalid` for a name that is none or a period
    not begun, `staff.not_permitted`, and `state.conflict` once the population is closed.
    """
    if actor.on_behalf_of is not None:
        staff = await known_staff(scope, actor.on_behalf_of)
        if not staff.roles & MAY_ASK:
            raise Refused("staff.not_permitted", staff_no=staff.staff_no)
    plugin, plan = await _plan(scope, catalogue, plan_id)
    try:
        span = span_named(plan.period, period)
    except ValueError:
        raise Refused("draw.period_invalid", period=period, kind=plan.period) from None
    if span.first > day_of(scope.now):
        raise Refused("draw.period_invalid", period=period, kind=plan.period)
    await commit_to(scope, plugin, plan, span)
    found = await draws.by_period(scope, plugin, plan.id, period)
    if found is None:
        raise LookupError(f"the draw of {plan_id} in {period} was not committed to")
    if found.status in ("closed", "drawn"):
        raise Refused("state.conflict", current=found.status, wanted="drawn")
    asked = Asked(actor.on_behalf_of or actor.name, reason, leave_out_failed)
    document = msgspec.structs.replace(found.document, asked=asked, skipped=None)
    status = "committed" if found.status == "skipped" else found.status
    await draws.save(scope, found.id, document, status, {Draw.asked_at: scope.now, Draw.try_at: None})
    details = {"plan": plan_id, "period": period, "leave_out_failed": leave_out_failed}
    await record(scope, actor, "draw.asked", "draw", found.id, details, reason=reason, details=details)
    return found.id


async def _plan(scope: Scope, catalogue: Catalogue, plan_id: str) -> tuple[str, PlanEntry]:
    plugin, _, id = plan_id.partition("/")
    on = {version.plugin for version in await load_settings(scope)}
    entry = catalogue.plugins.get(plugin) if plugin in on else None
    plan = next((plan for plan in entry.plans if plan.id == id), None) if entry is not None else None
    if plan is None:
        raise Refused("not_found", kind="plan")
    return plugin, plan
