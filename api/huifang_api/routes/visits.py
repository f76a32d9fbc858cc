"""Visits (上门回访): rounds planned and printed, and who really went (LN-4b, DEC-7)."""

from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from huifang_core.contacts import ContactStatus
from huifang_tenants.scope import Scope
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.papers import visits
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.reading import visits as reading
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from huifang_api.access import acting, needs, tenant_scope
from huifang_api.channels import on_site
from huifang_api.documented import BYTES, Answer, documented
from huifang_api.paging import next_cursor, one, page, shaped
from huifang_api.parameters import CursorParam, LimitParam, OnBehalfOfParam, OrderParam
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.problems import Problem
from huifang_api.shapes.visits import MakeVisit, PlannedVisits, PlanVisits, VisitPage, VisitSummary
from huifang_api.world import ApiRequest, world_of
from huifang_api.writing import holder, in_tenant

_TAGS: Final = ("Visits",)
_LIST: Final = "visits"
_PDF: Final = "application/pdf"
_DOORS_AT_MOST: Final = 100
_PLANNING: Final[tuple[ProblemCode, ...]] = (
    "staff.not_found", "staff.not_active", "staff.untrained", "staff.not_permitted", "visit.day_invalid",
)  # fmt: skip
_MAKING: Final[tuple[ProblemCode, ...]] = (
    "contact.not_in_progress", "visit.time_invalid", "visit.by_seller", "staff.not_found", "staff.not_active",
    "staff.untrained", "staff.not_permitted",
)  # fmt: skip
_PLANNED: Final = Answer("Planned.", {"application/json": PlannedVisits})
_NOTHING_DUE: Final = Answer("No visit is due that this person may make.")
_PRINTED: Final = Answer("The sheets.", {_PDF: BYTES}, {"Content-Disposition": "A file name."})
_StaffNoParam = Annotated[
    str, QueryParameter(min_length=1, max_length=64, description="Staff number (工号) of the visitor.")
]


@post(
    "/visits",
    opt=needs("contacts:write", raises=_PLANNING) | documented(answers={201: _PLANNED, 204: _NOTHING_DUE}),
    operation_id="plan_visits",
    tags=_TAGS,
)
async def plan_visits(request: ApiRequest, data: JSONBody[PlanVisits]) -> Response[PlannedVisits]:
    """Plan visits for a visitor's day, the most pressing first; nothing is tried before they are made.

    A visit is never given to the seller, but where sales' own visits are meant (DEC-7). People without an address go on to the next
    channel, with the reason on record. What keeps a visit from being planned after others were ends planning early: `stopped` is its code.
    """
    catalogue = await world_of(request).services.catalogue()
    actor = Actor(request.auth.actor, data.staff_no)
    wanted = visits.Round(data.staff_no, data.day, data.language, request.auth.client_id)
    # One scope for each, so that neither locks nor a failure of one reach the others.
    planned: list[UUID] = []
    stopped: str | None = None
    while len(planned) < data.limit and stopped is None:
        try:
            contact_id = await in_tenant(request, lambda scope: visits.plan(scope, catalogue, wanted, actor))
        except Refused as refusal:
            if not planned:
                raise
            stopped = refusal.code
        else:
            if contact_id is None:
                break
            planned.append(contact_id)
    if not planned:
        return Response[Any](None, status_code=204)
    async with tenant_scope(request, read_only=True) as scope:
        rows = [await reading.get_visit(scope, contact_id) for contact_id in planned]
    return Response(PlannedVisits(shaped(VisitSummary, [row for row in rows if row is not None]), stopped))


@get("/visits", opt=needs("contacts:read"), operation_id="list_visits", tags=_TAGS)
async def list_visits(
    request: ApiRequest,
    staff_no: Annotated[
        str | None, QueryParameter(min_length=1, max_length=64, description="Only of this visitor.")
    ] = None,
    day: Annotated[date | None, QueryParameter(description="Only of this day's rounds.")] = None,
    status: Annotated[ContactStatus | None, QueryParameter(description="Status of the contact.")] = None,
    limit: LimitParam = 50,
    cursor: CursorParam = None,
    order: OrderParam = None,
) -> VisitPage:
    """List visits in the order in which they were planned."""
    asked = page(_LIST, limit, cursor, order)
    wanted = reading.VisitFilter(staff_no=staff_no, day=day, status=status)
    async with tenant_scope(request, read_only=True) as scope:
        found = await reading.list_visits(scope, wanted, asked)
    return VisitPage(shaped(VisitSummary, found.rows), next_cursor(_LIST, asked, found))


