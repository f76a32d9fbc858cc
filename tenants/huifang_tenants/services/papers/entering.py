"""Entering what a customer wrote: the answers of a paper are played through the script like those of a call (LN-4b, LN-4c)."""

from collections.abc import Mapping, Sequence
from typing import Literal
from uuid import UUID

import msgspec
from huifang_core.catalogue import Catalogue
from huifang_core.contacts import Outcome
from huifang_core.scripts import Answer, unprinted_answer
from huifang_core.workdays import WorkingCalendar

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.answering import (
    Standing,
    active_section,
    answer,
    check_signature,
    standing,
)
from huifang_tenants.services.contacts.concluding import Conclusion, conclude
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import contacts, visits
from huifang_tenants.stores.contacts import StoredContact
from huifang_tenants.stores.ledger import Actor

Identity = Literal["passed", "failed", "refused"]

_ENDS_WITH: frozenset[Outcome] = frozenset(
    {"completed", "refused", "identity_failed", "wrong_number", "deceased"}
)


class FilledIn(msgspec.Struct, frozen=True):
    """A paper that came back.

    `answers` are those of each section in order, by step; what the customer left out is left out here. `identity` is what holding the ID
    number and signature against those on file gave.
    """

    identity: Identity
    answers: tuple[Mapping[str, Answer], ...]


class Entered(msgspec.Struct, frozen=True):
    """What entering a paper came to: the outcome recorded, or None with where the contact stands still.

    `unused` are answers, as (section, step), to questions that the others did not lead to.
    """

    standing: Standing
    outcome: Outcome | None
    unused: tuple[tuple[int, str], ...]


async def enter(
    scope: Scope,
    catalogue: Catalogue,
    calendar: WorkingCalendar,
    contact_id: UUID,
    paper: FilledIn,
    actor: Actor,
) -> Entered:
    """Answer a contact's questions from its paper as far as they reach, and record the outcome where every script has ended.

    A question left out stops it there, and the rest may be entered later or asked again. Refuses `contact.signature_missing` for a letter
    whose signed receipt is not on file (LN-4c), `visit.not_made` for one that was only planned, `contact.answer_refused` for a step that is not on the paper, or was answered before.
    """
    contact = await _on_paper(scope, contact_id)
    await check_signature(scope, contact)
    left = [dict(given) for given in paper.answers]
    await _check_steps(scope, contact, left)
    stands = await standing(scope, contact_id)
    while stands.section is not None and stands.prompt is not None:
        section, step = stands.section, stands.prompt.step
        value = await _value(scope, contact, section, step, paper.identity, left)
        if value is None:
            break
        stands = await answer(scope, catalogue, calendar, contact_id, step, value, actor)
    unused = tuple((number, step) for number, given in enumerate(left) for step in given)
    if stands.suggested not in _ENDS_WITH:
        return Entered(stands, None, unused)
    await conclude(scope, contact_id, Conclusion(stands.suggested), actor)
    return Entered(stands, stands.suggested, unused)


async def _on_paper(scope: Scope, contact_id: UUID) -> StoredContact:
    contact = await contacts.load(scope, contact_id, lock=True)
    if contact is None or contact.channel not in ("letter", "on_site"):
        raise Refused("not_found", kind="paper")
    if contact.status != "in_progress":
        raise Refused("contact.not_in_progress", status=contact.status)
    visit = await visits.lock(scope, contact_id)
    if visit is not None and visit.visit.made_at is None:
        raise Refused("visit.not_made")
    return contact


async def _check_steps(scope: Scope, contact: StoredContact, answers: Sequence[Mapping[str, Answer]]) -> None:
    """Refuse answers to what is not on the paper: a slip of the one who enters them, and not of the customer."""
    current = active_section(contact)
    for number, given in enumerate(answers):
        if given and number >= len(contact.sections):
            raise _unknown(next(iter(given)), "no such section")
        for step in given:
            script = await contacts.load_script(scope, contact.sections[number].script_hash)
            if step not in script.steps:
                raise _unknown(step, "it is not on this paper")
            if current is None or number < current.position:
                raise _unknown(step, "it was answered before")


async def _value(
    scope: Scope,
    contact: StoredContact,
    number: int,
    step: str,
    identity: Identity,
    left: Sequence[dict[str, Answer]],
) -> Answer | None:
    """The answer to a step; taken from what is left of the paper, so that each counts once."""
    section = contact.sections[number]
    script = await contacts.load_script(scope, section.script_hash)
    unsaid = unprinted_answer(script, step, section.facts)
    if unsaid is not None:
        return unsaid
    if script.steps[step].__struct_config__.tag == "identify":
        return identity
    return left[number].pop(step, None) if number < len(left) else None


def _unknown(step: str, reason: str) -> Refused:
    return Refused("contact.answer_refused", step=step, reason=reason, allowed=())
