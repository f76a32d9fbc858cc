"""The register of gifts (礼品登记): asked for within what they may be worth, approved by somebody else, given (CARE-1)."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Annotated, Any, Final
from uuid import UUID

from huifang_core.gifts import GiftStatus
from huifang_tenants.scope import Scope
from huifang_tenants.services import gifts
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.reading import gifts as reading
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from huifang_api.access import acting, needs, tenant_scope
from huifang_api.documented import Answer, documented
from huifang_api.paging import next_cursor, one, page, shaped
from huifang_api.parameters import CursorParam, CustomerIdParam, LimitParam, OrderParam, UnitParam
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.shapes.care import DecideGift, Gift, GiftPage, GiveGift, RequestGift
from huifang_api.world import ApiRequest, world_of
from huifang_api.writing import in_tenant

_LIST: Final = "gifts"
_TAGS: Final = ("Customers",)
_STAFF: Final[tuple[ProblemCode, ...]] = ("staff.not_found", "staff.not_active")
_MOVING: Final[tuple[ProblemCode, ...]] = (*_STAFF, "staff.outside_unit", "state.conflict")
_DECIDING: Final[tuple[ProblemCode, ...]] = (
    *_MOVING, "staff.not_permitted", "gift.approved_by_requester", "gift.not_planned",
)  # fmt: skip
_REQUESTED: Final = Answer("Asked for.", {"application/json": Gift}, {"Location": "Address of the gift."})


@get("/gifts", opt=needs("customers:read"), operation_id="list_gifts", tags=_TAGS)
async def list_gifts(
    request: ApiRequest,
    customer_id: CustomerIdParam = None,
    unit: UnitParam = None,
    status: Annotated[GiftStatus | None, QueryParameter(description="Status.")] = None,
    year: Annotated[
        int | None,
        QueryParameter(ge=2000, le=2199, description="Calendar year whose limit they count towards."),
    ] = None,
    limit: LimitParam = 50,
    cursor: CursorParam = None,
    order: OrderParam = None,
) -> GiftPage:
    """List gifts, the latest first."""
    wanted = reading.GiftFilter(customer_id=customer_id, unit=unit, status=status, year=year)
    asked = page(_LIST, limit, cursor, order, default="desc")
    async with tenant_scope(request, read_only=True) as scope:
        found = await reading.list_gifts(scope, wanted, asked)
    return GiftPage(shaped(Gift, [_with_value(row) for row in found.rows]), next_cursor(_LIST, asked, found))


@get("/gifts/{gift_id:uuid}", opt=needs("customers:read"), operation_id="get_gift", tags=_TAGS)
async def get_gift(request: ApiRequest, gift_id: FromPath[UUID]) -> Gift:
    """Read one gift."""
    async with tenant_scope(request, read_only=True) as scope:
        return await _shown(scope, gift_id)


@post(
    "/gifts",
    opt=needs(
        "customers:write",
        raises=(*_STAFF, "not_found", "gift.not_planned", "gift.too_much", "gift.not_wanted"),
    )
    | documented(answers={201: _REQUESTED}),
    operation_id="request_gift",
    tags=_TAGS,
)
async def request_gift(request: ApiRequest, data: JSONBody[RequestGift]) -> Response[Gift]:
    """Ask for a gift. It counts at once towards what the person may get in the year, until it is declined or cancelled."""
    catalogue = await world_of(request).services.catalogue()
    wanted = gifts.Wanted(data.customer_id, data.occasion, data.description, Decimal(data.value))

    async def ask(scope: Scope) -> Gift:
        actor = await acting(request, scope, data.staff_no)
        return await _shown(scope, await gifts.request(scope, catalogue, wanted, data.staff_no, actor))

    found = await in_tenant(request, ask)
    return Response(found, headers={"Location": f"/api/v1/gifts/{found.id}"})


@post(
    "/gifts/{gift_id:uuid}/approve",
    opt=needs("customers:write", raises=_DECIDING),
    operation_id="approve_gift",
    tags=_TAGS,
    status_code=200,
)
async def approve_gift(request: ApiRequest, gift_id: FromPath[UUID], data: JSONBody[DecideGift]) -> Gift:
    """Approve a gift; it takes the role that the limit names, in the gift's unit or above, and not who asked for it."""
    return await _decided(request, gift_id, data, approved=True)


@post(
    "/gifts/{gift_id:uuid}/decline",
    opt=needs("customers:write", raises=_DECIDING),
    operation_id="decline_gift",
    tags=_TAGS,
    status_code=200,
)
async def decline_gift(request: ApiRequest, gift_id: FromPath[UUID], data: JSONBody[DecideGift]) -> Gift:
    """Decline a gift; it counts no more."""
    return await _decided(request, gift_id, data, approved=False)


@post(
    "/gifts/{gift_id:uuid}/give",
    opt=needs("customers:write", raises=_MOVING),
    operation_id="give_gift",
    tags=_TAGS,
    status_code=200,
)
async def give_gift(request: ApiRequest, gift_id: FromPath[UUID], data: JSONBody[GiveGift]) -> Gift:
    """Put down that an approved gift was given."""
    return await _moved(
        request,
        gift_id,
        data.staff_no,
        lambda scope, actor: gifts.give(scope, gift_id, data.on, data.staff_no, actor),
    )


@post(
    "/gifts/{gift_id:uuid}/cancel",
    opt=needs("customers:write", raises=_MOVING),
    operation_id="cancel_gift",
    tags=_TAGS,
    status_code=200,
)
async def cancel_gift(request: ApiRequest, gift_id: FromPath[UUID], data: JSONBody[DecideGift]) -> Gift:
    """Cancel a gift that was not given; it counts no more."""
    return await _moved(
        request,
        gift_id,
        data.staff_no,
        lambda scope, actor: gifts.cancel(scope, gift_id, data.reason, data.staff_no, actor),
    )


async def _decided(request: ApiRequest, gift_id: UUID, data: DecideGift, *, approved: bool) -> Gift:
    catalogue = await world_of(request).services.catalogue()
    return await _moved(
        request,
        gift_id,
        data.staff_no,
        lambda scope, actor: gifts.decide(
            scope, catalogue, gift_id, approved, data.reason, data.staff_no, actor
        ),
    )


async def _moved(
    request: ApiRequest, gift_id: UUID, staff_no: str, step: Callable[[Scope, Actor], Awaitable[None]]
) -> Gift:
    async def work(scope: Scope) -> Gift:
        await step(scope, await acting(request, scope, staff_no))
        return await _shown(scope, gift_id)

    return await in_tenant(request, work)


async def _shown(scope: Scope, gift_id: UUID) -> Gift:
    row = await reading.get_gift(scope, gift_id)
    return one(Gift, None if row is None else _with_value(row), "gift")


def _with_value(row: Any) -> dict[str, Any]:
    return {**row, "value": str(row["value"])}


ROUTES: Final = (list_gifts, get_gift, request_gift, approve_gift, decline_gift, give_gift, cancel_gift)
"""Beside the lists of customers."""
