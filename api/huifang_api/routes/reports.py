"""Reports (报表): which there are, and one over a period as JSON, CSV or XLSX."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal

from huifang_core.catalogue import PluginEntry
from huifang_core.texts import Language
from huifang_tenants.scope import Scope
from huifang_tenants.services.readiness_report import CORE
from huifang_tenants.services.report_tables import ReportResult
from huifang_tenants.services.reports import available_reports, run_report
from huifang_tenants.stores.plugins import load_settings
from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from huifang_api.access import needs, tenant_scope
from huifang_api.documented import BYTES, LINES, Answer, documented
from huifang_api.languages import language_of
from huifang_api.parameters import UnitParam
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.problems import Problem
from huifang_api.reports.csv_file import render_long, render_table
from huifang_api.reports.shape import ReportDocument, ReportList, document_of, summary_of
from huifang_api.reports.xlsx_file import render_xlsx
from huifang_api.world import ApiRequest, world_of

_TAGS: Final = ("Reports",)
_SECONDS: Final = 60.0
_CSV: Final = "text/csv"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_RAISES: Final[tuple[ProblemCode, ...]] = ("report.period_invalid", "service.too_slow")
_HEADERS: Final = {
    "Content-Disposition": "Of a file: its name.",
    "Content-Language": "Language of a file.",
}

REPORT_ANSWER: Final = Answer(
    "The report.", {"application/json": ReportDocument, "text/csv": LINES, _XLSX: BYTES}, _HEADERS
)
"""A report in one of its formats, for the API reference."""

ReportFormat = Literal["json", "csv", "xlsx"]


@get("/reports", opt=needs("reports:read"), operation_id="list_reports", tags=_TAGS)
async def list_reports(request: ApiRequest) -> ReportList:
    """List the reports of the plugins that are on, the product's own first."""
    async with tenant_scope(request, read_only=True) as scope:
        entries = await switched_on(request, scope)
    return ReportList([summary_of(info) for info in available_reports(entries.values())])


@get(
    "/reports/{plugin:str}/{report:str}",
    opt=needs("reports:read", raises=_RAISES) | documented(answers={200: REPORT_ANSWER}),
    operation_id="run_report",
    tags=_TAGS,
)
async def get_report(
    request: ApiRequest,
    plugin: FromPath[str],
    report: FromPath[str],
    first: Annotated[
        date,
        QueryParameter(name="from", description="First day of the period, YYYY-MM-DD, in Asia/Shanghai."),
    ],
    last: Annotated[date, QueryParameter(name="to", description="Last day of the period, included.")],
    unit: UnitParam = None,
    format: Annotated[
        ReportFormat,
        QueryParameter(
            description="`json` in both languages; `csv` (UTF-8 with byte order mark, figures one a line) or `xlsx` in "
            "the language of `Accept-Language`."
        ),
    ] = "json",
    table: Annotated[
        str | None,
        QueryParameter(
            min_length=1, max_length=64, description="Of a `csv`, only this table, as it looks on the screen."
        ),
    ] = None,
) -> Response[Any]:
    """Run a report over a period. Every column says what exactly it counts; overdue is overdue now (DEC-2)."""
    async with tenant_scope(request, read_only=True, statement_timeout=_SECONDS) as scope:
        entries = await switched_on(request, scope)
        if plugin != CORE and plugin not in entries:
            raise Problem("not_found", kind="plugin")
        result = await run_report(scope, entries.get(plugin), report, first, last, unit)
    return await shown_as(request, result, format, table)


async def shown_as(
    request: ApiRequest, result: ReportResult, format: ReportFormat, table: str | None = None
) -> Response[Any]:
    """Answer a report in a format; Problem `not_found` where `table` names none of its tables."""
    if format == "json":
        return Response(document_of(result))
    language = language_of(request)
    name = f"{result.id}-{result.period_first.isoformat()}-{result.period_last.isoformat()}.{format}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Language": language,
        "Vary": "Accept-Language",
    }
    # Writing a workbook takes a while, and others wait for this process too.
    content = await asyncio.to_thread(_render(format, table), result, language)
    if content is None:
        raise Problem("not_found", kind="report")
    return Response(content, media_type=_CSV if format == "csv" else _XLSX, headers=headers)


def _render(format: ReportFormat, table: str | None) -> Callable[[ReportResult, Language], bytes | None]:
    if format == "xlsx":
        return render_xlsx
    if table is None:
        return render_long
    return lambda result, language: render_table(result, table, language)


async def switched_on(request: ApiRequest, scope: Scope) -> Mapping[str, PluginEntry]:
    """Return the installed plugins that this tenant has on, by id."""
    catalogue = await world_of(request).services.catalogue()
    on = {version.plugin for version in await load_settings(scope)}
    return {id: entry for id, entry in sorted(catalogue.plugins.items()) if id in on}


ROUTES: Final = (list_reports, get_report)
