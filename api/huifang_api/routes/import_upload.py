"""Sending a file (导入文件): it is kept on disk while it is read, and answered with all that is wrong with it."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from typing import Annotated, Any, BinaryIO, Final, cast

import msgspec
from huifang_core.texts import Language
from huifang_tenants.intake import Kind, Source, SourceError, open_source
from huifang_tenants.services import importing
from huifang_tenants.services.upkeep import after_import
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.reading import imports as reading
from huifang_tenants.stores.reading.keyset import Page
from litestar import post
from litestar.params import QueryParameter

from huifang_api.access import acting, needs, tenant_scope
from huifang_api.documented import BYTES, documented
from huifang_api.languages import language_of
from huifang_api.parameters import OnBehalfOfParam
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.problems import Problem
from huifang_api.shapes.import_upload import ImportReport
from huifang_api.uploads import FORM, open_upload
from huifang_api.world import ApiRequest, world_of

BYTES_AT_MOST: Final = 512 * 2**20
"""Bytes of one file, gzipped or not."""

_PROBLEMS_SHOWN: Final = 100
_REFUSALS: Final[tuple[ProblemCode, ...]] = (
    "validation.failed", "upload.malformed", "body.too_large", "body.wrong_type", "staff.not_found",
    "import.file_unreadable", "upload.hash_differs", "service.retry",
)  # fmt: skip
_LINES: Final = "application/x-ndjson"
_FILE_TYPES: Final = (
    "text/csv",
    _LINES,
    "application/json",
    "application/cloudevents-batch+json",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/gzip",
    "application/octet-stream",
)


@post(
    "/imports",
    opt=needs("imports:write", raises=_REFUSALS)
    | documented(
        bodies={
            **dict.fromkeys(_FILE_TYPES, BYTES),
            FORM: {
                "type": "object",
                "properties": {"file": {**BYTES, "description": "The file."}},
                "required": ["file"],
                "additionalProperties": False,
            },
        },
        body_text="The file as the body, or as the one part `file` of a form. Its format is told by its content: "
        "CSV, NDJSON, JSON or XLSX, in UTF-8 or GB18030, gzipped or not.",
    ),
    operation_id="import_file",
    tags=("Imports",),
    status_code=200,
    request_max_body_size=BYTES_AT_MOST,
)
async def import_file(
    request: ApiRequest,
    kind: Annotated[
        Kind | None,
        QueryParameter(description="What the rows are; without it header, first record or name tell."),
    ] = None,
    strict: Annotated[
        bool, QueryParameter(description="Take in nothing when anything is wrong with any row.")
    ] = False,
    file_name: Annotated[
        str | None,
        QueryParameter(min_length=1, max_length=255, description="Name of the file, for the record."),
    ] = None,
    source: Annotated[
        str,
        QueryParameter(
            min_length=1,
            max_length=64,
            pattern=r"^\S+$",
            description="The source system (来源系统) that customers and contracts of the file belong to.",
        ),
    ] = "core",
    sheet: Annotated[
        str | None,
        QueryParameter(
            min_length=1, max_length=100, description="Sheet of a workbook; without it the first."
        ),
    ] = None,
    on_behalf_of: OnBehalfOfParam = None,
) -> ImportReport:
    """Import a file: units, staff, trainings, callback policies and departments, customers, contracts or events.

    Good rows go in though others are broken, and everything wrong with those is on record. The same file again changes
    nothing, so one that was cut off is simply sent again.
    """
    async with tenant_scope(request, read_only=True) as scope:
        actor = await acting(request, scope, on_behalf_of)
    upload = await open_upload(request)
    unnamed = "upload.ndjson" if upload.content_type == _LINES else "upload"
    name = file_name or upload.file_name or unnamed
    with cast(BinaryIO, tempfile.TemporaryFile(prefix="huifang-import-")) as file:
        sha256 = await _keep(upload.chunks, file)
        if upload.sha256 is not None and upload.sha256 != sha256:
            raise Problem("upload.hash_differs", received=sha256.hex())
        try:
            opened = await asyncio.to_thread(open_source, file, name[:255], kind, sheet)
            with opened:
                return await _imported(
                    request, opened, name[:255], actor, origin=source, strict=strict, sha256=sha256
                )
        except SourceError as error:
            raise _unreadable(error, language_of(request)) from None


async def _keep(chunks: AsyncIterator[bytes], file: BinaryIO) -> bytes:
    """Write the file to disk, where it has no name and is gone with the request; return its SHA-256."""
    digest = hashlib.sha256()
    async for chunk in chunks:
        digest.update(chunk)
        await asyncio.to_thread(file.write, chunk)
    file.seek(0)
    return digest.digest()


async def _imported(
    request: ApiRequest, source: Source, name: str, actor: Actor, *, origin: str, strict: bool, sha256: bytes
) -> ImportReport:
    services, tenant = world_of(request).services, request.auth.tenant
    report = await importing.import_source(
        services,
        tenant,
        source,
        file_name=name,
        actor=actor,
        origin=origin,
        strict=strict,
        sha256=sha256,
    )
    # What waited for these rows need not wait for the worker.
    await after_import(services, tenant)
    async with tenant_scope(request, read_only=True) as scope:
        row = await reading.get_import(scope, report.id)
        problems = await reading.list_problems(
            scope, report.id, reading.ProblemFilter(), Page(limit=_PROBLEMS_SHOWN)
        )
    found: dict[str, Any] = {
        **(row or {}),
        "format": source.format,
        "sheets": list(source.sheets),
        "obligations_made": report.obligations_made,
        "obligations_changed": report.obligations_changed,
        "problems": problems.rows,
        "more_problems": problems.last is not None,
    }
    return msgspec.convert(found, ImportReport)


def _unreadable(error: SourceError, language: Language) -> Problem:
    said = error.message.in_language(language)
    return Problem("import.file_unreadable", problem=said, reason=error.code)


ROUTES: Final = (import_file,)
"""Beside the lists of imports."""
