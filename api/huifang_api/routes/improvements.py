"""What becomes of suggestions, and plans of improvements: cases of classes of their own (CARE-3, CI-6)."""

from typing import Final
from uuid import UUID

from huifang_tenants.services import improvements
from litestar import post
from litestar.params import FromPath, JSONBody

from huifang_api.access import needs
from huifang_api.routes.case_work import MOVING, TAGS, worked
from huifang_api.shapes.cases import CaseDetail
from huifang_api.shapes.work_orders import AddFindings, DecideSuggestion, RecordEffect
from huifang_api.world import ApiRequest


@post(
    "/cases/{case_id:uuid}/decide",
    opt=needs("cases:write", raises=(*MOVING, "case.not_a_suggestion")),
    operation_id="decide_suggestion",
    tags=TAGS,
    status_code=200,
)
async def decide_suggestion(
    request: ApiRequest, case_id: FromPath[UUID], data: JSONBody[DecideSuggestion]
) -> CaseDetail:
    """Adopt or decline a suggestion, with the reason, before it is solved (CARE-3, PF-4)."""
    return await worked(
        request,
        case_id,
        data.staff_no,
        lambda scope, actor: improvements.decide(scope, case_id, data.decision, data.reason, actor),
    )


@post(
    "/cases/{case_id:uuid}/findings",
    opt=needs("cases:write", raises=(*MOVING, "case.not_a_plan")),
    operation_id="add_findings",
    tags=TAGS,
    status_code=200,
)
async def add_findings(
    request: ApiRequest, case_id: FromPath[UUID], data: JSONBody[AddFindings]
) -> CaseDetail:
    """Say which cases a plan of improvements comes from; its measures are work orders (CI-6)."""
    return await worked(
        request,
        case_id,
        data.staff_no,
        lambda scope, actor: improvements.add_findings(scope, case_id, data.case_ids, actor),
    )


@post(
    "/cases/{case_id:uuid}/effect",
    opt=needs("cases:write", raises=(*MOVING, "case.not_a_plan")),
    operation_id="record_plan_effect",
    tags=TAGS,
    status_code=200,
)
async def record_plan_effect(
    request: ApiRequest, case_id: FromPath[UUID], data: JSONBody[RecordEffect]
) -> CaseDetail:
    """Put down what a plan of improvements came to, once it is solved and before it is closed (CI-6)."""
    return await worked(
        request,
        case_id,
        data.staff_no,
        lambda scope, actor: improvements.record_effect(scope, case_id, data.effect, data.text, actor),
    )


ROUTES: Final = (decide_suggestion, add_findings, record_plan_effect)
"""Beside working on cases."""
