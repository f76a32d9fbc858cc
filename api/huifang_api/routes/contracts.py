"""Contracts (合同): lists and single ones."""

from typing import Annotated, Final
from uuid import UUID

from huifang_core.contracts import Channel, ContractStatus, Line, ProductClass
from huifang_tenants.stores.reading import contracts as reading
from litestar import get
from litestar.params import FromPath, QueryParameter

from huifang_api.access import needs, tenant_scope
from huifang_api.paging import next_cursor, one, page, shaped
from huifang_api.parameters import (
    ContractNoParam,
    CursorParam,
    CustomerIdParam,
    LimitParam,
    OrderParam,
    StaffNoParam,
    UnitParam,
)
from huifang_api.shapes.contracts import ContractDetail, ContractPage, ContractSummary
from huifang_api.world import ApiRequest

_LIST: Final = "contracts"
_TAGS: Final = ("Contracts",)


@get("/contracts", opt=needs("contracts:read"), operation_id="list_contracts", tags=_TAGS)
async def list_contracts(
    request: ApiRequest,
    contract_no: ContractNoParam = None,
    line: Annotated[Line | None, QueryParameter(description="Line of business (险种).")] = None,
    product_class: Annotated[ProductClass | None, QueryParameter(description="Product class.")] = None,
    channel: Annotated[Channel | None, QueryParameter(description="Sales channel (销售渠道).")] = None,
    status: Annotated[ContractStatus | None, QueryParameter(description="Contract status.")] = None,
    seller_no: StaffNoParam = None,
    unit: UnitParam = None,
    policyholder_id: CustomerIdParam = None,
    limit: LimitParam = 50,
    cursor: CursorParam = None,
    order: OrderParam = None,
) -> ContractPage:
    """List contracts in the order in which they came in.

    Every filter given must hold.
    """
    wanted = reading.ContractFilter(
        contract_no=contract_no,
        line=line,
        product_class=product_class,
        channel=channel,
        status=status,
        seller_no=seller_no,
        unit=unit,
        policyholder_id=policyholder_id,
    )
    asked = page(_LIST, limit, cursor, order)
    async with tenant_scope(request, read_only=True) as scope:
        found = await reading.list_contracts(scope, wanted, asked)
    return ContractPage(shaped(ContractSummary, found.rows), next_cursor(_LIST, asked, found))


@get(
    "/contracts/{contract_id:uuid}",
    opt=needs("contracts:read"),
    operation_id="get_contract",
    tags=_TAGS,
)
async def get_contract(request: ApiRequest, contract_id: FromPath[UUID]) -> ContractDetail:
    """Read one contract with everything the source system said of it."""
    async with tenant_scope(request, read_only=True) as scope:
        return one(ContractDetail, await reading.get_contract(scope, contract_id), "contract")


ROUTES: Final = (list_contracts, get_contract)
