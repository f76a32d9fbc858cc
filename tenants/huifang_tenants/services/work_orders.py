"""Work orders (工单): parts of a case that responsible departments do, each with its time and an answer (PC-4, CI-6).

The people of the case send, accept, return and cancel them; those of the unit a work order went to answer it. What is asked and
answered stands in the history of the case.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.cases import WorkOrderStatus, check_work_order
from huifang_core.obligations import IllegalTransition
from huifang_core.texts import Text, text

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.services.case_people import check_may_work
from huifang_tenants.services.cases import EntryKind, check_unsolved, enter, locked
from huifang_tenants.services.contacts.effects import notify
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import case_work, work_orders
from huifang_tenants.stores.case_work import StoredCase
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.organisation import unit_ids
from huifang_tenants.stores.work_orders import StoredOrder
from huifang_tenants.tables.cases import WorkOrder

_FARTHEST: Final = timedelta(days=3660)


class Task(msgspec.Struct, frozen=True):
    """What is sent: the same to each of `units`, to their `department` if one is named, to be answered by `due_by`."""

    units: Sequence[str]
    text: str
    due_by: datetime
    department: str | None = None


async def send(scope: Scope, case_id: UUID, task: Task, actor: Actor) -> None:
    """Send a part of a case to one or more units, whose case handlers are told.

    Refuses `work_order.due_invalid`, and `not_found` for a unit that is not there.
    """
    case = await locked(scope, case_id)
    await check_may_work(scope, case.unit, actor)
    check_unsolved(case, "order_sent")
    _check_due(scope, task.due_by)
    if len(await unit_ids(scope, task.units)) < len(set(task.units)):
        raise Refused("not_found", kind="unit")
    first = await work_orders.next_number(scope, case_id)
    for number, unit in enumerate(dict.fromkeys(task.units), first):
        id = new_id()
        await work_orders.insert(
            scope,
            WorkOrder(
                id=id,
                case_id=case_id,
                number=number,
                unit=unit,
                department=task.department,
                status="sent",
                due_by=task.due_by,
                sent_at=scope.now,
                sent_by=actor.on_behalf_of or actor.name,
            ),
        )
        details = {"order": number, "to": unit, "until": task.due_by.isoformat()}
        await enter(scope, case_id, "order_sent", task.text, actor, details)
        message = text(
            f"收到工单{case.number}-{number}，请处理并答复",
            f"Work order {case.number}-{number} came in: see to it and answer",
        )
        await notify(scope, "case_handler", unit, "work_order_sent", "work_order", id, message)
    await case_work.change(scope, case_id, {})


async def answer(scope: Scope, id: UUID, said: str, actor: Actor) -> UUID:
    """Answer a work order; those who work on its case are told. Returns the case."""
    case, order = await _locked(scope, id)
    await check_may_work(scope, order.unit, actor)
    changes = {WorkOrder.answered_at: scope.now, WorkOrder.answered_by: actor.on_behalf_of or actor.name}
    await _move(scope, case, order, "answered", "order_answered", said, actor, changes)
    message = text(
        f"工单{case.number}-{order.number}已答复，请验收",
        f"Work order {case.number}-{order.number} was answered: see whether that is enough",
    )
    await _tell_case(scope, case, "work_order_answered", id, message)
    return case.id


async def accept(scope: Scope, id: UUID, actor: Actor) -> UUID:
    """Accept the answer to a work order. Returns the case."""
    case, order = await _locked(scope, id)
    await check_may_work(scope, case.unit, actor)
    await _move(
        scope, case, order, "accepted", "order_accepted", None, actor, {WorkOrder.decided_at: scope.now}
    )
    return case.id


async def send_back(scope: Scope, id: UUID, reason: str, due_by: datetime, actor: Actor) -> UUID:
    """Return an answer that is not enough, with the reason and a new time. Returns the case."""
    case, order = await _locked(scope, id)
    await check_may_work(scope, case.unit, actor)
    _check_due(scope, due_by)
    changes = {
        WorkOrder.due_by: due_by,
        WorkOrder.returned: WorkOrder.returned + 1,
        WorkOrder.overdue_marked_at: None,
    }
    await _move(scope, case, order, "sent", "order_returned", reason, actor, changes)
    message = text(
        f"工单{case.number}-{order.number}的答复被退回，请重新处理",
        f"The answer to work order {case.number}-{order.number} was returned: see to it again",
    )
    await notify(scope, "case_handler", order.unit, "work_order_returned", "work_order", id, message)
    return case.id


async def cancel(scope: Scope, id: UUID, reason: str, actor: Actor) -> UUID:
    """Cancel a work order that nobody needs any more, with the reason. Returns the case."""
    case, order = await _locked(scope, id)
    await check_may_work(scope, case.unit, actor)
    await _move(
        scope, case, order, "cancelled", "order_cancelled", reason, actor, {WorkOrder.decided_at: scope.now}
    )
    return case.id


async def tell_overdue(scope: Scope, order: StoredOrder, by: str) -> None:
    """Tell once that a work order was not answered in time: the team leaders it went to, and those who work on its case."""
    await work_orders.change(scope, order.id, {WorkOrder.overdue_marked_at: scope.now})
    case = await locked(scope, order.case_id)
    message = text(
        f"工单{case.number}-{order.number}逾期未答复（期限{by}）",
        f"Work order {case.number}-{order.number} was not answered by {by}",
    )
    await notify(scope, "team_leader", order.unit, "work_order_overdue", "work_order", order.id, message)
    await _tell_case(scope, case, "work_order_overdue", order.id, message)


async def _tell_case(scope: Scope, case: StoredCase, kind: str, id: UUID, message: Text) -> None:
    role = None if case.assignee else "case_handler"
    await notify(scope, role, case.unit, kind, "work_order", id, message, staff_id=case.assignee)


async def _locked(scope: Scope, id: UUID) -> tuple[StoredCase, StoredOrder]:
    """Lock the case of a work order, which guards all of its orders; return both."""
    case_id = await work_orders.case_of(scope, id)
    if case_id is None:
        raise Refused("not_found", kind="work_order")
    case = await locked(scope, case_id)
    order = await work_orders.read(scope, id)
    if order is None:
        raise Refused("not_found", kind="work_order")
    return case, order


async def _move(
    scope: Scope,
    case: StoredCase,
    order: StoredOrder,
    wanted: WorkOrderStatus,
    kind: EntryKind,
    said: str | None,
    actor: Actor,
    changes: dict[Any, Any],
) -> None:
    try:
        check_work_order(order.status, wanted)
    except IllegalTransition as error:
        raise Refused("state.conflict", current=error.current, wanted=error.wanted) from error
    await work_orders.change(scope, order.id, {WorkOrder.status: wanted, **changes})
    await case_work.change(scope, case.id, {})
    await enter(scope, case.id, kind, said, actor, {"order": order.number, "to": order.unit})


def _check_due(scope: Scope, due_by: datetime) -> None:
    if not scope.now < due_by <= scope.now + _FARTHEST:
        raise Refused("work_order.due_invalid")
