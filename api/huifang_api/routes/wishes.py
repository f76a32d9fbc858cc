"""Wishes (免打扰登记) of people not to be contacted: recorded, decided about, lifted (CARE-2, DEC-6)."""

from typing import Final
from uuid import UUID

import msgspec
from huifang_tenants.scope import Scope
from huifang_tenants.services import wishes
from huifang_tenants.stores.wishes import Wish as StoredWish
from litestar import post
from litestar.params import FromPath, JSONBody

from huifang_api.access import acting, needs
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.shapes.wishes import DecideWish, LiftWish, RecordWish, Wish
from huifang_api.world import ApiRequest
from huifang_api.writing import in_tenant

_TAGS: Final = ("Customers",)
_RECORDING: Final[tuple[ProblemCode, ...]] = ("not_found", "staff.not_found")
_LIFTING: Final[tuple[ProblemCode, ...]] = (*_RECORDING, "state.conflict")
_DECIDING: Final[tuple[ProblemCode, ...]] = (*_LIFTING, "staff.not_active", "staff.not_permitted")


@post(
    "/customers/{customer_id:uuid}/restrictions",
    opt=needs("contacts:write", raises=_RECORDING),
    operation_id="record_wish",
    tags=_TAGS,
)
async def record_wish(request: ApiRequest, customer_id: FromPath[UUID], data: JSONBody[RecordWish]) -> Wish:
    """Record that a person does not want to be contacted: from now on no survey, care or sales contact of theirs is given out.

    Mandatory callbacks go on with the wish shown to the caller, unless a supervisor decides otherwise.
    """

    async def write(scope: Scope) -> Wish:
        actor = await acting(request, scope, data.staff_no)
        wish = await wishes.record_wish(
            scope, customer_id, data.kind, data.reason, actor, valid_until=data.valid_until
        )
        return _shown(wish)

    return await in_tenant(request, write)


@post(
    "/restrictions/{restriction_id:uuid}/decision",
    opt=needs("limits:write", raises=_DECIDING),
    operation_id="decide_wish",
    tags=_TAGS,
    status_code=200,
)
async def decide_wish(
    request: ApiRequest, restriction_id: FromPath[UUID], data: JSONBody[DecideWish]
) -> Wish:
    """Decide whether mandatory callbacks go on against a person's own wish; the last decision counts, all are in the ledger."""

    async def write(scope: Scope) -> Wish:
        actor = await acting(request, scope, data.staff_no)
        wish = await wishes.decide(scope, restriction_id, data.decision, data.reason, data.staff_no, actor)
        return _shown(wish)

    return await in_tenant(request, write)


@post(
    "/restrictions/{restriction_id:uuid}/lift",
    opt=needs("contacts:write", raises=_LIFTING),
    operation_id="lift_wish",
    tags=_TAGS,
    status_code=200,
)
async def lift_wish(request: ApiRequest, restriction_id: FromPath[UUID], data: JSONBody[LiftWish]) -> Wish:
    """Let a wish stand no longer; it stays on record."""

    async def write(scope: Scope) -> Wish:
        actor = await acting(request, scope, data.staff_no)
        return _shown(await wishes.lift(scope, restriction_id, data.reason, actor))

    return await in_tenant(request, write)


def _shown(wish: StoredWish) -> Wish:
    return msgspec.convert(wish, Wish, from_attributes=True)


ROUTES: Final = (record_wish, decide_wish, lift_wish)
"""Beside the customers they are about."""
