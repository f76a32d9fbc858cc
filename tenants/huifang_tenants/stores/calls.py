"""Loading and saving calls by the telephone system: a document of their contact."""

from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.calls import Call

from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import Kept, Slot, json_text
from huifang_tenants.tables.contacts import Contact

# SQL: a row locked with what another says of it, and whether evidence is there.
_LOCK: Final = """
SELECT k.id, k.status, k.channel, k.call, k.number_enc, s.id AS staff_id, s.staff_no, s.phone_enc,
       EXISTS (SELECT FROM answer a JOIN contact_section p ON p.id = a.section_id WHERE p.contact_id = k.id) AS answered
FROM contact k JOIN staff s ON s.id = k.staff_id WHERE k.id = $1 FOR UPDATE OF k
"""
_LIVE: Final = """
SELECT id FROM contact WHERE call IS NOT NULL AND call ->> 'state' IN ('requested', 'ringing', 'connected') ORDER BY id
"""
_HAS_RECORDING: Final = """
SELECT EXISTS (SELECT FROM evidence WHERE contact_id = $1 AND kind = 'recording' AND reference = $2 AND status = 'stored')
"""
_CALL: Final = Kept(Contact.select(Contact.id, Contact.call).where(Contact.id == Slot("id")))


class StoredCall(msgspec.Struct, frozen=True, kw_only=True):
    """The contact a call belongs to, with the call as it stands.

    `number` is the one to dial and `extension` the phone of the member of staff on file: both in full, for the telephone system alone.
    `answered` says that the script has answers.
    """

    contact_id: UUID
    status: str
    channel: str
    answered: bool
    staff_no: str
    extension: str | None
    number: str | None
    call: Call | None


async def lock(scope: Scope, contact_id: UUID) -> StoredCall | None:
    """Return the call of a contact, locked against other writers; None where there is no such contact."""
    row: Any = await scope.connection.fetchrow(_LOCK, contact_id)
    if row is None:
        return None
    cipher = scope.cipher
    phone, number = row["phone_enc"], row["number_enc"]
    return StoredCall(
        contact_id=contact_id,
        status=row["status"],
        channel=row["channel"],
        answered=row["answered"],
        staff_no=row["staff_no"],
        extension=cipher.decrypt(phone, "staff.phone", row["staff_id"]) if phone else None,
        number=cipher.decrypt(number, "contact.number", contact_id) if number else None,
        call=_call(row["call"]),
    )


async def load(scope: Scope, contact_id: UUID) -> tuple[bool, Call | None]:
    """Return whether there is such a contact, and its call as it stands."""
    row = await _CALL.row(scope, id=contact_id)
    return row is not None, None if row is None else _call(row["call"])


async def save(scope: Scope, contact_id: UUID, call: Call) -> None:
    """Save a call."""
    await Contact.update({Contact.call: json_text(call)}).where(Contact.id == contact_id)


async def live(scope: Scope) -> list[UUID]:
    """Return the contacts whose call rings or goes on."""
    return [row["id"] for row in await scope.connection.fetch(_LIVE)]


async def has_recording(scope: Scope, contact_id: UUID, name: str) -> bool:
    """Tell whether the recording of this name is on file for a contact."""
    return bool(await scope.connection.fetchval(_HAS_RECORDING, contact_id, name))


def _call(document: Any) -> Call | None:
    return None if document is None else msgspec.convert(document, Call)
