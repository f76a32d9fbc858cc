"""Cases (问题件): lists, single ones with their history, and revealing what was written."""

from typing import Annotated, Final
from uuid import UUID

import msgspec
from huifang_core.cases import CaseStatus
from huifang_tenants.stores.ledger import record
from huifang_tenants.stores.reading import cases as reading
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from huifang_api.access import acting, needs, tenant_scope
from huifang_api.paging import next_cursor, one, page, shaped
from huifang_api.parameters import (
    CodeParam,
    ContractNoParam,
    CursorParam,
    CustomerIdParam,
    FlagParam,
    LimitParam,
    ObligationIdParam,
    OnBehalfOfParam,
    OrderParam,
    StaffNoParam,
    UnitParam,
)
from huifang_api.problems import Problem
from huifang_api.shapes.cases import CaseDetail, CasePage, CaseSummary, RevealedCase
from huifang_api.shapes.contacts import RevealRequest
from huifang_api.world import ApiRequest

_LIST: Final = "cases"
_TAGS: Final = ("Cases",)


@get("/cases", opt=needs("cases:read"), operation_id="list_cases", tags=_TAGS)
async def list_cases(
    request: ApiRequest,
    status: Annotated[CaseStatus | None, QueryParameter(description="Status.")] = None,
    case_class: CodeParam = None,
    severity: Annotated[
        int | None, QueryParameter(ge=1, le=4, description="1 minor … 4 most serious.")
    ] = None,
    unit: UnitParam = None,
    assignee: StaffNoParam = None,
    overdue: FlagParam = None,
    contract_no: ContractNoParam = None,
    customer_id: CustomerIdParam = None,
    obligation_id: ObligationIdParam = None,
    contact_id: Annotated[
        UUID | None, QueryParameter(description="Id of the contact they came from.")
    ] = None,
    plan_id: Annotated[
        UUID | None, QueryParameter(description="Id of the plan of improvements they are findings of.")
    ] = None,
    limit: LimitParam = 50,
    cursor: CursorParam = None,
    order: OrderParam = None,
) -> CasePage:
    """List cases, the latest first."""
    wanted = reading.CaseFilter(
        status=status,
        case_class=case_class,
        severity=severity,
        unit=unit,
        assignee=assignee,
        overdue=overdue,
        contract_no=contract_no,
        customer_id=customer_id,
        obligation_id=obligation_id,
        contact_id=contact_id,
        plan_id=plan_id,
    )
    asked = page(_LIST, limit, cursor, order, default="desc")
    async with tenant_scope(request, read_only=True) as scope:
        found = await reading.list_cases(scope, wanted, asked)
    return CasePage(shaped(CaseSummary, found.rows), next_cursor(_LIST, asked, found))


@get("/cases/{case_id:uuid}", opt=needs("cases:read"), operation_id="get_case", tags=_TAGS)
async def get_case(request: ApiRequest, case_id: FromPath[UUID]) -> CaseDetail:
    """Read one case with its history; what people wrote is masked."""
    async with tenant_scope(request, read_only=True) as scope:
        return one(CaseDetail, await reading.get_case(scope, case_id), "case")


@post(
    "/cases/{case_id:uuid}/reveal",
    opt=needs("personal:reveal"),
    operation_id="reveal_case",
    tags=_TAGS,
    status_code=200,
)
async def reveal_case(
    request: ApiRequest,
    case_id: FromPath[UUID],
    data: JSONBody[RevealRequest],
    on_behalf_of: OnBehalfOfParam = None,
) -> RevealedCase:
    """See what people wrote in a case, with a reason; leaves a row in the ledger."""
    async with tenant_scope(request) as scope:
        actor = await acting(request, scope, on_behalf_of)
        found = await reading.reveal(scope, case_id)
        if found is None:
            raise Problem("not_found", kind="case")
        revealed = msgspec.convert({"entries": found}, RevealedCase)
        await record(scope, actor, "case.revealed", "case", case_id, revealed, data.reason)
    return revealed


ROUTES: Final = (list_cases, get_case, reveal_case)
