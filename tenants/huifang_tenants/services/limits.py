"""The limits of a tenant as they stand, and letting a share of channels be passed by approval (LN-5, DEC-9)."""

from uuid import UUID

import msgspec
from huifang_core.catalogue import Catalogue
from huifang_core.obligations import LATE_COMPLETION
from huifang_core.shares import period_of
from huifang_core.windows import day_of

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.people import active_staff
from huifang_tenants.services.contacts.shares import Standing, standing_of
from huifang_tenants.services.declared_limits import DeclaredShare, declared_limits
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import shares
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.stores.organisation import path_of
from huifang_tenants.stores.shares import Approval


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody approves: `number` obligations of their unit and those below, or with `obligation_id` that one; and why."""

    staff_no: str
    reason: str
    number: int = 1
    obligation_id: UUID | None = None


async def stands_of(scope: Scope, catalogue: Catalogue) -> list[Standing]:
    """Return where each share of channels stands in its present period."""
    return [await standing_of(scope, one) for one in (await declared_limits(scope, catalogue)).shares]


async def approve_past(
    scope: Scope, catalogue: Catalogue, plugin: str, limit: str, wanted: Wanted, actor: Actor
) -> Approval:
    """Let a share be passed in its present period, for one obligation or a number of them, with the reason in the ledger.

    Refuses `not_found` (limit, obligation), `staff.not_found`, `staff.not_active`, `staff.not_permitted` for whoever does not hold the
    role the limit names, `staff.outside_unit` for an obligation of another unit, and `state.conflict` for one that nothing is left to be done about.
    """
    declared = await _declared(scope, catalogue, plugin, limit)
    staff = await active_staff(scope, wanted.staff_no, day_of(scope.now))
    if declared.limit.approved_by not in staff.roles:
        raise Refused("staff.not_permitted", staff_no=staff.staff_no)
    used_for: tuple[UUID, ...] = ()
    if wanted.obligation_id is not None:
        await _check_obligation(scope, plugin, wanted.obligation_id, staff.staff_no, staff.unit)
        used_for = (wanted.obligation_id,)
    number = len(used_for) or wanted.number
    approval = Approval(new_id(), staff.unit, number, used_for, wanted.reason, staff.staff_no, scope.now)
    period = period_of(declared.limit, day_of(scope.now)).name
    await shares.approve(scope, plugin, limit, period, approval)
    details = {
        "limit": f"{plugin}/{limit}",
        "period": period,
        "approval": str(approval.id),
        "number": number,
        "unit": staff.unit,
    }
    kind = "limit" if wanted.obligation_id is None else "obligation"
    await record(
        scope,
        actor,
        "limit.approved",
        kind,
        wanted.obligation_id,
        details,
        reason=wanted.reason,
        details=details,
    )
    return approval


async def _declared(scope: Scope, catalogue: Catalogue, plugin: str, limit: str) -> DeclaredShare:
    for one in (await declared_limits(scope, catalogue)).shares:
        if (one.plugin, one.limit.id) == (plugin, limit):
            return one
    raise Refused("not_found", kind="limit")


async def _check_obligation(scope: Scope, plugin: str, id: UUID, staff_no: str, staff_unit: str) -> None:
    row = await scope.connection.fetchrow(
        "SELECT status, unit FROM obligation WHERE id = $1 AND plugin = $2", id, plugin
    )
    if row is None:
        raise Refused("not_found", kind="obligation")
    if row["status"] not in LATE_COMPLETION:
        raise Refused("state.conflict", current=row["status"], wanted="open")
    if staff_unit not in await path_of(scope, row["unit"]):
        raise Refused("staff.outside_unit", staff_no=staff_no, staff_unit=staff_unit, unit=row["unit"])
