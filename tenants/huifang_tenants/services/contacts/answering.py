"""Leading a contact through its scripts: what to say now, and what each answer leads to."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec
from huifang_core.catalogue import Catalogue
from huifang_core.contacts import Outcome
from huifang_core.content import ContentItem
from huifang_core.scripts import (
    Answer,
    FiredEffect,
    InvalidAnswer,
    Prompt,
    RecordedAnswer,
    ScriptFinished,
    SectionState,
    begin,
    change,
    current,
    due_effects,
    outcome_of,
    reply,
    with_identity,
)
from huifang_core.workdays import WorkingCalendar

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.claiming import LEASE
from huifang_tenants.services.contacts.effects import carry_out, undo
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import contacts, queue
from huifang_tenants.stores.contacts import StoredContact, StoredSection
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.stores.look_ups import Freshness

_EXTEND_AFTER = timedelta(minutes=1)

_OUTCOME_OF_END: dict[str, Outcome] = {
    "refused": "refused",
    "call_back": "call_back_at",
    "identity_failed": "identity_failed",
    "wrong_number": "wrong_number",
    "deceased": "deceased",
}


class Standing(msgspec.Struct, frozen=True):
    """Where a contact stands: the section being played, its obligation, and what to say or ask now.

    Without `section` every script has ended and the outcome can be recorded: `prompt` is the words of the end, `suggested` the
    outcome that fits how they ended. `contracts` says how fresh the data quoted is (SD-4).
    """

    contact_id: UUID
    section: int | None
    obligation_id: UUID | None
    prompt: Prompt | None
    suggested: Outcome | None
    contracts: tuple[Freshness, ...]


async def standing(scope: Scope, contact_id: UUID) -> Standing:
    """Return where a contact in progress stands."""
    contact = await _in_progress(scope, contact_id, lock=False)
    return await _standing(scope, contact)


async def answer(
    scope: Scope,
    catalogue: Catalogue,
    calendar: WorkingCalendar,
    contact_id: UUID,
    step: str,
    value: Answer,
    actor: Actor,
) -> Standing:
    """Record the answer to the current step and carry out what it sets off.

    `step` must be the current one, so that a repeated or late request can't answer the wrong question.
    """
    contact = await _in_progress(scope, contact_id, lock=True)
    await check_signature(scope, contact)
    section = active_section(contact)
    if section is None:
        raise Refused("contact.answer_refused", step=step, reason="the script has ended", allowed=())
    script = await contacts.load_script(scope, section.script_hash)
    if section.state.current != step:
        raise Refused(
            "contact.answer_refused",
            step=step,
            reason=f"the current step is {section.state.current}",
            allowed=(),
        )
    items = items_of(catalogue, section)
    try:
        advance = reply(script, items, section.state, section.facts, value)
    except (InvalidAnswer, ScriptFinished) as error:
        raise _refusal(step, error) from error
    if contact.dialled_at is None and not contact.inbound:
        # Somebody answers, so it was dialled, whether or not anybody said so.
        await scope.connection.execute(
            "UPDATE contact SET dialled_at = $2 WHERE id = $1", contact.id, scope.now
        )
        contact = msgspec.structs.replace(contact, dialled_at=scope.now)
    contact = await _save(scope, catalogue, contact, section, advance.state, advance.answers)
    await carry_out(scope, catalogue, calendar, contact, section, advance.effects, actor)
    await _log(scope, actor, "contact.answered", contact, section, advance.answers, advance.effects)
    return await _standing(scope, contact)


async def correct(
    scope: Scope,
    catalogue: Catalogue,
    calendar: WorkingCalendar,
    contact_id: UUID,
    section_position: int,
    step: str,
    value: Answer,
    actor: Actor,
) -> Standing:
    """Correct an earlier answer: the correction is added, and what the old answer had set off is undone or flagged."""
    contact = await _in_progress(scope, contact_id, lock=True)
    if not 0 <= section_position < len(contact.sections):
        raise Refused("contact.answer_refused", step=step, reason="no such section", allowed=())
    section = contact.sections[section_position]
    script = await contacts.load_script(scope, section.script_hash)
    items = items_of(catalogue, section)
    try:
        changed = change(script, items, section.state, section.facts, step, value)
    except InvalidAnswer as error:
        raise _refusal(step, error) from error
    contact = await _save(scope, catalogue, contact, section, changed.state, (changed.answer,))
    await undo(scope, contact, section, changed.undone, actor)
    await carry_out(scope, catalogue, calendar, contact, section, changed.effects, actor)
    contact = await _follow_identity(scope, catalogue, calendar, contact, section, actor)
    await _log(scope, actor, "contact.corrected", contact, section, (changed.answer,), changed.effects)
    return await _standing(scope, contact)


async def check_signature(scope: Scope, contact: StoredContact) -> None:
    """Refuse `contact.signature_missing` where a letter's signed receipt has not come in: only it says who answers (LN-4c)."""
    if contact.channel == "letter" and not await contacts.has_evidence(scope, contact.id, "signed_receipt"):
        raise Refused("contact.signature_missing")


