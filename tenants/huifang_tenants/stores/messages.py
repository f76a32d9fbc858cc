"""What customers were shown, sent and answered, and the contacts in writing that they belong to."""

import base64
import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.stores.people import RECORDS
from huifang_tenants.stores.queries import Kept, Slot, slots_for
from huifang_tenants.stores.queue import CONTACTABLE, FILED, PLAYABLE, STOPPED, UNSOLVED, Playable
from huifang_tenants.stores.restraints import Restraints, document, nothing_holds_back
from huifang_tenants.tables.contacts import Contact, Message
from huifang_tenants.tables.contracts import Contract
from huifang_tenants.tables.customers import ContactRestriction
from huifang_tenants.tables.obligations import Obligation
from huifang_tenants.written_channels import WrittenWay

MessageKind = Literal["page", "answer", "sent", "received"]
MessageStatus = Literal["kept", "waiting", "sent", "delivered", "failed"]

_SEALED: Final = "message.content"
_KEEP: Final = Kept(Message.insert(slots_for(Message)).on_conflict(action="DO NOTHING").returning(Message.id))
_ONE: Final = Kept(Message.select().where(Message.id == Slot("id")))
_OF_CONTACT: Final = Kept(
    Message.select(
        Message.id,
        Message.channel,
        Message.kind,
        Message.status,
        Message.reason,
        Message.at,
        Message.wall_at,
    )
    .where(Message.contact_id == Slot("contact"))
    .order_by(Message.id)
)
_BY_LINK: Final = Kept(Contact.select(Contact.id).where(Contact.link_hash == Slot("hash")))
_OBLIGATION: Final = Kept(
    Obligation.select(*Obligation.all_columns()).where(Obligation.id == Slot("id")).lock_rows("UPDATE")
)
_BY_CODE: Final = Kept(Contact.select(Contact.id).where(Contact.reply_code == Slot("code")))

# SQL from here: conditions on a document of JSON, advisory locks, rows locked with SKIP LOCKED.

# What nobody can be written to by any more, and no other channel follows, stays where it is and shows as due.
_DUE: Final = f"""
      o.status = 'open' AND o.callable_from <= $2 AND o.lease_contact IS NULL
      AND (o.lease_until IS NULL OR o.lease_until <= $1)
      AND (o.after_due = 'continue' OR o.due_by > $2)
      AND (o.channel = ANY($7) OR json_array_length(o.draft -> 'ladder') > o.rung + 1)
      AND EXISTS (SELECT FROM contract c WHERE c.id = o.contract_id AND c.policyholder_id IS NOT NULL)
      AND {CONTACTABLE} AND {UNSOLVED} AND NOT {STOPPED}
      AND {PLAYABLE.format(scripts="$3", items="$4", filed=FILED.format(filed="$5", filed_items="$6"))}
      AND {nothing_holds_back("$8")}
"""
# One ordered look into the index per channel: over all of them at once, everything due would have to be sorted each time.
_NEXT: Final = f"""
SELECT found.customer_id, found.channel FROM unnest('{{online,email,sms}}'::text[]) AS wanted (channel) CROSS JOIN LATERAL (
    SELECT o.customer_id, o.channel, o.priority, o.due_by, o.id FROM obligation o WHERE o.channel = wanted.channel AND {_DUE}
    ORDER BY o.priority DESC, o.due_by, o.id LIMIT 16
) found
ORDER BY found.priority DESC, found.due_by, found.id
"""  # noqa: S608
_TOGETHER: Final = f"""
SELECT o.* FROM obligation o WHERE o.customer_id = $9 AND o.channel = $10 AND {_DUE}
ORDER BY o.priority DESC, o.due_by, o.id FOR UPDATE OF o SKIP LOCKED
"""  # noqa: S608
_LOCK: Final = "SELECT pg_try_advisory_xact_lock(hashtextextended($1::uuid::text, 20121))"
_OPEN_FOR: Final = """
SELECT k.id, k.customer_id, k.number_enc, k.reply_code FROM contact k JOIN customer c ON c.id = k.customer_id
WHERE c.search_blind @> ARRAY[$1::bytea] AND k.status = 'in_progress' AND k.answer_by > $2 AND k.number_enc IS NOT NULL
ORDER BY k.started_at DESC, k.id DESC
"""
_UNDELIVERABLE: Final = f"""
SELECT k.id, k.number_enc FROM contact k WHERE k.customer_id = ANY(ARRAY{RECORDS.format(id="$1")})
AND k.number_enc IS NOT NULL AND EXISTS (SELECT FROM message m WHERE m.contact_id = k.id AND m.status = 'failed' AND m.reason = $2)
"""  # noqa: S608


class StoredMessage(msgspec.Struct, frozen=True):
    """A message, its content opened: a document of JSON."""

    id: UUID
    contact_id: UUID | None
    channel: WrittenWay
    kind: MessageKind
    status: MessageStatus
    content: Any
    at: datetime


