"""Cases as their time runs: pauses end, whoever works on one is reminded, and what was not solved in time goes up, unit by unit.

And their work orders: who owes an answer, and who waits for it, is told once it is late."""

from typing import Final

from huifang_core.case_deadlines import escalate_again_at
from huifang_core.case_routing import next_above
from huifang_core.texts import text
from huifang_core.workdays import WorkingCalendar

from huifang_tenants.scope import Scope
from huifang_tenants.services.case_steering import go_on
from huifang_tenants.services.cases import enter
from huifang_tenants.services.contacts.effects import notify
from huifang_tenants.services.upkeep.words import deadline_in_words
from huifang_tenants.services.work_orders import tell_overdue
from huifang_tenants.stores import case_work, upkeep, work_orders
from huifang_tenants.stores.alarms import keep_standing
from huifang_tenants.stores.ledger import SYSTEM
from huifang_tenants.stores.organisation import load_units
from huifang_tenants.tables.cases import CaseFile

_BATCH: Final = 200


async def look_after_cases(scope: Scope, calendar: WorkingCalendar) -> bool:
    """Do what has fallen due for cases; tell whether there may be more."""
    more = await _end_pauses(scope, calendar)
    more |= await _remind(scope)
    more |= await _escalate(scope, calendar)
    more |= await _tell_of_late_orders(scope)
    return more


async def _end_pauses(scope: Scope, calendar: WorkingCalendar) -> bool:
    found = await case_work.pauses_over(scope, _BATCH)
    for case in found:
        await go_on(scope, calendar, case, SYSTEM)
    return len(found) == _BATCH


async def _remind(scope: Scope) -> bool:
    """Remind, once, whoever a case was given to, or else those who handle cases in its unit."""
    found = await case_work.to_remind_of(scope, _BATCH)
    for case in found:
        await case_work.change(scope, case.id, {CaseFile.remind_at: None})
        if case.due_by is None or case.due_by <= scope.now:
            continue
        by = deadline_in_words(case.due_by)
        message = text(
            f"问题件{case.number}须于{by}前解决",
            f"Case {case.number} must be solved by {by}",
        )
        role = None if case.assignee else "case_handler"
        await notify(
            scope, role, case.unit, "case_due_soon", "case", case.id, message, staff_id=case.assignee
        )
    return len(found) == _BATCH


async def _escalate(scope: Scope, calendar: WorkingCalendar) -> bool:
    """Tell the unit above of each case past its deadline, and with each further term it stays unsolved the one above that.

    The case itself stays where it is solved; people of the units above may work on it all the same. An alarm per unit stands while it
    has such cases.
    """
    late = await case_work.to_escalate(scope, _BATCH)
    units = await load_units(scope)
    for case in late:
        above = next_above(case.escalated_to or case.unit, units)
        told = above or case.unit
        further = above is not None and next_above(above, units) is not None
        await case_work.change(
            scope,
            case.id,
            {
                CaseFile.escalated_to: told,
                CaseFile.escalate_at: escalate_again_at(scope.now, case.counted_in, calendar)
                if further
                else None,
                **({} if case.escalated_to else {CaseFile.overdue_marked_at: scope.now}),
            },
        )
        await enter(scope, case.id, "escalated", None, SYSTEM, {"from": case.unit, "to": told})
        by = deadline_in_words(case.due_by) if case.due_by else ""
        message = text(
            f"问题件{case.number}逾期未解决（期限{by}），已升级至上级机构",
            f"Case {case.number} was not solved by {by} and is escalated to the unit above",
        )
        await notify(scope, "team_leader", told, "case_overdue", "case", case.id, message)
    await keep_standing(
        scope,
        "case_overdue",
        {
            row["unit"]: {
                "unit": row["unit"],
                "number": row["number"],
                "earliest": row["earliest"].isoformat(),
            }
            for row in await upkeep.late_case_groups(scope)
        },
    )
    return len(late) == _BATCH


async def _tell_of_late_orders(scope: Scope) -> bool:
    found = await work_orders.overdue_unmarked(scope, _BATCH)
    for order in found:
        await tell_overdue(scope, order, deadline_in_words(order.due_by))
    return len(found) == _BATCH
