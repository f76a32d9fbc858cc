"""Steering a case (问题件): up and down the units, to another class, paused and resumed (SD-2, CI-4, MS-2).

Whoever steers one must be fit to work on it. Its time runs on from unit to unit; only a pause, with a reason and an end, stops it.
"""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from huifang_core.case_deadlines import Counted, after_pause, counted_in, deadline, remind_at
from huifang_core.case_routing import direction
from huifang_core.catalogue import Catalogue
from huifang_core.texts import text
from huifang_core.workdays import WorkingCalendar

from huifang_tenants.scope import Scope
from huifang_tenants.services.case_opening import Ground, class_of, ground, place
from huifang_tenants.services.case_people import check_may_work
from huifang_tenants.services.cases import check_unsolved, enter, locked
from huifang_tenants.services.contacts.effects import notify
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import case_work
from huifang_tenants.stores.case_work import Changes, StoredCase
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.tables.cases import CaseFile

LONGEST_PAUSE: Final = timedelta(days=30)


async def hand_over(scope: Scope, id: UUID, to: str, reason: str, actor: Actor) -> None:
    """Hand a case up or down to another unit, whose case handlers are told; whoever worked on it does so no more.

    Refuses `case.unit_not_in_line` for a unit that is neither above nor below.
    """
    case = await locked(scope, id)
    await check_may_work(scope, case.unit, actor)
    check_unsolved(case, "handed_over")
    places = await ground(scope)
    if to not in places.units:
        raise Refused("not_found", kind="unit")
    if direction(case.unit, to, places.units) is None:
        raise Refused("case.unit_not_in_line", unit=case.unit, to=to)
    await _move_to(scope, case, to, places, reason, actor)


async def classify(
    scope: Scope,
    catalogue: Catalogue,
    calendar: WorkingCalendar,
    id: UUID,
    case_class: str,
    severity: int | None,
    reason: str,
    actor: Actor,
) -> None:
    """Put a case into another class, or make it more or less severe; without `severity` it is as severe as the class says.

    Its time is counted anew from its opening by the class, pauses left out, unless its deadline was given. What the class has solved
    further up goes there; nothing goes down by itself. Refuses `case.class_unknown` for a class that its plugin doesn't have.
    """
    case = await locked(scope, id)
    await check_may_work(scope, case.unit, actor)
    check_unsolved(case, "classified")
    known = class_of(catalogue, case.plugin, case_class)
    places = await ground(scope)
    placed = place(places, calendar, known, case.origin, case.opened_at, severity=severity)
    changes: dict[Any, Any] = {
        CaseFile.case_class: case_class,
        CaseFile.severity: placed.severity,
        CaseFile.kind: placed.kind,
        CaseFile.second_callback: placed.second_callback and case.contract_id is not None,
    }
    if known is not None and case.counted_in != "given":
        due_by = deadline(known, case.opened_at, calendar, await case_work.pauses(scope, id))
        changes |= _due(scope, case, due_by, counted_in(known))
    await case_work.change(scope, id, changes)
    details = {"case_class": case_class, "severity": placed.severity, "before": case.case_class}
    await enter(scope, id, "classified", reason, actor, details)
    if direction(case.unit, placed.unit, places.units) == "up":
        await _move_to(scope, case, placed.unit, places, None, actor)


async def pause(scope: Scope, id: UUID, until: datetime, reason: str, actor: Actor) -> None:
    """Let the time of a case stand still, with the reason, until it goes on by itself at `until`, within 30 days.

    Refuses `case.overdue`: lateness is not paused away; and `case.deadline_fixed` where a rule gave the deadline, which a customer was
    promised.
    """
    case = await locked(scope, id)
    await check_may_work(scope, case.unit, actor)
    check_unsolved(case, "paused")
    if case.paused_at is not None:
        raise Refused("state.conflict", current="paused", wanted="paused")
    if case.rule is not None and case.counted_in == "given":
        raise Refused("case.deadline_fixed", due_by=str(case.due_by))
    if case.due_by is not None and case.due_by <= scope.now:
        raise Refused("case.overdue", due_by=str(case.due_by))
    if not scope.now < until <= scope.now + LONGEST_PAUSE:
        raise Refused("case.pause_invalid", days=LONGEST_PAUSE.days)
    await case_work.change(scope, id, {CaseFile.paused_at: scope.now, CaseFile.paused_until: until})
    await enter(scope, id, "paused", reason, actor, {"until": until.isoformat()})


async def resume(scope: Scope, calendar: WorkingCalendar, id: UUID, actor: Actor) -> None:
    """Let the time of a paused case run on before its pause is over."""
    case = await locked(scope, id)
    await check_may_work(scope, case.unit, actor)
    if case.paused_at is None:
        raise Refused("state.conflict", current=case.status, wanted="resumed")
    await go_on(scope, calendar, case, actor)


async def go_on(scope: Scope, calendar: WorkingCalendar, case: StoredCase, actor: Actor) -> None:
    """End the pause of a case; it is due as much later as it was paused for."""
    changes: dict[Any, Any] = {CaseFile.paused_at: None, CaseFile.paused_until: None}
    if case.due_by is not None and case.paused_at is not None:
        due_by = after_pause(case.due_by, case.paused_at, scope.now, case.counted_in, calendar)
        changes |= _due(scope, case, due_by, case.counted_in)
    await case_work.change(scope, case.id, changes)
    await enter(scope, case.id, "resumed", None, actor)


def _due(scope: Scope, case: StoredCase, due_by: datetime, counted: Counted) -> Changes:
    """What a new deadline changes; one that lies ahead is reminded of and escalated anew."""
    changes: dict[Any, Any] = {CaseFile.due_by: due_by, CaseFile.counted_in: counted}
    if due_by > scope.now:
        at = remind_at(case.opened_at, due_by, counted)
        changes |= {
            CaseFile.remind_at: at if at > scope.now else None,
            CaseFile.escalate_at: due_by,
            CaseFile.overdue_marked_at: None,
            CaseFile.escalated_to: None,
        }
    elif case.due_by is None or case.due_by > scope.now:
        changes[CaseFile.escalate_at] = due_by
    return changes


async def _move_to(
    scope: Scope, case: StoredCase, to: str, places: Ground, reason: str | None, actor: Actor
) -> None:
    up = direction(case.unit, to, places.units) == "up"
    await case_work.change(
        scope, case.id, {CaseFile.unit: to, CaseFile.status: "open", CaseFile.assignee: None}
    )
    details = {"from": case.unit, "to": to}
    await enter(scope, case.id, "handed_up" if up else "handed_down", reason, actor, details)
    message = text(
        f"问题件{case.number}由{places.units[case.unit].name if case.unit in places.units else case.unit}移交本机构处理",
        f"Case {case.number} was handed over by unit {case.unit}",
    )
    await notify(scope, "case_handler", to, "case_handed_over", "case", case.id, message)
