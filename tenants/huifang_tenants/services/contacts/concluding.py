"""Ending a contact: its outcome, what that makes of each obligation, and what comes next on the ladder (DEC-1, REG-3).

The right party is who is policyholder when the callback is completed. A callback tells the policyholder what the contract holds and
asks what only the policyholder can answer; done with somebody who has meanwhile handed the contract over, it would be on the books as
made, and the one it protects would never be called. So a section about a contract that changed hands during the call does not count,
whatever was said, and its obligation stands for the new policyholder. A change after completion takes nothing back, and where others
than the policyholder may be called (HT-7) it changes nothing.
"""

from datetime import datetime, timedelta
from typing import Final, get_args
from uuid import UUID

import msgspec
from huifang_core.contacts import Ending, Outcome, facts_of, is_successful
from huifang_core.obligations import LATE_COMPLETION, CalledParty

from huifang_tenants.outbox import OUTCOME, enqueue
from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.called import numbers_left
from huifang_tenants.services.contacts.climbing import Attempt, postpone, try_again
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import contacts, contracts, queue
from huifang_tenants.stores.contacts import StoredContact, StoredSection
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.stores.people import hold, records_of
from huifang_tenants.tenant_settings import settings_of

_NOT_THE_PERSON: Final[frozenset[Outcome]] = frozenset(
    {"no_answer", "busy", "wrong_number", "identity_failed", "relative_answered", "deceased"}
)
_WITH_A_RECORD: Final[frozenset[CalledParty]] = frozenset({"policyholder", "insured", "beneficiary"})
_CALL_BACK_WITHIN: Final = timedelta(days=366)


class Conclusion(msgspec.Struct, frozen=True):
    """How a contact ended. `call_back_at` goes with the outcome of that name, within a year, or is what a relative says; `note` is kept encrypted."""

    outcome: Outcome
    call_back_at: datetime | None = None
    note: str | None = None


async def conclude(scope: Scope, contact_id: UUID, conclusion: Conclusion, actor: Actor) -> None:
    """Record the outcome of a contact and what follows for each of its obligations.

    Refuses an outcome that contradicts what was recorded: completed while items are missing, nobody reached though somebody
    answered. A section completed before the customer hung up counts as completed for its obligation. An obligation taken off
    the books meanwhile stays as it is; the contact is on record all the same. Where every contract it was about has changed hands,
    `completed` is refused as `contact.policyholder_changed`, and `identity_failed` is the outcome that fits. Who has died or can't
    answer any more is not called again until somebody says otherwise.
    """
    whole = await _in_progress(scope, contact_id)
    contact, lost = await _with_right_party(scope, whole)
    if conclusion.outcome == "completed" and not contact.sections:
        raise Refused("contact.policyholder_changed", contracts=lost)
    _check(contact, conclusion, scope.now, answered=_answered(whole))
    facts = facts_of(conclusion.outcome, identity_passed=contact.identity_passed)
    note = conclusion.note
    await scope.connection.execute(
        "UPDATE contact SET status = 'concluded', outcome = $2, concluded_at = $3, call_back_at = $4,"
        " dialled_at = CASE WHEN inbound THEN dialled_at ELSE coalesce(dialled_at, $3) END, attempted = $5, connected = $6, right_party = $7, completed = $8,"
        " note_enc = $9, revision = revision + 1 WHERE id = $1",
        contact_id,
        conclusion.outcome,
        scope.now,
        conclusion.call_back_at,
        facts.attempted,
        facts.connected,
        facts.right_party,
        facts.completed,
        scope.cipher.encrypt(note, "contact.note", contact_id) if note else None,
    )
    if conclusion.outcome in get_args(Ending):
        await _hold(scope, contact, conclusion.outcome)
    attempt = Attempt(conclusion.outcome, conclusion.call_back_at)
    await _follow_up(scope, contact, attempt, actor)
    await queue.release(scope, contact_id)
    if any(section.draft.tells_outcome for section in whole.sections):
        await enqueue(scope, OUTCOME, {"contact": str(contact_id)})
    await record(
        scope,
        actor,
        "contact.concluded",
        "contact",
        contact_id,
        [conclusion.outcome, str(conclusion.call_back_at), note],
        details={"outcome": conclusion.outcome} | ({"changed_hands": lost} if lost else {}),
    )


