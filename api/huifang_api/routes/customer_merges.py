"""Customers found to be one person, or not to be one after all (DEC-10): merging records, and taking that back."""

from typing import Final
from uuid import UUID

from huifang_tenants.services import merges
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.reading import customers as reading
from litestar import post
from litestar.params import FromPath, JSONBody

from huifang_api.access import acting, needs, tenant_scope
from huifang_api.paging import one
from huifang_api.parameters import OnBehalfOfParam
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.shapes.customers import CustomerDetail, MergeCustomer, UnmergeCustomer
from huifang_api.world import ApiRequest, world_of

_TAGS: Final = ("Customers",)
_MERGING: Final[tuple[ProblemCode, ...]] = (
    "staff.not_found", "customer.same_record", "customer.kinds_differ", "customer.merged_already",
)  # fmt: skip
_PARTING: Final[tuple[ProblemCode, ...]] = (
    "staff.not_found", "customer.not_merged", "customer.identity_taken",
)  # fmt: skip


@post(
    "/customers/{customer_id:uuid}/merge",
    opt=needs("customers:write", raises=_MERGING),
    operation_id="merge_customer",
    tags=_TAGS,
    status_code=200,
)
async def merge_customer(
    request: ApiRequest,
    customer_id: FromPath[UUID],
    data: JSONBody[MergeCustomer],
    on_behalf_of: OnBehalfOfParam = None,
) -> CustomerDetail:
    """Merge this record into another one of the same person, which stands for both from then on; answers that one.

    Its numbers, contracts and open callbacks go over to the other; all else stays where it was recorded and is shown with the person.
    Records with one ID number are merged by themselves.
    """
    actor = await _actor(request, on_behalf_of)
    services, tenant = world_of(request).services, request.auth.tenant
    await merges.merge(services, tenant, customer_id, data.into, actor, data.reason)
    return await _shown(request, data.into)


@post(
    "/customers/{customer_id:uuid}/unmerge",
    opt=needs("customers:write", raises=_PARTING),
    operation_id="unmerge_customer",
    tags=_TAGS,
    status_code=200,
)
async def unmerge_customer(
    request: ApiRequest,
    customer_id: FromPath[UUID],
    data: JSONBody[UnmergeCustomer],
    on_behalf_of: OnBehalfOfParam = None,
) -> CustomerDetail:
    """Let a record that was merged, by itself or by hand, stand for itself again; answers it.

    Its numbers, contracts and open callbacks come back to it. `merges` of a customer lists what can be taken back.
    """
    actor = await _actor(request, on_behalf_of)
    services, tenant = world_of(request).services, request.auth.tenant
    await merges.unmerge(services, tenant, customer_id, actor, data.reason)
    return await _shown(request, customer_id)


async def _actor(request: ApiRequest, on_behalf_of: str | None) -> Actor:
    async with tenant_scope(request, read_only=True) as scope:
        return await acting(request, scope, on_behalf_of)


async def _shown(request: ApiRequest, customer_id: UUID) -> CustomerDetail:
    async with tenant_scope(request, read_only=True) as scope:
        return one(CustomerDetail, await reading.get_customer_detail(scope, customer_id), "customer")


ROUTES: Final = (merge_customer, unmerge_customer)
"""Beside the lists of customers."""
