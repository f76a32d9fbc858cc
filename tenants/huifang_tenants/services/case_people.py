"""Who may work on a case: people who are still here, in a role for it, of the case's unit or one above it."""

from typing import Literal

from huifang_core.units import CASE_ROLES, is_active
from huifang_core.windows import day_of

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.people import active_staff, known_staff
from huifang_tenants.services.errors import RefusalCode, Refused
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.organisation import StoredStaff, path_of, staff_by_number

_Flaw = Literal["not_active", "not_permitted", "outside_unit"]
_OF_ACTOR: dict[_Flaw, RefusalCode] = {
    "not_active": "staff.not_active",
    "not_permitted": "staff.not_permitted",
    "outside_unit": "staff.outside_unit",
}
_OF_ASSIGNEE: dict[_Flaw, RefusalCode] = {
    "not_active": "case.assignee_not_active",
    "not_permitted": "case.assignee_not_permitted",
    "outside_unit": "case.assignee_outside_unit",
}


async def check_here(scope: Scope, actor: Actor) -> None:
    """Refuse a step behind which stands somebody unknown (`staff.not_found`) or no longer here (`staff.not_active`)."""
    if actor.on_behalf_of is not None:
        await active_staff(scope, actor.on_behalf_of, day_of(scope.now))


async def check_may_work(scope: Scope, unit: str, actor: Actor) -> None:
    """Refuse unless the member of staff behind a step may work on a case of this unit.

    A client that acts for nobody may do what its own permissions say. Refuses `staff.not_found`, `staff.not_active`,
    `staff.not_permitted` (the role) and `staff.outside_unit`.
    """
    if actor.on_behalf_of is not None:
        await _check(scope, unit, await known_staff(scope, actor.on_behalf_of), _OF_ACTOR)


async def fit_assignee(scope: Scope, unit: str, staff_no: str) -> StoredStaff:
    """Return the member of staff to be given a case of this unit.

    Refuses `case.assignee_unknown`, `case.assignee_not_active`, `case.assignee_not_permitted` (the role) and
    `case.assignee_outside_unit`.
    """
    staff = await staff_by_number(scope, staff_no)
    if staff is None:
        raise Refused("case.assignee_unknown", staff_no=staff_no)
    await _check(scope, unit, staff, _OF_ASSIGNEE)
    return staff


async def _check(scope: Scope, unit: str, staff: StoredStaff, codes: dict[_Flaw, RefusalCode]) -> None:
    if not is_active(staff.active_until, day_of(scope.now)):
        raise Refused(codes["not_active"], staff_no=staff.staff_no, active_until=str(staff.active_until))
    if not staff.roles & CASE_ROLES:
        raise Refused(codes["not_permitted"], staff_no=staff.staff_no)
    if staff.unit not in await path_of(scope, unit):
        raise Refused(codes["outside_unit"], staff_no=staff.staff_no, staff_unit=staff.unit, unit=unit)
