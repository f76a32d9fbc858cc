"""Calls (通话) by the telephone system: where one stands, and hanging up (LN-4a)."""

from typing import Final
from uuid import UUID

import msgspec
from huifang_core.calls import Call, suggested_outcome
from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts import calling
from huifang_tenants.services.contacts.calling import Happened
from huifang_tenants.services.errors import Refused
from huifang_tenants.telephone import BrokenTelephone
from litestar import get, post
from litestar.params import FromPath

from huifang_api.access import needs, tenant_scope
from huifang_api.channels.switchboard import carry_out
from huifang_api.channels.telephone import CallName, Telephone, TelephoneFailed
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.shapes.calls import CallStanding
from huifang_api.world import ApiRequest, world_of
from huifang_api.writing import holder, in_tenant

_TAGS: Final = ("Contacts",)
_HANGING_UP: Final[tuple[ProblemCode, ...]] = ("not_found", "telephone.unavailable")


@get(
    "/contacts/{contact_id:uuid}/call",
    opt=needs("contacts:read", vendors=True),
    operation_id="get_call",
    tags=_TAGS,
)
async def get_call(request: ApiRequest, contact_id: FromPath[UUID]) -> CallStanding:
    """Read where the call of a contact stands; there is one only where the telephone system dials."""
    async with tenant_scope(request, read_only=True) as scope:
        found = await calling.call_of(scope, contact_id)
        await holder(request, scope, contact_id)
    return _shown(found)


@post(
    "/contacts/{contact_id:uuid}/hang-up",
    opt=needs("contacts:write", raises=_HANGING_UP, vendors=True),
    operation_id="hang_up",
    tags=_TAGS,
    status_code=200,
)
async def hang_up(request: ApiRequest, contact_id: FromPath[UUID]) -> CallStanding:
    """End the call of a contact, whatever stage it is in; one that is over stays as it is. The outcome is recorded as always."""
    telephone = await telephone_of(request)

    async def end(scope: Scope) -> Happened:
        return await calling.hang_up(scope, contact_id, await holder(request, scope, contact_id))

    found = await in_tenant(request, end)
    if telephone is not None and found.actions:
        try:
            await carry_out(telephone, CallName(contact_id, found.call.number), found)
        except TelephoneFailed as failed:
            raise Refused("telephone.unavailable", failure=failed.failure) from None
    return _shown(found.call)


async def telephone_of(request: ApiRequest) -> Telephone | None:
    """Return the tenant's telephone system, None where calls are made by hand. Refuses `telephone.unavailable`."""
    try:
        return await world_of(request).exchange.of(request.auth.tenant)
    except TelephoneFailed as failed:
        raise Refused("telephone.unavailable", failure=failed.failure) from None
    except BrokenTelephone:
        raise Refused("telephone.unavailable", failure="unreadable_setting") from None


async def place_call(request: ApiRequest, telephone: Telephone, contact_id: UUID) -> None:
    """Ring the caller's telephone for a contact; nothing where a call is under way. Refuses what `calling.place` does, `telephone.unavailable`."""

    catalogue = await world_of(request).services.catalogue()

    async def place(scope: Scope) -> calling.Placed | None:
        return await calling.place(scope, catalogue, contact_id, await holder(request, scope, contact_id))

    placed = await in_tenant(request, place)
    if placed is None:
        return
    try:
        await telephone.ring_caller(CallName(contact_id, placed.number), placed.staff_no, placed.extension)
    except TelephoneFailed as failed:
        problem = f"telephone_{failed.failure}"
        await in_tenant(
            request, lambda scope: calling.not_placed(scope, catalogue, contact_id, placed.number, problem)
        )
        raise Refused("telephone.unavailable", failure=failed.failure) from None


def _shown(call: Call) -> CallStanding:
    found = {name: getattr(call, name) for name in Call.__struct_fields__}
    return msgspec.convert({**found, "suggested": suggested_outcome(call)}, CallStanding)


ROUTES: Final = (get_call, hang_up)
