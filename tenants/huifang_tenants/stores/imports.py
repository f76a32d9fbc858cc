"""Imports on record: what came in with which file, and every problem found in it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from huifang_tenants.ids import new_id
from huifang_tenants.intake import FieldProblem
from huifang_tenants.scope import Scope
from huifang_tenants.stores.bulk import copy
from huifang_tenants.stores.queries import Kept, Slot, json_text
from huifang_tenants.tables.imports import ImportRun

_FAIL_SILENT: Final = Kept(
    ImportRun.update({ImportRun.status: "failed", ImportRun.finished_at: ImportRun.seen_at})
    .where(ImportRun.status == "running", ImportRun.seen_at <= Slot("since"))
    .returning(ImportRun.id)
)


class Counts(msgspec.Struct):
    """How many rows were read, and what became of them."""

    rows: int = 0
    accepted: int = 0
    unchanged: int = 0
    parked: int = 0
    refused: int = 0
    warnings: int = 0


async def begin(
    scope: Scope, *, kind: str, file_name: str, strict: bool, started_by: str, sha256: bytes | None = None
) -> UUID:
    """Put a new import on record and return its id; `sha256` is that of the file, where it is known."""
    id = new_id()
    await ImportRun.insert(
        ImportRun(
            id=id,
            kind=kind,
            file_name=file_name,
            strict=strict,
            status="running",
            started_by=started_by,
            started_at=scope.wall_now,
            seen_at=scope.wall_now,
            sha256=sha256.hex() if sha256 is not None else None,
        )
    )
    return id


async def save(scope: Scope, id: UUID, counts: Counts, status: str) -> None:
    """Save how far an import is; any status but running ends it."""
    await ImportRun.update(
        {
            ImportRun.rows: counts.rows,
            ImportRun.accepted: counts.accepted,
            ImportRun.unchanged: counts.unchanged,
            ImportRun.parked: counts.parked,
            ImportRun.refused: counts.refused,
            ImportRun.warnings: counts.warnings,
            ImportRun.status: status,
            ImportRun.seen_at: scope.wall_now,
            ImportRun.finished_at: None if status == "running" else scope.wall_now,
        }
    ).where(ImportRun.id == id)


async def add_problems(scope: Scope, id: UUID, problems: Sequence[tuple[int, int, FieldProblem]]) -> None:
    """Add problems as (line, position within the line, problem)."""
    await copy(
        scope,
        "import_problem",
        ["import_id", "line", "position", "field", "code", "severity", "message"],
        [
            (
                id,
                line,
                position,
                problem.field,
                problem.code,
                problem.severity,
                json_text(problem.message),
            )
            for line, position, problem in problems
        ],
    )


async def fail_silent(scope: Scope, since: datetime) -> list[UUID]:
    """Set running imports without a sign of life since then (wall time) to failed; return their ids."""
    rows = await _FAIL_SILENT.rows(scope, since=since)
    return [row["id"] for row in rows]
