"""Starting on what the queue gives out no more: a late completion can always be recorded (DEC-3).

What is unreachable, or stopped when it was due, is nobody's work in hand: whoever reaches the customer after all, or is rung up by
them, names the obligation and starts. It stays what it is until it is completed.
"""

from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.obligations import ContactChannel, ObligationDraft, ObligationStatus

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.claiming import LEASE
from huifang_tenants.services.contacts.people import channels_of
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import queue
from huifang_tenants.stores.organisation import StoredStaff, path_of

CLOSED: Final[frozenset[ObligationStatus]] = frozenset(
    {"completed", "voided", "superseded", "cancelled", "historic"}
)
"""Statuses in which nothing is left to be done about an obligation."""


async def take_up(
    scope: Scope, obligation_id: UUID, staff: StoredStaff, channel: ContactChannel | None
) -> tuple[Any, ContactChannel] | None:
    """Lock and return an obligation that is done late, with the channel used; None for one that is not of that kind.

    Any channel of its ladder will do; without one named, the one it stands at, or else the first that this member of staff works in.
    Refuses staff without a role for it, or of a unit that is neither the obligation's nor above it, a channel that is not on the
    ladder, what was given to somebody else or has to be given out first (DEC-8), and a customer with whom somebody else is in contact now.
    """
    late = await queue.late(scope, obligation_id)
    if late is None:
        return None
    if staff.unit not in await path_of(scope, late["unit"]):
        raise Refused("staff.outside_unit", staff_no=staff.staff_no, staff_unit=staff.unit, unit=late["unit"])
    if late["assignee"] != staff.id and (staff.vendor is not None or _is_listed(late, staff)):
        raise Refused("queue.not_assigned")
    chosen = _channel(late, staff, channel)
    if await queue.engaged(scope, late["customer_id"], staff.id, scope.wall_now - LEASE):
        raise Refused("contact.person_busy")
    return late, chosen


def _is_listed(late: Any, staff: StoredStaff) -> bool:
    return late["listed"] and "team_leader" not in staff.roles


def _channel(late: Any, staff: StoredStaff, wanted: ContactChannel | None) -> ContactChannel:
    works_in = channels_of(staff)
    ladder = tuple(
        dict.fromkeys(rung.channel for rung in msgspec.convert(late["draft"], ObligationDraft).ladder)
    )
    if wanted is not None and wanted not in ladder:
        raise Refused("contact.channel_not_planned", channel=wanted, channels=", ".join(ladder))
    may: list[ContactChannel] = [one for one in ladder if one in works_in and wanted in (None, one)]
    if not may:
        raise Refused("staff.not_permitted", staff_no=staff.staff_no)
    return late["channel"] if late["channel"] in may else may[0]
