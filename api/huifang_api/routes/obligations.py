"""Obligations (回访任务): lists, single ones, and why each exists."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from huifang_core.obligations import ObligationStatus
from huifang_core.trace import TraceStep, lines
from huifang_tenants.services.case_export import export_case
from huifang_tenants.stores.reading import obligations as reading
from huifang_tenants.stores.reading.appointments import AppointmentState
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from huifang_api.access import acting, needs, own_work, tenant_scope
from huifang_api.languages import language_of
from huifang_api.paging import next_cursor, one, page, shaped
from huifang_api.parameters import (
    ChannelParam,
    CodeParam,
    ContractNoParam,
    CursorParam,
    CustomerIdParam,
    FlagParam,
    LimitParam,
    OnBehalfOfParam,
    OrderParam,
    SellerNoParam,
    StaffNoParam,
    UnitParam,
)
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.problems import Problem
from huifang_api.shapes.obligations import (
    AnonymisedCase,
    Explanation,
    ExportCase,
    ObligationDetail,
    ObligationPage,
    ObligationSummary,
)
from huifang_api.world import ApiRequest, world_of

_LIST: Final = "obligations"
_TAGS: Final = ("Obligations",)
_EXPORTING: Final[tuple[ProblemCode, ...]] = (
    "contract.incomplete", "staff.not_found", "staff.not_active", "staff.not_permitted", "not_found",
)  # fmt: skip


@get("/obligations", opt=needs("obligations:read", vendors=True), operation_id="list_obligations", tags=_TAGS)
async def list_obligations(
    request: ApiRequest,
    status: Annotated[ObligationStatus | None, QueryParameter(description="Status.")] = None,
    kind: CodeParam = None,
    plugin: CodeParam = None,
    rule: CodeParam = None,
    channel: ChannelParam = None,
    customer_id: CustomerIdParam = None,
    contract_no: ContractNoParam = None,
    seller_no: SellerNoParam = None,
    event_id: Annotated[
        UUID | None, QueryParameter(description="Id of the event that set the rule off.")
    ] = None,
    unit: UnitParam = None,
    due_from: Annotated[
        datetime | None, QueryParameter(description="`due_by` is at this instant or later.")
    ] = None,
    due_until: Annotated[
        datetime | None, QueryParameter(description="`due_by` is before this instant.")
    ] = None,
    overdue: FlagParam = None,
    waiting: FlagParam = None,
    born_late: FlagParam = None,
    provisional: FlagParam = None,
    appointment: Annotated[
        AppointmentState | None,
        QueryParameter(
            description="Of those whose time is agreed first (HI-2): `none` is agreed now, one is `agreed`, or one was `missed`."
        ),
    ] = None,
    assignee: StaffNoParam = None,
    to_give_out: FlagParam = None,
    limit: LimitParam = 50,
    cursor: CursorParam = None,
    order: OrderParam = None,
    on_behalf_of: OnBehalfOfParam = None,
) -> ObligationPage:
    """List obligations by due date; those that still wait for theirs come last.

    Overdue is judged at the tenant's business time (DEC-2). `assignee` are those given to a member of staff, `to_give_out` those that a
    team leader has to give to somebody (HT-8). A vendor's client is shown what was given to the person it acts for (HT-3).
    """
    wanted = reading.ObligationFilter(
        status=status,
        kind=kind,
        plugin=plugin,
        rule=rule,
        channel=channel,
        customer_id=customer_id,
        contract_no=contract_no,
        seller_no=seller_no,
        event_id=event_id,
        unit=unit,
        due_from=due_from,
        due_until=due_until,
        overdue=overdue,
        waiting=waiting,
        born_late=born_late,
        provisional=provisional,
        appointment=appointment,
        assignee=assignee,
        to_give_out=to_give_out,
    )
    asked = page(_LIST, limit, cursor, order)
    async with tenant_scope(request, read_only=True) as scope:
        only = await own_work(request, scope, on_behalf_of)
        found = await reading.list_obligations(scope, wanted, asked, only=only)
    return ObligationPage(shaped(ObligationSummary, found.rows), next_cursor(_LIST, asked, found))


@get(
    "/obligations/{obligation_id:uuid}",
    opt=needs("obligations:read", vendors=True),
    operation_id="get_obligation",
    tags=_TAGS,
)
async def get_obligation(
    request: ApiRequest, obligation_id: FromPath[UUID], on_behalf_of: OnBehalfOfParam = None
) -> ObligationDetail:
    """Read one obligation with what its rule demands."""
    async with tenant_scope(request, read_only=True) as scope:
        only = await own_work(request, scope, on_behalf_of)
        row = await reading.get_obligation(scope, obligation_id)
    if row is not None and only not in (None, row["assignee"]):
        raise Problem("not_found", kind="obligation")
    return one(ObligationDetail, row, "obligation")


@get(
    "/obligations/{obligation_id:uuid}/explanation",
    opt=needs("obligations:read", vendors=True),
    operation_id="explain_obligation",
    tags=_TAGS,
)
async def explain_obligation(
    request: ApiRequest, obligation_id: FromPath[UUID], on_behalf_of: OnBehalfOfParam = None
) -> Response[Explanation]:
    """Read why an obligation exists and why it is due then (GEN-3), in the language of `Accept-Language`."""
    async with tenant_scope(request, read_only=True) as scope:
        only = await own_work(request, scope, on_behalf_of)
        row = await reading.explain_obligation(scope, obligation_id)
    if row is None or only not in (None, row["assignee"]):
        raise Problem("not_found", kind="obligation")
    language = language_of(request)
    steps = msgspec.convert(row["trace"], list[TraceStep])
    found = {
        **row,
        "language": language,
        "lines": lines(steps, language),
        "steps": [msgspec.structs.asdict(step) for step in steps],
        "event": _event(row),
    }
    return Response(
        msgspec.convert(found, Explanation, from_attributes=True),
        headers={"Content-Language": language, "Vary": "Accept-Language"},
    )


def _event(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["event_id"],
        "source": row["event_source"],
        "event_id": row["event_source_id"],
        "type": row["event_type"],
        "happened_at": row["event_happened_at"],
        "received_at": row["event_received_at"],
    }


@post(
    "/obligations/{obligation_id:uuid}/anonymised-case",
    opt=needs("obligations:export", raises=_EXPORTING),
    operation_id="export_obligation_case",
    tags=_TAGS,
    status_code=200,
)
async def export_obligation_case(
    request: ApiRequest, obligation_id: FromPath[UUID], data: JSONBody[ExportCase]
) -> AnonymisedCase:
    """Give an obligation's contract to the author of its plugin, anonymised; the ledger notes who did and why (GEN-4).

    Compliance officers and administrators may.
    """
    services, tenant = world_of(request).services, request.auth.tenant
    async with tenant_scope(request, read_only=True) as scope:
        actor = await acting(request, scope, data.staff_no)
    document = await export_case(services, tenant, obligation_id, actor, data.reason)
    return AnonymisedCase(plugin=document["plugin"], case=document)


ROUTES: Final = (list_obligations, get_obligation, explain_obligation, export_obligation_case)
