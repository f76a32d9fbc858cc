"""Lists that a team leader draws and gives to callers (HT-8): only the assignee can claim what was given out (DEC-8).

The same command reassigns, and covers for somebody on leave by naming whose work is given to others. Work in a contact, or just
claimed, stays where it is.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec
from huifang_core.distribution import Caller, distribute
from huifang_core.texts import text
from huifang_core.units import Role
from huifang_core.windows import day_of

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.effects import notify
from huifang_tenants.services.contacts.people import channels_of, known_staff, permitted, worker
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import assignments
from huifang_tenants.stores.assignments import ListWanted
from huifang_tenants.stores.ledger import Actor, Entry, record, record_many
from huifang_tenants.stores.organisation import StoredStaff

MAY_GIVE_OUT: Final[frozenset[Role]] = frozenset({"team_leader", "tenant_admin"})
"""Roles whose holders give work to callers, within their unit and below."""

AT_MOST: Final = 5000
"""Obligations given out at once."""


class Share(msgspec.Struct, frozen=True):
    """Somebody to give work to, and how much of it at most."""

    staff_no: str
    at_most: int | None = None


class GivenOut(msgspec.Struct, frozen=True):
    """What each was given, by staff number, and what was left since it suits none of them or they have enough."""

    given: dict[str, tuple[UUID, ...]]
    left: tuple[UUID, ...]


async def give_out(
    scope: Scope, wanted: ListWanted, shares: Sequence[Share], actor: Actor, *, limit: int = AT_MOST
) -> GivenOut:
    """Draw a list and spread it evenly over these callers, what concerns one person to one of them.

    Only what they may do is given to them: their channels, units, and for an outside vendor's callers their own vendor's (HT-3).
    Refuses callers who are unknown, no longer here, untrained (SD-3) or without a fitting role, `staff.not_permitted` for whoever is
    no team leader, and `not_found` (staff) where nobody has the number in `assignee`.
    """
    leader = await permitted(scope, actor, MAY_GIVE_OUT)
    if wanted.assignee is not None:
        await known_staff(scope, wanted.assignee)
    today = day_of(scope.now)
    people = {share.staff_no: await worker(scope, share.staff_no, today) for share in shares}
    in_hand = await assignments.in_hand(scope, [staff.id for staff in people.values()])
    callers = [
        _caller(people[share.staff_no], share.at_most, in_hand.get(share.staff_no, 0)) for share in shares
    ]
    work = await assignments.draw(
        scope, wanted, leader.unit if leader is not None else None, min(limit, AT_MOST)
    )
    given = {who: tuple(UUID(id) for id in ids) for who, ids in distribute(work, callers).items()}
    await assignments.give(scope, {id: people[who].id for who, ids in given.items() for id in ids})
    await _tell(scope, people, given, actor)
    everything = {id for ids in given.values() for id in ids}
    return GivenOut(given, tuple(UUID(one.id) for one in work if UUID(one.id) not in everything))


async def return_assigned(
    scope: Scope, staff_no: str, reason: str, actor: Actor, obligation_ids: Sequence[UUID] | None = None
) -> int:
    """Give back what somebody was given and has not begun, all of it or these; return how much.

    Whoever is no longer here or trained can still do so, and team leaders are told. Refuses `staff.not_found`, and
    `assignment.not_assigned` where there is nothing of it.
    """
    staff = await known_staff(scope, staff_no)
    taken = await assignments.take_back(scope, staff.id, obligation_ids)
    if not taken:
        raise Refused("assignment.not_assigned", staff_no=staff_no)
    details = {"from": staff_no}
    await record_many(
        scope,
        actor,
        [Entry("obligation.returned", "obligation", id, b"", reason, details) for id in taken],
    )
    message = text(
        f"工号{staff_no}退回{len(taken)}件已分派的回访",
        f"{staff_no} returned {len(taken)} callbacks given out",
    )
    await notify(scope, "team_leader", staff.unit, "work_returned", "staff", staff.id, message)
    return len(taken)


def _caller(staff: StoredStaff, at_most: int | None, in_hand: int) -> Caller:
    return Caller(staff.staff_no, staff.unit, frozenset(channels_of(staff)), staff.vendor, at_most, in_hand)


async def _tell(
    scope: Scope, people: dict[str, StoredStaff], given: dict[str, tuple[UUID, ...]], actor: Actor
) -> None:
    entries = [
        Entry("obligation.assigned", "obligation", id, who.encode(), details={"to": who})
        for who, ids in given.items()
        for id in ids
    ]
    await record_many(scope, actor, entries)
    for who, ids in given.items():
        if ids:
            message = text(f"分派给您{len(ids)}件回访", f"{len(ids)} callbacks were given to you")
            staff = people[who]
            await notify(
                scope, None, staff.unit, "work_assigned", "staff", staff.id, message, staff_id=staff.id
            )
    counts = {who: len(ids) for who, ids in given.items()}
    await record(scope, actor, "list.given_out", "list", None, counts, details={"given": counts})
