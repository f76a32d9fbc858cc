"""Limits (限额): where shares of channels stand, and letting one be passed by approval (LN-5, DEC-9)."""

from typing import Annotated, Any, Final

import msgspec
from huifang_core.shares import Share, level_of, room
from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.shares import Standing
from huifang_tenants.services.declared_limits import declared_limits
from huifang_tenants.services.forecast import forecast_shares
from huifang_tenants.services.limits import Wanted, approve_past, stands_of
from huifang_tenants.stores import shares
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.tenant_settings import settings_of
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from huifang_api.access import needs, tenant_scope
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.shapes.limits import (
    Approval,
    ApprovePast,
    ChannelShare,
    ContactFrequency,
    Limits,
    ShareForecast,
)
from huifang_api.world import ApiRequest, world_of
from huifang_api.writing import in_tenant

_TAGS: Final = ("Limits",)
_MOST_ROOM: Final = 1000
_REFUSALS: Final[tuple[ProblemCode, ...]] = (
    "not_found", "staff.not_found", "staff.not_active", "staff.not_permitted", "staff.outside_unit", "state.conflict",
)  # fmt: skip


@get("/limits", opt=needs("limits:read"), operation_id="get_limits", tags=_TAGS)
async def get_limits(
    request: ApiRequest,
    forecast: Annotated[
        bool,
        QueryParameter(description="Whether to look ahead as well; with very much open it takes seconds."),
    ] = False,
) -> Limits:
    """Read the limits of the plugins that are on: figures of this moment, numerator and denominator, and what was approved."""
    services = world_of(request).services
    catalogue = await services.catalogue()
    async with tenant_scope(request, read_only=True) as scope:
        standings = await stands_of(scope, catalogue)
        frequencies = (await declared_limits(scope, catalogue)).frequencies
        calls_a_day = settings_of(scope.tenant).calls_a_day
    ahead = await forecast_shares(services, request.auth.tenant, standings) if forecast else {}
    return Limits(
        shares=[
            _shown(standing, ahead.get((standing.declared.plugin, standing.declared.limit.id)))
            for standing in standings
        ],
        frequencies=[
            ContactFrequency(
                plugin=one.plugin,
                limit=one.limit.id,
                title=one.limit.title,
                cites=list(one.limit.cites),
                categories=list(one.limit.categories),
                at_most=one.at_most,
                within_days=one.within_days,
            )
            for one in frequencies
        ],
        calls_a_day=calls_a_day,
    )


@post(
    "/limits/{plugin:str}/{limit:str}/approvals",
    opt=needs("limits:write", raises=_REFUSALS),
    operation_id="approve_past_limit",
    tags=_TAGS,
)
async def approve_past_limit(
    request: ApiRequest, plugin: FromPath[str], limit: FromPath[str], data: JSONBody[ApprovePast]
) -> Approval:
    """Let a share be passed for one callback or a number of them, with a reason that stands in the ledger.

    Whoever approves holds the role that the limit names; it holds for callbacks of their unit and those below it.
    """
    catalogue = await world_of(request).services.catalogue()
    wanted = Wanted(
        staff_no=data.staff_no, reason=data.reason, number=data.number, obligation_id=data.obligation_id
    )
    actor = Actor(request.auth.actor, data.staff_no)

    async def approve(scope: Scope) -> Approval:
        return _approval(await approve_past(scope, catalogue, plugin, limit, wanted, actor))

    return await in_tenant(request, approve)


def _shown(standing: Standing, ahead: Share | None) -> ChannelShare:
    declared, share = standing.declared, standing.share
    return ChannelShare(
        plugin=declared.plugin,
        limit=declared.limit.id,
        title=declared.limit.title,
        cites=list(declared.limit.cites),
        channels=list(declared.limit.channels),
        period=standing.span.name,
        first_day=standing.span.first,
        last_day=standing.span.last,
        by_channels=share.by_channels,
        completed=share.completed,
        in_hand=share.in_hand,
        figure=f"{share.figure:.4f}",
        at_most=f"{declared.bounds.at_most:f}",
        warn_at=f"{declared.bounds.warn_at:f}",
        level=level_of(share, declared.bounds),
        room=room(share, declared.bounds.at_most, _MOST_ROOM),
        forecast=None
        if ahead is None
        else ShareForecast(
            by_channels=ahead.by_channels, completed=ahead.completed, figure=f"{ahead.figure:.4f}"
        ),
        approved_by=declared.limit.approved_by,
        approvals=[_approval(approval) for approval in standing.approvals],
    )


def _approval(approval: shares.Approval) -> Approval:
    known: dict[str, Any] = {**msgspec.structs.asdict(approval), "left": approval.left}
    return msgspec.convert(known, Approval)


ROUTES: Final = (get_limits, approve_past_limit)
