"""What customers need (客户需求档案): noted, shown with a reason, withdrawn (CARE-3)."""

from typing import Final
from uuid import UUID

import msgspec
from huifang_tenants.scope import Scope
from huifang_tenants.services import needs as services
from huifang_tenants.stores.reading import customers as reading
from litestar import post
from litestar.params import FromPath, JSONBody

from huifang_api.access import acting, needs
from huifang_api.paging import one
from huifang_api.parameters import OnBehalfOfParam
from huifang_api.shapes.care import NoteNeed, RevealedNeeds, WithdrawNeed
from huifang_api.shapes.contacts import RevealRequest
from huifang_api.shapes.customers import CustomerDetail
from huifang_api.world import ApiRequest
from huifang_api.writing import in_tenant

_TAGS: Final = ("Customers",)


@post(
    "/customers/{customer_id:uuid}/needs",
    opt=needs("customers:write", raises=("staff.not_found", "staff.not_active", "not_found")),
    operation_id="note_need",
    tags=_TAGS,
    status_code=200,
)
async def note_need(
    request: ApiRequest, customer_id: FromPath[UUID], data: JSONBody[NoteNeed]
) -> CustomerDetail:
    """Note what a customer needs; `notes` of the customer lists it, and only revealing shows the words."""

    async def work(scope: Scope) -> CustomerDetail:
        actor = await acting(request, scope, data.staff_no)
        await services.note(scope, customer_id, data.need, data.text, data.contact_id, data.staff_no, actor)
        return await _shown(scope, customer_id)

    return await in_tenant(request, work)


@post(
    "/customers/{customer_id:uuid}/needs/reveal",
    opt=needs("personal:reveal"),
    operation_id="reveal_needs",
    tags=_TAGS,
    status_code=200,
)
async def reveal_needs(
    request: ApiRequest,
    customer_id: FromPath[UUID],
    data: JSONBody[RevealRequest],
    on_behalf_of: OnBehalfOfParam = None,
) -> RevealedNeeds:
    """See what a person needs in words, with a reason; leaves a row in the ledger."""

    async def work(scope: Scope) -> RevealedNeeds:
        actor = await acting(request, scope, on_behalf_of)
        found = await services.reveal(scope, customer_id, data.reason, actor)
        return msgspec.convert({"needs": found}, RevealedNeeds)

    return await in_tenant(request, work)


@post(
    "/customers/{customer_id:uuid}/needs/{note_id:uuid}/withdraw",
    opt=needs("customers:write", raises=("staff.not_found", "staff.not_active", "not_found")),
    operation_id="withdraw_need",
    tags=_TAGS,
    status_code=200,
)
async def withdraw_need(
    request: ApiRequest,
    customer_id: FromPath[UUID],
    note_id: FromPath[UUID],
    data: JSONBody[WithdrawNeed],
) -> CustomerDetail:
    """Say that a need holds no more; it stays on record."""

    async def work(scope: Scope) -> CustomerDetail:
        actor = await acting(request, scope, data.staff_no)
        await services.withdraw(scope, customer_id, note_id, data.staff_no, actor)
        return await _shown(scope, customer_id)

    return await in_tenant(request, work)


async def _shown(scope: Scope, customer_id: UUID) -> CustomerDetail:
    return one(CustomerDetail, await reading.get_customer_detail(scope, customer_id), "customer")


ROUTES: Final = (note_need, reveal_needs, withdraw_need)
"""Beside the lists of customers."""
