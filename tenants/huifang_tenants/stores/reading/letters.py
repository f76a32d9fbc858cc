"""Letters and their batches: how far each has come, the customer's name masked."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from huifang_tenants.masking import mask_name
from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import Kept, Slot, together
from huifang_tenants.stores.reading.keyset import Page, Position, Slice, Where, page_by_id
from huifang_tenants.stores.reading.rows import fetch_all
from huifang_tenants.tables.letters import Letter

_CONTACT: Final[Any] = Letter.contact_id
_STATUS: Final = (
    "CASE WHEN {} IS NOT NULL THEN 'returned' WHEN {} THEN 'completed' WHEN {} <> 'in_progress' THEN 'ended'"
    " WHEN EXISTS (SELECT FROM evidence e WHERE e.contact_id = {} AND e.kind = 'signed_receipt' AND e.status = 'stored')"
    " THEN 'answered' WHEN {} IS NOT NULL THEN 'posted' ELSE 'prepared' END"
)
_STATUS_OF: Final = (
    Letter.returned_on,
    _CONTACT.completed,
    _CONTACT.status,
    Letter.contact_id,
    Letter.posted_on,
)
_COLUMNS: Final = together(
    *Letter.all_columns(),
    QueryString(_STATUS, *_STATUS_OF, alias="status"),
    _CONTACT.outcome.as_alias("outcome"),
    _CONTACT.language.as_alias("language"),
    _CONTACT.customer_id.as_alias("customer_id"),
    _CONTACT.customer_id.name_enc.as_alias("name_enc"),
    _CONTACT.staff_id.staff_no.as_alias("staff_no"),
)
_ONE: Final = Kept(Letter.select(*_COLUMNS).where(Letter.contact_id == Slot("id")))
# SQL: counts under conditions.
_BATCHES: Final = f"""
WITH page AS (
    SELECT batch_id FROM letter WHERE $1::uuid IS NULL OR batch_id < $1 GROUP BY 1 ORDER BY 1 DESC LIMIT $2
), standing AS (
    SELECT l.batch_id, l.number, l.prepared_at, l.printed_at, s.staff_no,
           {_STATUS.format("l.returned_on", "k.completed", "k.status", "k.id", "l.posted_on")} AS status
    FROM page JOIN letter l USING (batch_id) JOIN contact k ON k.id = l.contact_id JOIN staff s ON s.id = k.staff_id
)
SELECT batch_id AS id, min(staff_no) AS staff_no, min(prepared_at) AS prepared_at, max(printed_at) AS printed_at,
       min(number) AS first_number, max(number) AS last_number, count(*) AS letters,
       {", ".join(f"count(*) FILTER (WHERE status = '{status}') AS {status}" for status in ("prepared", "posted", "answered", "returned", "completed", "ended"))}
FROM standing GROUP BY 1 ORDER BY 1 DESC
"""  # noqa: S608


class LetterFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which letters; None means any."""

    batch_id: UUID | None = None
    number: int | None = None
    status: str | None = None


async def list_letters(scope: Scope, wanted: LetterFilter, page: Page) -> Slice:
    """One page of letters in the order in which they were prepared."""
    where = Where()
    where.equals(Letter.batch_id, wanted.batch_id)
    where.equals(Letter.number, wanted.number)
    if wanted.status is not None:
        where.conditions.append(QueryString(f"{_STATUS} = {{}}", *_STATUS_OF, wanted.status))
    found = await page_by_id(Letter, _COLUMNS, where, page)
    return Slice([_masked(scope, row) for row in found.rows], found.last)


async def get_letter(scope: Scope, contact_id: UUID) -> Mapping[str, Any] | None:
    """The letter of one contact; None when there is none."""
    row = await _ONE.row(scope, id=contact_id)
    return None if row is None else _masked(scope, row)


async def list_batches(scope: Scope, page: Page) -> Slice:
    """One page of batches with how many of their letters have come how far, the latest first."""
    after = page.after.id if page.after is not None else None
    rows = await fetch_all(scope, _BATCHES, after, page.limit + 1)
    if len(rows) <= page.limit:
        return Slice(rows, None)
    return Slice(rows[: page.limit], Position(None, rows[page.limit - 1]["id"]))


async def letters_of_batch(scope: Scope, batch_id: UUID) -> list[UUID]:
    """The contacts of a batch in the order of their numbers."""
    rows = await Letter.select(Letter.contact_id).where(Letter.batch_id == batch_id).order_by(Letter.number)
    return [row["contact_id"] for row in rows]


def _masked(scope: Scope, row: Mapping[str, Any]) -> dict[str, Any]:
    name = scope.cipher.decrypt(row["name_enc"], "customer.name", row["customer_id"])
    return {**row, "customer_name": mask_name(name)}
