"""Carrying out what answers set off: once per section, step and effect, and undone or flagged when an answer changes."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from huifang_core.cases import CaseClass
from huifang_core.catalogue import Catalogue
from huifang_core.scripts import (
    CorrectDatum,
    FiredEffect,
    HandOverToUnit,
    JudgeCase,
    NoteOnPerson,
    NotifyPerson,
    NotifyRole,
    OpenCase,
    PlanContact,
)
from huifang_core.scripts.effects import Place
from huifang_core.texts import Text
from huifang_core.units import Level, unit_at_level, unit_in_charge
from huifang_core.workdays import WorkingCalendar

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.services.case_opening import ground, place
from huifang_tenants.services.cases import hear_customer, open_case, withdraw
from huifang_tenants.stores.contacts import StoredContact, StoredSection
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.stores.organisation import load_units, staff_by_number


async def carry_out(
    scope: Scope,
    catalogue: Catalogue,
    calendar: WorkingCalendar,
    contact: StoredContact,
    section: StoredSection,
    effects: Sequence[FiredEffect],
    actor: Actor,
) -> None:
    """Carry out effects that have not been carried out before."""
    for fired in effects:
        first = await scope.connection.fetchval(
            "INSERT INTO effect (section_id, step, index, sequence, kind, document, carried_out_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)"
            " ON CONFLICT ON CONSTRAINT effect_pkey DO UPDATE SET undone_at = NULL, sequence = excluded.sequence"
            " WHERE effect.undone_at IS NOT NULL RETURNING true",
            section.id,
            fired.step,
            fired.index,
            fired.sequence,
            _kind(fired),
            msgspec.to_builtins(fired.effect),
            scope.now,
        )
        if not first:
            continue
        result = await _do(scope, catalogue, calendar, contact, section, fired, actor)
        await scope.connection.execute(
            "UPDATE effect SET result_id = $4 WHERE section_id = $1 AND step = $2 AND index = $3",
            section.id,
            fired.step,
            fired.index,
            result,
        )
        await record(
            scope,
            actor,
            f"effect.{_kind(fired)}",
            "contact",
            contact.id,
            msgspec.to_builtins(fired.effect),
            details={"step": fired.step, "index": fired.index},
        )


async def undo(
    scope: Scope, contact: StoredContact, section: StoredSection, effects: Sequence[FiredEffect], actor: Actor
) -> None:
    """Take back what a changed answer had set off: what can't be undone any more is flagged as withdrawn.

    A case and a note on a person's record are marked; whoever was told something is told that it no longer holds.
    """
    for fired in effects:
        row = await scope.connection.fetchrow(
            "UPDATE effect SET undone_at = $4 WHERE section_id = $1 AND step = $2 AND index = $3"
            " AND undone_at IS NULL RETURNING kind, result_id",
            section.id,
            fired.step,
            fired.index,
            scope.now,
        )
        if row is None:
            continue
        if row["result_id"] is not None:
            await _take_back(scope, row["kind"], row["result_id"], actor)
        await record(
            scope,
            actor,
            "effect.undone",
            "contact",
            contact.id,
            [fired.step, fired.index],
            details={"step": fired.step, "index": fired.index, "effect": row["kind"]},
        )


async def _take_back(scope: Scope, kind: str, result_id: UUID, actor: Actor) -> None:
    match kind:
        case "open_case":
            await withdraw(scope, result_id, actor)
        case "note_on_person" | "correct_datum":
            await scope.connection.execute(
                "UPDATE person_note SET withdrawn_at = $2 WHERE id = $1", result_id, scope.now
            )
        case "notify_role" | "notify_person" | "hand_over_to_unit":
            await _tell_withdrawn(scope, result_id)
        case _:
            pass


async def _tell_withdrawn(scope: Scope, notice_id: UUID) -> None:
    row = await scope.connection.fetchrow(
        "SELECT role, unit, staff_id, subject_kind, subject_id, message FROM notice WHERE id = $1", notice_id
    )
    said = msgspec.convert(row["message"], Text)
    message = Text(
        zh_cn=f"回访中的回答已更正，此前的通知不再适用：{said.zh_cn}",
        en=f"The answer was corrected and an earlier notice no longer holds: {said.en}",
    )
    await notify(
        scope,
        row["role"],
        row["unit"],
        "withdrawn",
        row["subject_kind"],
        row["subject_id"],
        message,
        staff_id=row["staff_id"],
    )


async def _do(
    scope: Scope,
    catalogue: Catalogue,
    calendar: WorkingCalendar,
    contact: StoredContact,
    section: StoredSection,
    fired: FiredEffect,
    actor: Actor,
) -> UUID | None:
    match fired.effect:
        case OpenCase() as effect:
            return await _open_case(scope, catalogue, calendar, contact, section, fired.step, effect, actor)
        case NotifyRole(role=role, message=message, level=level, place=place):
            unit = await _unit(scope, section, level, place)
            return await notify(scope, role, unit, "script", "contact", contact.id, message)
        case NotifyPerson(target=target, message=message):
            return await _notify_person(scope, contact, section, target, message)
        case HandOverToUnit(level=level, note=note, place=place):
            unit = await _unit(scope, section, level, place)
            message = note or Text(zh_cn="回访事项移交处理", en="A matter from a callback is handed over")
            return await notify(scope, "case_handler", unit, "handed_over", "contact", contact.id, message)
        case NoteOnPerson(target=target, text=text):
            return await _note(scope, contact, section, target, text.zh_cn)
        case CorrectDatum(field=field):
            said = f"{field}: {fired.value}"
            return await _note(scope, contact, section, "customer", said)
        case PlanContact():
            return None
        case JudgeCase(satisfied=satisfied):
            number = section.draft.facts.get("case.number")
            return await hear_customer(scope, int(number), satisfied, actor) if number else None


async def _open_case(
    scope: Scope,
    catalogue: Catalogue,
    calendar: WorkingCalendar,
    contact: StoredContact,
    section: StoredSection,
    step: str,
    effect: OpenCase,
    actor: Actor,
) -> UUID:
    plugin = catalogue.plugins.get(section.plugin)
    known: CaseClass | None = plugin.case_class(effect.case_class) if plugin else None
    origin = await _unit(scope, section, None, effect.place)
    placed = place(await ground(scope), calendar, known, origin, scope.now, severity=effect.severity)
    return await open_case(
        scope,
        actor,
        case_class=effect.case_class,
        severity=placed.severity,
        unit=placed.unit,
        origin=origin,
        subject=effect.note.zh_cn,
        plugin=section.plugin,
        contract_id=section.contract_id,
        customer_id=contact.customer_id,
        obligation_id=section.obligation_id,
        contact_id=contact.id,
        step=step,
        due_by=placed.due_by,
        counted_in=placed.counted_in,
        kind=placed.kind,
        second_callback=placed.second_callback,
    )


async def notify(
    scope: Scope,
    role: str | None,
    unit: str | None,
    kind: str,
    subject_kind: str,
    subject_id: UUID,
    message: Text,
    *,
    staff_id: UUID | None = None,
) -> UUID:
    """Leave a notice for those who hold a role in a unit, or for one member of staff; it carries no personal data."""
    id = new_id()
    await scope.connection.execute(
        "INSERT INTO notice (id, role, unit, kind, subject_kind, subject_id, message, created_at, staff_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id,
        role,
        unit,
        kind,
        subject_kind,
        subject_id,
        msgspec.to_builtins(message),
        scope.now,
        staff_id,
    )
    return id


async def _notify_person(
    scope: Scope, contact: StoredContact, section: StoredSection, target: str, message: Text
) -> UUID:
    """Tell the member of staff meant; where nobody on file is, those who handle cases in the unit, who can find out."""
    staff_no = _staff_no(section, target)
    staff = await staff_by_number(scope, staff_no) if staff_no is not None else None
    if staff is None:
        return await notify(
            scope, "case_handler", section.unit, "person_unknown", "contact", contact.id, message
        )
    return await notify(
        scope, None, section.unit, "script", "contact", contact.id, message, staff_id=staff.id
    )


def _staff_no(section: StoredSection, target: str) -> str | None:
    """The staff number of whoever has this part in the contract or claim; None for customers, and where it is not known."""
    match target:
        case "seller":
            return section.seller_no
        case "surveyor" | "assessor":
            known: str | None = section.draft.facts.get(f"claim.{target}_no")
            return known
        case _:
            return None


async def _note(
    scope: Scope, contact: StoredContact, section: StoredSection, target: str, said: str
) -> UUID | None:
    if target in ("seller", "surveyor", "assessor", "officer"):
        staff_no = _staff_no(section, target)
        if staff_no is None:
            return None
        about = ("staff", staff_no)
    else:
        about = ("customer", str(contact.customer_id))
    id = new_id()
    await scope.connection.execute(
        "INSERT INTO person_note (id, about_kind, about_ref, contact_id, text_enc, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        id,
        *about,
        contact.id,
        scope.cipher.encrypt(said, "person_note.text", id),
        scope.now,
    )
    return id


async def _unit(scope: Scope, section: StoredSection, level: Level | None, place: Place) -> str:
    """The unit at `level` above the contract's, or above the one in charge of the place of loss where there is one."""
    region = section.draft.facts.get("claim.loss_region") if place == "loss" else None
    if level is None and region is None:
        return section.unit
    units = await load_units(scope)
    code = section.unit if region is None else unit_in_charge(region, units) or section.unit
    return code if level is None else unit_at_level(code, level, units) or code


def _kind(fired: FiredEffect) -> str:
    return str(fired.effect.__struct_config__.tag)
