"""The profile of what a customer needs (客户需求档案): noted by staff, kept encrypted, shown with a reason (CARE-3)."""

from typing import Any
from uuid import UUID

from huifang_core.customers import Need
from huifang_core.windows import day_of

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.people import active_staff
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import contacts, customers, notes, people
from huifang_tenants.stores.ledger import Actor, record


async def note(
    scope: Scope,
    customer_id: UUID,
    need: Need,
    text: str,
    contact_id: UUID | None,
    staff_no: str,
    actor: Actor,
) -> UUID:
    """Note what a customer needs, and in which contact that came up, if in one; return the note's id.

    Refuses `not_found` for a customer that is not there, and a contact that was not one with this person.
    """
    await active_staff(scope, staff_no, day_of(scope.now))
    if await customers.read(scope, customer_id) is None:
        raise Refused("not_found", kind="customer")
    records = await people.records_of(scope, customer_id)
    if contact_id is not None:
        contact = await contacts.load(scope, contact_id)
        if contact is None or contact.customer_id not in records:
            raise Refused("not_found", kind="contact")
    id = await notes.add_need(scope, customer_id, need, text, staff_no, contact_id)
    await record(scope, actor, "need.noted", "customer", customer_id, text, details={"need": need})
    return id


async def withdraw(scope: Scope, customer_id: UUID, note_id: UUID, staff_no: str, actor: Actor) -> None:
    """Let a need hold no more; it stays on record."""
    await active_staff(scope, staff_no, day_of(scope.now))
    if not await notes.withdraw_need(scope, await people.records_of(scope, customer_id), note_id):
        raise Refused("not_found", kind="need")
    await record(
        scope, actor, "need.withdrawn", "customer", customer_id, None, details={"note": str(note_id)}
    )


async def reveal(scope: Scope, customer_id: UUID, reason: str, actor: Actor) -> list[dict[str, Any]]:
    """Return what a person needs, in words; leaves a row in the ledger."""
    if await customers.read(scope, customer_id) is None:
        raise Refused("not_found", kind="customer")
    found = await notes.needs_of(scope, await people.records_of(scope, customer_id))
    seen = [str(one["id"]) for one in found]
    await record(
        scope, actor, "need.revealed", "customer", customer_id, seen, reason, details={"notes": seen}
    )
    return found
