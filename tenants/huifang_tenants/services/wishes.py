"""Wishes of people not to be contacted (CARE-2): recorded, decided about by a supervisor, and lifted.

A wish holds back surveys, care and sales by itself. Mandatory contacts go on with the wish shown to the caller, unless a supervisor decides
otherwise about the person's own wish; refused sales calls never hold them back (DEC-6).
"""

from datetime import datetime
from uuid import UUID

import msgspec
from huifang_core.units import Role
from huifang_core.windows import add_months, day_of, end_of_day

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.people import active_staff
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import wishes
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.stores.people import standing_record
from huifang_tenants.stores.wishes import Decision, RestrictionKind, Wish

SUPERVISOR: Role = "team_leader"
"""Who decides about a person's own wish."""

_REFUSAL_MONTHS = 6
"""How long a refusal of sales calls counts at least (REG-7)."""


async def record_wish(
    scope: Scope,
    customer_id: UUID,
    kind: RestrictionKind,
    reason: str,
    actor: Actor,
    *,
    valid_until: datetime | None = None,
) -> Wish:
    """Put on record that a person does not want to be contacted, from now on; refused sales calls for six months at least (REG-7).

    Without `valid_until` an own wish stands until it is lifted. Refuses `not_found` (customer).
    """
    person = await standing_record(scope, customer_id)
    if await scope.connection.fetchval("SELECT 1 FROM customer WHERE id = $1", person) is None:
        raise Refused("not_found", kind="customer")
    if kind == "sales_refusal":
        least = end_of_day(add_months(day_of(scope.now), _REFUSAL_MONTHS))
        valid_until = max(least, valid_until or least)
    id = await wishes.add(scope, person, kind, valid_until, reason, actor.on_behalf_of or actor.name)
    details = {"restriction": str(id), "kind": kind, "valid_until": str(valid_until) if valid_until else None}
    await record(
        scope, actor, "customer.wish_recorded", "customer", person, details, reason=reason, details=details
    )
    return await _standing(scope, id)


async def decide(
    scope: Scope, id: UUID, decision: Decision, reason: str, staff_no: str, actor: Actor
) -> Wish:
    """Decide whether mandatory contacts go on against a person's own wish; the last decision counts (DEC-6).

    Refuses `not_found`, `state.conflict` where it stands no longer or is no own wish, `staff.not_found`, `staff.not_active`, and
    `staff.not_permitted` for whoever is no supervisor.
    """
    wish = await _standing(scope, id)
    staff = await active_staff(scope, staff_no, day_of(scope.now))
    if SUPERVISOR not in staff.roles:
        raise Refused("staff.not_permitted", staff_no=staff_no)
    if wish.kind != "own_wish":
        raise Refused("state.conflict", current=wish.kind, wanted="own_wish")
    await wishes.decide(scope, id, decision, reason, staff_no)
    details = {"restriction": str(id), "decision": decision}
    await record(
        scope,
        actor,
        "customer.wish_decided",
        "customer",
        wish.customer_id,
        details,
        reason=reason,
        details=details,
    )
    return msgspec.structs.replace(
        wish, decision=decision, decision_reason=reason, decided_by=staff_no, decided_at=scope.now
    )


async def lift(scope: Scope, id: UUID, reason: str, actor: Actor) -> Wish:
    """Let a wish stand no longer, since the person says so or it was recorded by mistake. Refuses `not_found` and `state.conflict`."""
    wish = await _standing(scope, id)
    await wishes.lift(scope, id)
    details = {"restriction": str(id)}
    await record(
        scope,
        actor,
        "customer.wish_lifted",
        "customer",
        wish.customer_id,
        details,
        reason=reason,
        details=details,
    )
    return msgspec.structs.replace(wish, lifted_at=scope.now)


async def _standing(scope: Scope, id: UUID) -> Wish:
    wish = await wishes.load(scope, id)
    if wish is None:
        raise Refused("not_found", kind="restriction")
    if wish.lifted_at is not None:
        raise Refused("state.conflict", current="lifted", wanted="standing")
    return wish