def active_section(contact: StoredContact) -> StoredSection | None:
    """Return the section being played: the first without a result, unless one before it ended other than completed."""
    for section in contact.sections:
        if section.result is None:
            return section
        if section.result != "completed":
            return None
    return None


def items_of(catalogue: Catalogue, section: StoredSection) -> tuple[ContentItem, ...]:
    """Return the content items that the obligation of a section demands, or refuse where its plugin has them no more."""
    plugin = catalogue.plugins.get(section.plugin)
    known = {item.id for item in plugin.content_items} if plugin is not None else set()
    if plugin is None or not known.issuperset(section.draft.content):
        cause = "plugin_missing" if plugin is None else "item_missing"
        raise Refused(
            "contact.script_missing", plugin=section.plugin, script=section.draft.script, cause=cause
        )
    return plugin.items(section.draft.content)


def suggested_outcome(contact: StoredContact) -> Outcome | None:
    """Return the outcome that fits how the scripts ended, or None while one is being played.

    Where something could not be told (SD-6h), the customer has to be called again.
    """
    for section in contact.sections:
        if section.result is None:
            return None
        if section.result != "completed":
            return _OUTCOME_OF_END.get(section.result, "refused")
    return "completed" if all(section.completed for section in contact.sections) else "call_back_at"


async def _in_progress(scope: Scope, contact_id: UUID, *, lock: bool) -> StoredContact:
    contact = await contacts.load(scope, contact_id, lock=lock)
    if contact is None:
        raise Refused("not_found", kind="contact")
    if contact.status != "in_progress":
        raise Refused("contact.not_in_progress", status=contact.status)
    return contact


async def _save(
    scope: Scope,
    catalogue: Catalogue,
    contact: StoredContact,
    section: StoredSection,
    state: SectionState,
    answers: Sequence[RecordedAnswer],
) -> StoredContact:
    """Save a section and begin the next one when this one is completed; return the contact as it stands then."""
    await contacts.add_answers(scope, section.id, answers, scope.now)
    sections = list(contact.sections)
    sections[section.position], verified = await _judged(scope, catalogue, section, state)
    following = section.position + 1
    if state.result == "completed" and following < len(sections) and not sections[following].state.answers:
        # Identity is asked once per contact (DEC-5), so the next section begins with what this one found.
        upcoming = sections[following]
        script = await contacts.load_script(scope, upcoming.script_hash)
        fresh = begin(script, (), upcoming.facts, identity_verified=verified)
        sections[following], _ = await _judged(scope, catalogue, upcoming, fresh)
    await queue.extend(scope, contact.id, scope.wall_now + LEASE)
    return await _with_identity_passed(
        scope, msgspec.structs.replace(contact, sections=tuple(sections)), verified or contact.identity_passed
    )


