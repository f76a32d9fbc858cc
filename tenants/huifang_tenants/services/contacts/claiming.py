"""Taking work from the queue (DEC-8), and giving it back."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.calling_hours import CallingHours
from huifang_core.catalogue import Catalogue
from huifang_core.obligations import ContactChannel
from huifang_core.windows import day_of

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.climbing import go_on_without_number
from huifang_tenants.services.contacts.numbers import number_to_dial
from huifang_tenants.services.contacts.people import channels_of, known_staff, worker
from huifang_tenants.services.contacts.playable import stage
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
    """Work that could be given out but for one thing, counted.

    `waiting` is phone work that only the calling hours hold back, `due_before_opening` how much of it is due before they open at
    `opens_at` (REG-7). `without_script` is work by any channel that can't be played, since a plugin or its script is not
    there, and `overdue_without_script` how much of that is overdue.
    """

    opens_at: datetime | None = None
    waiting: int = 0
    due_before_opening: int = 0
    without_script: int = 0
    overdue_without_script: int = 0


async def claim_next(
    scope: Scope,
    catalogue: Catalogue,
    staff_no: str,
    actor: Actor,
    channel: ContactChannel | None = None,
) -> Claimed | None:
    """Lease the most pressing work this member of staff may do, or return None when there is none.

    Outside calling hours no phone work is given out, mandatory or not (REG-7), but for what is called around the clock (MS-1, DEC-6).
    What can't be played never is; `held_back` says what that leaves lying. People without a number to dial go on to the next rung instead, with the reason on record; where that is so of very many, the
    rest of them is left to the next claim. Refuses staff who are unknown, untrained, or without a fitting role.
    """
    staff = await worker(scope, staff_no, day_of(scope.now))
    channels = channels_of(staff)
    if channel is not None:
        if channel not in channels:
            raise Refused("staff.not_permitted", staff_no=staff_no)
        channels = (channel,)
    calling = calling_hours(scope.tenant.settings).allow(scope.now)
    until = scope.wall_now + LEASE
    claimer = await worker_of(scope, catalogue, staff)
    for _ in range(_MOST_WITHOUT_NUMBER):
        found = await queue.claim(scope, claimer, channels, until, calling=calling)
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


async def held_back(scope: Scope, catalogue: Catalogue, staff_no: str) -> HeldBack:
    """Return the work a member of staff could claim but for the calling hours, or but that it can't be played."""
    staff = await worker(scope, staff_no, day_of(scope.now))
    channels = channels_of(staff)
    claimer = await worker_of(scope, catalogue, staff)
    without_script, overdue = await queue.without_script(scope, claimer, channels)
    found = HeldBack(without_script=without_script, overdue_without_script=overdue)
    hours = calling_hours(scope.tenant.settings)
    if hours.allow(scope.now) or "phone" not in channels:
        return found
    opens_at = hours.next(scope.now)
    waiting, due_before = await queue.held_back(scope, claimer, "phone", opens_at)
    if not waiting:
        return found
    return msgspec.structs.replace(found, opens_at=opens_at, waiting=waiting, due_before_opening=due_before)


async def give_back(scope: Scope, staff_no: str, actor: Actor) -> int:
    """Put back what a member of staff claimed and did not start; return how many obligations that were.

    Whoever is no longer trained can still do so.
    """
    staff = await known_staff(scope, staff_no)
    count = await queue.give_back(scope, staff.id)
    if count:
        await record(scope, actor, "obligation.given_back", "staff", staff.id, count)
    return count


async def worker_of(scope: Scope, catalogue: Catalogue, staff: StoredStaff) -> queue.Worker:
    """Return a member of staff as the queue asks for one."""
    playable = (await stage(scope, catalogue)).playable()
    return queue.Worker(staff.id, staff.staff_no, staff.unit, scope.wall_now - LEASE, playable)


async def _can_be_dialled(scope: Scope, obligation_id: UUID) -> bool:
    customer_id: UUID = await scope.connection.fetchval(
        "SELECT customer_id FROM obligation WHERE id = $1", obligation_id
    )
    customer = await customers.read(scope, customer_id)
    phones = customer.phones if customer is not None else ()
    return await number_to_dial(scope, customer_id, phones) is not None
