"""Who may make which contacts: trained people, in the channels of their roles, within their unit's subtree (SD-2, SD-3)."""

from collections.abc import Mapping, Set
from datetime import date

from huifang_core.obligations import ContactChannel
from huifang_core.units import Role, is_active, is_trained
from huifang_core.windows import day_of

from huifang_tenants.scope import Scope
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.organisation import StoredStaff, staff_by_number

CHANNELS_OF: Mapping[str, tuple[ContactChannel, ...]] = {
    "caller": ("phone", "letter"),
    "vendor_caller": ("phone",),
    "team_leader": ("phone", "letter", "on_site"),
    "visitor": ("on_site",),
}
"""Channels in which each role works; other roles take no contacts."""


async def known_staff(scope: Scope, staff_no: str) -> StoredStaff:
    """Return the member of staff, or refuse one who is unknown."""
    staff = await staff_by_number(scope, staff_no)
    if staff is None:
        raise Refused("staff.not_found", staff_no=staff_no)
    return staff


async def active_staff(scope: Scope, staff_no: str, today: date) -> StoredStaff:
    """Return the member of staff, or refuse: unknown, or no longer here."""
    staff = await known_staff(scope, staff_no)
    if not is_active(staff.active_until, today):
        raise Refused("staff.not_active", staff_no=staff_no, active_until=str(staff.active_until))
    return staff


async def permitted(scope: Scope, actor: Actor, roles: Set[Role]) -> StoredStaff | None:
    """Return for whom a client acts, None where it names nobody; refuse who is unknown, no longer here, or has none of these roles."""
    if actor.on_behalf_of is None:
        return None
    staff = await active_staff(scope, actor.on_behalf_of, day_of(scope.now))
    if not staff.roles & roles:
        raise Refused("staff.not_permitted", staff_no=staff.staff_no)
    return staff


async def worker(scope: Scope, staff_no: str, today: date) -> StoredStaff:
    """Return the member of staff, or refuse: unknown, no longer here, or not trained (SD-3)."""
    staff = await active_staff(scope, staff_no, today)
    if not is_trained(staff.trained_until, today):
        raise Refused(
            "staff.untrained",
            staff_no=staff_no,
            trained_until=staff.trained_until.isoformat() if staff.trained_until else None,
        )
    return staff


def channels_of(staff: StoredStaff) -> tuple[ContactChannel, ...]:
    """Return the channels a member of staff works in; refuse when the roles give none."""
    found = tuple(dict.fromkeys(c for role in sorted(staff.roles) for c in CHANNELS_OF.get(role, ())))
    if not found:
        raise Refused("staff.not_permitted", staff_no=staff.staff_no)
    return found
