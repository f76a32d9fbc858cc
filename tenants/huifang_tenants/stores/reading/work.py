"""Work in hand as its holder is shown it: what was claimed and why it is due, and what a contact left behind."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from piccolo.querystring import QueryString

from huifang_tenants.scope import Scope
from huifang_tenants.stores.people import OF_PERSON
from huifang_tenants.stores.queries import Kept, Slot, any_of
from huifang_tenants.stores.reading.appointments import APPOINTMENT
from huifang_tenants.stores.reading.rows import fetch_all
from huifang_tenants.tables.customers import ContactRestriction
from huifang_tenants.tables.obligations import Obligation

_CONTRACT_NO: Final[Any] = Obligation.contract_id.contract_no
_CLAIMED: Final = Kept(
    Obligation.select(
        Obligation.id,
        Obligation.kind,
        QueryString("{} -> 'title'", Obligation.draft, alias="title"),
        Obligation.due_from,
        Obligation.due_by,
        QueryString("{} <= {}", Obligation.due_by, Slot("now"), alias="overdue"),
        Obligation.priority,
        Obligation.channel,
        _CONTRACT_NO.as_alias("contract_no"),
        Obligation.script,
        Obligation.trace,
        Obligation.customer_id,
        APPOINTMENT,
    )
    .where(Obligation.id == any_of(Slot("ids")))
    .order_by(Obligation.priority, ascending=False)
    .order_by(Obligation.due_by, Obligation.id)
)
_RESTRICTIONS: Final = Kept(
    ContactRestriction.select(
        ContactRestriction.id,
        ContactRestriction.kind,
        ContactRestriction.valid_until,
        ContactRestriction.created_at,
        ContactRestriction.decision,
    )
    .where(
        QueryString(OF_PERSON, ContactRestriction.customer_id, Slot("customer")),
        ContactRestriction.lifted_at.is_null(),
        ContactRestriction.valid_until.is_null() | (ContactRestriction.valid_until > Slot("now")),
    )
    .order_by(ContactRestriction.created_at, ContactRestriction.id)
)
# SQL: a recursive query.
_SERVED: Final = """
WITH RECURSIVE chain AS (
    SELECT s.position, s.obligation_id AS served, s.obligation_id AS id, 0 AS depth
    FROM contact_section s WHERE s.contact_id = $1
    UNION ALL
    SELECT chain.position, chain.served, o.replaced_by, chain.depth + 1
    FROM chain JOIN obligation o ON o.id = chain.id WHERE o.replaced_by IS NOT NULL
), latest AS (SELECT DISTINCT ON (position) position, served, id FROM chain ORDER BY position, depth DESC)
SELECT o.id, latest.served, o.kind, o.status, o.status_reason, o.channel, o.rung, o.attempts, o.completed_at,
       o.successful, CASE WHEN o.status = 'open' THEN o.callable_from END AS callable_from,
       (o.due_by <= $2 AND o.status IN ('open', 'unreachable', 'expired')) IS TRUE AS overdue
FROM latest JOIN obligation o ON o.id = latest.id ORDER BY latest.position
"""


async def claimed_obligations(scope: Scope, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """The obligations with these ids, the most pressing first, each with the trace that says why it is due."""
    return [dict(row) for row in await _CLAIMED.rows(scope, ids=ids, now=scope.now)]


async def contracts_of(scope: Scope, ids: Sequence[UUID]) -> list[UUID]:
    """The contracts that these obligations are about, each once."""
    rows = await Obligation.select(Obligation.contract_id).where(Obligation.id == any_of(ids))
    return list(dict.fromkeys(row["contract_id"] for row in rows))


async def restrictions(scope: Scope, customer_id: UUID) -> list[dict[str, Any]]:
    """What stands against contacting a person now, oldest first: the caller is shown it, and decides (DEC-6).

    It counts for the person, whichever record it was entered for (DEC-10).
    """
    return [dict(row) for row in await _RESTRICTIONS.rows(scope, customer=customer_id, now=scope.now)]


async def served_obligations(scope: Scope, contact_id: UUID) -> list[dict[str, Any]]:
    """The obligations a contact served, in its order, as they stand now; one superseded since by what replaced it."""
    return await fetch_all(scope, _SERVED, contact_id, scope.now)
