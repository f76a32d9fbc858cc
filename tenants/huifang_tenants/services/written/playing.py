"""A customer at the questionnaire: what is shown now, and what each answer leads to (REG-6).

Whoever has the link sees no more than who is asked for, until identity is proven; from then on the questionnaire goes on in that browser
alone, and any other has to prove it anew. Wrong tries are counted with the contact, so that they add up over browsers and days.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

import msgspec
from huifang_core.catalogue import Catalogue
from huifang_core.contacts import Outcome
from huifang_core.scripts import Identify, Prompt
from huifang_core.texts import Language
from huifang_core.workdays import WorkingCalendar

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts import answering
from huifang_tenants.services.contacts.answering import active_section
from huifang_tenants.services.contacts.concluding import Conclusion, conclude
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.written import acting
from huifang_tenants.services.written.identity import Provable, asked_for, can_be_proven, is_proven
from huifang_tenants.services.written.opening import link_hash
from huifang_tenants.stores import contacts, messages
from huifang_tenants.stores.contacts import StoredContact, StoredSection
from huifang_tenants.stores.ledger import record
from huifang_tenants.written_channels import WrittenWay, online_of

ASK_AGAIN: Final = timedelta(days=1)
"""After how long somebody who has no time now is asked again."""

_SESSION_BYTES: Final = 24

Closed = Literal["unknown", "done", "over", "locked"]
"""Why a link leads to no question: it never did, the questionnaire is done, its time is over, or identity was not proven."""


class Question(msgspec.Struct, frozen=True):
    """A step to answer, the `number`-th; `problem` says that what was given last does not fit."""

    contact_id: UUID
    language: Language
    prompt: Prompt
    number: int
    problem: str | None = None


class IdentityCheck(msgspec.Struct, frozen=True):
    """Identity to be proven by these facts: the script's own step, or `anew` for a browser that has not done so.

    `tries_left` is set after a wrong try.
    """

    contact_id: UUID
    language: Language
    text: str
    facts: tuple[Provable, ...]
    anew: bool
    tries_left: int | None = None


class Ended(msgspec.Struct, frozen=True):
    """The end, with its words; shown once, with the answer that led to it."""

    contact_id: UUID
    language: Language
    outcome: Outcome
    text: str


class NoQuestion(msgspec.Struct, frozen=True):
    """There is nothing to answer here."""

    why: Closed
    language: Language | None = None


View = Question | IdentityCheck | Ended | NoQuestion


class Visitor(msgspec.Struct, frozen=True):
    """Who has a link open: its `token`, and the `session` that the browser holds, if any."""

    token: str
    session: str | None = None


class Given(msgspec.Struct, frozen=True):
    """What a customer sent: the answer to a step, or `identity`, by the facts asked for, in its place."""

    step: str
    value: str = ""
    identity: Mapping[str, str] | None = None


class Played(msgspec.Struct, frozen=True):
    """What to show, and the session the browser is to hold from now on, where there is a new one."""

    view: View
    session: str | None = None


async def visit(scope: Scope, visitor: Visitor, language: Language | None = None) -> View:
    """Return what the link shows now; a `language` is remembered. Changes nothing else."""
    contact, why = await _contact(scope, visitor, lock=language is not None)
    if contact is None:
        return why
    if language is not None and language != contact.language:
        await messages.save_language(scope, contact.id, language)
        contact = msgspec.structs.replace(contact, language=language)
    return await _view(scope, contact, visitor)


async def give(
    scope: Scope, catalogue: Catalogue, calendar: WorkingCalendar, visitor: Visitor, given: Given
) -> Played:
    """Take what the customer sent and return what comes next.

    An answer to a step that is no longer the current one, as of a page sent twice, changes nothing.
    """
    contact, why = await _contact(scope, visitor, lock=True)
    if contact is None:
        return Played(why)
    view = await _view(scope, contact, visitor)
    match view:
        case IdentityCheck():
            return await _prove(scope, catalogue, calendar, contact, view, given)
        case Question() if given.identity is None and given.step == view.prompt.step:
            try:
                standing = await answering.answer(
                    scope, catalogue, calendar, contact.id, given.step, given.value, acting("online")
                )
            except Refused as refusal:
                if refusal.code != "contact.answer_refused":
                    raise
                return Played(msgspec.structs.replace(view, problem=str(refusal.fields["reason"])))
            await _keep_answer(scope, contact.id, given.step, given.value)
            return Played(await after_answer(scope, standing, contact.language, "online"))
        case _:
            return Played(view)


async def after_answer(
    scope: Scope, standing: answering.Standing, language: Language, channel: WrittenWay
) -> View:
    """Return the next step, or end the contact by the outcome that fits how its scripts ended."""
    prompt = standing.prompt
    if standing.section is not None and prompt is not None:
        contact = await contacts.load(scope, standing.contact_id)
        assert contact is not None
        return _step(contact, prompt)
    outcome: Outcome = standing.suggested or "refused"
    actor = acting(channel)
    at = scope.now + ASK_AGAIN if outcome == "call_back_at" else None
    try:
        await conclude(scope, standing.contact_id, Conclusion(outcome, at), actor)
    except Refused as refusal:
        if refusal.code != "contact.policyholder_changed":
            raise
        outcome = "identity_failed"
        await conclude(scope, standing.contact_id, Conclusion(outcome), actor)
    return Ended(standing.contact_id, language, outcome, prompt.text if prompt is not None else "")


async def keep_page(scope: Scope, view: View, page: str) -> None:
    """Keep a page as it was shown, once however often it is asked for, with its hash in the ledger (REG-6)."""
    if isinstance(view, NoQuestion):
        return
    mark = hashlib.sha256(f"{view.contact_id}\0{page}".encode()).hexdigest()
    kept = await messages.keep(scope, view.contact_id, "online", "page", {"html": page}, reference=mark)
    if kept is not None:
        await record(scope, acting("online"), "page.shown", "contact", view.contact_id, page)


async def _contact(
    scope: Scope, visitor: Visitor, *, lock: bool
) -> tuple[StoredContact, NoQuestion] | tuple[None, NoQuestion]:
    """The contact in progress that a link belongs to, or why there is none."""
    id = await messages.by_link(scope, link_hash(visitor.token))
    contact = await contacts.load(scope, id, lock=lock) if id is not None else None
    if contact is None:
        return None, NoQuestion("unknown")
    if contact.status != "in_progress":
        why: Closed = "over"
        if contact.completed:
            why = "done"
        elif contact.outcome == "identity_failed":
            why = "locked"
        return None, NoQuestion(why, contact.language)
    if contact.answer_by is None or contact.answer_by <= scope.now:
        return None, NoQuestion("over", contact.language)
    return contact, NoQuestion("unknown")


async def _view(scope: Scope, contact: StoredContact, visitor: Visitor) -> View:
    if contact.identity_passed and not _holds_session(contact, visitor):
        if contact.identity_tries >= _tries(scope):
            return NoQuestion("locked", contact.language)
        step, section = await _check_of(scope, contact)
        return IdentityCheck(
            contact.id, contact.language, "", asked_for(step.compares, section.facts), anew=True
        )
    standing = await answering.standing(scope, contact.id)
    if standing.section is None or standing.prompt is None:
        # Its last answer came by another way, as by text message, and whoever took it is about to conclude.
        return NoQuestion("over", contact.language)
    return _step(contact, standing.prompt)


def _step(contact: StoredContact, prompt: Prompt) -> Question | IdentityCheck:
    section = active_section(contact)
    if prompt.kind == "identify" and section is not None:
        facts = asked_for(prompt.compares, section.facts)
        return IdentityCheck(contact.id, contact.language, prompt.text, facts, anew=False)
    number = 1 + sum(len(one.state.answers) for one in contact.sections)
    return Question(contact.id, contact.language, prompt, number)


async def _prove(
    scope: Scope,
    catalogue: Catalogue,
    calendar: WorkingCalendar,
    contact: StoredContact,
    check: IdentityCheck,
    given: Given,
) -> Played:
    """Hold what was typed against what is on file; the script hears only how that went."""

    async def tell_script(result: str) -> View:
        section = active_section(contact)
        assert section is not None
        standing = await answering.answer(
            scope, catalogue, calendar, contact.id, section.state.current, result, acting("online")
        )
        return await after_answer(scope, standing, contact.language, "online")

    if given.identity is None:
        refused = given.value == "refused" and not check.anew
        return Played(await tell_script("refused") if refused else check)
    step, section = await _check_of(scope, contact)
    proven = is_proven(step.compares, section.facts, given.identity)
    await _keep_answer(scope, contact.id, "identity", "passed" if proven else "failed")
    if proven:
        session = secrets.token_urlsafe(_SESSION_BYTES)
        await messages.save_session(scope, contact.id, link_hash(session))
        if not check.anew:
            return Played(await tell_script("passed"), session)
        standing = await answering.standing(scope, contact.id)
        assert standing.prompt is not None
        return Played(_step(contact, standing.prompt), session)
    tries = contact.identity_tries + 1
    await messages.save_tries(scope, contact.id, tries)
    await record(
        scope, acting("online"), "identity.not_proven", "contact", contact.id, tries, details={"tries": tries}
    )
    left = _tries(scope) - tries
    if left > 0:
        return Played(msgspec.structs.replace(check, tries_left=left))
    return Played(NoQuestion("locked", contact.language) if check.anew else await tell_script("failed"))


async def _check_of(scope: Scope, contact: StoredContact) -> tuple[Identify, StoredSection]:
    """The step by which identity is proven, and its section: the one that is asked now, else the first there is."""
    asked = active_section(contact)
    for section in (*((asked,) if asked is not None else ()), *contact.sections):
        script = await contacts.load_script(scope, section.script_hash)
        current = script.steps[section.state.current]
        if isinstance(current, Identify):
            return current, section
        for step in script.steps.values():
            if isinstance(step, Identify) and can_be_proven(step.compares, section.facts):
                return step, section
    raise LookupError(f"contact {contact.id} has passed an identity check that none of its scripts has")


def _holds_session(contact: StoredContact, visitor: Visitor) -> bool:
    return (
        visitor.session is not None
        and contact.session_hash is not None
        and hmac.compare_digest(link_hash(visitor.session), contact.session_hash)
    )


def _tries(scope: Scope) -> int:
    settings = online_of(scope.tenant)
    return settings.identity_tries if settings is not None else 1


async def _keep_answer(scope: Scope, contact_id: UUID, step: str, value: str) -> None:
    await messages.keep(scope, contact_id, "online", "answer", {"step": step, "value": value})
