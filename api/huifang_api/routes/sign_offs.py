"""Signing reports off (报表签认): figures frozen as they were, held against those of now."""

from typing import Annotated, Any, Final
from uuid import UUID

from huifang_core.catalogue import PluginEntry
from huifang_tenants.scope import Scope
from huifang_tenants.services import sign_offs as service
from huifang_tenants.services.readiness_report import CORE
from huifang_tenants.stores import sign_offs as store
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from huifang_api.access import acting, needs, tenant_scope
from huifang_api.documented import Answer, documented
from huifang_api.paging import next_cursor, page, shaped
from huifang_api.parameters import CodeParam, CursorParam, LimitParam, OrderParam, StaffNoParam
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.problems import Problem
from huifang_api.routes.reports import REPORT_ANSWER, ReportFormat, shown_as, switched_on
from huifang_api.shapes.sign_offs import (
    SignOffDetail,
    SignOffPage,
    SignOffSummary,
    SignReport,
    detail_of,
    summary_of,
)
from huifang_api.world import ApiRequest

_LIST: Final = "report_sign_offs"
_TAGS: Final = ("Reports",)
_SECONDS: Final = 60.0
_SIGNING: Final[tuple[ProblemCode, ...]] = (
    "report.period_invalid", "report.period_open", "staff.not_found", "staff.not_active", "staff.not_permitted", "not_found",
    "service.too_slow",
)  # fmt: skip
_SIGNED: Final = Answer(
    "Signed off.", {"application/json": SignOffSummary}, {"Location": "Address of the sign-off."}
)


@post(
    "/reports/{plugin:str}/{report:str}/sign-offs",
    opt=needs("reports:sign", raises=_SIGNING) | documented(answers={201: _SIGNED}),
    operation_id="sign_report_off",
    tags=_TAGS,
    status_code=201,
)
async def sign_off(
    request: ApiRequest, plugin: FromPath[str], report: FromPath[str], data: JSONBody[SignReport]
) -> Response[SignOffSummary]:
    """Sign a report off over a period that is over: its figures are kept as they are, with their hash in the ledger.

    Team leaders, compliance officers and administrators may. Nothing is locked: what comes in later shows as a difference.
    """
    async with tenant_scope(request, statement_timeout=_SECONDS) as scope:
        entry = await _entry(request, scope, plugin)
        if entry is None and plugin != CORE:
            raise Problem("not_found", kind="plugin")
        actor = await acting(request, scope, data.staff_no)
        id = await service.sign_off(scope, entry, report, data.first, data.last, data.unit, actor, data.note)
        found, _, _ = await service.read(scope, id)
    return Response(
        summary_of(found), headers={"Location": f"/api/v1/report-sign-offs/{id}"}, status_code=201
    )


@get("/report-sign-offs", opt=needs("reports:read"), operation_id="list_report_sign_offs", tags=_TAGS)
async def list_sign_offs(
    request: ApiRequest,
    plugin: CodeParam = None,
    report: CodeParam = None,
    staff_no: StaffNoParam = None,
    limit: LimitParam = 50,
    cursor: CursorParam = None,
    order: OrderParam = None,
) -> SignOffPage:
    """List what was signed off, the latest first."""
    asked = page(_LIST, limit, cursor, order, default="desc")
    wanted = store.SignOffFilter(plugin=plugin, report=report, signed_by=staff_no)
    async with tenant_scope(request, read_only=True) as scope:
        found = await store.list_sign_offs(scope, wanted, asked)
    return SignOffPage(shaped(SignOffSummary, found.rows), next_cursor(_LIST, asked, found))


@get(
    "/report-sign-offs/{sign_off_id:uuid}",
    opt=needs("reports:read", raises=("service.too_slow",)),
    operation_id="get_report_sign_off",
    tags=_TAGS,
)
async def get_sign_off(request: ApiRequest, sign_off_id: FromPath[UUID]) -> SignOffDetail:
    """Read the figures signed beside those of now, every difference, and what came in since that can have made it."""
    async with tenant_scope(request, read_only=True, statement_timeout=_SECONDS) as scope:
        found, _, _ = await service.read(scope, sign_off_id)
        entry = await _entry(request, scope, found.plugin)
        return detail_of(await service.compare(scope, sign_off_id, entry))


@get(
    "/report-sign-offs/{sign_off_id:uuid}/report",
    opt=needs("reports:read") | documented(answers={200: REPORT_ANSWER}),
    operation_id="get_signed_report",
    tags=_TAGS,
)
async def get_signed_report(
    request: ApiRequest,
    sign_off_id: FromPath[UUID],
    format: Annotated[
        ReportFormat,
        QueryParameter(description="`json` in both languages; `csv` or `xlsx` in that of `Accept-Language`."),
    ] = "json",
) -> Response[Any]:
    """Read the figures as they were signed, in the formats of a report."""
    async with tenant_scope(request, read_only=True) as scope:
        _, signed, _ = await service.read(scope, sign_off_id)
    return await shown_as(request, signed, format)


async def _entry(request: ApiRequest, scope: Scope, plugin: str) -> PluginEntry | None:
    return (await switched_on(request, scope)).get(plugin)


ROUTES: Final = (sign_off, list_sign_offs, get_sign_off, get_signed_report)
