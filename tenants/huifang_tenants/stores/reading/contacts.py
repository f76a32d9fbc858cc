"""Contacts with their sections, answers and evidence; numbers masked, open answers left out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.scripts.model import CANNOT_BE_TOLD, Ask, Identify, Say, Script, choices_of

from huifang_tenants.masking import mask_phone
from huifang_tenants.scope import Scope
from huifang_tenants.stores.contacts import load_script
from huifang_tenants.stores.people import records
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, page_by_key
from huifang_tenants.stores.reading.rows import fetch_all, fetch_one

_SELECT: Final = """
SELECT t.id, t.customer_id, t.staff_id, s.staff_no, t.client_id, t.channel, t.status, t.language, t.number_enc,
       t.number_index, t.below_province, t.visitor_is_seller, t.identity_passed, t.dialled_at, t.started_at,
       t.concluded_at, t.outcome, t.call_back_at, t.attempted, t.connected, t.right_party, t.completed,
       t.note_enc, t.snapshot, n.obligation_ids, n.successful
FROM contact t JOIN staff s ON s.id = t.staff_id
LEFT JOIN LATERAL (
    SELECT coalesce(array_agg(p.obligation_id ORDER BY p.position), '{}') AS obligation_ids,
           coalesce(bool_and(p.successful), false) AS successful
    FROM contact_section p WHERE p.contact_id = t.id
) n ON true
"""
_SECTIONS: Final = """
SELECT p.id, p.obligation_id, p.position, p.script_hash, v.plugin, v.script, v.version, p.result, p.completed,
       p.affirmative, p.successful
FROM contact_section p JOIN script_version v ON v.hash = p.script_hash WHERE p.contact_id = $1 ORDER BY p.position
"""
_ANSWERS: Final = """
SELECT a.id, a.section_id, a.sequence, a.step, a.item, a.value_enc, a.affirmative, a.corrects, a.answered_at
FROM answer a JOIN contact_section p ON p.id = a.section_id WHERE p.contact_id = $1 ORDER BY p.position, a.sequence
"""
_EVIDENCE: Final = """
SELECT id, contact_id, kind, status, content_type, size_bytes, encode(sha256, 'hex') AS sha256, reference, uploaded_by,
       created_at, stored_at
FROM evidence WHERE contact_id = $1 ORDER BY id
"""


class ContactFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which contacts; None means any. `customer_id` is any record of the person. `started_from` belongs to the span, `started_until` does not."""

    customer_id: UUID | None = None
    staff_no: str | None = None
    outcome: str | None = None
    channel: str | None = None
    status: str | None = None
    obligation_id: UUID | None = None
    started_from: datetime | None = None
    started_until: datetime | None = None


async def list_contacts(scope: Scope, wanted: ContactFilter, page: Page) -> Slice:
    """One page of contacts by when they started."""
    where = Where()
    where.add(f"t.customer_id = ANY({records('{}::uuid')})", wanted.customer_id)
    for column in ("outcome", "channel", "status"):
        where.add(f"t.{column} = {{}}", getattr(wanted, column))
    where.add("s.staff_no = {}", wanted.staff_no)
    where.add(
        "t.id IN (SELECT contact_id FROM contact_section WHERE obligation_id = {})", wanted.obligation_id
    )
    where.add("t.started_at >= {}", wanted.started_from)
    where.add("t.started_at < {}", wanted.started_until)
    found = await page_by_key(
        scope, _SELECT, where, page, key_column="t.started_at", id_column="t.id", key="started_at"
    )
    return Slice([_masked(scope, row) for row in found.rows], found.last)


async def get_contact(scope: Scope, contact_id: UUID) -> Mapping[str, Any] | None:
    """One contact with its sections, their answers, and its evidence; None when there is none."""
    row = await fetch_one(scope, f"{_SELECT} WHERE t.id = $1", contact_id)
    if row is None:
        return None
    sections = {
        section["id"]: {**section, "answers": []} for section in await fetch_all(scope, _SECTIONS, contact_id)
    }
    for answer in await fetch_all(scope, _ANSWERS, contact_id):
        section = sections[answer["section_id"]]
        script = await load_script(scope, section["script_hash"])
        value = scope.cipher.decrypt(answer["value_enc"], "answer.value", answer["id"])
        shown = value if _is_code(script, answer["step"], value) else None
        section["answers"].append({**answer, "value": shown, "masked": shown is None})
    return {
        **_masked(scope, row),
        "sections": list(sections.values()),
        "evidence": await fetch_all(scope, _EVIDENCE, contact_id),
    }


async def reveal(scope: Scope, contact_id: UUID) -> Mapping[str, Any] | None:
    """The number, the note and all answers, unmasked; None when there is none. The caller leaves a row in the ledger."""
    row = await fetch_one(scope, "SELECT id, number_enc, note_enc FROM contact WHERE id = $1", contact_id)
    if row is None:
        return None
    return {
        "number": _opened(scope, row, "number"),
        "note": _opened(scope, row, "note"),
        "answers": [
            {**answer, "value": scope.cipher.decrypt(answer["value_enc"], "answer.value", answer["id"])}
            for answer in await fetch_all(scope, _ANSWERS, contact_id)
        ],
    }


def _masked(scope: Scope, row: Mapping[str, Any]) -> dict[str, Any]:
    number = _opened(scope, row, "number")
    return {**row, "number": mask_phone(number) if number else None, "has_note": row["note_enc"] is not None}


def _opened(scope: Scope, row: Mapping[str, Any], column: str) -> str | None:
    sealed = row[f"{column}_enc"]
    return None if sealed is None else scope.cipher.decrypt(sealed, f"contact.{column}", row["id"])


def _is_code(script: Script, step_id: str, value: str) -> bool:
    """Whether an answer is one of a closed set and so tells nothing personal; what was said freely may."""
    step = script.steps.get(step_id)
    if not isinstance(step, Say | Ask | Identify):
        return False
    return value == CANNOT_BE_TOLD or any(choice.code == value for choice in choices_of(step))
