"""Working on cases (问题件): open, assign, comment, solve, close, reopen; nothing is ever taken off the record."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final
from uuid import UUID

from huifang_core.texts import text
from huifang_tenants.scope import Scope
from huifang_tenants.services import cases
from huifang_tenants.services.case_opening import ByHand, open_by_hand
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.reading import cases as reading
from litestar import Response, post
from litestar.params import FromPath, JSONBody

from huifang_api.access import acting, needs
from huifang_api.documented import Answer, documented
from huifang_api.faults import Fault
from huifang_api.paging import one
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.problems import Problem
from huifang_api.shapes.case_work import (
    AssignCase,
    CloseCase,
    CommentOnCase,
    OpenCase,
    ReopenCase,
    SolveCase,
)
from huifang_api.shapes.cases import CaseDetail
from huifang_api.world import ApiRequest, world_of
from huifang_api.writing import in_tenant

TAGS: Final = ("Cases",)
_HERE: Final[tuple[ProblemCode, ...]] = ("staff.not_found", "staff.not_active")
MOVING: Final[tuple[ProblemCode, ...]] = (
    *_HERE, "staff.not_permitted", "staff.outside_unit", "state.conflict",
)  # fmt: skip
_ASSIGNEE: Final[tuple[ProblemCode, ...]] = (
    "case.assignee_unknown", "case.assignee_not_active", "case.assignee_not_permitted", "case.assignee_outside_unit",
)  # fmt: skip
_OPENED: Final = Answer("Opened.", {"application/json": CaseDetail}, {"Location": "Address of the case."})
_FARTHEST: Final = timedelta(days=3660)


@post(
    "/cases",
    opt=needs("cases:write", raises=(*_HERE, "not_found", "case.class_unknown"))
    | documented(answers={201: _OPENED}),
    operation_id="open_case",
    tags=TAGS,
)
async def open_case(request: ApiRequest, data: JSONBody[OpenCase]) -> Response[CaseDetail]:
    """Open a case by hand; those that answers bring to light open by themselves.

    With `plugin` it is of one of that plugin's classes, without it of class `other`.
    """
    services = world_of(request).services
    catalogue, calendar = await services.catalogue(), await services.calendar()
    given = ByHand(
        case_class=data.case_class,
        unit=data.unit,
        subject=data.subject,
        plugin=data.plugin,
        severity=data.severity,
        due_by=data.due_by,
        contract_no=data.contract_no,
        customer_id=data.customer_id,
        obligation_id=data.obligation_id,
        contact_id=data.contact_id,
    )

    async def open_it(scope: Scope) -> CaseDetail:
        if given.due_by is not None and not scope.now < given.due_by <= scope.now + _FARTHEST:
            said = text("应在十年之内的将来", "must lie in the future, within ten years")
            raise Problem("validation.failed", faults=[Fault("body", "/due_by", "out_of_range", said)])
        actor = await acting(request, scope, data.staff_no)
        id = await open_by_hand(scope, catalogue, calendar, given, actor)
        return await shown_case(scope, id)

    found = await in_tenant(request, open_it)
    return Response(found, headers={"Location": f"/api/v1/cases/{found.id}"})


@post(
    "/cases/{case_id:uuid}/assign",
    opt=needs("cases:write", raises=(*MOVING, *_ASSIGNEE)),
    operation_id="assign_case",
    tags=TAGS,
    status_code=200,
)
async def assign_case(request: ApiRequest, case_id: FromPath[UUID], data: JSONBody[AssignCase]) -> CaseDetail:
    """Give a case to a member of staff, or to another one.

    Both must have a role for cases (case handler, team leader, compliance officer) and belong to the case's unit or one
    above it; so must whoever solves, closes or reopens one.
    """
    return await worked(
        request, case_id, data.staff_no, lambda scope, actor: cases.assign(scope, case_id, data.to, actor)
    )


@post(
    "/cases/{case_id:uuid}/comment",
    opt=needs("cases:write", raises=_HERE),
    operation_id="comment_on_case",
    tags=TAGS,
    status_code=200,
)
async def comment_on_case(
    request: ApiRequest, case_id: FromPath[UUID], data: JSONBody[CommentOnCase]
) -> CaseDetail:
    """Comment on a case, whatever its status."""
    return await worked(
        request, case_id, data.staff_no, lambda scope, actor: cases.comment(scope, case_id, data.text, actor)
    )


@post(
    "/cases/{case_id:uuid}/solve",
    opt=needs("cases:write", raises=(*MOVING, "case.work_orders_open", "case.undecided")),
    operation_id="solve_case",
    tags=TAGS,
    status_code=200,
)
async def solve_case(request: ApiRequest, case_id: FromPath[UUID], data: JSONBody[SolveCase]) -> CaseDetail:
    """Record how a case was solved."""
    return await worked(
        request,
        case_id,
        data.staff_no,
        lambda scope, actor: cases.solve(scope, case_id, data.solution, actor),
    )


@post(
    "/cases/{case_id:uuid}/close",
    opt=needs(
        "cases:write", raises=(*MOVING, "case.closed_by_solver", "case.effect_missing", "case.callback_open")
    ),
    operation_id="close_case",
    tags=TAGS,
    status_code=200,
)
async def close_case(request: ApiRequest, case_id: FromPath[UUID], data: JSONBody[CloseCase]) -> CaseDetail:
    """Close a solved case; somebody else must do so than who solved it."""
    return await worked(
        request, case_id, data.staff_no, lambda scope, actor: cases.close(scope, case_id, actor)
    )


@post(
    "/cases/{case_id:uuid}/reopen",
    opt=needs("cases:write", raises=MOVING),
    operation_id="reopen_case",
    tags=TAGS,
    status_code=200,
)
async def reopen_case(request: ApiRequest, case_id: FromPath[UUID], data: JSONBody[ReopenCase]) -> CaseDetail:
    """Open a solved or closed case again."""
    return await worked(
        request, case_id, data.staff_no, lambda scope, actor: cases.reopen(scope, case_id, data.reason, actor)
    )


async def worked(
    request: ApiRequest, case_id: UUID, staff_no: str, step: Callable[[Scope, Actor], Awaitable[None]]
) -> CaseDetail:
    """Let a member of staff do one step with a case, and return it as it is then."""

    async def work(scope: Scope) -> CaseDetail:
        await step(scope, await acting(request, scope, staff_no))
        return await shown_case(scope, case_id)

    return await in_tenant(request, work)


async def shown_case(scope: Scope, case_id: UUID) -> CaseDetail:
    """Return a case as it is shown."""
    return one(CaseDetail, await reading.get_case(scope, case_id), "case")


ROUTES: Final = (open_case, assign_case, comment_on_case, solve_case, close_case, reopen_case)
"""Beside the lists of cases."""
