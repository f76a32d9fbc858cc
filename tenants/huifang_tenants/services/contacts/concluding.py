"""Ending a contact: its outcome, what that makes of each obligation, and what comes next on the ladder (DEC-1, REG-3)."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.contacts import Outcome, facts_of, is_successful
from huifang_core.ladder import Exhausted, NextAttempt, Position, after_attempt
from huifang_core.obligations import ObligationDraft
from huifang_core.scripts import FiredEffect, PlanContact

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.claiming import calling_hours
from huifang_tenants.services.contacts.starting import wrong_numbers
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import contacts, customers, queue
from huifang_tenants.stores.contacts import StoredContact, StoredSection
from huifang_tenants.stores.ledger import Actor, record

_CALL_BACK_WITHIN: Final = timedelta(days=366)


class Conclusion(msgspec.Struct, frozen=True):
    """How a contact ended. `call_back_at` goes with the outcome of that name, within a year; `note` is kept encrypted."""

    outcome: Outcome
    call_back_at: datetime | None = None
    note: str | None = None


async def conclude(scope: Scope, contact_id: UUID, conclusion: Conclusion, actor: Actor) -> None:
    """Record the outcome of a contact and what follows for each of its obligations.

    Refuses an outcome that contradicts what was recorded: completed while items are missing, nobody answered after identity
    had passed. A section completed before the customer hung up counts as completed for its obligation.
    """
    contact = await contacts.load(scope, contact_id, lock=True)
    if contact is None:
        raise Refused("not_found", kind="contact")
    if contact.status != "in_progress":
        raise Refused("contact.not_in_progress", status=contact.status)
    _check(contact, conclusion, scope.now)
    facts = facts_of(conclusion.outcome, identity_passed=contact.identity_passed)
    note = conclusion.note
    await scope.connection.execute(
        "UPDATE contact SET status = 'concluded', outcome = $2, concluded_at = $3, call_back_at = $4,"
        " dialled_at = coalesce(dialled_at, $3), attempted = $5, connected = $6, right_party = $7, completed = $8,"
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
    for section in contact.sections:
        if section.completed:
            await _complete(scope, contact, section, actor)
        else:
            await _try_again(scope, contact, section, conclusion, actor)
    await queue.release(scope, contact_id)
    await record(
        scope,
        actor,
        "contact.concluded",
        "contact",
        contact_id,
        [conclusion.outcome, str(conclusion.call_back_at), note],
        details={"outcome": conclusion.outcome},
    )


async def abandon(scope: Scope, contact_id: UUID, actor: Actor, reason: str) -> None:
    """End a contact without outcome: put back by the caller, or its lease ran out.

    What was completed in it stays completed; a dialled call counts as an attempt, with no answer recorded.
    """
    contact = await contacts.load(scope, contact_id, lock=True)
    if contact is None:
        raise Refused("not_found", kind="contact")
    if contact.status != "in_progress":
        raise Refused("contact.not_in_progress", status=contact.status)
    dialled = contact.dialled_at is not None
    await scope.connection.execute(
        "UPDATE contact SET status = 'abandoned', concluded_at = $2, attempted = $3, connected = $4, right_party = $5,"
        " revision = revision + 1 WHERE id = $1",
        contact_id,
        scope.now,
        dialled,
        contact.identity_passed,
        contact.identity_passed,
    )
    for section in contact.sections:
        if section.completed:
            await _complete(scope, contact, section, actor)
        elif dialled:
            await scope.connection.execute(
                "UPDATE obligation SET attempts = attempts + 1, updated_at = $2 WHERE id = $1",
                await _standing_for(scope, section.obligation_id),
                scope.now,
            )
    await queue.release(scope, contact_id)
    await record(scope, actor, "contact.abandoned", "contact", contact_id, None, reason=reason)


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
            visitor_is_seller=contact.visitor_is_seller,
        )
        await scope.connection.execute(
            "UPDATE contact_section SET successful = $2 WHERE id = $1", section.id, successful
        )
        await scope.connection.execute(
            "UPDATE obligation SET successful = $3 WHERE id = $1 AND completed_contact = $2",
            await _standing_for(scope, section.obligation_id),
            contact.id,
            successful,
        )


def _check(contact: StoredContact, conclusion: Conclusion, now: datetime) -> None:
    outcome = conclusion.outcome
    if outcome == "completed":
        missing = [section.draft.kind for section in contact.sections if not section.completed]
        if missing:
            raise Refused("contact.items_missing", items=missing)
    nobody = outcome in ("no_answer", "busy", "wrong_number", "identity_failed")
    if nobody and contact.identity_passed:
        raise Refused("contact.outcome_contradicts", outcome=outcome, recorded="identity_passed")
    if outcome != "completed" and contact.sections and all(section.completed for section in contact.sections):
        raise Refused("contact.outcome_contradicts", outcome=outcome, recorded="completed")
    at = conclusion.call_back_at
    if outcome != "call_back_at" and at is not None:
        raise Refused("contact.outcome_contradicts", outcome=outcome, recorded="call_back_at")
    if outcome == "call_back_at" and (at is None or not now < at <= now + _CALL_BACK_WITHIN):
        raise Refused("contact.call_back_missing")


async def _complete(scope: Scope, contact: StoredContact, section: StoredSection, actor: Actor) -> None:
    id = await _standing_for(scope, section.obligation_id)
    await scope.connection.execute(
        "UPDATE obligation SET status = 'completed', status_reason = NULL, completed_at = $2, completed_contact = $3,"
        " completed_channel = $4, closed_at = $2, updated_at = $2, attempts = attempts + 1"
        " WHERE id = $1 AND status IN ('open', 'unreachable', 'expired', 'waiting')",
        id,
        scope.now,
        contact.id,
        contact.channel,
    )
    await record(
        scope,
        actor,
        "obligation.completed",
        "obligation",
        id,
        [str(contact.id), contact.channel, section.affirmative],
    )
    await judge_success(scope, contact)


async def _try_again(
    scope: Scope, contact: StoredContact, section: StoredSection, conclusion: Conclusion, actor: Actor
) -> None:
    id = await _standing_for(scope, section.obligation_id)
    row = await scope.connection.fetchrow(
        "SELECT status, draft, rung, rung_attempts, attempts, lease_contact FROM obligation WHERE id = $1 FOR UPDATE",
        id,
    )
    if row is None or row["status"] != "open":
        return
    draft = msgspec.convert(row["draft"], ObligationDraft)
    next = after_attempt(
        draft.ladder,
        Position(row["rung"], row["rung_attempts"], row["attempts"]),
        conclusion.outcome,
        scope.now,
        hours=calling_hours(scope.tenant.settings),
        call_back_at=conclusion.call_back_at,
        numbers_left=await _numbers_left(scope, contact),
    )
    planned = await _planned(scope, section)
    match next:
        case NextAttempt(position=position, channel=channel, callable_from=callable_from):
            await scope.connection.execute(
                "UPDATE obligation SET rung = $2, rung_attempts = $3, attempts = $4, channel = $5, callable_from = $6,"
                " updated_at = $7 WHERE id = $1",
                id,
                position.rung,
                position.rung_attempts,
                position.attempts,
                planned.channel if planned and planned.channel else channel,
                max(callable_from, scope.now + timedelta(minutes=planned.delay_minutes if planned else 0)),
                scope.now,
            )
        case Exhausted(position=position):
            tried = await _reasons(scope, section.obligation_id)
            await scope.connection.execute(
                "UPDATE obligation SET status = 'unreachable', status_reason = $2, rung_attempts = $3, attempts = $4,"
                " updated_at = $5 WHERE id = $1",
                id,
                tried,
                position.rung_attempts,
                position.attempts,
                scope.now,
            )
            await record(scope, actor, "obligation.unreachable", "obligation", id, tried, reason=tried)


async def _planned(scope: Scope, section: StoredSection) -> PlanContact | None:
    """The plan an answer of this section made for the next attempt, if any."""
    document: Any = await scope.connection.fetchval(
        "SELECT document FROM effect WHERE section_id = $1 AND kind = 'plan_contact' AND undone_at IS NULL"
        " ORDER BY sequence DESC LIMIT 1",
        section.id,
    )
    if document is None:
        return None
    fired = msgspec.convert({"step": "", "index": 0, "effect": document, "sequence": 0}, FiredEffect)
    return fired.effect if isinstance(fired.effect, PlanContact) else None


async def _numbers_left(scope: Scope, contact: StoredContact) -> bool:
    customer = await customers.read(scope, contact.customer_id)
    if customer is None or contact.number_index is None:
        return False
    wrong = await wrong_numbers(scope, contact.customer_id) | {contact.number_index}
    return any(n not in wrong for n in range(len(customer.phones)))


async def _reasons(scope: Scope, obligation_id: UUID) -> str:
    """What was tried, for the record of an unreachable customer (REG-3): each channel with its outcomes."""
    rows = await scope.connection.fetch(
        "SELECT k.channel, k.outcome, count(*) AS n FROM contact_section s JOIN contact k ON k.id = s.contact_id"
        " WHERE s.obligation_id = $1 AND k.outcome IS NOT NULL GROUP BY 1, 2 ORDER BY min(k.concluded_at)",
        obligation_id,
    )
    return ", ".join(f"{row['channel']} {row['outcome']} ×{row['n']}" for row in rows)


async def _standing_for(scope: Scope, obligation_id: UUID) -> UUID:
    """The obligation that now stands for this one, if it was superseded while the contact went on."""
    id: UUID = await scope.connection.fetchval(
        "WITH RECURSIVE chain AS (SELECT id, replaced_by, 0 AS depth FROM obligation WHERE id = $1"
        " UNION ALL SELECT o.id, o.replaced_by, depth + 1 FROM obligation o JOIN chain ON o.id = chain.replaced_by)"
        " SELECT id FROM chain ORDER BY depth DESC LIMIT 1",
        obligation_id,
    )
    return id
