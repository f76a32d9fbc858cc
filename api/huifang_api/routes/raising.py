"""Cases (问题件) that callers open in the middle of a contact, and people who are to be called again after all."""

from typing import Final
from uuid import UUID

from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts import raising
from huifang_tenants.stores.reading import customers as reading
from litestar import Response, post
from litestar.params import FromPath, JSONBody

from huifang_api.access import acting, needs
from huifang_api.documented import Answer, documented
from huifang_api.paging import one
from huifang_api.routes.case_work import TAGS, shown_case
from huifang_api.shapes.cases import CaseDetail
from huifang_api.shapes.customers import CustomerDetail
from huifang_api.shapes.raising import LetBeCalled, RaiseCase
from huifang_api.world import ApiRequest, world_of
from huifang_api.writing import holder, in_tenant

_OPENED: Final = Answer("Opened.", {"application/json": CaseDetail}, {"Location": "Address of the case."})


@post(
    "/contacts/{contact_id:uuid}/cases",
    opt=needs("contacts:write", raises=("not_found", "contact.not_in_progress", "case.class_unknown"))
    | documented(answers={201: _OPENED}),
    operation_id="raise_case",
    tags=TAGS,
)
async def raise_case(
    request: ApiRequest, contact_id: FromPath[UUID], data: JSONBody[RaiseCase]
) -> Response[CaseDetail]:
    """Take a complaint or another matter down at once, at whatever step of a contact; the script goes on where it stands.

    The class is one of the plugin whose script is being played; the case is routed and due as that says.
    """
    services = world_of(request).services
    catalogue, calendar = await services.catalogue(), await services.calendar()

    async def open_it(scope: Scope) -> CaseDetail:
        actor = await holder(request, scope, contact_id)
        id = await raising.open_in_place(
            scope, catalogue, calendar, contact_id, data.case_class, data.note, data.severity, actor
        )
        return await shown_case(scope, id)

    found = await in_tenant(request, open_it)
    return Response(found, headers={"Location": f"/api/v1/cases/{found.id}"})


@post(
    "/customers/{customer_id:uuid}/contactable",
    opt=needs(
        "contacts:write",
        raises=("staff.not_found", "staff.not_active", "staff.not_permitted", "state.conflict"),
    ),
    operation_id="let_customer_be_called",
    tags=("Customers",),
    status_code=200,
)
async def let_customer_be_called(
    request: ApiRequest, customer_id: FromPath[UUID], data: JSONBody[LetBeCalled]
) -> CustomerDetail:
    """Let a person be called again who was said to have died, or to be unable to answer; what is owed is given out again."""

    async def work(scope: Scope) -> CustomerDetail:
        one(CustomerDetail, await reading.get_customer_detail(scope, customer_id), "customer")
        actor = await acting(request, scope, data.staff_no)
        await raising.let_be_called(scope, customer_id, data.reason, actor)
        return one(CustomerDetail, await reading.get_customer_detail(scope, customer_id), "customer")

    return await in_tenant(request, work)


ROUTES: Final = (raise_case, let_customer_be_called)
"""Beside conducting contacts."""
