"""Taking work from the queue (DEC-8), and giving it back."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.calling_hours import CallingHours
from huifang_core.obligations import ContactChannel
from huifang_core.windows import day_of

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.people import channels_of, worker
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import queue
from huifang_tenants.stores.ledger import Actor, record

LEASE: Final = timedelta(minutes=30)
"""How long work claimed, or a contact without an answer, is kept for its holder; wall time."""


class Claimed(msgspec.Struct, frozen=True):
    """Obligations leased together: one contact serves them all (DEC-5)."""

    obligation_ids: tuple[UUID, ...]
    lease_until: datetime


def calling_hours(settings: dict[str, Any]) -> CallingHours:
    """Return a tenant's calling hours from its settings (`calling_hours: {opens, closes}`), or the default."""
    given = settings.get("calling_hours")
    return CallingHours() if given is None else msgspec.convert(given, CallingHours)


async def claim_next(
    scope: Scope, staff_no: str, actor: Actor, channel: ContactChannel | None = None
) -> Claimed | None:
    """Lease the most pressing work this member of staff may do, or return None when there is none.

    Outside calling hours no phone work is given out (REG-7). Refuses people who are unknown, untrained, or without a fitting role.
    """
    staff = await worker(scope, staff_no, day_of(scope.now))
    channels = channels_of(staff)
    if channel is not None:
        if channel not in channels:
            raise Refused("staff.not_permitted", staff_no=staff_no)
        channels = (channel,)
    if not calling_hours(scope.tenant.settings).allow(scope.now):
        channels = tuple(c for c in channels if c != "phone")
    until = scope.wall_now + LEASE
    ids = await queue.claim(
        scope,
        staff_id=staff.id,
        staff_no=staff_no,
        unit=staff.unit,
        channels=channels,
        lease_until=until,
    )
    if not ids:
        return None
    await record(scope, actor, "obligation.claimed", "obligation", ids[0], [str(id) for id in ids])
    return Claimed(tuple(ids), until)


async def give_back(scope: Scope, staff_no: str, actor: Actor) -> int:
    """Put back what a member of staff claimed and did not start; return how many obligations that were."""
    staff = await worker(scope, staff_no, day_of(scope.now))
    count = await queue.give_back(scope, staff.id)
    if count:
        await record(scope, actor, "obligation.given_back", "staff", staff.id, count)
    return count
