"""Loading and saving contacts, their sections and answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.conditions import FactValue
from huifang_core.contacts import EvidenceKind
from huifang_core.facts import typed_facts
from huifang_core.obligations import CalledParty, ContactChannel, ObligationDraft
from huifang_core.scripts import RecordedAnswer, Script, SectionState, dump_script
from huifang_core.texts import Language

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.stores.bulk import copy
from huifang_tenants.stores.look_ups import Freshness
from huifang_tenants.stores.queries import Kept, Slot, any_of, slots_for
from huifang_tenants.tables.contacts import Answer, Contact, ContactSection, Evidence, ScriptVersion

_SCRIPTS_KEPT: Final = 256
_OF_SECTIONS: Final = "sections"
_scripts: dict[str, Script] = {}

_INSERT: Final = Kept(
    Contact.insert(
        Contact(
            id=Slot("id"),
            customer_id=Slot("customer_id"),
            staff_id=Slot("staff_id"),
            client_id=Slot("client_id"),
            channel=Slot("channel"),
            called_party=Slot("called_party"),
            status="in_progress",
            language=Slot("language"),
            number_enc=Slot("number_enc"),
            number_index=Slot("number_index"),
            inbound=Slot("inbound"),
            below_province=Slot("below_province"),
            visitor_is_seller=Slot("visitor_is_seller"),
            dialled_at=Slot("dialled_at"),
            started_at=Slot("started_at"),
            personal_enc=Slot("personal_enc"),
            snapshot=Slot("snapshot"),
            answer_by=Slot("answer_by"),
            link_hash=Slot("link_hash"),
            reply_code=Slot("reply_code"),
        )
    )
)
_KEEP_SCRIPT: Final = Kept(ScriptVersion.insert(slots_for(ScriptVersion)).on_conflict(action="DO NOTHING"))
_LOAD: Final = Kept(Contact.select().where(Contact.id == Slot("id")))
_LOAD_LOCKED: Final = Kept(Contact.select().where(Contact.id == Slot("id")).lock_rows("UPDATE"))
_OBLIGATION: Final[Any] = ContactSection.obligation_id
_LOAD_SECTIONS: Final = Kept(
    ContactSection.select(
        *ContactSection.all_columns(),
        _OBLIGATION.plugin.as_alias("plugin"),
        _OBLIGATION.unit.as_alias("unit"),
        _OBLIGATION.contract_id.as_alias("contract_id"),
        _OBLIGATION.draft.as_alias("draft"),
        _OBLIGATION.contract_id.seller_no.as_alias("seller_no"),
    )
    .where(ContactSection.contact_id == Slot("id"))
    .order_by(ContactSection.position)
)
_ADD_ANSWER: Final = Kept(Answer.insert(slots_for(Answer)))
_SAVE_SECTION: Final = Kept(
    ContactSection.update(
        {
            ContactSection.state_enc: Slot("state_enc"),
            ContactSection.result: Slot("result"),
            ContactSection.completed: Slot("completed"),
            ContactSection.affirmative: Slot("affirmative"),
        }
    ).where(ContactSection.id == Slot("id"))
)


_SECTION_COLUMNS: Final = (
    "id",
    "contact_id",
    "obligation_id",
    "position",
    "script_hash",
    "state_enc",
    "result",
    "visitor_is_seller",
)


class StoredSection(msgspec.Struct, frozen=True):
    """One obligation within a contact, where its script stands, and the obligation as it stands now.

    `facts` are what conditions and texts use, as they stood at the start of the contact.
    """

    id: UUID
    obligation_id: UUID
    position: int
    script_hash: str
    state: SectionState
    result: str | None
    completed: bool
    affirmative: bool
    plugin: str
    unit: str
    contract_id: UUID
    seller_no: str | None
    visitor_is_seller: bool
    draft: ObligationDraft
    facts: dict[str, FactValue | None]


class StoredContact(msgspec.Struct, frozen=True):
    """A contact with its sections in order; `contracts` says how fresh their data was at its start (SD-4).

    `customer_id` is the record of whoever is called, or the policyholder's where they have none. `staff_id` is None and `answer_by` set
    where the customer was written to and nobody else takes part.
    """

    id: UUID
    customer_id: UUID
    staff_id: UUID | None
    channel: ContactChannel
    status: str
    language: Language
    number_index: int | None
    identity_passed: bool
    dialled_at: datetime | None
    started_at: datetime
    outcome: str | None
    completed: bool
    right_party: bool
    connected: bool
    attempted: bool
    sections: tuple[StoredSection, ...]
    contracts: tuple[Freshness, ...] = ()
    inbound: bool = False
    called_party: CalledParty = "policyholder"
    answer_by: datetime | None = None
    session_hash: bytes | None = None
    identity_tries: int = 0


class NewSection(msgspec.Struct, frozen=True):
    """One obligation within a contact to be saved, with its script where it begins.

    `visitor_is_seller` says of a visit that it is made by the seller of the contract this is about (DEC-7).
    """

    obligation_id: UUID
    script_hash: str
    state: SectionState
    visitor_is_seller: bool = False


class NewContact(msgspec.Struct, frozen=True):
    """A contact to be saved.

    `facts` hold for the whole contact, `section_facts` for its sections in order; `personal` and `section_personal`, likewise, are kept
    encrypted. `contracts` says how fresh the contracts are whose facts these are. `customer_id` is the record of whoever is called, or the
    policyholder's where they have none. `answer_by`, `link_hash` and `reply_code` are those of a contact in writing, which has no
    `staff_id`; its `number` may be an e-mail address.
    """

    id: UUID
    customer_id: UUID
    staff_id: UUID | None
    client: str | None
    channel: ContactChannel
    language: Language
    number: str | None
    number_index: int | None
    below_province: bool
    visitor_is_seller: bool
    dialled_at: datetime | None
    facts: dict[str, FactValue | None]
    section_facts: tuple[dict[str, FactValue | None], ...]
    personal: dict[str, FactValue | None]
    contracts: tuple[Freshness, ...] = ()
    inbound: bool = False
    section_personal: tuple[dict[str, FactValue | None], ...] = ()
    called_party: CalledParty = "policyholder"
    answer_by: datetime | None = None
    link_hash: bytes | None = None
    reply_code: str | None = None


async def insert(scope: Scope, contact: NewContact) -> None:
    """Save a new contact."""
    cipher = scope.cipher
    await _INSERT.run(
        scope,
        id=contact.id,
        customer_id=contact.customer_id,
        staff_id=contact.staff_id,
        client_id=contact.client,
        channel=contact.channel,
        called_party=contact.called_party,
        language=contact.language,
        number_enc=cipher.encrypt(contact.number, "contact.number", contact.id) if contact.number else None,
        number_index=contact.number_index,
        inbound=contact.inbound,
        below_province=contact.below_province,
        visitor_is_seller=contact.visitor_is_seller,
        dialled_at=contact.dialled_at,
        started_at=scope.now,
        personal_enc=cipher.encrypt_json(
            {**contact.personal, _OF_SECTIONS: contact.section_personal}
            if any(contact.section_personal)
            else contact.personal,
            "contact.personal",
            contact.id,
        ),
        snapshot={"facts": contact.facts, "sections": contact.section_facts, "contracts": contact.contracts},
        answer_by=contact.answer_by,
        link_hash=contact.link_hash,
        reply_code=contact.reply_code,
    )


async def insert_sections(scope: Scope, contact_id: UUID, sections: Sequence[NewSection]) -> None:
    """Save a contact's sections in order."""
    rows = []
    for position, section in enumerate(sections):
        id = new_id()
        rows.append(
            (
                id,
                contact_id,
                section.obligation_id,
                position,
                section.script_hash,
                scope.cipher.encrypt_json(section.state, "contact_section.state", id),
                section.state.result,
                section.visitor_is_seller,
            )
        )
    await copy(scope, "contact_section", _SECTION_COLUMNS, rows)


