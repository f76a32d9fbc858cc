"""Loading and saving letters; what is said of a letter's answers belongs to its contact."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import any_of, json_text
from huifang_tenants.tables.letters import Letter

# SQL from here: `number` is the database's own to give, and rows of two tables are locked together.
_INSERT: Final = (
    "INSERT INTO letter (contact_id, batch_id, prepared_at, missing) VALUES ($1, $2, $3, $4::text::json)"
)
_LOCK: Final = (
    "SELECT k.id AS contact_id, l.prepared_at, l.posted_on, l.posting_no, k.status FROM letter l"
    " JOIN contact k ON k.id = l.contact_id WHERE k.id = $1 FOR UPDATE OF k, l"
)
_HAS_ADDRESS: Final = "SELECT EXISTS (SELECT FROM customer WHERE id = $1 AND address_enc IS NOT NULL)"
UNANSWERED: Final = (
    "SELECT k.id FROM letter l JOIN contact k ON k.id = l.contact_id"
    " WHERE l.reply_by <= $1 AND l.returned_on IS NULL AND k.status = 'in_progress' AND NOT EXISTS"
    " (SELECT FROM evidence e WHERE e.contact_id = k.id AND e.kind = 'signed_receipt' AND e.status = 'stored')"
)
"""Contacts whose letter was to be answered by $1, business time, and was not."""

_UNANSWERED: Final = f"{UNANSWERED} ORDER BY k.id LIMIT $2 FOR UPDATE OF k SKIP LOCKED"


class StoredLetter(msgspec.Struct, frozen=True):
    """A letter as a change needs it, with the status of its contact."""

    contact_id: UUID
    prepared_at: datetime
    posted_on: date | None
    posting_no: str | None
    status: str


async def insert(scope: Scope, contact_id: UUID, batch_id: UUID, missing: Sequence[str]) -> None:
    """Save a prepared letter; its number is given by the database."""
    await scope.connection.execute(_INSERT, contact_id, batch_id, scope.now, json_text(missing))


async def lock(scope: Scope, contact_id: UUID) -> StoredLetter | None:
    """Return the letter of a contact, both locked against other writers."""
    row = await scope.connection.fetchrow(_LOCK, contact_id)
    return None if row is None else StoredLetter(**dict(row))


async def has_address(scope: Scope, customer_id: UUID) -> bool:
    """Tell whether a customer has an address on file."""
    return bool(await scope.connection.fetchval(_HAS_ADDRESS, customer_id))


async def set_posted(
    scope: Scope, contact_id: UUID, posted_on: date, posting_no: str | None, reply_by: datetime
) -> None:
    """Save when a letter was posted, by which number the post follows it, and until when an answer is waited for."""
    await Letter.update(
        {Letter.posted_on: posted_on, Letter.posting_no: posting_no, Letter.reply_by: reply_by}
    ).where(Letter.contact_id == contact_id)


async def set_returned(scope: Scope, contact_id: UUID, returned_on: date, reason: str) -> None:
    """Save that the post brought a letter back."""
    await Letter.update({Letter.returned_on: returned_on, Letter.return_reason: reason}).where(
        Letter.contact_id == contact_id
    )


async def set_printed(scope: Scope, contact_ids: Sequence[UUID]) -> None:
    """Save that letters were made to be printed; the first time counts."""
    await Letter.update({Letter.printed_at: scope.now}).where(
        Letter.contact_id == any_of(contact_ids), Letter.printed_at.is_null()
    )


async def unanswered(scope: Scope, limit: int) -> list[UUID]:
    """Lock and return contacts in progress whose letter was to be answered by now and was not."""
    return [row["id"] for row in await scope.connection.fetch(_UNANSWERED, scope.now, limit)]