async def abandon(scope: Scope, contact_id: UUID, actor: Actor, reason: str) -> None:
    """End a contact without outcome: put back by the caller, or its lease ran out.

    What was completed in it stays completed; a dialled call counts as an attempt. Since nobody knows how it ended, somebody else may
    try again at once.
    """
    whole = await _in_progress(scope, contact_id)
    contact, lost = await _with_right_party(scope, whole)
    dialled = contact.dialled_at is not None
    await scope.connection.execute(
        "UPDATE contact SET status = 'abandoned', concluded_at = $2, attempted = $3, connected = $4, right_party = $5,"
        " completed = $6, revision = revision + 1 WHERE id = $1",
        contact_id,
        scope.now,
        dialled,
        _answered(whole),
        contact.identity_passed,
        _all_completed(contact),
    )
    if _said_deceased(contact):
        await _hold(scope, contact, "deceased")
    await _follow_up(scope, contact, Attempt(None) if dialled else None, actor)
    await queue.release(scope, contact_id)
    details = {"changed_hands": lost} if lost else None
    await record(
        scope, actor, "contact.abandoned", "contact", contact_id, None, reason=reason, details=details
    )


async def judge_success(scope: Scope, contact: StoredContact) -> None:
    """Compute anew which sections, and so obligations, count as successful, as evidence has come in (REG-2, REG-3)."""
    rows = await scope.connection.fetch(
        "SELECT kind FROM evidence WHERE contact_id = $1 AND status = 'stored'", contact.id
    )
    evidence = frozenset(row["kind"] for row in rows)
    facts = facts_of("completed", identity_passed=True)
    for section in contact.sections:
        if not section.completed:
            continue
        successful = is_successful(
            facts,
            all_affirmative=section.affirmative,
            channel=contact.channel,
            evidence=evidence,
            visitor_is_seller=section.visitor_is_seller and not section.draft.seller_may_visit,
        )
        await scope.connection.execute(
            "UPDATE contact_section SET successful = $2 WHERE id = $1", section.id, successful
        )
        await scope.connection.execute(
            "UPDATE obligation SET successful = $3 WHERE id = $1 AND completed_contact = $2",
            await queue.standing_for(scope, section.obligation_id),
            contact.id,
            successful,
        )


async def _in_progress(scope: Scope, contact_id: UUID) -> StoredContact:
    contact = await contacts.load(scope, contact_id, lock=True)
    if contact is None:
        raise Refused("not_found", kind="contact")
    if contact.status != "in_progress":
        raise Refused("contact.not_in_progress", status=contact.status)
    return contact


async def _with_right_party(scope: Scope, contact: StoredContact) -> tuple[StoredContact, list[str]]:
    """Return the contact with those sections alone that count, and the numbers of the contracts that changed hands.

    Nobody was the right party where no section is left. From here on no contract changes hands until the scope ends.
    """
    # Intake locks contracts before their obligations, so that nothing is superseded from here on either.
    held = await contracts.hold(scope, [section.contract_id for section in contact.sections])
    person = {contact.customer_id}
    if any(holding.policyholder_id != contact.customer_id for holding in held.values()):
        person = set(await records_of(scope, contact.customer_id))
    lost = [
        section
        for section in contact.sections
        if section.draft.call == ("policyholder",) and held[section.contract_id].policyholder_id not in person
    ]
    if not lost:
        return contact, []
    await contacts.discount(scope, [section.id for section in lost])
    kept = tuple(section for section in contact.sections if section not in lost)
    counted = msgspec.structs.replace(
        contact, sections=kept, identity_passed=contact.identity_passed and bool(kept)
    )
    return counted, sorted({held[section.contract_id].contract_no for section in lost})


def _answered(contact: StoredContact) -> bool:
    return any(section.state.answers for section in contact.sections)


def _all_completed(contact: StoredContact) -> bool:
    return bool(contact.sections) and all(section.completed for section in contact.sections)