async def keep_script(scope: Scope, plugin: str, script: Script, hash: str) -> None:
    """Keep a script as it stands, so that a contact can always show what it used (GEN-2)."""
    await _KEEP_SCRIPT.run(
        scope,
        hash=hash,
        plugin=plugin,
        script=script.id,
        version=str(script.version),
        document=dump_script(script).decode(),
        first_used_at=scope.wall_now,
    )


async def load(scope: Scope, id: UUID, *, lock: bool = False) -> StoredContact | None:
    """Return a contact with its sections, locked against other writers if asked for."""
    row = await (_LOAD_LOCKED if lock else _LOAD).row(scope, id=id)
    if row is None:
        return None
    sections = await _LOAD_SECTIONS.rows(scope, id=id)
    personal = scope.cipher.decrypt_json(row["personal_enc"], "contact.personal", id)
    of_sections = personal.pop(_OF_SECTIONS, [{}] * len(sections))
    return StoredContact(
        id=id,
        customer_id=row["customer_id"],
        staff_id=row["staff_id"],
        channel=row["channel"],
        status=row["status"],
        language=row["language"],
        number_index=row["number_index"],
        identity_passed=row["identity_passed"],
        dialled_at=row["dialled_at"],
        started_at=row["started_at"],
        outcome=row["outcome"],
        completed=row["completed"],
        right_party=row["right_party"],
        connected=row["connected"],
        attempted=row["attempted"],
        inbound=row["inbound"],
        sections=tuple(
            _section(scope, section, {**row["snapshot"]["facts"], **own, **personal, **own_personal})
            for section, own, own_personal in zip(
                sections, row["snapshot"]["sections"], of_sections, strict=True
            )
        ),
        contracts=msgspec.convert(row["snapshot"].get("contracts", []), tuple[Freshness, ...]),
        called_party=row["called_party"],
        answer_by=row["answer_by"],
        session_hash=row["session_hash"],
        identity_tries=row["identity_tries"],
    )


