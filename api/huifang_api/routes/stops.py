"""The stop button (暂停): holding work back at once, and letting it go on."""

from typing import Final
from uuid import UUID

from huifang_tenants.scope import Scope
from huifang_tenants.services import stops
from huifang_tenants.stores.reading import interventions as reading
from huifang_tenants.stores.stops import Target
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from huifang_api.access import acting, needs, tenant_scope
from huifang_api.documented import Answer, documented
from huifang_api.paging import next_cursor, one, page, shaped
from huifang_api.parameters import CursorParam, FlagParam, LimitParam, OrderParam
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.shapes.interventions import Lift, Stop, StopPage, StopWork, stop_path
from huifang_api.world import ApiRequest, world_of
from huifang_api.writing import in_tenant

_LIST: Final = "stops"
_TAGS: Final = ("Steering",)
_DECIDING: Final[tuple[ProblemCode, ...]] = (
    "not_found", "staff.not_found", "staff.not_active", "staff.not_permitted",
)  # fmt: skip
_STOPPED: Final = Answer("Stopped.", {"application/json": Stop}, {"Location": "Address of the stop."})


@get("/stops", opt=needs("obligations:read"), operation_id="list_stops", tags=_TAGS)
async def list_stops(
    request: ApiRequest,
    standing: FlagParam = None,
    limit: LimitParam = 50,
    cursor: CursorParam = None,
    order: OrderParam = None,
) -> StopPage:
    """List stops in the order in which they were made; `standing` are those that hold work back now."""
    asked = page(_LIST, limit, cursor, order)
    async with tenant_scope(request, read_only=True) as scope:
        found = await reading.list_stops(scope, standing, asked)
    return StopPage(shaped(Stop, found.rows), next_cursor(_LIST, asked, found))


@post(
    "/stops",
    opt=needs("obligations:write", raises=_DECIDING) | documented(answers={201: _STOPPED}),
    operation_id="stop_work",
    tags=_TAGS,
)
async def stop_work(request: ApiRequest, data: JSONBody[StopWork]) -> Response[Stop]:
    """Stop work at once: nothing of it is given out, begun or dialled until the stop is lifted; a call under way may be finished.

    Team leaders, compliance officers and administrators may. What is held back is counted by `/queue/held-back`, is as overdue as ever
    (DEC-2), and an alarm stands meanwhile.
    """
    catalogue = await world_of(request).services.catalogue()
    target = Target(data.plugin, data.script, data.channel)

    async def write(scope: Scope) -> Stop:
        actor = await acting(request, scope, data.staff_no)
        return await _stop(scope, await stops.stop(scope, catalogue, target, data.reason, actor))

    found = await in_tenant(request, write)
    return Response(found, headers={"Location": stop_path(found.id)})


@get("/stops/{stop_id:uuid}", opt=needs("obligations:read"), operation_id="get_stop", tags=_TAGS)
async def get_stop(request: ApiRequest, stop_id: FromPath[UUID]) -> Stop:
    """Read one stop."""
    async with tenant_scope(request, read_only=True) as scope:
        return await _stop(scope, stop_id)


@post(
    "/stops/{stop_id:uuid}/lift",
    opt=needs("obligations:write", raises=(*_DECIDING, "state.conflict")),
    operation_id="lift_stop",
    tags=_TAGS,
    status_code=200,
)
async def lift_stop(request: ApiRequest, stop_id: FromPath[UUID], data: JSONBody[Lift]) -> Stop:
    """Let work go on; another stop of the same work goes on holding it back."""

    async def write(scope: Scope) -> Stop:
        await stops.lift(scope, stop_id, data.reason, await acting(request, scope, data.staff_no))
        return await _stop(scope, stop_id)

    return await in_tenant(request, write)


async def _stop(scope: Scope, id: UUID) -> Stop:
    return one(Stop, await reading.get_stop(scope, id), "stop")


ROUTES: Final = (list_stops, stop_work, get_stop, lift_stop)
