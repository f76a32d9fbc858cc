"""Appointments (预约, HI-2): agreeing with the customer on a time before the contact itself."""

from typing import Final
from uuid import UUID

from huifang_tenants.scope import Scope
from huifang_tenants.services.appointments import cancel_appointment, make_appointment
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.reading import obligations as reading
from litestar import post, put
from litestar.params import FromPath, JSONBody

from huifang_api.access import needs, own_work
from huifang_api.paging import one
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.shapes.appointments import CancelAppointment, MakeAppointment
from huifang_api.shapes.obligations import ObligationDetail
from huifang_api.world import ApiRequest
from huifang_api.writing import in_tenant

_TAGS: Final = ("Obligations",)
_DOING: Final[tuple[ProblemCode, ...]] = (
    "not_found", "staff.not_found", "staff.not_active", "staff.untrained", "queue.not_leased",
    "queue.not_assigned", "state.conflict",
)  # fmt: skip
_MAKING: Final[tuple[ProblemCode, ...]] = (
    *_DOING, "appointment.not_wanted", "appointment.in_the_past", "appointment.outside_window",
    "appointment.outside_hours",
)  # fmt: skip


@put(
    "/obligations/{obligation_id:uuid}/appointment",
    opt=needs("contacts:write", raises=_MAKING, vendors=True),
    operation_id="make_appointment",
    tags=_TAGS,
)
async def put_appointment(
    request: ApiRequest, obligation_id: FromPath[UUID], data: JSONBody[MakeAppointment]
) -> ObligationDetail:
    """Put the time on record that was agreed with the customer, in place of one agreed before.

    The callback is given out from then on, ahead of others. Half an hour ahead whoever agreed on it is reminded; half an hour past it,
    what nobody began counts as missed, and a new time has to be agreed.
    """
    actor = Actor(request.auth.actor, data.staff_no)

    async def write(scope: Scope) -> ObligationDetail:
        await own_work(request, scope, data.staff_no)
        await make_appointment(scope, obligation_id, data.at, data.through, data.staff_no, actor)
        return await _shown(scope, obligation_id)

    return await in_tenant(request, write)


@post(
    "/obligations/{obligation_id:uuid}/appointment/cancellation",
    opt=needs("contacts:write", raises=(*_DOING, "appointment.none"), vendors=True),
    operation_id="cancel_appointment",
    tags=_TAGS,
    status_code=200,
)
async def post_cancellation(
    request: ApiRequest, obligation_id: FromPath[UUID], data: JSONBody[CancelAppointment]
) -> ObligationDetail:
    """Put on record that a time agreed no longer holds; the callback can be claimed at once, to agree on another."""
    actor = Actor(request.auth.actor, data.staff_no)

    async def write(scope: Scope) -> ObligationDetail:
        await own_work(request, scope, data.staff_no)
        await cancel_appointment(scope, obligation_id, data.staff_no, data.reason, actor)
        return await _shown(scope, obligation_id)

    return await in_tenant(request, write)


async def _shown(scope: Scope, obligation_id: UUID) -> ObligationDetail:
    return one(ObligationDetail, await reading.get_obligation(scope, obligation_id), "obligation")


ROUTES: Final = (put_appointment, post_cancellation)
