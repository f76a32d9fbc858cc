"""Work in hand as its holder is shown it: what was claimed and why it is due, and what a contact left behind."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from huifang_tenants.scope import Scope
from huifang_tenants.stores.people import records
from huifang_tenants.stores.reading.rows import fetch_all

_CLAIMED: Final = """
SELECT o.id, o.kind, o.draft->'title' AS title, o.due_from, o.due_by, o.due_by <= $2 AS overdue, o.priority, o.channel,
       c.contract_no, o.script, o.trace, o.customer_id
FROM obligation o JOIN contract c ON c.id = o.contract_id
WHERE o.id = ANY($1) ORDER BY o.priority DESC, o.due_by, o.id
"""
_RESTRICTIONS: Final = f"""
SELECT kind, valid_until, created_at FROM contact_restriction
WHERE customer_id = ANY({records("$1::uuid")}) AND lifted_at IS NULL AND (valid_until IS NULL OR valid_until > $2) ORDER BY created_at, id
"""  # noqa: S608
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
    return await fetch_all(scope, _CLAIMED, list(ids), scope.now)


async def restrictions(scope: Scope, customer_id: UUID) -> list[dict[str, Any]]:
    """What stands against contacting a person now, oldest first: the caller is shown it, and decides (DEC-6).

    It counts for the person, whichever record it was entered for (DEC-10).
    """
    return await fetch_all(scope, _RESTRICTIONS, customer_id, scope.now)


async def served_obligations(scope: Scope, contact_id: UUID) -> list[dict[str, Any]]:
    """The obligations a contact served, in its order, as they stand now; one superseded since by what replaced it."""
    return await fetch_all(scope, _SERVED, contact_id, scope.now)
