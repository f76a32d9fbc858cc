"""A person is one record or several, of which one stands for the others since they were merged (DEC-10).

What was recorded of a person stays with the record it was recorded for, so that a merge can be taken back exactly; whoever reads
looks at all of them.
"""

from typing import Final
from uuid import UUID

from huifang_tenants.scope import Scope

# SQL: recursive queries.

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

RECORDS: Final = (
    "(WITH RECURSIVE asked AS (SELECT {id}::uuid AS id), above AS (SELECT c.id, c.merged_into FROM customer c"
    " JOIN asked ON asked.id = c.id UNION SELECT c.id, c.merged_into FROM customer c JOIN above a ON c.id = a.merged_into),"
    " record AS (SELECT coalesce((SELECT id FROM above WHERE merged_into IS NULL), asked.id) AS id FROM asked"
    " UNION ALL SELECT c.id FROM customer c JOIN record r ON c.merged_into = r.id) SELECT id FROM record)"
)
"""Query for all records of the person one of whose records is `{id}`, which stands for itself where it is unknown."""

OF_PERSON: Final = f"{{}} = ANY(ARRAY{RECORDS.format(id='{}')})"
"""That a column names a record of a person: of the column and any record of that person."""


async def standing_record(scope: Scope, id: UUID) -> UUID:
    """Return the record that stands for this one: itself, unless it was merged; an unknown id is returned as it is."""
    found: UUID | None = await scope.connection.fetchval(ABOVE.format(condition="id = $1"), id)
    return id if found is None else found


async def records_of(scope: Scope, id: UUID) -> list[UUID]:
    """Return all records of the person one of whose records this is; an unknown id alone."""
    return [row["id"] for row in await scope.connection.fetch(RECORDS.format(id="$1"), id)]
