"""Cases (问题件): opened by answers, by rules or by hand, assigned, commented, solved, closed, reopened.

Whoever moves a case on must be fit to work on it (`case_people`); anybody still here may open one or comment.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from huifang_core.cases import CaseStatus, check_transition
from huifang_core.obligations import IllegalTransition

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.services.case_people import check_here, check_may_work, fit_assignee
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores.ledger import Actor, record

EntryKind = Literal[
    "opened", "assigned", "commented", "solved", "closed", "reopened", "escalated", "withdrawn", "restored"
]


class ByRule(msgspec.Struct, frozen=True):
    """Which rule wants a case, from which event (its row id), and why: the trace as JSON. It is opened once per contract and key."""

    key: str
    rule: str
    event_id: UUID
    root_event_id: str
    input_hash: str
    trace: bytes


async def open_case(
    scope: Scope,
    actor: Actor,
    *,
    case_class: str,
    severity: int,
    unit: str,
    subject: str,
    plugin: str | None = None,
    contract_id: UUID | None = None,
    customer_id: UUID | None = None,
    obligation_id: UUID | None = None,
    contact_id: UUID | None = None,
    step: str | None = None,
    due_by: datetime | None = None,
    by_rule: ByRule | None = None,
) -> UUID:
    """Open a case and return its id; `subject` is shown in lists, so it holds no personal data.

    Raises UniqueViolationError where a rule has opened it before.
    """
    id = new_id()
    await scope.connection.execute(
        "INSERT INTO case_file (id, plugin, case_class, severity, status, unit, contract_id, customer_id, obligation_id,"
        " contact_id, step, subject, due_by, opened_at, key, rule, event_id, root_event_id, input_hash, trace)"
        " VALUES ($1, $2, $3, $4, 'open', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        id,
        plugin,
        case_class,
        severity,
        unit,
        contract_id,
        customer_id,
        obligation_id,
        contact_id,
        step,
        subject,
        due_by,
        scope.now,
        by_rule.key if by_rule else None,
        by_rule.rule if by_rule else None,
        by_rule.event_id if by_rule else None,
        by_rule.root_event_id if by_rule else None,
        by_rule.input_hash if by_rule else None,
        by_rule.trace.decode() if by_rule else None,
    )
    await _enter(scope, id, "opened", None, actor)
    return id


async def assign(scope: Scope, id: UUID, staff_no: str, actor: Actor) -> None:
    """Give a case to a member of staff who is fit for it, or to another one."""
    row = await _locked(scope, id)
    await check_may_work(scope, row["unit"], actor)
    staff = await fit_assignee(scope, row["unit"], staff_no)
    await _move(scope, id, "assigned")
    await scope.connection.execute("UPDATE case_file SET assignee = $2 WHERE id = $1", id, staff.id)
    await _enter(scope, id, "assigned", staff_no, actor)


async def comment(scope: Scope, id: UUID, text: str, actor: Actor) -> None:
    """Add a comment; a case can be commented in any status."""
    await _locked(scope, id)
    await check_here(scope, actor)
    await scope.connection.execute("UPDATE case_file SET revision = revision + 1 WHERE id = $1", id)
    await _enter(scope, id, "commented", text, actor)


async def solve(scope: Scope, id: UUID, solution: str, actor: Actor) -> None:
    """Record how a case was solved."""
    row = await _locked(scope, id)
    await check_may_work(scope, row["unit"], actor)
    await _move(scope, id, "solved")
    await scope.connection.execute(
        "UPDATE case_file SET solved_at = $2, solved_by = $3 WHERE id = $1",
        id,
        scope.now,
        actor.on_behalf_of or actor.name,
    )
    await _enter(scope, id, "solved", solution, actor)


async def close(scope: Scope, id: UUID, actor: Actor) -> None:
    """Close a solved case; whoever solved it can't close it."""
    row = await _locked(scope, id)
    await check_may_work(scope, row["unit"], actor)
    if row["status"] == "solved" and row["solved_by"] == (actor.on_behalf_of or actor.name):
        raise Refused("case.closed_by_solver")
    await _move(scope, id, "closed")
    await scope.connection.execute("UPDATE case_file SET closed_at = $2 WHERE id = $1", id, scope.now)
    await _enter(scope, id, "closed", None, actor)


async def reopen(scope: Scope, id: UUID, reason: str, actor: Actor) -> None:
    """Open a solved or closed case again, with the reason."""
    row = await _locked(scope, id)
    await check_may_work(scope, row["unit"], actor)
    if row["status"] not in ("solved", "closed"):
        raise Refused("state.conflict", current=row["status"], wanted="open")
    await _move(scope, id, "open")
    await scope.connection.execute(
        "UPDATE case_file SET reopened = reopened + 1, solved_at = NULL, solved_by = NULL, closed_at = NULL,"
        " overdue_marked_at = NULL WHERE id = $1",
        id,
    )
    await _enter(scope, id, "reopened", reason, actor)


async def withdraw(scope: Scope, id: UUID, actor: Actor) -> None:
    """Flag a case because what opened it, an answer or an event, no longer holds; it stays, in whatever status it is."""
    await scope.connection.execute(
        "UPDATE case_file SET withdrawn = true, revision = revision + 1 WHERE id = $1", id
    )
    await _enter(scope, id, "withdrawn", None, actor)


async def restore(scope: Scope, id: UUID, actor: Actor) -> None:
    """Take the flag off a case whose event holds again; one that was solved while it was flagged is opened again."""
    row = await scope.connection.fetchrow(
        "UPDATE case_file f SET withdrawn = false, revision = revision + 1 WHERE id = $1 RETURNING status, solved_at >="
        " (SELECT max(e.at) FROM case_entry e WHERE e.case_id = f.id AND e.kind = 'withdrawn') AS while_flagged",
        id,
    )
    await _enter(scope, id, "restored", None, actor)
    if row["status"] in ("solved", "closed") and row["while_flagged"]:
        await reopen(scope, id, "引发该问题件的事件恢复有效", actor)


async def escalate(scope: Scope, id: UUID, actor: Actor) -> None:
    """Record that a case was not solved in time and went to the unit above."""
    await scope.connection.execute(
        "UPDATE case_file SET overdue_marked_at = $2, revision = revision + 1 WHERE id = $1", id, scope.now
    )
    await _enter(scope, id, "escalated", None, actor)


async def _locked(scope: Scope, id: UUID) -> Any:
    row = await scope.connection.fetchrow(
        "SELECT status, unit, solved_by FROM case_file WHERE id = $1 FOR UPDATE", id
    )
    if row is None:
        raise Refused("not_found", kind="case")
    return row


async def _move(scope: Scope, id: UUID, wanted: CaseStatus) -> None:
    row = await _locked(scope, id)
    try:
        check_transition(row["status"], wanted)
    except IllegalTransition as error:
        raise Refused("state.conflict", current=error.current, wanted=error.wanted) from error
    await scope.connection.execute(
        "UPDATE case_file SET status = $2, revision = revision + 1 WHERE id = $1", id, wanted
    )


async def _enter(scope: Scope, id: UUID, kind: EntryKind, text: str | None, actor: Actor) -> None:
    entry = new_id()
    await scope.connection.execute(
        "INSERT INTO case_entry (id, case_id, kind, text_enc, actor, on_behalf_of, at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        entry,
        id,
        kind,
        scope.cipher.encrypt(text, "case_entry.text", entry) if text else None,
        actor.name,
        actor.on_behalf_of,
        scope.now,
    )
    await record(scope, actor, f"case.{kind}", "case", id, text)
