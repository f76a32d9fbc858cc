"""A person is one record or several, of which one stands for the others since they were merged (DEC-10).

What was recorded of a person stays with the record it was recorded for, so that a merge can be taken back exactly; whoever reads
looks at all of them.
"""

from typing import Final
from uuid import UUID

from huifang_tenants.scope import Scope

BELOW: Final = (
    "(WITH RECURSIVE record AS (SELECT {id} AS id"
    " UNION ALL SELECT c.id FROM customer c JOIN record r ON c.merged_into = r.id) SELECT id FROM record)"
)
"""Query for a record that stands for itself, `{id}`, and all that were merged into it, at whatever remove."""

ABOVE: Final = (
    "(WITH RECURSIVE record AS (SELECT id, merged_into FROM customer WHERE {condition}"
    " UNION SELECT c.id, c.merged_into FROM customer c JOIN record r ON c.id = r.merged_into)"
    " SELECT id FROM record WHERE merged_into IS NULL)"
)
"""Query for the records that stand for those which fulfil `{condition}`."""


def records(id: str) -> str:
    """Return the SQL array of all records of the person one of whose records `id` is; an unknown id alone."""
    standing = f"coalesce({ABOVE.format(condition=f'id = {id}')}, {id})"
    return f"ARRAY{BELOW.format(id=standing)}"


async def standing_record(scope: Scope, id: UUID) -> UUID:
    """Return the record that stands for this one: itself, unless it was merged; an unknown id is returned as it is."""
    found: UUID | None = await scope.connection.fetchval(ABOVE.format(condition="id = $1"), id)
    return id if found is None else found


async def records_of(scope: Scope, id: UUID) -> list[UUID]:
    """Return all records of the person one of whose records this is; an unknown id alone."""
    found: list[UUID] = await scope.connection.fetchval(f"SELECT {records('$1::uuid')}", id)
    return found
