"""Imports, the problems found in them, and the rows they refused."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from huifang_tenants.scope import Scope
from huifang_tenants.stores.imports import HEADER_PLACE, row_place
from huifang_tenants.stores.queries import Kept, Slot, together
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, page_by_id, page_by_key
from huifang_tenants.tables.imports import ImportProblem, ImportRun

_COLUMNS: Final = together(*ImportRun.all_columns(exclude=[ImportRun.header_enc]))
_PROBLEM: Final = together(
    *ImportProblem.all_columns(exclude=[ImportProblem.import_id, ImportProblem.row_enc])
)
_ALL_PROBLEMS: Final = Kept(
    ImportProblem.select(*_PROBLEM)
    .where(ImportProblem.import_id == Slot("import_id"))
    .order_by(ImportProblem.line, ImportProblem.position)
)
_FAILED_ROWS: Final = Kept(
    ImportProblem.select(ImportProblem.line, ImportProblem.row_enc)
    .where(ImportProblem.import_id == Slot("import_id"), ImportProblem.row_enc.is_not_null())
    .order_by(ImportProblem.line, ImportProblem.position)
)
_AT_ONCE: Final = 500


class ImportFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which imports; None means any. `started_from` belongs to the span, `started_until` does not."""

    kind: str | None = None
    status: str | None = None
    started_from: datetime | None = None
    started_until: datetime | None = None


class ProblemFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which problems of an import; None means any."""

    severity: str | None = None
    code: str | None = None


async def list_imports(scope: Scope, wanted: ImportFilter, page: Page) -> Slice:
    """One page of imports in the order in which they were started."""
    where = Where()
    where.equals(ImportRun.kind, wanted.kind)
    where.equals(ImportRun.status, wanted.status)
    where.span(ImportRun.started_at, wanted.started_from, wanted.started_until)
    return await page_by_id(ImportRun, _COLUMNS, where, page)


async def get_import(scope: Scope, import_id: UUID) -> Mapping[str, Any] | None:
    """One import; None when there is none."""
    return await ImportRun.select(*_COLUMNS).where(ImportRun.id == import_id).first()


async def list_problems(scope: Scope, import_id: UUID, wanted: ProblemFilter, page: Page) -> Slice:
    """One page of an import's problems by line."""
    where = Where(ImportProblem.import_id == import_id)
    where.equals(ImportProblem.severity, wanted.severity)
    where.equals(ImportProblem.code, wanted.code)
    return await page_by_key(
        ImportProblem, _PROBLEM, where, page, key=ImportProblem.line, id=ImportProblem.position
    )


async def every_problem(scope: Scope, import_id: UUID) -> AsyncIterator[Mapping[str, Any]]:
    """All problems of an import by line, without holding them all."""
    async for row in scope.connection.cursor(_ALL_PROBLEMS.sql, import_id, prefetch=_AT_ONCE):
        yield row


async def failed_rows_header(scope: Scope, import_id: UUID) -> str | None:
    """The header that an import's kept rows belong under, as a line of CSV; None where they are JSON objects."""
    row = await ImportRun.select(ImportRun.header_enc).where(ImportRun.id == import_id).first()
    if row is None or row["header_enc"] is None:
        return None
    return scope.cipher.decrypt(row["header_enc"], HEADER_PLACE, import_id)


async def failed_rows(scope: Scope, import_id: UUID) -> AsyncIterator[str]:
    """The kept rows of an import as lines, in their order, without holding them all."""
    async for row in scope.connection.cursor(_FAILED_ROWS.sql, import_id, prefetch=_AT_ONCE):
        yield scope.cipher.decrypt(row["row_enc"], row_place(row["line"]), import_id)
