"""Trainings (培训) on record: who was trained in what, and until when that counts (SD-3)."""

from typing import Final
from uuid import UUID

import msgspec
from huifang_tenants.scope import Scope
from huifang_tenants.services import readiness
from huifang_tenants.stores.organisation import staff_by_number
from huifang_tenants.stores.reading import trainings as reading
from litestar import Response, get, post
from litestar.params import FromPath

from huifang_api.access import acting, needs, tenant_scope
from huifang_api.documented import Answer, documented
from huifang_api.paging import next_cursor, one, page, shaped
from huifang_api.parameters import (
    CodeParam,
    CursorParam,
    FlagParam,
    LimitParam,
    OnBehalfOfParam,
    OrderParam,
    StaffNoParam,
    UnitParam,
)
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.record_body import record_body
from huifang_api.shapes.readiness import (
    EXAMPLE_TRAINING,
    RecordedTraining,
    Training,
    TrainingGiven,
    TrainingPage,
)
from huifang_api.world import ApiRequest
from huifang_api.writing import in_tenant

_LIST: Final = "trainings"
_TAGS: Final = ("Organisation",)
_REFUSALS: Final[tuple[ProblemCode, ...]] = (
    "validation.failed", "body.malformed", "body.too_large", "body.wrong_type", "staff.not_found",
)  # fmt: skip
_WHERE: Final = {"Location": "Address of the training."}


@get("/trainings", opt=needs("organisation:read"), operation_id="list_trainings", tags=_TAGS)
async def list_trainings(
    request: ApiRequest,
    staff_no: StaffNoParam = None,
    course: CodeParam = None,
    unit: UnitParam = None,
    passed: FlagParam = None,
    limit: LimitParam = 50,
    cursor: CursorParam = None,
    order: OrderParam = None,
) -> TrainingPage:
    """List trainings in the order in which they were recorded."""
    wanted = reading.TrainingFilter(staff_no=staff_no, course=course, unit=unit, passed=passed)
    asked = page(_LIST, limit, cursor, order)
    async with tenant_scope(request, read_only=True) as scope:
        found = await reading.list_trainings(scope, wanted, asked)
    return TrainingPage(shaped(Training, found.rows), next_cursor(_LIST, asked, found))


@get("/trainings/{training_id:uuid}", opt=needs("organisation:read"), operation_id="get_training", tags=_TAGS)
async def get_training(request: ApiRequest, training_id: FromPath[UUID]) -> Training:
    """Read one training."""
    async with tenant_scope(request, read_only=True) as scope:
        return one(Training, await reading.get_training(scope, training_id), "training")


@post(
    "/trainings",
    opt=needs("organisation:write", raises=_REFUSALS)
    | documented(
        bodies={"application/json": TrainingGiven},
        body_text="The training of one person.",
        body_examples={"application/json": EXAMPLE_TRAINING},
        answers={
            200: Answer("It was on record already.", {"application/json": RecordedTraining}, _WHERE),
            201: Answer("It is new.", {"application/json": RecordedTraining}, _WHERE),
        },
    ),
    operation_id="record_training",
    tags=_TAGS,
)
async def record_training(
    request: ApiRequest, on_behalf_of: OnBehalfOfParam = None
) -> Response[RecordedTraining]:
    """Record that somebody was trained, or correct what is on record of that course and day.

    One that was passed lets the person be given calls until it runs out; what the personnel system says may last longer.
    """
    training, _ = await record_body(request, "trainings", {})

    async def write(scope: Scope) -> RecordedTraining:
        actor = await acting(request, scope, on_behalf_of)
        id, status = await readiness.record_one(scope, training, actor)
        person = await staff_by_number(scope, training.staff_no)
        return msgspec.convert(
            {
                **(await reading.get_training(scope, id) or {}),
                "status": status,
                "trained_until": person.trained_until if person else None,
            },
            RecordedTraining,
        )

    recorded = await in_tenant(request, write)
    return Response(
        recorded,
        status_code=201 if recorded.status == "recorded" else 200,
        headers={"Location": f"/api/v1/trainings/{recorded.id}"},
    )


ROUTES: Final = (list_trainings, get_training, record_training)