def _check(contact: StoredContact, conclusion: Conclusion, now: datetime, *, answered: bool) -> None:
    outcome, at = conclusion.outcome, conclusion.call_back_at
    if outcome == "completed":
        missing = [section.draft.kind for section in contact.sections if not section.completed]
        if missing:
            raise Refused("contact.items_missing", items=missing)
    elif _all_completed(contact):
        raise Refused("contact.outcome_contradicts", outcome=outcome, recorded="completed")
    if outcome in _NOT_THE_PERSON and contact.identity_passed:
        raise Refused("contact.outcome_contradicts", outcome=outcome, recorded="identity_passed")
    if outcome in ("no_answer", "busy") and answered:
        raise Refused("contact.outcome_contradicts", outcome=outcome, recorded="answers")
    if outcome != "deceased" and _said_deceased(contact):
        raise Refused("contact.outcome_contradicts", outcome=outcome, recorded="deceased")
    if outcome not in ("call_back_at", "relative_answered") and at is not None:
        raise Refused("contact.outcome_contradicts", outcome=outcome, recorded="call_back_at")
    missing_at = outcome == "call_back_at" and at is None
    if missing_at or (at is not None and not now < at <= now + _CALL_BACK_WITHIN):
        raise Refused("contact.call_back_missing")


async def _hold(scope: Scope, contact: StoredContact, why: str) -> None:
    """Let whoever was called be called no more; others than these stand under the policyholder's record, or for an organisation."""
    if contact.called_party in _WITH_A_RECORD:
        await hold(scope, contact.customer_id, why)


def _said_deceased(contact: StoredContact) -> bool:
    return any(section.result == "deceased" for section in contact.sections)


async def _follow_up(scope: Scope, contact: StoredContact, attempt: Attempt | None, actor: Actor) -> None:
    """Complete what was completed, and say what comes next for the rest; without `attempt` nothing does, nor after a call from outside, but for the wish to be called back."""
    for section in contact.sections:
        if section.completed:
            await _complete(scope, contact, section, actor)
        elif contact.inbound:
            await postpone(scope, section, attempt, settings_of(scope.tenant).calling_hours)
        elif attempt is not None:
            left = attempt.outcome == "wrong_number" and await _numbers_left(scope, contact, section)
            attempt = msgspec.structs.replace(attempt, numbers_left=left)
            await try_again(scope, section, attempt, settings_of(scope.tenant).calling_hours, actor)
    await judge_success(scope, contact)


async def _complete(scope: Scope, contact: StoredContact, section: StoredSection, actor: Actor) -> None:
    id = await queue.standing_for(scope, section.obligation_id)
    before = await scope.connection.fetchrow(
        "UPDATE obligation o SET status = 'completed', status_reason = NULL, completed_at = $2, completed_contact = $3,"
        " completed_channel = $4, closed_at = $2, updated_at = $2, attempts = o.attempts + $6"
        " FROM (SELECT id, status, status_reason FROM obligation WHERE id = $1 FOR UPDATE) was"
        " WHERE o.id = was.id AND was.status = ANY($5) RETURNING was.status, was.status_reason",
        id,
        scope.now,
        contact.id,
        contact.channel,
        [*LATE_COMPLETION, "waiting"],
        0 if contact.inbound else 1,
    )
    if before is None:
        return
    # What intake is working out from the books as they stood before is worked out anew.
    await scope.connection.execute(
        "UPDATE contract SET revision = revision + 1 WHERE id = $1", section.contract_id
    )
    await record(
        scope,
        actor,
        "obligation.completed",
        "obligation",
        id,
        [str(contact.id), contact.channel, section.affirmative],
        details={"from": before["status"], "reason": before["status_reason"]}
        if before["status"] in ("unreachable", "expired")
        else None,
    )


async def _numbers_left(scope: Scope, contact: StoredContact, section: StoredSection) -> bool:
    # Merged while they spoke, the person is rung by the numbers of the record that stands, which the obligation has followed to.
    return contact.channel == "phone" and await numbers_left(
        scope, await queue.standing_for(scope, section.obligation_id)
    )
