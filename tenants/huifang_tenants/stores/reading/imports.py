"""Imports and the problems found in them."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import Kept, Slot, together
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, page_by_id, page_by_key
from huifang_tenants.tables.imports import ImportProblem, ImportRun

_COLUMNS: Final = together(*ImportRun.all_columns())
_PROBLEM: Final = together(*ImportProblem.all_columns(exclude=[ImportProblem.import_id]))
_ALL_PROBLEMS: Final = Kept(
    ImportProblem.select(*_PROBLEM)
    .where(ImportProblem.import_id == Slot("import_id"))
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
    return await ImportRun.select().where(ImportRun.id == import_id).first()


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
