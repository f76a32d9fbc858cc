"""Imports on record: what came in with which file, and every problem found in it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from huifang_tenants.ids import new_id
from huifang_tenants.intake import FieldProblem
from huifang_tenants.scope import Scope
from huifang_tenants.stores.bulk import copy

_json = msgspec.json.Encoder()


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
    await scope.connection.execute(
        "INSERT INTO import_run (id, kind, file_name, strict, status, started_by, started_at, seen_at, sha256)"
        " VALUES ($1, $2, $3, $4, 'running', $5, $6, $6, $7)",
        id,
        kind,
        file_name,
        strict,
        started_by,
        scope.wall_now,
        sha256.hex() if sha256 is not None else None,
    )
    return id


async def save(scope: Scope, id: UUID, counts: Counts, status: str) -> None:
    """Save how far an import is; any status but running ends it."""
    await scope.connection.execute(
        "UPDATE import_run SET rows = $2, accepted = $3, unchanged = $4, parked = $5, refused = $6, warnings = $7,"
        " status = $8::text, seen_at = $9::timestamptz,"
        " finished_at = CASE WHEN $8::text = 'running' THEN NULL ELSE $9::timestamptz END WHERE id = $1",
        id,
        counts.rows,
        counts.accepted,
        counts.unchanged,
        counts.parked,
        counts.refused,
        counts.warnings,
        status,
        scope.wall_now,
    )


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
                _json.encode(problem.message).decode(),
            )
            for line, position, problem in problems
        ],
    )


async def fail_silent(scope: Scope, since: datetime) -> list[UUID]:
    """Set running imports without a sign of life since then (wall time) to failed; return their ids."""
    rows = await scope.connection.fetch(
        "UPDATE import_run SET status = 'failed', finished_at = seen_at WHERE status = 'running' AND seen_at <= $1"
        " RETURNING id",
        since,
    )
    return [row["id"] for row in rows]