async def has_evidence(scope: Scope, id: UUID, kind: EvidenceKind) -> bool:
    """Tell whether evidence of this kind is stored for a contact."""
    return await Evidence.exists().where(
        Evidence.contact_id == id, Evidence.kind == kind, Evidence.status == "stored"
    )


async def load_script(scope: Scope, hash: str) -> Script:
    """Return a script kept by `keep_script`; the last few are remembered, which is safe as the hash names the content."""
    script = _scripts.get(hash)
    if script is None:
        kept = await ScriptVersion.select(ScriptVersion.document).where(ScriptVersion.hash == hash).first()
        script = msgspec.convert(kept["document"] if kept else None, Script)
        if len(_scripts) >= _SCRIPTS_KEPT:
            _scripts.clear()
        _scripts[hash] = script
    return script


async def add_answers(
    scope: Scope, section_id: UUID, answers: Sequence[RecordedAnswer], at: datetime
) -> None:
    """Append answers; an earlier one is never changed."""
    rows = []
    for answer in answers:
        id = new_id()
        rows.append(
            {
                "id": id,
                "section_id": section_id,
                "sequence": answer.sequence,
                "step": answer.step,
                "item": answer.item,
                "value_enc": scope.cipher.encrypt(answer.value, "answer.value", id),
                "affirmative": answer.affirmative,
                "corrects": answer.corrects,
                "answered_at": at,
            }
        )
    await _ADD_ANSWER.run_each(scope, rows)


async def save_section(
    scope: Scope, section_id: UUID, state: SectionState, *, completed: bool, affirmative: bool
) -> None:
    """Save where a section stands."""
    await _SAVE_SECTION.run(
        scope,
        id=section_id,
        state_enc=scope.cipher.encrypt_json(state, "contact_section.state", section_id),
        result=state.result,
        completed=completed,
        affirmative=affirmative,
    )


async def discount(scope: Scope, section_ids: Sequence[UUID]) -> None:
    """Let sections count as not completed, whatever was answered in them."""
    await ContactSection.update({ContactSection.completed: False}).where(
        ContactSection.id == any_of(section_ids)
    )


def _section(scope: Scope, row: Any, facts: dict[str, Any]) -> StoredSection:
    return StoredSection(
        id=row["id"],
        obligation_id=row["obligation_id"],
        position=row["position"],
        script_hash=row["script_hash"],
        state=scope.cipher.decrypt_json(row["state_enc"], "contact_section.state", row["id"], SectionState),
        result=row["result"],
        completed=row["completed"],
        affirmative=row["affirmative"],
        plugin=row["plugin"],
        unit=row["unit"],
        contract_id=row["contract_id"],
        seller_no=row["seller_no"],
        visitor_is_seller=row["visitor_is_seller"],
        draft=msgspec.convert(row["draft"], ObligationDraft),
        facts=typed_facts(facts),
    )
