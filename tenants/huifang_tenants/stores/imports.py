"""Imports on record: what came in with which file, every problem found in it, and for a while the rows that were refused."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from huifang_tenants.ids import new_id
from huifang_tenants.intake import FieldProblem
from huifang_tenants.scope import Scope
from huifang_tenants.stores.bulk import copy
from huifang_tenants.stores.queries import Kept, Slot, json_text
from huifang_tenants.tables.imports import ImportProblem, ImportRun

HEADER_PLACE: Final = "import_run.header"
"""What the header of kept rows is encrypted for."""

_FAIL_SILENT: Final = Kept(
    ImportRun.update({ImportRun.status: "failed", ImportRun.finished_at: ImportRun.seen_at})
    .where(ImportRun.status == "running", ImportRun.seen_at <= Slot("since"))
    .returning(ImportRun.id)
)


_KEEP_ROWS: Final = Kept(
    ImportRun.update(
        {
            ImportRun.header_enc: Slot("header"),
            ImportRun.failed_rows: Slot("count"),
            ImportRun.failed_rows_until: Slot("until"),
        }
    ).where(ImportRun.id == Slot("id"))
)

FAILED_ROWS_KEPT: Final = timedelta(days=30)
"""How long, in wall time, refused rows are kept as they came."""


class NewProblem(msgspec.Struct, frozen=True):
    """A problem to be put on record; `position` counts the problems of an import, `row` is the whole row as it came."""

    line: int
    position: int
    problem: FieldProblem
    row: str | None = None


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


async def add_problems(scope: Scope, id: UUID, problems: Sequence[NewProblem]) -> None:
    """Add problems; the rows with them are encrypted."""
    await copy(
        scope,
        "import_problem",
        ["import_id", "line", "position", "field", "code", "severity", "message", "row_enc"],
        [
            (
                id,
                new.line,
                new.position,
                new.problem.field,
                new.problem.code,
                new.problem.severity,
                json_text(new.problem.message),
                None if new.row is None else scope.cipher.encrypt(new.row, row_place(new.line), id),
            )
            for new in problems
        ],
    )


def row_place(line: int) -> str:
    """What a kept row is encrypted for, with the id of its import."""
    return f"import_problem.row/{line}"


async def keep_rows(scope: Scope, id: UUID, header: str | None, count: int) -> None:
    """Note that an import keeps this many refused rows from now on, with the header they belong under."""
    await _KEEP_ROWS.run(
        scope,
        id=id,
        header=None if header is None else scope.cipher.encrypt(header, HEADER_PLACE, id),
        count=count,
        until=scope.wall_now + FAILED_ROWS_KEPT,
    )


async def erase_rows(scope: Scope) -> UUID | None:
    """Erase the refused rows of one import whose time is over; return its id, None when there is none."""
    found = await (
        ImportRun.select(ImportRun.id)
        .where(ImportRun.failed_rows_until <= scope.wall_now)
        .order_by(ImportRun.failed_rows_until)
        .lock_rows("UPDATE", skip_locked=True)
        .first()
    )
    if found is None:
        return None
    id: UUID = found["id"]
    await ImportProblem.update({ImportProblem.row_enc: None}).where(
        ImportProblem.import_id == id, ImportProblem.row_enc.is_not_null()
    )
    await ImportRun.update(
        {ImportRun.header_enc: None, ImportRun.failed_rows: 0, ImportRun.failed_rows_until: None}
    ).where(ImportRun.id == id)
    return id


async def fail_silent(scope: Scope, since: datetime) -> list[UUID]:
    """Set running imports without a sign of life since then (wall time) to failed; return their ids."""
    rows = await _FAIL_SILENT.rows(scope, since=since)
    return [row["id"] for row in rows]
