"""An import under way: what it has counted, noted and kept so far, and putting that on record."""

import time
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.texts import text

from huifang_tenants.intake import (
    FieldProblem,
    Kind,
    RawRow,
    Record,
    RowProblem,
    Source,
    check_row,
    line_of,
    table_line,
)
from huifang_tenants.intake.problems import Severity
from huifang_tenants.scope import scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.intake import Taken
from huifang_tenants.stores import imports
from huifang_tenants.stores.imports import Counts, NewProblem
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.tenant import Tenant

_PROBLEMS_KEPT: Final = 10_000
# Characters of rows, of a whole import and of what is saved together; and problems that are saved together.
_ROWS_KEPT: Final = 64 * 2**20
_ROWS_UNSAVED: Final = 2**20
_PROBLEMS_UNSAVED: Final = 500
# Whatever is checked goes in.
_NEVER_REFUSED: Final = frozenset({"units", "staff"})
_NO_ROWS: Final = text(
    "文件中没有数据行,未导入任何内容", "the file holds no rows: there was nothing to take in"
)

Numbered = tuple[int, Record]
"""A checked row with its line."""

_Raw = tuple[Any, ...] | str


class ImportReport(msgspec.Struct, frozen=True):
    """What became of a file.

    done: every good row went in. refused: strict, and something was wrong, so none did. `problems` are (line, problem), the
    first 10,000; all of them are on record. `failed_rows` is how many refused rows are kept as they came.
    """

    id: UUID
    kind: Kind
    file_name: str
    status: str
    counts: Counts
    obligations_made: int
    obligations_changed: int
    problems: tuple[tuple[int, FieldProblem], ...]
    failed_rows: int = 0


class Run:
    """One import under way."""

    def __init__(
        self,
        services: Services,
        tenant: Tenant,
        source: Source,
        file_name: str,
        actor: Actor,
        *,
        keeps_rows: bool,
    ) -> None:
        self.services, self.tenant, self.source, self.actor = services, tenant, source, actor
        self.file_name = file_name
        self.keeps_rows = keeps_rows
        self.failed_rows = 0
        self.counts = Counts()
        self.made = self.changed = 0
        self.problems: list[tuple[int, FieldProblem]] = []
        self.unsaved: list[NewProblem] = []
        self.unsaved_size = 0
        self.saved_at = float("-inf")
        self._noted = 0
        self._kept_size = 0
        self._under_way: dict[int, _Raw] = {}

    def note(self, line: int, problem: FieldProblem, refused: _Raw | None = None) -> None:
        """Put a problem on record; `refused` is the row that was refused for it, as it stood."""
        if problem.severity == "warning":
            self.counts.warnings += 1
        if len(self.problems) < _PROBLEMS_KEPT:
            self.problems.append((line, problem))
        row = self._kept(refused) if refused is not None and self.keeps_rows else None
        self.unsaved.append(NewProblem(line, self._noted, problem, row))
        self._noted += 1

    def _kept(self, refused: _Raw) -> str | None:
        """The line of a refused row that is to be kept; None beyond what is kept of all of them."""
        row = line_of(refused)
        if self._kept_size + len(row) > _ROWS_KEPT:
            return None
        self.failed_rows += 1
        self._kept_size += len(row)
        self.unsaved_size += len(row)
        return row

    def check(self, row: RawRow | RowProblem, received_at: datetime) -> Numbered | None:
        """Check one row; return its struct, or None after noting what is wrong."""
        self.counts.rows += 1
        if isinstance(row, RowProblem):
            if row.problem.severity == "warning":
                self.counts.rows -= 1
                self.note(row.line, row.problem)
            else:
                self.counts.refused += 1
                self.note(row.line, row.problem, row.raw)
            return None
        checked = check_row(
            self.source.kind, row.values, received_at=received_at, strict_fields=False, form=row.form
        )
        refused = row.raw if checked.value is None else None
        for problem in checked.problems:
            self.note(row.line, problem, refused if problem.severity == "error" else None)
            if problem.severity == "error":
                refused = None
        if checked.value is None:
            self.counts.refused += 1
            return None
        if self.keeps_rows and self.source.kind not in _NEVER_REFUSED:
            self._under_way[row.line] = row.raw
        return row.line, checked.value

    def count(self, taken: Taken) -> None:
        """Count what became of a batch."""
        self.made += taken.obligations_made
        self.changed += taken.obligations_changed
        for row in taken.rows:
            raw = self._under_way.pop(row.line, None)
            match row.status:
                case "accepted":
                    self.counts.accepted += 1
                case "unchanged":
                    self.counts.unchanged += 1
                case "parked":
                    self.counts.accepted += 1
                    self.counts.parked += 1
                case "refused":
                    self.counts.refused += 1
            if row.message is not None and row.code is not None:
                severity: Severity = "error" if row.status == "refused" else "warning"
                self.note(
                    row.line,
                    FieldProblem("(row)", row.code, row.message, severity),
                    raw if severity == "error" else None,
                )


async def save_progress(run: Run, id: UUID, *, every: float = 0.0) -> None:
    """Save counts and problems, unless that was done less than `every` seconds ago and the problems can wait."""
    now = time.monotonic()
    if (
        now - run.saved_at < every
        and len(run.unsaved) < _PROBLEMS_UNSAVED
        and run.unsaved_size < _ROWS_UNSAVED
    ):
        return
    run.saved_at = now
    unsaved, run.unsaved = run.unsaved, []
    keeps, run.unsaved_size = run.unsaved_size > 0, 0
    header = None if run.source.header is None else table_line(run.source.header)
    async with scope(run.services.db, run.tenant) as opened:
        await imports.add_problems(opened, id, unsaved)
        if keeps:
            await imports.keep_rows(opened, id, header, run.failed_rows)
        await imports.save(opened, id, run.counts, "running")


async def finish(run: Run, id: UUID, status: str) -> ImportReport:
    """Put on record how an import ended, and report it."""
    if status == "done" and not run.counts.rows:
        run.note(1, FieldProblem("(file)", "no_rows", _NO_ROWS, "warning"))
    await save_progress(run, id)
    async with scope(run.services.db, run.tenant) as opened:
        await imports.save(opened, id, run.counts, status)
        await record(
            opened,
            run.actor,
            f"import.{status}",
            "import",
            id,
            msgspec.to_builtins(run.counts),
            details=msgspec.to_builtins(run.counts),
        )
    return ImportReport(
        id=id,
        kind=run.source.kind,
        file_name=run.file_name,
        status=status,
        counts=run.counts,
        obligations_made=run.made,
        obligations_changed=run.changed,
        problems=tuple(sorted(run.problems, key=lambda item: item[0])),
        failed_rows=run.failed_rows,
    )
