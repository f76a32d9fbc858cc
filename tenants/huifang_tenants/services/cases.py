"""Cases (问题件): opened by answers, by rules or by hand, assigned, commented, solved, closed, reopened.

Whoever moves a case on must be fit to work on it (`case_people`); anybody still here may open one or comment.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from huifang_core.case_deadlines import Counted, remind_at
from huifang_core.cases import CallbackResult, CaseKind, CaseStatus, check_transition
from huifang_core.obligations import IllegalTransition

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.services.case_people import check_here, check_may_work, fit_assignee
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import case_work, work_orders
from huifang_tenants.stores.case_work import StoredCase
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.tables.cases import CaseFile

EntryKind = Literal[
    "opened",
    "assigned",
    "commented",
    "solved",
    "closed",
    "reopened",
    "escalated",
    "withdrawn",
    "restored",
    "handed_up",
    "handed_down",
    "classified",
    "paused",
    "resumed",
    "order_sent",
    "order_answered",
    "order_accepted",
    "order_returned",
    "order_cancelled",
    "adopted",
    "declined",
    "finding_added",
    "effect_recorded",
    "customer_satisfied",
    "customer_dissatisfied",
]

UNSOLVED: Final[tuple[CaseStatus, ...]] = ("open", "assigned")


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
    origin: str | None = None,
    plugin: str | None = None,
    contract_id: UUID | None = None,
    customer_id: UUID | None = None,
    obligation_id: UUID | None = None,
    contact_id: UUID | None = None,
    step: str | None = None,
    due_by: datetime | None = None,
    counted_in: Counted = "given",
    kind: CaseKind = "problem",
    second_callback: bool = False,
    by_rule: ByRule | None = None,
) -> UUID:
    """Open a case and return its id; `subject` is shown in lists, so it holds no personal data.

    `unit` solves it; `origin` is the one it belongs to, the same where it is left out. With `second_callback` the customer is called
    about it once it is solved, if it is about a contract. Raises UniqueViolationError where a rule has
    opened it before.
    """
    id = new_id()
    await case_work.insert(
        scope,
        {
            "id": id,
            "plugin": plugin,
            "case_class": case_class,
            "kind": kind,
            "second_callback": second_callback and contract_id is not None,
            "severity": severity,
            "status": "open",
            "unit": unit,
            "origin": origin,
            "contract_id": contract_id,
            "customer_id": customer_id,
            "obligation_id": obligation_id,
            "contact_id": contact_id,
            "step": step,
            "subject": subject,
            "due_by": due_by,
            "counted_in": counted_in,
            "remind_at": remind_at(scope.now, due_by, counted_in) if due_by else None,
            "escalate_at": due_by,
            "opened_at": scope.now,
            "key": by_rule.key if by_rule else None,
            "rule": by_rule.rule if by_rule else None,
            "event_id": by_rule.event_id if by_rule else None,
            "root_event_id": by_rule.root_event_id if by_rule else None,
            "input_hash": by_rule.input_hash if by_rule else None,
            "trace": by_rule.trace.decode() if by_rule else None,
        },
    )
    await enter(scope, id, "opened", None, actor)
    return id


async def assign(scope: Scope, id: UUID, staff_no: str, actor: Actor) -> None:
    """Give a case to a member of staff who is fit for it, or to another one."""
    case = await locked(scope, id)
    await check_may_work(scope, case.unit, actor)
    staff = await fit_assignee(scope, case.unit, staff_no)
    await _move(scope, case, "assigned", {CaseFile.assignee: staff.id})
    await enter(scope, id, "assigned", staff_no, actor)


async def comment(scope: Scope, id: UUID, text: str, actor: Actor) -> None:
    """Add a comment; a case can be commented in any status."""
    await locked(scope, id)
    await check_here(scope, actor)
    await case_work.change(scope, id, {})
    await enter(scope, id, "commented", text, actor)


async def solve(scope: Scope, id: UUID, solution: str, actor: Actor) -> None:
    """Record how a case was solved; a pause is over then.

    Refuses `case.work_orders_open` while a department owes an answer or nobody has accepted it, and `case.undecided` for a suggestion
    that was neither adopted nor declined (CARE-3).
    """
    case = await locked(scope, id)
    await check_may_work(scope, case.unit, actor)
    left = await work_orders.unfinished(scope, id)
    if left:
        raise Refused("case.work_orders_open", count=left)
    if case.kind == "suggestion" and case.decision is None:
        raise Refused("case.undecided")
    if case.paused_at is not None:
        await enter(scope, id, "resumed", None, actor)
    await _move(
        scope,
        case,
        "solved",
        {
            CaseFile.solved_at: scope.now,
            CaseFile.solved_by: actor.on_behalf_of or actor.name,
            CaseFile.paused_at: None,
            CaseFile.paused_until: None,
        },
    )
    await enter(scope, id, "solved", solution, actor)


async def close(scope: Scope, id: UUID, actor: Actor) -> None:
    """Close a solved case; whoever solved it can't close it.

    Refuses `case.effect_missing` for a plan of improvements of which nobody has said what it came to (CI-6), and `case.callback_open`
    while the customer is still to be called about it.
    """
    case = await locked(scope, id)
    await check_may_work(scope, case.unit, actor)
    if case.status == "solved" and case.kind == "improvement_plan" and case.effect is None:
        raise Refused("case.effect_missing")
    if case.status == "solved" and await _callback_open(scope, case):
        raise Refused("case.callback_open")
    if case.status == "solved" and case.solved_by == (actor.on_behalf_of or actor.name):
        raise Refused("case.closed_by_solver")
    await _move(scope, case, "closed", {CaseFile.closed_at: scope.now})
    await enter(scope, id, "closed", None, actor)


async def reopen(scope: Scope, id: UUID, reason: str, actor: Actor) -> None:
    """Open a solved or closed case again, with the reason."""
    case = await locked(scope, id)
    await check_may_work(scope, case.unit, actor)
    if case.status not in ("solved", "closed"):
        raise Refused("state.conflict", current=case.status, wanted="open")
    await _open_again(scope, case, reason, actor)


async def hear_customer(scope: Scope, number: int, satisfied: bool, actor: Actor) -> UUID | None:
    """Put down what the customer said of how a case was solved; where that was not enough, open it again.

    Returns the case, None where there is none of this number.
    """
    id = await case_work.id_of(scope, number)
    if id is None:
        return None
    case = await locked(scope, id)
    result: CallbackResult = "satisfied" if satisfied else "dissatisfied"
    await case_work.change(scope, id, {CaseFile.callback_result: result})
    await enter(scope, id, "customer_satisfied" if satisfied else "customer_dissatisfied", None, actor)
    if not satisfied and case.status not in UNSOLVED:
        # The customer's word, not a decision of the caller, who need not be allowed to work on cases.
        await _open_again(scope, case, "客户认为问题没有解决", actor)
    return id


async def _callback_open(scope: Scope, case: StoredCase) -> bool:
    """Whether the customer is still to be called; not where that came to nothing, as with one who can't be reached."""
    if not case.second_callback or case.withdrawn:
        return False
    if case.callback_round != case.reopened + 1 or case.callback_event_id is None:
        return True
    return case.callback_result is None and await case_work.callback_waits(scope, case.callback_event_id)


