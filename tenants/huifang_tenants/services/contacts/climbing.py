"""Going on with an obligation that is not met yet: the next attempt, the next rung, or unreachable with reasons (REG-3)."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.calling_hours import AROUND_THE_CLOCK, CallingHours
from huifang_core.contacts import Outcome
from huifang_core.ladder import (
    Exhausted,
    NextAttempt,
    Position,
    after_attempt,
    without_address,
    without_number,
)
from huifang_core.obligations import LATE_COMPLETION, ObligationDraft, ObligationStatus, Rung
from huifang_core.scripts import FiredEffect, PlanContact

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.promised import settle_appointment
from huifang_tenants.stores import queue
from huifang_tenants.stores.contacts import StoredSection
from huifang_tenants.stores.ledger import Actor, record

NO_NUMBER: Final = "obligation.no_number"
"""What the ledger says of an obligation that went to its next rung because there was no number to dial."""

NO_ADDRESS: Final = "obligation.no_address"
"""What it says of one that did so because there was no address to write to or to visit."""


class Attempt(msgspec.Struct, frozen=True):
    """How a dialled attempt ended; `outcome` is None for one that was abandoned."""

    outcome: Outcome | None
    call_back_at: datetime | None = None
    numbers_left: bool = False


async def try_again(
    scope: Scope, section: StoredSection, attempt: Attempt, hours: CallingHours, actor: Actor
) -> None:
    """Count an attempt that did not complete a section, and say when and how its obligation is tried next.

    One that is done late (DEC-3) stays what it is, with the attempt among its reasons; one that has been taken off the books meanwhile
    is left alone.
    """
    id = await queue.standing_for(scope, section.obligation_id)
    row = await _locked(scope, id)
    if row is None or row["status"] not in LATE_COMPLETION:
        return
    if row["status"] != "open":
        await _attempted_late(scope, id, row["status"])
        return
    draft = msgspec.convert(row["draft"], ObligationDraft)
    ladder, hours = draft.ladder, AROUND_THE_CLOCK if draft.around_the_clock else hours
    plan = await _planned(scope, section)
    following = after_attempt(
        ladder,
        _position(row),
        attempt.outcome,
        scope.now,
        hours=hours,
        call_back_at=attempt.call_back_at,
        numbers_left=attempt.numbers_left,
        due_by=row["due_by"] if plan is None else None,
    )
    if isinstance(following, NextAttempt) and plan is not None:
        following = _as_planned(following, plan, ladder, scope.now, hours)
    await _save(scope, id, following, actor)
    if draft.appointment:
        await settle_appointment(scope, id, attempt.call_back_at, hours, actor)


async def postpone(
    scope: Scope, section: StoredSection, attempt: Attempt | None, hours: CallingHours
) -> None:
    """Let an obligation be tried when the customer asked for who rang up; that was no attempt of ours."""
    if attempt is None or attempt.call_back_at is None:
        return
    id = await queue.standing_for(scope, section.obligation_id)
    row = await _locked(scope, id)
    if row is None or row["status"] != "open":
        return
    at = hours.next(attempt.call_back_at) if row["channel"] == "phone" else attempt.call_back_at
    await scope.connection.execute(
        "UPDATE obligation SET callable_from = $2, updated_at = $3 WHERE id = $1", id, at, scope.now
    )


async def go_on_without_number(
    scope: Scope, obligation_id: UUID, actor: Actor, *, action: str = NO_NUMBER
) -> None:
    """Move an obligation to the next rung that is no call, because nobody can be dialled; its lease ends.

    The reason goes on record; `action` is NO_ADDRESS where an address is what was missing.
    """
    row = await _locked(scope, obligation_id)
    if row is None or row["status"] != "open":
        return
    ladder = msgspec.convert(row["draft"], ObligationDraft).ladder
    following = without_number(ladder, _position(row), scope.now)
    channel = following.channel if isinstance(following, NextAttempt) else None
    await record(
        scope,
        actor,
        action,
        "obligation",
        obligation_id,
        channel,
        reason=action.rpartition(".")[2],
        details={"channel": channel, "instead_of": row["channel"]},
    )
    await _save(scope, obligation_id, following, actor)
    await queue.put_back(scope, [obligation_id])


async def go_on_without_address(
    scope: Scope, obligation_id: UUID, reason: str, hours: CallingHours, actor: Actor
) -> None:
    """Move an obligation to its next rung because the customer can't be written to, with the reason on record."""
    row = await _locked(scope, obligation_id)
    if row is None or row["status"] != "open":
        return
    draft = msgspec.convert(row["draft"], ObligationDraft)
    hours = AROUND_THE_CLOCK if draft.around_the_clock else hours
    following = without_address(draft.ladder, _position(row), scope.now, hours=hours)
    details = {
        "instead_of": row["channel"],
        "channel": following.channel if isinstance(following, NextAttempt) else None,
    }
    await record(
        scope, actor, NO_ADDRESS, "obligation", obligation_id, details, reason=reason, details=details
    )
    await _save(scope, obligation_id, following, actor)