class Writer(msgspec.Struct, frozen=True):
    """What can be written now: what can be played, by which channels that are set up, and what is held back."""

    playable: Playable
    ways: tuple[WrittenWay, ...]
    restraints: Restraints


class Due(msgspec.Struct, frozen=True):
    """Somebody to be written to, and by which channel."""

    customer_id: UUID
    channel: WrittenWay


class OpenContact(msgspec.Struct, frozen=True):
    """A contact in progress in writing with a customer, where it was sent, and the code by which a reply names it."""

    id: UUID
    customer_id: UUID
    sent_to: str
    code: str | None


async def keep(
    scope: Scope,
    contact_id: UUID | None,
    channel: WrittenWay,
    kind: MessageKind,
    content: Any,
    *,
    status: MessageStatus = "kept",
    reference: str | None = None,
) -> UUID | None:
    """Keep a message; return its id, or None where one of this channel, kind and reference is there already."""
    id = new_id()
    written = base64.b64encode(zlib.compress(msgspec.json.encode(content), 9)).decode()
    row = await _KEEP.row(
        scope,
        id=id,
        contact_id=contact_id,
        channel=channel,
        kind=kind,
        status=status,
        content_enc=scope.cipher.encrypt(written, _SEALED, id),
        reference=reference,
        reason=None,
        at=scope.now,
        wall_at=scope.wall_now,
    )
    return None if row is None else id


async def load(scope: Scope, id: UUID) -> StoredMessage | None:
    """Return a message; None when there is none."""
    row = await _ONE.row(scope, id=id)
    if row is None:
        return None
    written = base64.b64decode(scope.cipher.decrypt(row["content_enc"], _SEALED, id))
    return StoredMessage(
        id=id,
        contact_id=row["contact_id"],
        channel=row["channel"],
        kind=row["kind"],
        status=row["status"],
        content=msgspec.json.decode(zlib.decompress(written)),
        at=row["at"],
    )


async def of_contact(scope: Scope, contact_id: UUID) -> list[dict[str, Any]]:
    """Return what there is of a contact, in order, without the contents."""
    return [dict(row) for row in await _OF_CONTACT.rows(scope, contact=contact_id)]


async def settle(
    scope: Scope, id: UUID, status: MessageStatus, *, reference: str | None = None, reason: str | None = None
) -> None:
    """Say what became of a message that was sent; a delivery is never taken back by a report that comes late."""
    await scope.connection.execute(
        "UPDATE message SET status = $2, reference = coalesce($3, reference), reason = $4"
        " WHERE id = $1 AND (status <> 'delivered' OR $2 = 'failed')",
        id,
        status,
        reference,
        reason,
    )


async def by_reference(scope: Scope, channel: WrittenWay, reference: str) -> UUID | None:
    """Return the message that was sent under this reference."""
    found: UUID | None = await scope.connection.fetchval(
        "SELECT id FROM message WHERE channel = $1 AND kind = 'sent' AND reference = $2", channel, reference
    )
    return found


async def by_link(scope: Scope, link_hash: bytes) -> UUID | None:
    """Return the contact a link belongs to."""
    row = await _BY_LINK.row(scope, hash=link_hash)
    return None if row is None else row["id"]


async def by_code(scope: Scope, code: str) -> UUID | None:
    """Return the contact that a reply code names."""
    row = await _BY_CODE.row(scope, code=code)
    return None if row is None else row["id"]


async def has_link(scope: Scope, contact_id: UUID) -> bool:
    """Tell whether a contact's script is played at a link, and not in messages."""
    return bool(
        await scope.connection.fetchval("SELECT link_hash IS NOT NULL FROM contact WHERE id = $1", contact_id)
    )


async def first_sent(scope: Scope, contact_id: UUID) -> StoredMessage | None:
    """Return the first message that a contact was opened with; None where it was opened by a link alone."""
    id: UUID | None = await scope.connection.fetchval(
        "SELECT id FROM message WHERE contact_id = $1 AND kind = 'sent' ORDER BY id LIMIT 1", contact_id
    )
    return None if id is None else await load(scope, id)


async def undeliverable(scope: Scope, customer_id: UUID, reason: str = "undeliverable") -> set[str]:
    """Return the numbers and addresses of a person from which a message came back because they do not exist."""
    rows = await scope.connection.fetch(_UNDELIVERABLE, customer_id, reason)
    return {scope.cipher.decrypt(row["number_enc"], "contact.number", row["id"]) for row in rows}


async def open_for(scope: Scope, blind: bytes) -> list[OpenContact]:
    """Return the contacts in writing that wait for people with this blind index of a number, the latest first."""
    rows = await scope.connection.fetch(_OPEN_FOR, blind, scope.now)
    return [
        OpenContact(
            row["id"],
            row["customer_id"],
            scope.cipher.decrypt(row["number_enc"], "contact.number", row["id"]),
            row["reply_code"],
        )
        for row in rows
    ]