async def _open_again(scope: Scope, case: StoredCase, reason: str, actor: Actor) -> None:
    await _move(
        scope,
        case,
        "open",
        {
            CaseFile.reopened: CaseFile.reopened + 1,
            CaseFile.solved_at: None,
            CaseFile.solved_by: None,
            CaseFile.closed_at: None,
            CaseFile.overdue_marked_at: None,
            CaseFile.escalate_at: case.due_by,
            CaseFile.escalated_to: None,
            CaseFile.decision: None,
            CaseFile.effect: None,
        },
    )
    await enter(scope, case.id, "reopened", reason, actor)


async def withdraw(scope: Scope, id: UUID, actor: Actor) -> None:
    """Flag a case because what opened it, an answer or an event, no longer holds; it stays, in whatever status it is."""
    await case_work.change(scope, id, {CaseFile.withdrawn: True})
    await enter(scope, id, "withdrawn", None, actor)


async def restore(scope: Scope, id: UUID, actor: Actor) -> None:
    """Take the flag off a case whose event holds again; one that was solved while it was flagged is opened again."""
    while_flagged = await case_work.solved_while_withdrawn(scope, id)
    await case_work.change(scope, id, {CaseFile.withdrawn: False})
    await enter(scope, id, "restored", None, actor)
    case = await locked(scope, id)
    if case.status in ("solved", "closed") and while_flagged:
        # Not a decision of whoever sent the event, who need not be allowed to work on cases.
        await _open_again(scope, case, "引发该问题件的事件恢复有效", actor)


async def locked(scope: Scope, id: UUID) -> StoredCase:
    """Lock a case and return it; refuse one that is not there."""
    case = await case_work.lock(scope, id)
    if case is None:
        raise Refused("not_found", kind="case")
    return case


def check_unsolved(case: StoredCase, wanted: str) -> None:
    """Refuse `state.conflict` where a case is solved or closed."""
    if case.status not in UNSOLVED:
        raise Refused("state.conflict", current=case.status, wanted=wanted)


async def enter(
    scope: Scope,
    id: UUID,
    kind: EntryKind,
    text: str | None,
    actor: Actor,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add an entry to the history of a case, and a row to the ledger; `text` is kept encrypted, `details` hold no personal data."""
    await case_work.add_entry(scope, id, kind, text, (actor.name, actor.on_behalf_of), details)
    await record(scope, actor, f"case.{kind}", "case", id, text, details=dict(details) if details else None)


async def _move(scope: Scope, case: StoredCase, wanted: CaseStatus, changes: case_work.Changes) -> None:
    try:
        check_transition(case.status, wanted)
    except IllegalTransition as error:
        raise Refused("state.conflict", current=error.current, wanted=error.wanted) from error
    await case_work.change(scope, case.id, {CaseFile.status: wanted, **changes})