async def _locked(scope: Scope, id: UUID) -> Any:
    return await scope.connection.fetchrow(
        "SELECT status, channel, draft, rung, rung_attempts, attempts, due_by FROM obligation WHERE id = $1 FOR UPDATE",
        id,
    )


async def _attempted_late(scope: Scope, id: UUID, status: ObligationStatus) -> None:
    await scope.connection.execute(
        "UPDATE obligation SET attempts = attempts + 1, status_reason = coalesce($2, status_reason), updated_at = $3"
        " WHERE id = $1",
        id,
        await _reasons(scope, id) if status == "unreachable" else None,
        scope.now,
    )


def _position(row: Any) -> Position:
    return Position(row["rung"], row["rung_attempts"], row["attempts"])


async def _save(scope: Scope, id: UUID, following: NextAttempt | Exhausted, actor: Actor) -> None:
    position = following.position
    match following:
        case NextAttempt(channel=channel, callable_from=callable_from):
            await scope.connection.execute(
                "UPDATE obligation SET rung = $2, rung_attempts = $3, attempts = $4, channel = $5, callable_from = $6,"
                " updated_at = $7 WHERE id = $1",
                id,
                position.rung,
                position.rung_attempts,
                position.attempts,
                channel,
                callable_from,
                scope.now,
            )
        case Exhausted():
            tried = await _reasons(scope, id)
            await scope.connection.execute(
                "UPDATE obligation SET status = 'unreachable', status_reason = $2, rung = $3, rung_attempts = $4,"
                " attempts = $5, updated_at = $6 WHERE id = $1",
                id,
                tried,
                position.rung,
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


def _as_planned(
    following: NextAttempt, plan: PlanContact, ladder: tuple[Rung, ...], now: datetime, hours: CallingHours
) -> NextAttempt:
    """Let a plan delay the next attempt, and choose its channel; a rung further on may be gone to at once, never one before."""
    position, channel = following.position, plan.channel or following.channel
    further = [n for n in range(position.rung, len(ladder)) if ladder[n].channel == channel]
    if further and further[0] > position.rung:
        position = Position(further[0], 0, position.attempts)
    at = max(following.callable_from, now + timedelta(minutes=plan.delay_minutes))
    return NextAttempt(position, channel, hours.next(at) if channel == "phone" else at)


async def _reasons(scope: Scope, obligation_id: UUID) -> str:
    """What was tried, for the record of an unreachable customer (REG-3): each channel with its outcomes.

    What was tried for obligations that this one replaced counts too, as their attempts do. Ids tell the order: several attempts may
    stand at one instant of a test clock.
    """
    rows = await scope.connection.fetch(
        "WITH RECURSIVE chain AS (SELECT id FROM obligation WHERE id = $1"
        " UNION SELECT o.id FROM obligation o JOIN chain ON o.replaced_by = chain.id),"
        " tried AS (SELECT k.channel, coalesce(k.outcome, 'abandoned') AS result, k.id"
        " FROM contact_section s JOIN contact k ON k.id = s.contact_id"
        " WHERE s.obligation_id IN (SELECT id FROM chain) AND k.attempted"
        " UNION ALL SELECT coalesce(l.details ->> 'instead_of', 'phone'), l.reason, l.id FROM ledger l"
        " WHERE l.subject_id IN (SELECT id FROM chain) AND l.action = ANY($2))"
        " SELECT channel, result, count(*) AS n FROM tried GROUP BY 1, 2 ORDER BY min(id::text)",
        obligation_id,
        [NO_NUMBER, NO_ADDRESS],
    )
    return ", ".join(f"{row['channel']} {row['result']} ×{row['n']}" for row in rows)