async def _judged(
    scope: Scope, catalogue: Catalogue, section: StoredSection, state: SectionState
) -> tuple[StoredSection, bool]:
    """Save where a section stands; return it, and whether identity is verified in it."""
    script = await contacts.load_script(scope, section.script_hash)
    judged = outcome_of(script, items_of(catalogue, section), state, section.facts)
    await contacts.save_section(
        scope, section.id, state, completed=judged.completed, affirmative=judged.affirmative
    )
    changed = msgspec.structs.replace(
        section,
        state=state,
        result=state.result,
        completed=judged.completed,
        affirmative=judged.affirmative,
    )
    return changed, judged.identity_verified


async def _with_identity_passed(scope: Scope, contact: StoredContact, passed: bool) -> StoredContact:
    if passed != contact.identity_passed:
        await scope.connection.execute(
            "UPDATE contact SET identity_passed = $2 WHERE id = $1", contact.id, passed
        )
    return msgspec.structs.replace(contact, identity_passed=passed)


async def _follow_identity(
    scope: Scope,
    catalogue: Catalogue,
    calendar: WorkingCalendar,
    contact: StoredContact,
    corrected: StoredSection,
    actor: Actor,
) -> StoredContact:
    """Let the sections after a corrected one take over what it now says of identity (DEC-5), with all that follows from it."""
    verified = False
    for section in contact.sections:
        script = await contacts.load_script(scope, section.script_hash)
        items = items_of(catalogue, section)
        if section.position > corrected.position and section.state.identity_verified != verified:
            before = due_effects(script, items, section.state, section.facts)
            state = with_identity(script, section.state, section.facts, verified=verified)
            after = due_effects(script, items, state, section.facts)
            changed, _ = await _judged(scope, catalogue, section, state)
            contact = _replaced(contact, changed)
            await undo(scope, contact, section, [fired for fired in before if fired not in after], actor)
            await carry_out(
                scope,
                catalogue,
                calendar,
                contact,
                section,
                [fired for fired in after if fired not in before],
                actor,
            )
            section = changed
        verified |= outcome_of(script, items, section.state, section.facts).identity_verified
    return await _with_identity_passed(scope, contact, verified)


def _replaced(contact: StoredContact, section: StoredSection) -> StoredContact:
    sections = list(contact.sections)
    sections[section.position] = section
    return msgspec.structs.replace(contact, sections=tuple(sections))


async def _standing(scope: Scope, contact: StoredContact) -> Standing:
    section = active_section(contact)
    shown = section or _last_played(contact)
    script = await contacts.load_script(scope, shown.script_hash)
    prompt = current(script, shown.state, shown.facts, contact.language)
    if section is None:
        return Standing(contact.id, None, None, prompt, suggested_outcome(contact), contact.contracts)
    return Standing(contact.id, section.position, section.obligation_id, prompt, None, contact.contracts)


def _last_played(contact: StoredContact) -> StoredSection:
    """The section whose end ended them all: the first that was not completed, else the last."""
    return next((s for s in contact.sections if s.result != "completed"), contact.sections[-1])


async def _log(
    scope: Scope,
    actor: Actor,
    action: str,
    contact: StoredContact,
    section: StoredSection,
    answers: Sequence[RecordedAnswer],
    effects: Sequence[FiredEffect],
) -> None:
    await record(
        scope,
        actor,
        action,
        "contact",
        contact.id,
        [msgspec.to_builtins(answer) for answer in answers],
        details={
            "section": section.position,
            "steps": [answer.step for answer in answers],
            "effects": len(effects),
        },
    )


def _refusal(step: str, error: InvalidAnswer | ScriptFinished) -> Refused:
    if isinstance(error, ScriptFinished):
        return Refused("contact.answer_refused", step=step, reason="the script has ended", allowed=())
    return Refused("contact.answer_refused", step=step, reason=error.reason, allowed=error.allowed)
