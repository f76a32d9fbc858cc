"""Customers (客户): lists, exact search, single ones, and revealing what is masked."""

from typing import Annotated, Final
from uuid import UUID

import msgspec
from huifang_core.customers import CustomerKind
from huifang_tenants.stores.ledger import record
from huifang_tenants.stores.reading import customers as reading
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from huifang_api.access import acting, needs, tenant_scope
from huifang_api.faults import missing
from huifang_api.paging import next_cursor, one, page, shaped
from huifang_api.parameters import CursorParam, LimitParam, OnBehalfOfParam, OrderParam
from huifang_api.problems import Problem
from huifang_api.shapes.customers import (
    Customer,
    CustomerDetail,
    CustomerPage,
    CustomerRevealRequest,
    CustomerSearchRequest,
    CustomersFound,
    RevealedCustomer,
)
from huifang_api.world import ApiRequest

_LIST: Final = "customers"
_TAGS: Final = ("Customers",)


@get("/customers", opt=needs("customers:read"), operation_id="list_customers", tags=_TAGS)
async def list_customers(
    request: ApiRequest,
    customer_no: Annotated[
        str | None,
        QueryParameter(
            min_length=1, max_length=64, description="Customer number (客户号) in any source, exact."
        ),
    ] = None,
    kind: Annotated[CustomerKind | None, QueryParameter(description="Individual or organisation.")] = None,
    region: Annotated[
        str | None, QueryParameter(pattern=r"^[0-9]{6}$", description="GB/T 2260 region code, six digits.")
    ] = None,
    limit: LimitParam = 50,
    cursor: CursorParam = None,
    order: OrderParam = None,
) -> CustomerPage:
    """List customers, masked, in the order in which they came in.

    Names, numbers and phones can't be filtered by here, since addresses end up in logs: search by them instead.
    """
    wanted = reading.CustomerFilter(customer_no=customer_no, kind=kind, region=region)
    asked = page(_LIST, limit, cursor, order)
    async with tenant_scope(request, read_only=True) as scope:
        found = await reading.list_customers(scope, wanted, asked)
    return CustomerPage(shaped(Customer, found.rows), next_cursor(_LIST, asked, found))


@post(
    "/customers/search",
    opt=needs("customers:read"),
    operation_id="search_customers",
    tags=_TAGS,
    status_code=200,
)
async def search_customers(
    request: ApiRequest, data: JSONBody[CustomerSearchRequest], on_behalf_of: OnBehalfOfParam = None
) -> CustomersFound:
    """Find customers by exact values, masked; leaves a row in the ledger."""
    by = {name: value for name, value in msgspec.to_builtins(data).items() if name != "limit"}
    if not by:
        raise Problem("validation.failed", faults=[missing("body", "")])
    async with tenant_scope(request) as scope:
        actor = await acting(request, scope, on_behalf_of)
        found = await reading.search_customers(scope, reading.CustomerSearch(**by), data.limit)
        seen = [str(row["id"]) for row in found.rows]
        await record(
            scope, actor, "customer.searched", "customer", None, {"by": by, "found": seen},
            details={"by": sorted(by), "found": len(seen)},
        )  # fmt: skip
    return CustomersFound(shaped(Customer, found.rows), found.last is not None)


@get("/customers/{customer_id:uuid}", opt=needs("customers:read"), operation_id="get_customer", tags=_TAGS)
async def get_customer(request: ApiRequest, customer_id: FromPath[UUID]) -> CustomerDetail:
    """Read one customer, masked, with the records merged into it and what stands against contacting the person.

    A record that was merged is shown as it was; `merged_into` says which one stands for it.
    """
    async with tenant_scope(request, read_only=True) as scope:
        return one(CustomerDetail, await reading.get_customer_detail(scope, customer_id), "customer")


@post(
    "/customers/{customer_id:uuid}/reveal",
    opt=needs("personal:reveal"),
    operation_id="reveal_customer",
    tags=_TAGS,
    status_code=200,
)
async def reveal_customer(
    request: ApiRequest,
    customer_id: FromPath[UUID],
    data: JSONBody[CustomerRevealRequest],
    on_behalf_of: OnBehalfOfParam = None,
) -> RevealedCustomer:
    """See personal data of one customer unmasked, with a reason; leaves a row in the ledger."""
    async with tenant_scope(request) as scope:
        actor = await acting(request, scope, on_behalf_of)
        values = await reading.reveal(scope, customer_id, data.fields)
        if values is None:
            raise Problem("not_found", kind="customer")
        await record(
            scope, actor, "customer.revealed", "customer", customer_id, values, data.reason,
            details={"fields": sorted(values)},
        )  # fmt: skip
    return msgspec.convert(
        {name: value for name, value in values.items() if value}, RevealedCustomer, from_attributes=True
    )


ROUTES: Final = (list_customers, search_customers, get_customer, reveal_customer)
