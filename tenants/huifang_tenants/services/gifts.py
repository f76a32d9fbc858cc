"""Gifts (礼品): asked for within what they may be worth, approved by somebody else, and given; all of it on a register (CARE-1)."""

from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.catalogue import Catalogue
from huifang_core.derive import settings_on
from huifang_core.gifts import GiftBounds, GiftStatus, Occasion, check_transition, strictest
from huifang_core.limits import GiftValue
from huifang_core.obligations import IllegalTransition
from huifang_core.parameters import ParametersAt, ParameterSet
from huifang_core.trace import Trace
from huifang_core.windows import day_of

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.people import active_staff
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import gifts, people
from huifang_tenants.stores.gifts import StoredGift
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.stores.organisation import StoredStaff, path_of
from huifang_tenants.stores.plugins import load_settings
from huifang_tenants.stores.reading.work import restrictions
from huifang_tenants.tables.customers import Gift

_WISH: Final = "own_wish"


class Wanted(msgspec.Struct, frozen=True):
    """A gift asked for; `value` in yuan. `description` is shown in lists, so it holds no personal data."""

    customer_id: UUID
    occasion: Occasion
    description: str
    value: Decimal


class Limits(msgspec.Struct, frozen=True):
    """What gifts may be worth today, and the roles that approve them."""

    bounds: GiftBounds
    approved_by: frozenset[str]


async def request(scope: Scope, catalogue: Catalogue, wanted: Wanted, staff_no: str, actor: Actor) -> UUID:
    """Ask for a gift and return its id; it counts at once, so that two at a time can't both be the last.

    Refuses `gift.not_planned` where no plugin says what gifts may be worth, `gift.too_much`, and `gift.not_wanted` for a customer
    who asked to be left alone.
    """
    today = day_of(scope.now)
    staff = await active_staff(scope, staff_no, today)
    limits = await limits_on(scope, catalogue, today)
    if limits is None:
        raise Refused("gift.not_planned")
    person = await people.standing_record(scope, wanted.customer_id)
    if not await gifts.lock_person(scope, person):
        raise Refused("not_found", kind="customer")
    if any(found["kind"] == _WISH for found in await restrictions(scope, person)):
        raise Refused("gift.not_wanted")
    counted = await gifts.counted(scope, await people.records_of(scope, person), today.year)
    if not limits.bounds.allow(wanted.value, counted):
        left = limits.bounds.left(counted)
        raise Refused("gift.too_much", value=str(wanted.value), each=str(limits.bounds.each), left=str(left))
    id = new_id()
    await gifts.insert(
        scope,
        Gift(
            id=id,
            customer_id=person,
            unit=staff.unit,
            occasion=wanted.occasion,
            description=wanted.description,
            value=wanted.value,
            status="requested",
            requested_by=staff_no,
            requested_at=scope.now,
            counts_in=today.year,
        ),
    )
    await _record(scope, actor, "requested", id, value=str(wanted.value), occasion=wanted.occasion)
    return id


async def decide(
    scope: Scope, catalogue: Catalogue, id: UUID, approved: bool, reason: str, staff_no: str, actor: Actor
) -> None:
    """Approve or decline a gift; whoever asked for it can't.

    Refuses people without the role that its plugin demands, or of a unit that is neither the gift's nor above it.
    """
    gift, staff = await _opened(scope, id, staff_no)
    limits = await limits_on(scope, catalogue, day_of(scope.now))
    if limits is None:
        raise Refused("gift.not_planned")
    if not staff.roles & limits.approved_by:
        raise Refused("staff.not_permitted", staff_no=staff_no)
    if gift.requested_by == staff_no:
        raise Refused("gift.approved_by_requester")
    wanted: GiftStatus = "approved" if approved else "declined"
    await _move(scope, gift, wanted, {Gift.decided_by: staff_no, Gift.decided_at: scope.now})
    await _record(scope, actor, wanted, id, reason=reason)


async def give(scope: Scope, id: UUID, on: date, staff_no: str, actor: Actor) -> None:
    """Put down that an approved gift was given, today or before."""
    gift, _ = await _opened(scope, id, staff_no)
    if on > day_of(scope.now):
        raise Refused("state.conflict", current=gift.status, wanted="given")
    await _move(scope, gift, "given", {Gift.given_on: on, Gift.given_by: staff_no})
    await _record(scope, actor, "given", id, on=on.isoformat())


async def cancel(scope: Scope, id: UUID, reason: str, staff_no: str, actor: Actor) -> None:
    """Cancel a gift that was not given; it counts no more."""
    gift, _ = await _opened(scope, id, staff_no)
    await _move(scope, gift, "cancelled", {Gift.decided_by: staff_no, Gift.decided_at: scope.now})
    await _record(scope, actor, "cancelled", id, reason=reason)


async def limits_on(scope: Scope, catalogue: Catalogue, day: date) -> Limits | None:
    """Return what gifts may be worth on a day: the strictest that the plugins say which are on; None where none says anything."""
    versions = await load_settings(scope)
    found: list[GiftBounds] = []
    roles: set[str] = set()
    for plugin, entry in sorted(catalogue.plugins.items()):
        version = settings_on(versions, plugin, day)
        for limit in entry.limits if version is not None else ():
            if isinstance(limit, GiftValue) and version is not None:
                at = ParametersAt(ParameterSet(entry.parameters), day, version.parameters, Trace())
                found.append(GiftBounds(Decimal(at[limit.each_at_most]), Decimal(at[limit.yearly_at_most])))
                roles.add(limit.approved_by)
    bounds = strictest(tuple(found))
    return None if bounds is None else Limits(bounds, frozenset(roles))


async def _opened(scope: Scope, id: UUID, staff_no: str) -> tuple[StoredGift, StoredStaff]:
    staff = await active_staff(scope, staff_no, day_of(scope.now))
    gift = await gifts.lock(scope, id)
    if gift is None:
        raise Refused("not_found", kind="gift")
    if staff.unit not in await path_of(scope, gift.unit):
        raise Refused("staff.outside_unit", staff_no=staff_no, staff_unit=staff.unit, unit=gift.unit)
    return gift, staff


async def _move(scope: Scope, gift: StoredGift, wanted: GiftStatus, changes: dict[Any, Any]) -> None:
    try:
        check_transition(gift.status, wanted)
    except IllegalTransition as error:
        raise Refused("state.conflict", current=error.current, wanted=error.wanted) from error
    await gifts.change(scope, gift.id, {Gift.status: wanted, **changes})


async def _record(
    scope: Scope, actor: Actor, what: GiftStatus, id: UUID, *, reason: str | None = None, **details: str
) -> None:
    await record(scope, actor, f"gift.{what}", "gift", id, details, reason=reason, details=details or None)
