"""Work orders (工单): parts of a case sent to responsible departments, answered, accepted, returned."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final
from uuid import UUID

from huifang_core.cases import WorkOrderStatus
from huifang_tenants.scope import Scope
from huifang_tenants.services import work_orders
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.reading import work_orders as reading
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from huifang_api.access import acting, needs, tenant_scope
from huifang_api.paging import next_cursor, page, shaped
from huifang_api.parameters import CodeParam, CursorParam, FlagParam, LimitParam, OrderParam, UnitParam
from huifang_api.routes.case_work import MOVING, TAGS, shown_case, worked
from huifang_api.shapes.cases import CaseDetail
from huifang_api.shapes.work_orders import (
    AcceptWorkOrder,
    AnswerWorkOrder,
    CancelWorkOrder,
    ReturnWorkOrder,
    SendWorkOrders,
    WorkOrder,
    WorkOrderPage,
)
from huifang_api.world import ApiRequest
from huifang_api.writing import in_tenant

_LIST: Final = "work_orders"


@get("/work-orders", opt=needs("cases:read"), operation_id="list_work_orders", tags=TAGS)
async def list_work_orders(
    request: ApiRequest,
    case_id: Annotated[UUID | None, QueryParameter(description="Id of the case they are parts of.")] = None,
    case_class: CodeParam = None,
    unit: UnitParam = None,
    status: Annotated[WorkOrderStatus | None, QueryParameter(description="Status.")] = None,
    overdue: FlagParam = None,
    limit: LimitParam = 50,
    cursor: CursorParam = None,
    order: OrderParam = None,
) -> WorkOrderPage:
    """List work orders, the latest first: what a unit owes, or how a plan of improvements goes on in all branches (CI-6)."""
    wanted = reading.WorkOrderFilter(
        case_id=case_id, case_class=case_class, unit=unit, status=status, overdue=overdue
    )
    asked = page(_LIST, limit, cursor, order, default="desc")
    async with tenant_scope(request, read_only=True) as scope:
        found = await reading.list_work_orders(scope, wanted, asked)
    return WorkOrderPage(shaped(WorkOrder, found.rows), next_cursor(_LIST, asked, found))


@post(
    "/cases/{case_id:uuid}/work-orders",
    opt=needs("cases:write", raises=(*MOVING, "work_order.due_invalid")),
    operation_id="send_work_orders",
    tags=TAGS,
    status_code=200,
)
async def send_work_orders(
    request: ApiRequest, case_id: FromPath[UUID], data: JSONBody[SendWorkOrders]
) -> CaseDetail:
    """Send a part of a case to the departments responsible, one work order for each unit (PC-4, CI-6)."""
    task = work_orders.Task(data.units, data.task, data.due_by, data.department)
    return await worked(
        request,
        case_id,
        data.staff_no,
        lambda scope, actor: work_orders.send(scope, case_id, task, actor),
    )


@post(
    "/work-orders/{order_id:uuid}/answer",
    opt=needs("cases:write", raises=MOVING),
    operation_id="answer_work_order",
    tags=TAGS,
    status_code=200,
)
async def answer_work_order(
    request: ApiRequest, order_id: FromPath[UUID], data: JSONBody[AnswerWorkOrder]
) -> CaseDetail:
    """Say what was done about a work order; whoever works on the case is told."""
    return await _moved(
        request,
        data.staff_no,
        lambda scope, actor: work_orders.answer(scope, order_id, data.answer, actor),
    )


@post(
    "/work-orders/{order_id:uuid}/accept",
    opt=needs("cases:write", raises=MOVING),
    operation_id="accept_work_order",
    tags=TAGS,
    status_code=200,
)
async def accept_work_order(
    request: ApiRequest, order_id: FromPath[UUID], data: JSONBody[AcceptWorkOrder]
) -> CaseDetail:
    """Accept the answer to a work order."""
    return await _moved(
        request, data.staff_no, lambda scope, actor: work_orders.accept(scope, order_id, actor)
    )


@post(
    "/work-orders/{order_id:uuid}/return",
    opt=needs("cases:write", raises=(*MOVING, "work_order.due_invalid")),
    operation_id="return_work_order",
    tags=TAGS,
    status_code=200,
)
async def return_work_order(
    request: ApiRequest, order_id: FromPath[UUID], data: JSONBody[ReturnWorkOrder]
) -> CaseDetail:
    """Return an answer that is not enough, with a new time."""
    return await _moved(
        request,
        data.staff_no,
        lambda scope, actor: work_orders.send_back(scope, order_id, data.reason, data.due_by, actor),
    )


@post(
    "/work-orders/{order_id:uuid}/cancel",
    opt=needs("cases:write", raises=MOVING),
    operation_id="cancel_work_order",
    tags=TAGS,
    status_code=200,
)
async def cancel_work_order(
    request: ApiRequest, order_id: FromPath[UUID], data: JSONBody[CancelWorkOrder]
) -> CaseDetail:
    """Cancel a work order that nobody needs any more."""
    return await _moved(
        request,
        data.staff_no,
        lambda scope, actor: work_orders.cancel(scope, order_id, data.reason, actor),
    )


async def _moved(
    request: ApiRequest, staff_no: str, step: Callable[[Scope, Actor], Awaitable[UUID]]
) -> CaseDetail:
    async def work(scope: Scope) -> CaseDetail:
        return await shown_case(scope, await step(scope, await acting(request, scope, staff_no)))

    return await in_tenant(request, work)


ROUTES: Final = (
    list_work_orders,
    send_work_orders,
    answer_work_order,
    accept_work_order,
    return_work_order,
    cancel_work_order,
)
"""Beside working on cases."""
