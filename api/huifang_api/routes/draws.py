"""Draws (抽样): what was committed to, closed and drawn, the bundle that anybody can replay, and draws on demand (DEC-14)."""

from typing import Annotated, Final
from uuid import UUID

from huifang_core.sampling import Standing
from huifang_core.sampling_proof import Bundle
from huifang_tenants.outbox import enqueue
from huifang_tenants.scope import Scope
from huifang_tenants.services.draws import DRAWS, ask_for_draw, bundle_of
from huifang_tenants.stores.reading import draws as reading
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from huifang_api.access import acting, needs, tenant_scope
from huifang_api.documented import Answer, documented
from huifang_api.paging import next_cursor, one, page, shaped
from huifang_api.parameters import ContractNoParam, CursorParam, FlagParam, LimitParam, OrderParam
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.problems import Problem
from huifang_api.shapes.draws import (
    AskForDraw,
    DrawDetail,
    DrawMember,
    DrawMemberPage,
    DrawPage,
    DrawStatus,
    DrawSummary,
    MemberStatus,
)
from huifang_api.world import ApiRequest, world_of
from huifang_api.writing import in_tenant

_LIST: Final = "draws"
_TAGS: Final = ("Draws",)
_BUNDLE_SECONDS: Final = 120.0
_ASKING: Final[tuple[ProblemCode, ...]] = (
    "draw.period_invalid", "staff.not_found", "staff.not_permitted", "state.conflict", "not_found",
)  # fmt: skip
_ASKED: Final = Answer(
    "Asked for; a job makes the draw.",
    {"application/json": DrawDetail},
    {"Location": "Address of the draw."},
)


@get("/draws", opt=needs("draws:read"), operation_id="list_draws", tags=_TAGS)
async def list_draws(
    request: ApiRequest,
    plan: Annotated[
        str | None, QueryParameter(min_length=3, max_length=129, description="The plan, `plugin/plan`.")
    ] = None,
    period: Annotated[
        str | None, QueryParameter(min_length=4, max_length=7, description="Name of the period.")
    ] = None,
    status: Annotated[DrawStatus | None, QueryParameter(description="Status.")] = None,
    limit: LimitParam = 50,
    cursor: CursorParam = None,
    order: OrderParam = None,
) -> DrawPage:
    """List draws, those committed to last first."""
    asked = page(_LIST, limit, cursor, order, default="desc")
    wanted = reading.DrawFilter(plan=plan, period=period, status=status)
    async with tenant_scope(request, read_only=True) as scope:
        found = await reading.list_draws(scope, wanted, asked)
    return DrawPage(shaped(DrawSummary, found.rows), next_cursor(_LIST, asked, found))


@post(
    "/draws",
    opt=needs("draws:write", raises=_ASKING) | documented(answers={202: _ASKED}),
    operation_id="ask_for_draw",
    tags=_TAGS,
    status_code=202,
)
async def ask_for(request: ApiRequest, data: JSONBody[AskForDraw]) -> Response[DrawDetail]:
    """Have a draw made at once: early, or of a period long past.

    Team leaders, compliance officers and administrators may. Where no seed was committed to it is now, and the draw says so.
    """
    catalogue = await world_of(request).services.catalogue()

    async def ask(scope: Scope) -> DrawDetail:
        actor = await acting(request, scope, data.staff_no)
        id = await ask_for_draw(
            scope,
            catalogue,
            data.plan,
            data.period,
            actor,
            data.reason,
            leave_out_failed=data.leave_out_failed,
        )
        await enqueue(scope, DRAWS, {}, dedupe=DRAWS)
        return one(DrawDetail, await reading.get_draw(scope, id), "draw")

    found = await in_tenant(request, ask)
    return Response(found, headers={"Location": f"/api/v1/draws/{found.id}"}, status_code=202)


@get("/draws/{draw_id:uuid}", opt=needs("draws:read"), operation_id="get_draw", tags=_TAGS)
async def get_draw(request: ApiRequest, draw_id: FromPath[UUID]) -> DrawDetail:
    """Read one draw with its pools: how many are wanted, drawn, successful, and what each falls short of."""
    async with tenant_scope(request, read_only=True) as scope:
        return one(DrawDetail, await reading.get_draw(scope, draw_id), "draw")


@get(
    "/draws/{draw_id:uuid}/members",
    opt=needs("draws:read"),
    operation_id="list_draw_members",
    tags=_TAGS,
)
async def list_draw_members(
    request: ApiRequest,
    draw_id: FromPath[UUID],
    status: Annotated[MemberStatus | None, QueryParameter(description="Status.")] = None,
    standing: Annotated[
        Standing | None, QueryParameter(description="What has become of those drawn.")
    ] = None,
    pool: Annotated[
        str | None, QueryParameter(min_length=1, max_length=500, description="Name of the pool, exact.")
    ] = None,
    contract_no: ContractNoParam = None,
    late: FlagParam = None,
    limit: LimitParam = 50,
    cursor: CursorParam = None,
    order: OrderParam = None,
) -> DrawMemberPage:
    """List every event that the plan looked at, those left out and those that came late included."""
    name = f"draw_members/{draw_id}"
    asked = page(name, limit, cursor, order)
    wanted = reading.MemberFilter(
        status=status, standing=standing, pool=pool, contract_no=contract_no, late=late
    )
    async with tenant_scope(request, read_only=True) as scope:
        found = await reading.list_members(scope, draw_id, wanted, asked)
    if found is None:
        raise Problem("not_found", kind="draw")
    return DrawMemberPage(shaped(DrawMember, found.rows), next_cursor(name, asked, found))


@get(
    "/draws/{draw_id:uuid}/bundle",
    opt=needs("draws:read"),
    operation_id="get_draw_bundle",
    tags=_TAGS,
)
async def get_draw_bundle(request: ApiRequest, draw_id: FromPath[UUID]) -> Bundle:
    """Read all that it takes to repeat a draw; `huifang sampling verify`, or thirty lines of one's own, do so."""
    async with tenant_scope(request, read_only=True, statement_timeout=_BUNDLE_SECONDS) as scope:
        return await bundle_of(scope, draw_id)


ROUTES: Final = (list_draws, ask_for, get_draw, list_draw_members, get_draw_bundle)
