"""Loading and saving visits: a document of their contact."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import json_text
from huifang_tenants.tables.contacts import Contact
from huifang_tenants.tables.obligations import Obligation

# SQL: a row locked with what others say of it.
_LOCK: Final = """
SELECT k.id, k.status, k.started_at, k.visit, s.id AS staff_id, s.staff_no, s.name_enc,
       (SELECT bool_and(coalesce((o.draft ->> 'seller_may_visit')::boolean, false)) FROM contact_section p
        JOIN obligation o ON o.id = p.obligation_id WHERE p.contact_id = k.id) AS seller_may_visit,
       (SELECT min(o.due_by) FROM contact_section p JOIN obligation o ON o.id = p.obligation_id
        WHERE p.contact_id = k.id) AS due_by
FROM contact k JOIN staff s ON s.id = k.staff_id WHERE k.id = $1 AND k.visit IS NOT NULL FOR UPDATE OF k
"""
_SELLERS: Final = """
SELECT DISTINCT c.seller_no FROM contact_section p JOIN obligation o ON o.id = p.obligation_id
JOIN contract c ON c.id = o.contract_id WHERE p.contact_id = $1 AND c.seller_no IS NOT NULL
"""


class Visit(msgspec.Struct, frozen=True, omit_defaults=True):
    """A visit as its contact keeps it: for which day it was planned, and once it was made, when and who came along.

    `with_seller` says that the salesperson of one of the contracts did (LN-4b).
    """

    day: date
    made_at: datetime | None = None
    companions: tuple[str, ...] = ()
    with_seller: bool = False


class PlannedVisit(msgspec.Struct, frozen=True, kw_only=True):
    """A visit as a change needs it; `due_by` is the earliest deadline of what it serves."""

    contact_id: UUID
    status: str
    started_at: datetime
    staff_no: str
    visitor_name: str
    seller_may_visit: bool
    due_by: datetime
    visit: Visit


async def save(scope: Scope, contact_id: UUID, visit: Visit) -> None:
    """Save the visit of a contact."""
    await Contact.update({Contact.visit: json_text(visit)}).where(Contact.id == contact_id)


async def lock(scope: Scope, contact_id: UUID) -> PlannedVisit | None:
    """Return the visit of a contact, locked against other writers; None where it is none."""
    row: Any = await scope.connection.fetchrow(_LOCK, contact_id)
    if row is None:
        return None
    return PlannedVisit(
        contact_id=contact_id,
        status=row["status"],
        started_at=row["started_at"],
        staff_no=row["staff_no"],
        visitor_name=scope.cipher.decrypt(row["name_enc"], "staff.name", row["staff_id"]),
        seller_may_visit=row["seller_may_visit"],
        due_by=row["due_by"],
        visit=msgspec.convert(row["visit"], Visit),
    )


async def sellers_of(scope: Scope, contact_id: UUID) -> set[str]:
    """Return the staff numbers of those who sold the contracts a contact is about."""
    return {row["seller_no"] for row in await scope.connection.fetch(_SELLERS, contact_id)}


async def hand_over(scope: Scope, contact_id: UUID, staff_id: UUID, *, visitor_is_seller: bool) -> None:
    """Let a contact, and what is leased to it, be somebody else's."""
    await Contact.update({Contact.staff_id: staff_id, Contact.visitor_is_seller: visitor_is_seller}).where(
        Contact.id == contact_id
    )
    await Obligation.update({Obligation.lease_staff: staff_id}).where(Obligation.lease_contact == contact_id)
