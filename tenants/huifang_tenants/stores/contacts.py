"""Loading and saving contacts, their sections and answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.conditions import FactValue
from huifang_core.facts import typed_facts
from huifang_core.obligations import ContactChannel, ObligationDraft
from huifang_core.scripts import RecordedAnswer, Script, SectionState, dump_script
from huifang_core.texts import Language

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.stores.bulk import copy
from huifang_tenants.stores.look_ups import Freshness

_SCRIPTS_KEPT: Final = 256
_scripts: dict[str, Script] = {}


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
    draft: ObligationDraft
    facts: dict[str, FactValue | None]


class StoredContact(msgspec.Struct, frozen=True):
    """A contact with its sections in order; `contracts` says how fresh their data was at its start (SD-4)."""

    id: UUID
    customer_id: UUID
    staff_id: UUID
    channel: ContactChannel
    status: str
    language: Language
    number_index: int | None
    identity_passed: bool
    dialled_at: datetime | None
    started_at: datetime
    visitor_is_seller: bool
    outcome: str | None
    completed: bool
    right_party: bool
    connected: bool
    attempted: bool
    sections: tuple[StoredSection, ...]
    contracts: tuple[Freshness, ...] = ()


class NewContact(msgspec.Struct, frozen=True):
    """A contact to be saved.

    `facts` hold for the whole contact, `section_facts` for its sections in order, `personal` is kept encrypted. `contracts`
    says how fresh the contracts are whose facts these are.
    """

    id: UUID
    customer_id: UUID
    staff_id: UUID
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


async def insert(scope: Scope, contact: NewContact) -> None:
    """Save a new contact."""
    cipher = scope.cipher
    await scope.connection.execute(
        "INSERT INTO contact (id, customer_id, staff_id, client_id, channel, status, language, number_enc, number_index,"
        " below_province, visitor_is_seller, dialled_at, started_at, personal_enc, snapshot)"
        " VALUES ($1, $2, $3, $4, $5, 'in_progress', $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        contact.id,
        contact.customer_id,
        contact.staff_id,
        contact.client,
        contact.channel,
        contact.language,
        cipher.encrypt(contact.number, "contact.number", contact.id) if contact.number else None,
        contact.number_index,
        contact.below_province,
        contact.visitor_is_seller,
        contact.dialled_at,
        scope.now,
        cipher.encrypt_json(contact.personal, "contact.personal", contact.id),
        {"facts": contact.facts, "sections": contact.section_facts, "contracts": contact.contracts},
    )


async def insert_sections(
    scope: Scope, contact_id: UUID, sections: Sequence[tuple[UUID, str, SectionState]]
) -> None:
    """Save a contact's sections in order, as (obligation id, script hash, state)."""
    rows = []
    for position, (obligation_id, script_hash, state) in enumerate(sections):
        id = new_id()
        sealed = scope.cipher.encrypt_json(state, "contact_section.state", id)
        rows.append((id, contact_id, obligation_id, position, script_hash, sealed, state.result))
    await copy(
        scope,
        "contact_section",
        ["id", "contact_id", "obligation_id", "position", "script_hash", "state_enc", "result"],
        rows,
    )


async def keep_script(scope: Scope, plugin: str, script: Script, hash: str) -> None:
    """Keep a script as it stands, so that a contact can always show what it used (GEN-2)."""
    await scope.connection.execute(
        "INSERT INTO script_version (hash, plugin, script, version, document, first_used_at)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        hash,
        plugin,
        script.id,
        str(script.version),
        dump_script(script).decode(),
        scope.wall_now,
    )


async def load(scope: Scope, id: UUID, *, lock: bool = False) -> StoredContact | None:
    """Return a contact with its sections, locked against other writers if asked for."""
    row = await scope.connection.fetchrow(
        f"SELECT * FROM contact WHERE id = $1{' FOR UPDATE' if lock else ''}",  # noqa: S608
        id,
    )
    if row is None:
        return None
    sections = await scope.connection.fetch(
        "SELECT s.*, o.plugin, o.unit, o.contract_id, o.draft, c.seller_no FROM contact_section s"
        " JOIN obligation o ON o.id = s.obligation_id JOIN contract c ON c.id = o.contract_id"
        " WHERE s.contact_id = $1 ORDER BY s.position",
        id,
    )
    personal = scope.cipher.decrypt_json(row["personal_enc"], "contact.personal", id)
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
        visitor_is_seller=row["visitor_is_seller"],
        outcome=row["outcome"],
        completed=row["completed"],
        right_party=row["right_party"],
        connected=row["connected"],
        attempted=row["attempted"],
        sections=tuple(
            _section(scope, section, {**row["snapshot"]["facts"], **own, **personal})
            for section, own in zip(sections, row["snapshot"]["sections"], strict=True)
        ),
        contracts=msgspec.convert(row["snapshot"].get("contracts", []), tuple[Freshness, ...]),
    )


async def load_script(scope: Scope, hash: str) -> Script:
    """Return a script kept by `keep_script`; the last few are remembered, which is safe as the hash names the content."""
    script = _scripts.get(hash)
    if script is None:
        document = await scope.connection.fetchval(
            "SELECT document FROM script_version WHERE hash = $1", hash
        )
        script = msgspec.convert(document, Script)
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
            (
                id,
                section_id,
                answer.sequence,
                answer.step,
                answer.item,
                scope.cipher.encrypt(answer.value, "answer.value", id),
                answer.affirmative,
                answer.corrects,
                at,
            )
        )
    await scope.connection.executemany(
        "INSERT INTO answer (id, section_id, sequence, step, item, value_enc, affirmative, corrects, answered_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        rows,
    )


async def save_section(
    scope: Scope, section_id: UUID, state: SectionState, *, completed: bool, affirmative: bool
) -> None:
    """Save where a section stands."""
    await scope.connection.execute(
        "UPDATE contact_section SET state_enc = $2, result = $3, completed = $4, affirmative = $5 WHERE id = $1",
        section_id,
        scope.cipher.encrypt_json(state, "contact_section.state", section_id),
        state.result,
        completed,
        affirmative,
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
        draft=msgspec.convert(row["draft"], ObligationDraft),
        facts=typed_facts(facts),
    )
