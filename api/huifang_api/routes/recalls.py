"""Recalling obligations that were made wrongly (撤回): look first, then take them off the books, each with the reason."""

from typing import Final
from uuid import UUID

import msgspec
from huifang_tenants.scope import Scope
from huifang_tenants.services import recalls
from huifang_tenants.stores.reading import interventions as reading
from huifang_tenants.stores.reading import obligations
from huifang_tenants.stores.recalls import Wanted
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from huifang_api.access import acting, needs, tenant_scope
from huifang_api.documented import Answer, documented
from huifang_api.paging import next_cursor, one, page, shaped
from huifang_api.parameters import CursorParam, FlagParam, LimitParam, OrderParam
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.shapes.interventions import (
    Lift,
    Recall,
    RecallFilter,
    RecallPage,
    RecallPreview,
    RecallSample,
    RecallWork,
    recall_path,
)
from huifang_api.world import ApiRequest
from huifang_api.writing import in_tenant

_LIST: Final = "recalls"
_TAGS: Final = ("Steering",)
_DECIDING: Final[tuple[ProblemCode, ...]] = ("staff.not_found", "staff.not_active", "staff.not_permitted")
_RECALLING: Final[tuple[ProblemCode, ...]] = (
    *_DECIDING, "recall.without_filter", "recall.count_differs", "recall.too_many",
)  # fmt: skip
_RECALLED: Final = Answer("Recalled.", {"application/json": Recall}, {"Location": "Address of the recall."})


@post(
    "/recalls/preview",
    opt=needs("obligations:read", raises=("recall.without_filter",)),
    operation_id="preview_recall",
    tags=_TAGS,
    status_code=200,
)
async def preview_recall(request: ApiRequest, data: JSONBody[RecallFilter]) -> RecallPreview:
    """Read what a recall by this filter would take off the books; nothing changes."""
    async with tenant_scope(request, read_only=True) as scope:
        found = await recalls.preview(scope, _wanted(data))
        sample = [await obligations.get_obligation(scope, id) for id in found.sample]
    return RecallPreview(
        count=found.count,
        by_status=found.by_status,
        sample=[one(RecallSample, row, "obligation") for row in sample],
    )


@post(
    "/recalls",
    opt=needs("obligations:write", raises=_RECALLING) | documented(answers={201: _RECALLED}),
    operation_id="recall_obligations",
    tags=_TAGS,
)
async def recall_obligations(request: ApiRequest, data: JSONBody[RecallWork]) -> Response[Recall]:
    """Take obligations that were made wrongly off the books: cancelled, each with the reason; their contacts stay.

    Compliance officers and administrators may. They are not made again, whatever comes in, until the recall is lifted.
    """

    async def write(scope: Scope) -> Recall:
        actor = await acting(request, scope, data.staff_no)
        id = await recalls.recall(scope, _wanted(data.filter), data.expected, data.reason, actor)
        return await _recall(scope, id)

    found = await in_tenant(request, write)
    return Response(found, headers={"Location": recall_path(found.id)})


@get("/recalls", opt=needs("obligations:read"), operation_id="list_recalls", tags=_TAGS)
async def list_recalls(
    request: ApiRequest,
    standing: FlagParam = None,
    limit: LimitParam = 50,
    cursor: CursorParam = None,
    order: OrderParam = None,
) -> RecallPage:
    """List recalls in the order in which they were made; `standing` are those that were not lifted."""
    asked = page(_LIST, limit, cursor, order)
    async with tenant_scope(request, read_only=True) as scope:
        found = await reading.list_recalls(scope, standing, asked)
    return RecallPage(shaped(Recall, found.rows), next_cursor(_LIST, asked, found))


@get("/recalls/{recall_id:uuid}", opt=needs("obligations:read"), operation_id="get_recall", tags=_TAGS)
async def get_recall(request: ApiRequest, recall_id: FromPath[UUID]) -> Recall:
    """Read one recall."""
    async with tenant_scope(request, read_only=True) as scope:
        return await _recall(scope, recall_id)


@post(
    "/recalls/{recall_id:uuid}/lift",
    opt=needs("obligations:write", raises=(*_DECIDING, "not_found", "state.conflict")),
    operation_id="lift_recall",
    tags=_TAGS,
    status_code=200,
)
async def lift_recall(request: ApiRequest, recall_id: FromPath[UUID], data: JSONBody[Lift]) -> Recall:
    """Let what was recalled be made again, where the rules still say so; a job does it, and what was cancelled stays on record."""

    async def write(scope: Scope) -> Recall:
        await recalls.lift(scope, recall_id, data.reason, await acting(request, scope, data.staff_no))
        return await _recall(scope, recall_id)

    return await in_tenant(request, write)


def _wanted(given: RecallFilter) -> Wanted:
    return msgspec.convert(given, Wanted, from_attributes=True)


async def _recall(scope: Scope, id: UUID) -> Recall:
    return one(Recall, await reading.get_recall(scope, id), "recall")


ROUTES: Final = (preview_recall, recall_obligations, list_recalls, get_recall, lift_recall)
