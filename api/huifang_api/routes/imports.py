"""Imports (导入批次), the problems found in them, and the rows they refused."""

import csv
import io
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from huifang_core.texts import Language
from huifang_tenants.services import failed_rows
from huifang_tenants.services.failed_rows import FailedRows
from huifang_tenants.stores.reading import imports as reading
from litestar import get
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from huifang_api.access import acting, needs, tenant_scope
from huifang_api.documented import BYTES, Answer, documented
from huifang_api.languages import language_of
from huifang_api.paging import next_cursor, one, page, shaped
from huifang_api.parameters import (
    CodeParam,
    CursorParam,
    FromParam,
    LimitParam,
    OnBehalfOfParam,
    OrderParam,
    UntilParam,
)
from huifang_api.shapes.imports import (
    Import,
    ImportPage,
    ImportProblem,
    ImportProblemPage,
    ImportStatus,
    Severity,
)
from huifang_api.world import ApiRequest

_LIST: Final = "imports"
_TAGS: Final = ("Imports",)
_CSV: Final = "text/csv"
_NDJSON: Final = "application/x-ndjson"
_COLUMNS: Final = ("line", "field", "severity", "code", "message")
_ROWS_AT_ONCE: Final = 200
# A spreadsheet takes a cell that begins like this for a formula.
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


@get("/imports", opt=needs("imports:read"), operation_id="list_imports", tags=_TAGS)
async def list_imports(
    request: ApiRequest,
    kind: CodeParam = None,
    status: Annotated[ImportStatus | None, QueryParameter(description="Status.")] = None,
    started_from: FromParam = None,
    started_until: UntilParam = None,
    limit: LimitParam = 50,
    cursor: CursorParam = None,
    order: OrderParam = None,
) -> ImportPage:
    """List imports, the latest first."""
    wanted = reading.ImportFilter(
        kind=kind, status=status, started_from=started_from, started_until=started_until
    )
    asked = page(_LIST, limit, cursor, order, default="desc")
    async with tenant_scope(request, read_only=True) as scope:
        found = await reading.list_imports(scope, wanted, asked)
    return ImportPage(shaped(Import, found.rows), next_cursor(_LIST, asked, found))


@get("/imports/{import_id:uuid}", opt=needs("imports:read"), operation_id="get_import", tags=_TAGS)
async def get_import(request: ApiRequest, import_id: FromPath[UUID]) -> Import:
    """Read one import with its counts."""
    async with tenant_scope(request, read_only=True) as scope:
        return one(Import, await reading.get_import(scope, import_id), "import")


@get(
    "/imports/{import_id:uuid}/problems",
    opt=needs("imports:read"),
    operation_id="list_import_problems",
    tags=_TAGS,
)
async def list_import_problems(
    request: ApiRequest,
    import_id: FromPath[UUID],
    severity: Annotated[Severity | None, QueryParameter(description="Errors or warnings only.")] = None,
    code: CodeParam = None,
    limit: LimitParam = 50,
    cursor: CursorParam = None,
    order: OrderParam = None,
) -> ImportProblemPage:
    """List the problems of an import by line."""
    name = f"problems/{import_id}"
    wanted = reading.ProblemFilter(severity=severity, code=code)
    asked = page(name, limit, cursor, order)
    async with tenant_scope(request, read_only=True) as scope:
        one(Import, await reading.get_import(scope, import_id), "import")
        found = await reading.list_problems(scope, import_id, wanted, asked)
    return ImportProblemPage(shaped(ImportProblem, found.rows), next_cursor(name, asked, found))


@get(
    "/imports/{import_id:uuid}/problems.csv",
    opt=needs("imports:read"),
    operation_id="download_import_problems",
    tags=_TAGS,
    media_type=_CSV,
)
async def download_import_problems(request: ApiRequest, import_id: FromPath[UUID]) -> Stream:
    """Download all problems of an import as CSV, with messages in the language of `Accept-Language`."""
    async with tenant_scope(request, read_only=True) as scope:
        one(Import, await reading.get_import(scope, import_id), "import")
    language = language_of(request)
    headers = {
        "Content-Disposition": f'attachment; filename="problems-{import_id}.csv"',
        "Content-Language": language,
        "Vary": "Accept-Language",
    }
    return Stream(_csv(request, import_id, language), media_type=_CSV, headers=headers)


async def _csv(request: ApiRequest, import_id: UUID, language: Language) -> AsyncIterator[str]:
    # Spreadsheets take a file for UTF-8 only when it begins with a byte order mark.
    buffer = io.StringIO("\ufeff")
    buffer.seek(0, io.SEEK_END)
    writer = csv.writer(buffer)
    writer.writerow(_COLUMNS)
    rows = 0
    async with tenant_scope(request, read_only=True) as scope:
        async for problem in reading.every_problem(scope, import_id):
            writer.writerow(_cells(problem, language))
            rows += 1
            if rows % _ROWS_AT_ONCE == 0:
                yield _taken(buffer)
    yield _taken(buffer)


@get(
    "/imports/{import_id:uuid}/failed-rows",
    opt=needs("imports:write", raises=("staff.not_found", "import.no_failed_rows"))
    | documented(
        answers={
            200: Answer(
                "The rows, under the header of their file where that was a table.",
                content={_CSV: BYTES, _NDJSON: BYTES},
            )
        }
    ),
    operation_id="download_failed_rows",
    tags=_TAGS,
)
async def download_failed_rows(
    request: ApiRequest, import_id: FromPath[UUID], on_behalf_of: OnBehalfOfParam = None
) -> Stream:
    """Download the refused rows as they came, to correct them and send them again with `POST /imports`.

    CSV for rows of a table, also of a workbook, else one JSON object a line. What went in is not among them, so nothing comes in
    twice; sent again uncorrected they have the same problems. They may hold personal data, so it takes the scope of whoever
    sends files, leaves a row in the ledger, and ends at `failed_rows_until`.
    """
    async with tenant_scope(request) as scope:
        actor = await acting(request, scope, on_behalf_of)
        asked = await failed_rows.ask_for(scope, import_id, actor)
    headers = {
        "Content-Disposition": f'attachment; filename="{asked.file_name}"',
        "Cache-Control": "no-store",
    }
    media_type = _CSV if asked.format == "csv" else _NDJSON
    return Stream(_failed_rows(request, asked), media_type=media_type, headers=headers)


async def _failed_rows(request: ApiRequest, asked: FailedRows) -> AsyncIterator[str]:
    rows: list[str] = []
    async with tenant_scope(request, read_only=True) as scope:
        async for line in failed_rows.lines(scope, asked):
            rows.append(line)
            if len(rows) == _ROWS_AT_ONCE:
                yield "".join(rows)
                rows.clear()
    yield "".join(rows)


def _cells(problem: Mapping[str, Any], language: Language) -> list[str]:
    message = problem["message"].get(language, "")
    cells = (str(problem["line"]), problem["field"], problem["severity"], problem["code"], message)
    return [f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell for cell in cells]


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


ROUTES: Final = (
    list_imports,
    get_import,
    list_import_problems,
    download_import_problems,
    download_failed_rows,
)
