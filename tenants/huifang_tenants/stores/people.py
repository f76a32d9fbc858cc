"""A person is one record or several, of which one stands for the others since they were merged (DEC-10).

What was recorded of a person stays with the record it was recorded for, so that a merge can be taken back exactly; whoever reads
looks at all of them.
"""

from typing import Final
from uuid import UUID

from huifang_tenants.scope import Scope
from huifang_tenants.tables.customers import Customer

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


async def hold(scope: Scope, id: UUID, why: str) -> None:
    """Let the person one of whose records this is be called no more, for this reason: deceased, unable."""
    table = Customer
    await table.update({table.not_contactable: why}).where(table.id == await standing_record(scope, id))


async def is_held(scope: Scope, id: UUID) -> bool:
    """Tell whether a person, by the record that stands, is not to be called."""
    table = Customer
    return bool(await table.exists().where(table.id == id, table.not_contactable.is_not_null()))


async def let_go(scope: Scope, id: UUID) -> str | None:
    """Let a person be called again; return why that was not so, None where it was."""
    person = await standing_record(scope, id)
    table = Customer
    row = await table.select(table.not_contactable).where(table.id == person).lock_rows("UPDATE").first()
    if row is None or row["not_contactable"] is None:
        return None
    await table.update({table.not_contactable: None}).where(table.id == person)
    found: str = row["not_contactable"]
    return found


async def carry_hold(scope: Scope, merged: UUID, into: UUID) -> None:
    """Let what keeps one record of a person from being called keep the one that stands for it."""
    # SQL: one row's value from another of the same table.
    await scope.connection.execute(
        "UPDATE customer c SET not_contactable = m.not_contactable FROM customer m"
        " WHERE c.id = $2 AND m.id = $1 AND c.not_contactable IS NULL AND m.not_contactable IS NOT NULL",
        merged,
        into,
    )


async def records_of(scope: Scope, id: UUID) -> list[UUID]:
    """Return all records of the person one of whose records this is; an unknown id alone."""
    return [row["id"] for row in await scope.connection.fetch(RECORDS.format(id="$1"), id)]
