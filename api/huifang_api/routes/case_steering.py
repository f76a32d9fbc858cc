"""Steering cases (问题件): up and down the units, to another class, paused and resumed."""

from typing import Final
from uuid import UUID

from huifang_tenants.services import case_steering
from litestar import post
from litestar.params import FromPath, JSONBody

from huifang_api.access import needs
from huifang_api.routes.case_work import MOVING, TAGS, worked
from huifang_api.shapes.case_steering import ClassifyCase, HandOverCase, PauseCase, ResumeCase
from huifang_api.shapes.cases import CaseDetail
from huifang_api.world import ApiRequest, world_of


@post(
    "/cases/{case_id:uuid}/hand-over",
    opt=needs("cases:write", raises=(*MOVING, "case.unit_not_in_line")),
    operation_id="hand_over_case",
    tags=TAGS,
    status_code=200,
)
async def hand_over_case(
    request: ApiRequest, case_id: FromPath[UUID], data: JSONBody[HandOverCase]
) -> CaseDetail:
    """Hand a case up or down to another unit; its deadline stays, and those who handle cases there are told (SD-2)."""
    return await worked(
        request,
        case_id,
        data.staff_no,
        lambda scope, actor: case_steering.hand_over(scope, case_id, data.to, data.reason, actor),
    )


@post(
    "/cases/{case_id:uuid}/classify",
    opt=needs("cases:write", raises=(*MOVING, "case.class_unknown")),
    operation_id="classify_case",
    tags=TAGS,
    status_code=200,
)
async def classify_case(
    request: ApiRequest, case_id: FromPath[UUID], data: JSONBody[ClassifyCase]
) -> CaseDetail:
    """Put a case into another class, or make it more or less severe (SD-4).

    Its time is counted anew by the class from its opening, unless its deadline was given. What the class has solved further up goes
    there, the most serious to the province at least; nothing goes down by itself.
    """
    services = world_of(request).services
    catalogue, calendar = await services.catalogue(), await services.calendar()
    return await worked(
        request,
        case_id,
        data.staff_no,
        lambda scope, actor: case_steering.classify(
            scope, catalogue, calendar, case_id, data.case_class, data.severity, data.reason, actor
        ),
    )


@post(
    "/cases/{case_id:uuid}/pause",
    opt=needs("cases:write", raises=(*MOVING, "case.overdue", "case.deadline_fixed", "case.pause_invalid")),
    operation_id="pause_case",
    tags=TAGS,
    status_code=200,
)
async def pause_case(request: ApiRequest, case_id: FromPath[UUID], data: JSONBody[PauseCase]) -> CaseDetail:
    """Let the time of a case stand still until a stated instant, from which it runs on by itself."""
    return await worked(
        request,
        case_id,
        data.staff_no,
        lambda scope, actor: case_steering.pause(scope, case_id, data.until, data.reason, actor),
    )


@post(
    "/cases/{case_id:uuid}/resume",
    opt=needs("cases:write", raises=MOVING),
    operation_id="resume_case",
    tags=TAGS,
    status_code=200,
)
async def resume_case(request: ApiRequest, case_id: FromPath[UUID], data: JSONBody[ResumeCase]) -> CaseDetail:
    """Let the time of a paused case run on before its pause is over."""
    calendar = await world_of(request).services.calendar()
    return await worked(
        request,
        case_id,
        data.staff_no,
        lambda scope, actor: case_steering.resume(scope, calendar, case_id, actor),
    )


ROUTES: Final = (hand_over_case, classify_case, pause_case, resume_case)
"""Beside working on cases."""