async def next_answer_due(scope: Scope) -> datetime | None:
    """Return the next instant after now at which the time for an answer is over."""
    found: datetime | None = await scope.connection.fetchval(
        "SELECT min(answer_by) FROM contact WHERE status = 'in_progress' AND answer_by > $1", scope.now
    )
    return found


async def next_turn(scope: Scope) -> datetime | None:
    """Return the next instant after now at which the turn of somebody comes to be written to."""
    found: datetime | None = await scope.connection.fetchval(
        "SELECT min(callable_from) FROM obligation WHERE status = 'open' AND callable_from > $1"
        " AND lease_contact IS NULL AND channel IN ('online', 'email', 'sms')",
        scope.now,
    )
    return found


async def next_due(scope: Scope, writer: Writer) -> list[Due]:
    """Return who is to be written to next, the most pressing first; empty when there is nobody."""
    rows = await scope.connection.fetch(_NEXT, *_common(scope, writer))
    return [Due(*pair) for pair in dict.fromkeys((row["customer_id"], row["channel"]) for row in rows)]


async def lock_person(scope: Scope, customer_id: UUID) -> bool:
    """Keep others from taking a person's work until the scope ends; False where somebody else does so now."""
    return bool(await scope.connection.fetchval(_LOCK, customer_id))


async def due_together(scope: Scope, writer: Writer, due: Due) -> list[Any]:
    """Lock and return the obligations that one contact with this person can serve by this channel (DEC-5)."""
    return list(
        await scope.connection.fetch(_TOGETHER, *_common(scope, writer), due.customer_id, due.channel)
    )


async def hold(scope: Scope, obligation_ids: Sequence[UUID], contact_id: UUID, until: datetime) -> None:
    """Lease obligations to a contact in writing, which nobody holds."""
    await scope.connection.execute(
        "UPDATE obligation SET lease_staff = NULL, lease_until = $3, lease_contact = $2 WHERE id = ANY($1)",
        list(obligation_ids),
        contact_id,
        until,
    )


async def unanswered(scope: Scope, limit: int) -> list[UUID]:
    """Lock and return the contacts in writing whose time for an answer is over."""
    rows = await scope.connection.fetch(
        "SELECT id FROM contact WHERE status = 'in_progress' AND answer_by <= $1 ORDER BY answer_by LIMIT $2"
        " FOR UPDATE SKIP LOCKED",
        scope.now,
        limit,
    )
    return [row["id"] for row in rows]


async def note_attempt(scope: Scope, contact_id: UUID) -> None:
    """Note that a contact has been tried now, if it was not before."""
    await Contact.update({Contact.dialled_at: scope.now}).where(
        Contact.id == contact_id, Contact.dialled_at.is_null()
    )


async def lock_obligation(scope: Scope, id: UUID) -> Any | None:
    """Lock and return an obligation; None when there is none."""
    return await _OBLIGATION.row(scope, id=id)


async def contract_no_of(scope: Scope, contract_id: UUID) -> str:
    """Return the number of a contract."""
    row = await Contract.select(Contract.contract_no).where(Contract.id == contract_id).first()
    return str(row["contract_no"]) if row is not None else ""


async def add_wish(scope: Scope, customer_id: UUID, recorded_by: str) -> bool:
    """Keep that a customer wants no contacts, until somebody lifts it; False where that is on record already."""
    standing = await ContactRestriction.exists().where(
        ContactRestriction.customer_id == customer_id,
        ContactRestriction.kind == "own_wish",
        ContactRestriction.lifted_at.is_null(),
        ContactRestriction.valid_until.is_null(),
    )
    if standing:
        return False
    await ContactRestriction.insert(
        ContactRestriction(
            id=new_id(),
            customer_id=customer_id,
            kind="own_wish",
            recorded_by=recorded_by,
            created_at=scope.now,
        )
    )
    return True


async def save_session(scope: Scope, contact_id: UUID, session_hash: bytes) -> None:
    """Note in which browser identity was verified last."""
    await Contact.update({Contact.session_hash: session_hash}).where(Contact.id == contact_id)


async def save_tries(scope: Scope, contact_id: UUID, tries: int) -> None:
    """Note how often identity was not proven."""
    await Contact.update({Contact.identity_tries: tries}).where(Contact.id == contact_id)


async def save_language(scope: Scope, contact_id: UUID, language: str) -> None:
    """Note in which language the customer goes on."""
    await Contact.update({Contact.language: language}).where(Contact.id == contact_id)


def _common(scope: Scope, writer: Writer) -> tuple[Any, ...]:
    playable = writer.playable
    return (
        scope.wall_now,
        scope.now,
        playable.scripts,
        playable.items,
        playable.filed,
        playable.filed_items,
        list(writer.ways),
        document(writer.restraints),
    )
