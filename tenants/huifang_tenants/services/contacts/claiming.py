"""Taking work from the queue (DEC-8), and giving it back."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.calling_hours import CallingHours
from huifang_core.obligations import ContactChannel
from huifang_core.windows import day_of

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.climbing import go_on_without_number
from huifang_tenants.services.contacts.numbers import number_to_dial
from huifang_tenants.services.contacts.people import channels_of, known_staff, worker
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import customers, queue
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.stores.organisation import StoredStaff

LEASE: Final = timedelta(minutes=30)
"""How long work claimed, or a contact without an answer, is kept for its holder; wall time."""

_MOST_WITHOUT_NUMBER: Final = 50


class Claimed(msgspec.Struct, frozen=True):
    """Obligations leased together: one contact serves them all (DEC-5)."""

    obligation_ids: tuple[UUID, ...]
    lease_until: datetime


def calling_hours(settings: dict[str, Any]) -> CallingHours:
    """Return a tenant's calling hours from its settings (`calling_hours: {opens, closes}`), or the default."""
    given = settings.get("calling_hours")
    return CallingHours() if given is None else msgspec.convert(given, CallingHours)


class HeldBack(msgspec.Struct, frozen=True):
    """Phone work that only the calling hours keep from being given out, and how much of it is due before they open (REG-7)."""

    opens_at: datetime
    waiting: int
    due_before_opening: int


async def claim_next(
    scope: Scope, staff_no: str, actor: Actor, channel: ContactChannel | None = None
) -> Claimed | None:
    """Lease the most pressing work this member of staff may do, or return None when there is none.

    Outside calling hours no phone work is given out, mandatory or not; `held_back` says what that leaves lying (REG-7, DEC-6). People
    without a number to dial go on to the next rung instead, with the reason on record; where that is so of very many, the
    rest of them is left to the next claim. Refuses staff who are unknown, untrained, or without a fitting role.
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
    for _ in range(_MOST_WITHOUT_NUMBER):
        found = await queue.claim(scope, _claimer(scope, staff), channels, until)
        if found is None:
            return None
        ids, by = found
        if by != "phone" or await _can_be_dialled(scope, ids[0]):
            details = {"obligations": [str(id) for id in ids]}
            await record(scope, actor, "obligation.claimed", "obligation", ids[0], details, details=details)
            return Claimed(tuple(ids), until)
        for id in ids:
            await go_on_without_number(scope, id, actor)
    return None


async def held_back(scope: Scope, staff_no: str) -> HeldBack | None:
    """Return the phone work a member of staff could claim but for the calling hours; None within them, or when it is none."""
    hours = calling_hours(scope.tenant.settings)
    if hours.allow(scope.now):
        return None
    staff = await worker(scope, staff_no, day_of(scope.now))
    if "phone" not in channels_of(staff):
        return None
    opens_at = hours.next(scope.now)
    waiting, due_before = await queue.held_back(scope, _claimer(scope, staff), "phone", opens_at)
    return HeldBack(opens_at, waiting, due_before) if waiting else None


async def give_back(scope: Scope, staff_no: str, actor: Actor) -> int:
    """Put back what a member of staff claimed and did not start; return how many obligations that were.

    Whoever is no longer trained can still do so.
    """
    staff = await known_staff(scope, staff_no)
    count = await queue.give_back(scope, staff.id)
    if count:
        await record(scope, actor, "obligation.given_back", "staff", staff.id, count)
    return count


def _claimer(scope: Scope, staff: StoredStaff) -> queue.Worker:
    return queue.Worker(staff.id, staff.staff_no, staff.unit, scope.wall_now - LEASE)


async def _can_be_dialled(scope: Scope, obligation_id: UUID) -> bool:
    customer_id: UUID = await scope.connection.fetchval(
        "SELECT customer_id FROM obligation WHERE id = $1", obligation_id
    )
    customer = await customers.read(scope, customer_id)
    phones = customer.phones if customer is not None else ()
    return await number_to_dial(scope, customer_id, phones) is not None
