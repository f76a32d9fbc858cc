"""Contacts with their sections, answers and evidence; numbers masked, open answers left out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.scripts.model import CANNOT_BE_TOLD, Ask, Identify, Say, Script, choices_of
from piccolo.querystring import QueryString

from huifang_tenants.masking import mask_email, mask_phone
from huifang_tenants.scope import Scope
from huifang_tenants.stores.contacts import load_script
from huifang_tenants.stores.people import OF_PERSON
from huifang_tenants.stores.queries import Kept, Slot, together
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, page_by_key
from huifang_tenants.tables.contacts import Answer, Contact, ContactSection, Evidence

_STAFF_NO: Final[Any] = Contact.staff_id.staff_no
_SCRIPT: Final[Any] = ContactSection.script_hash
_SOLD: Final[Any] = ContactSection.obligation_id
_SELLER_NO: Final[Any] = _SOLD.contract_id.seller_no
_SECTION: Final[Any] = Answer.section_id
_COLUMNS: Final = together(
    *Contact.all_columns(
        exclude=[
            Contact.personal_enc,
            Contact.revision,
            Contact.link_hash,
            Contact.session_hash,
            Contact.identity_tries,
            Contact.reply_code,
        ]
    ),
    _STAFF_NO.as_alias("staff_no"),
    QueryString(
        "(SELECT coalesce(array_agg(p.obligation_id ORDER BY p.position), ARRAY[]::uuid[])"
        " FROM contact_section p WHERE p.contact_id = {})",
        Contact.id,
        alias="obligation_ids",
    ),
    QueryString(
        "(SELECT coalesce(bool_and(p.successful), false) FROM contact_section p WHERE p.contact_id = {})",
        Contact.id,
        alias="successful",
    ),
)
_ONE: Final = Kept(Contact.select(*_COLUMNS).where(Contact.id == Slot("id")))
_SECTIONS: Final = Kept(
    ContactSection.select(
        *ContactSection.all_columns(exclude=[ContactSection.contact_id, ContactSection.state_enc]),
        _SCRIPT.plugin.as_alias("plugin"),
        _SCRIPT.script.as_alias("script"),
        _SCRIPT.version.as_alias("version"),
    )
    .where(ContactSection.contact_id == Slot("id"))
    .order_by(ContactSection.position)
)
_ANSWERS: Final = Kept(
    Answer.select().where(_SECTION.contact_id == Slot("id")).order_by(_SECTION.position, Answer.sequence)
)
_EVIDENCE: Final = Kept(
    Evidence.select(
        *Evidence.all_columns(exclude=[Evidence.object_key, Evidence.sha256]),
        QueryString("encode({}, 'hex')", Evidence.sha256, alias="sha256"),
    )
    .where(Evidence.contact_id == Slot("id"))
    .order_by(Evidence.id)
)


class ContactFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which contacts; None means any. `customer_id` is any record of the person. `started_from` belongs to the span, `started_until` does not."""

    customer_id: UUID | None = None
    staff_no: str | None = None
    outcome: str | None = None
    channel: str | None = None
    status: str | None = None
    obligation_id: UUID | None = None
    seller_no: str | None = None
    started_from: datetime | None = None
    started_until: datetime | None = None


async def list_contacts(scope: Scope, wanted: ContactFilter, page: Page, *, only: str | None = None) -> Slice:
    """One page of contacts by when they started; with `only`, those of the member of staff with this number (HT-3)."""
    where = Where()
    where.equals(_STAFF_NO, only)
    where.add(OF_PERSON, Contact.customer_id, wanted.customer_id)
    where.equals(Contact.outcome, wanted.outcome)
    where.equals(Contact.channel, wanted.channel)
    where.equals(Contact.status, wanted.status)
    where.equals(_STAFF_NO, wanted.staff_no)
    if wanted.obligation_id is not None:
        of = ContactSection.select(ContactSection.contact_id)
        served = of.where(ContactSection.obligation_id == wanted.obligation_id)
        where.conditions.append(Contact.id.is_in(served))
    if wanted.seller_no is not None:
        sold = ContactSection.select(ContactSection.contact_id).where(wanted.seller_no == _SELLER_NO)
        where.conditions.append(Contact.id.is_in(sold))
    where.span(Contact.started_at, wanted.started_from, wanted.started_until)
    found = await page_by_key(Contact, _COLUMNS, where, page, key=Contact.started_at)
    return Slice([_masked(scope, row) for row in found.rows], found.last)


async def get_contact(scope: Scope, contact_id: UUID) -> Mapping[str, Any] | None:
    """One contact with its sections, their answers, and its evidence; None when there is none."""
    row = await _ONE.row(scope, id=contact_id)
    if row is None:
        return None
    sections: dict[UUID, dict[str, Any]] = {
        section["id"]: {**section, "answers": []} for section in await _SECTIONS.rows(scope, id=contact_id)
    }
    for answer in await _ANSWERS.rows(scope, id=contact_id):
        section = sections[answer["section_id"]]
        script = await load_script(scope, section["script_hash"])
        value = scope.cipher.decrypt(answer["value_enc"], "answer.value", answer["id"])
        shown = value if _is_code(script, answer["step"], value) else None
        section["answers"].append({**answer, "value": shown, "masked": shown is None})
    return {
        **_masked(scope, row),
        "sections": list(sections.values()),
        "evidence": [dict(row) for row in await _EVIDENCE.rows(scope, id=contact_id)],
    }


async def reveal(scope: Scope, contact_id: UUID) -> Mapping[str, Any] | None:
    """The number, the note and all answers, unmasked; None when there is none. The caller leaves a row in the ledger."""
    row = (
        await Contact.select(Contact.id, Contact.number_enc, Contact.note_enc)
        .where(Contact.id == contact_id)
        .first()
    )
    if row is None:
        return None
    return {
        "number": _opened(scope, row, "number"),
        "note": _opened(scope, row, "note"),
        "answers": [
            {**answer, "value": scope.cipher.decrypt(answer["value_enc"], "answer.value", answer["id"])}
            for answer in await _ANSWERS.rows(scope, id=contact_id)
        ],
    }


def _masked(scope: Scope, row: Mapping[str, Any]) -> dict[str, Any]:
    number = _opened(scope, row, "number")
    mask = mask_email if number is not None and "@" in number else mask_phone
    return {**row, "number": mask(number) if number else None, "has_note": row["note_enc"] is not None}


def _opened(scope: Scope, row: Mapping[str, Any], column: str) -> str | None:
    sealed = row[f"{column}_enc"]
    return None if sealed is None else scope.cipher.decrypt(sealed, f"contact.{column}", row["id"])


def _is_code(script: Script, step_id: str, value: str) -> bool:
    """Whether an answer is one of a closed set and so tells nothing personal; what was said freely may."""
    step = script.steps.get(step_id)
    if not isinstance(step, Say | Ask | Identify):
        return False
    return value == CANNOT_BE_TOLD or any(choice.code == value for choice in choices_of(step))
