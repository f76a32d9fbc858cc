"""Calls from outside (来电): who could it be, and what is open with that person.

A number shown on a telephone proves nothing: whoever rings is verified by the script like whoever is rung.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from huifang_core.catalogue import Catalogue
from huifang_core.windows import day_of

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.claiming import LEASE, worker_of
from huifang_tenants.services.contacts.people import channels_of, worker
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import people, queue
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.stores.organisation import StoredStaff

MOST_CALLERS = 20
"""So many people with one number are shown; a number of more is a switchboard's, and says nothing."""


async def open_with(
    scope: Scope, catalogue: Catalogue, staff_no: str, customer_ids: Sequence[UUID]
) -> dict[UUID, list[UUID]]:
    """Return for each person what this member of staff can serve in a call from outside, the most pressing first.

    Refuses staff who are unknown, untrained, or don't work by phone.
    """
    staff = await _on_the_phone(scope, staff_no)
    claimer = await worker_of(scope, catalogue, staff)
    return {id: [row["id"] for row in await queue.open_with(scope, claimer, id)] for id in customer_ids}


async def note_call(scope: Scope, number: str, found: Sequence[UUID], actor: Actor) -> None:
    """Leave a row in the ledger about a call from outside and whom it was matched with; of the number only a keyed hash."""
    await record(
        scope,
        actor,
        "call.matched",
        "customer",
        None,
        {"number": number, "found": [str(id) for id in found]},
        details={"found": [str(id) for id in found]},
    )


async def take_person(scope: Scope, catalogue: Catalogue, customer_id: UUID, staff: StoredStaff) -> list[Any]:
    """Lock and return all that can be served for a person who rings, whichever channel it stands at and whether or not it is late.

    Refuses `contact.nothing_open`, and `contact.person_busy` where somebody else is in contact with the person.
    """
    if "phone" not in channels_of(staff):
        raise Refused("staff.not_permitted", staff_no=staff.staff_no)
    person = await people.standing_record(scope, customer_id)
    if not await queue.take_alone(scope, person, staff.id, scope.wall_now - LEASE):
        raise Refused("contact.person_busy")
    found = await queue.open_with(scope, await worker_of(scope, catalogue, staff), person, lock=True)
    if not found:
        raise Refused("contact.nothing_open")
    return found


async def _on_the_phone(scope: Scope, staff_no: str) -> StoredStaff:
    staff = await worker(scope, staff_no, day_of(scope.now))
    if "phone" not in channels_of(staff):
        raise Refused("staff.not_permitted", staff_no=staff_no)
    return staff
