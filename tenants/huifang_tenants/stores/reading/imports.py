"""Imports and the problems found in them."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from huifang_tenants.scope import Scope
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, page_by_id, page_by_key
from huifang_tenants.stores.reading.rows import fetch_one

_SELECT: Final = """
SELECT id, kind, file_name, sha256, strict, status, rows, accepted, unchanged, parked, refused, warnings, started_by,
       started_at, seen_at, finished_at
FROM import_run
"""
_PROBLEMS: Final = "SELECT line, position, field, code, severity, message FROM import_problem"
_ALL_PROBLEMS: Final = f"{_PROBLEMS} WHERE import_id = $1 ORDER BY line, position"
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
    where.add("kind = {}", wanted.kind)
    where.add("status = {}", wanted.status)
    where.add("started_at >= {}", wanted.started_from)
    where.add("started_at < {}", wanted.started_until)
    return await page_by_id(scope, _SELECT, where, page, id_column="id")


async def get_import(scope: Scope, import_id: UUID) -> Mapping[str, Any] | None:
    """One import; None when there is none."""
    return await fetch_one(scope, f"{_SELECT} WHERE id = $1", import_id)


async def list_problems(scope: Scope, import_id: UUID, wanted: ProblemFilter, page: Page) -> Slice:
    """One page of an import's problems by line."""
    where = Where()
    where.add("import_id = {}", import_id)
    where.add("severity = {}", wanted.severity)
    where.add("code = {}", wanted.code)
    return await page_by_key(
        scope, _PROBLEMS, where, page, key_column="line", id_column="position", key="line", id="position"
    )


async def every_problem(scope: Scope, import_id: UUID) -> AsyncIterator[Mapping[str, Any]]:
    """All problems of an import by line, without holding them all."""
    async for row in scope.connection.cursor(_ALL_PROBLEMS, import_id, prefetch=_AT_ONCE):
        yield row
