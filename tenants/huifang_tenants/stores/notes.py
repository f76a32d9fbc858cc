"""Notes on what customers need; the text is kept encrypted."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from huifang_core.customers import Need

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import any_of
from huifang_tenants.tables.customers import PersonNote

_COLUMNS: Final = [
    PersonNote.id,
    PersonNote.need,
    PersonNote.recorded_by,
    PersonNote.contact_id,
    PersonNote.text_enc,
    PersonNote.created_at,
    PersonNote.withdrawn_at,
]


async def add_need(
    scope: Scope, customer_id: UUID, need: Need, text: str, staff_no: str, contact_id: UUID | None
) -> UUID:
    """Note what a customer needs; return the note's id."""
    id = new_id()
    await PersonNote.insert(
        PersonNote(
            id=id,
            about_kind="customer",
            about_ref=str(customer_id),
            contact_id=contact_id,
            need=need,
            recorded_by=staff_no,
            text_enc=scope.cipher.encrypt(text, "person_note.text", id),
            created_at=scope.now,
        )
    )
    return id


async def withdraw_need(scope: Scope, records: Sequence[UUID], id: UUID) -> bool:
    """Let a need of a person hold no more; False when there is none that does."""
    changed = (
        await PersonNote.update({PersonNote.withdrawn_at: scope.now})
        .where(
            PersonNote.id == id,
            PersonNote.about_kind == "customer",
            PersonNote.about_ref == any_of(str(record) for record in records),
            PersonNote.need.is_not_null(),
            PersonNote.withdrawn_at.is_null(),
        )
        .returning(PersonNote.id)
    )
    return bool(changed)


async def needs_of(scope: Scope, records: Sequence[UUID]) -> list[dict[str, Any]]:
    """Return what a person needs, in words, the oldest first, those that hold no more among them."""
    rows = (
        await PersonNote.select(*_COLUMNS)
        .where(
            PersonNote.about_kind == "customer",
            PersonNote.about_ref == any_of(str(record) for record in records),
            PersonNote.need.is_not_null(),
        )
        .order_by(PersonNote.created_at, PersonNote.id)
    )
    return [
        {**row, "text": scope.cipher.decrypt(row["text_enc"], "person_note.text", row["id"])} for row in rows
    ]