@get(
    "/visits/pdf",
    opt=needs("papers:print", raises=("staff.not_found",)) | documented(answers={200: _PRINTED}),
    operation_id="print_round",
    tags=_TAGS,
)
async def print_round(
    request: ApiRequest,
    staff_no: _StaffNoParam,
    day: Annotated[date, QueryParameter(description="Day of the round.")],
    on_behalf_of: OnBehalfOfParam = None,
) -> Response[bytes]:
    """Fetch a visitor's round of a day as a PDF: the list of doors, and a sheet for each that is still to be made or entered.

    Names and addresses are in it, and that is on record; phone numbers are masked.
    """
    wanted = reading.VisitFilter(staff_no=staff_no, day=day, status="in_progress")
    async with tenant_scope(request, read_only=True) as scope:
        found = await reading.list_visits(scope, wanted, page(_LIST, _DOORS_AT_MOST, None, None))
    contact_ids = [row["contact_id"] for row in found.rows]
    if not contact_ids:
        raise Problem("not_found", kind="round")
    return await _printed(request, contact_ids, on_behalf_of, f"visits-{day}", overview=True)


@get("/visits/{contact_id:uuid}", opt=needs("contacts:read"), operation_id="get_visit", tags=_TAGS)
async def get_visit(request: ApiRequest, contact_id: FromPath[UUID]) -> VisitSummary:
    """Read one visit, as by scanning its QR code."""
    async with tenant_scope(request, read_only=True) as scope:
        return one(VisitSummary, await reading.get_visit(scope, contact_id), "visit")


@get(
    "/visits/{contact_id:uuid}/pdf",
    opt=needs("papers:print", raises=("staff.not_found",)) | documented(answers={200: _PRINTED}),
    operation_id="print_visit",
    tags=_TAGS,
)
async def print_visit(
    request: ApiRequest, contact_id: FromPath[UUID], on_behalf_of: OnBehalfOfParam = None
) -> Response[bytes]:
    """Fetch the sheet of one visit as a PDF; that is on record."""
    return await _printed(request, [contact_id], on_behalf_of, f"visit-{contact_id}", overview=False)


@post(
    "/visits/{contact_id:uuid}/made",
    opt=needs("contacts:write", raises=_MAKING),
    operation_id="make_visit",
    tags=_TAGS,
    status_code=200,
)
async def make_visit(
    request: ApiRequest, contact_id: FromPath[UUID], data: JSONBody[MakeVisit]
) -> VisitSummary:
    """Record that a visit was made, by whom and who came along: from here on it is an attempt (LN-4b)."""

    async def make(scope: Scope) -> VisitSummary:
        actor = await holder(request, scope, contact_id)
        await visits.make(
            scope, contact_id, data.made_at, actor, visitor=data.visitor, companions=data.companions
        )
        return one(VisitSummary, await reading.get_visit(scope, contact_id), "visit")

    return await in_tenant(request, make)


async def _printed(
    request: ApiRequest, contact_ids: list[UUID], on_behalf_of: str | None, name: str, *, overview: bool
) -> Response[bytes]:
    async def fill_in(scope: Scope) -> on_site.Round:
        actor = await acting(request, scope, on_behalf_of)
        stops = [await visits.stop_of(scope, contact_id) for contact_id in contact_ids]
        await visits.printed(scope, contact_ids, actor)
        return on_site.round_of(stops, overview=overview)

    papers = await in_tenant(request, fill_in)
    pdf = await on_site.print_round(papers, world_of(request).database.wall_clock())
    return Response(pdf, media_type=_PDF, headers={"Content-Disposition": f'inline; filename="{name}.pdf"'})


ROUTES: Final = (plan_visits, list_visits, print_round, get_visit, print_visit, make_visit)
