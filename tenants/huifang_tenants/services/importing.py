"""Importing a file: rows are checked, taken in batch by batch, and everything wrong with them is put on record.

Good rows go in though others are broken, unless the import is strict. The same file again changes nothing, so an import that
was cut off is simply run again.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from huifang_core.contracts import Contract
from huifang_core.customers import Customer
from huifang_core.units import Staff, Unit

from huifang_tenants.intake import (
    FieldProblem,
    IncomingEvent,
    Kind,
    RawRow,
    RowProblem,
    Source,
    check_row,
)
from huifang_tenants.intake.problems import Severity
from huifang_tenants.scope import Scope, in_scope, scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.intake import Batch, ContractIn, CustomerIn, EventIn, Taken, take_in
from huifang_tenants.services.intake.resolve import CONFLICT
from huifang_tenants.stores import events, imports, organisation
from huifang_tenants.stores.imports import Counts
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.tenant import Tenant

_BATCH: Final = 500
_AT_ONCE: Final = 2
_PROBLEMS_KEPT: Final = 10_000

Numbered = tuple[int, Unit | Staff | Customer | Contract | IncomingEvent]


class ImportReport(msgspec.Struct, frozen=True):
    """What became of a file.

    done: every good row went in. refused: strict, and something was wrong, so none did. `problems` are (line, problem), at most
    the first 10,000.
    """

    id: UUID
    kind: Kind
    file_name: str
    status: str
    counts: Counts
    obligations_made: int
    obligations_changed: int
    problems: tuple[tuple[int, FieldProblem], ...]


class _Run:
    """One import under way."""

    def __init__(
        self, services: Services, tenant: Tenant, source: Source, file_name: str, actor: Actor
    ) -> None:
        self.services, self.tenant, self.source, self.actor = services, tenant, source, actor
        self.file_name = file_name
        self.counts = Counts()
        self.made = self.changed = 0
        self.problems: list[tuple[int, FieldProblem]] = []
        self.unsaved: list[tuple[int, int, FieldProblem]] = []
        self._positions: dict[int, int] = {}

    def note(self, line: int, problem: FieldProblem) -> None:
        """Put a problem on record."""
        if problem.severity == "warning":
            self.counts.warnings += 1
        if len(self.problems) >= _PROBLEMS_KEPT:
            return
        position = self._positions.get(line, 0)
        self._positions[line] = position + 1
        self.problems.append((line, problem))
        self.unsaved.append((line, position, problem))

    def check(self, row: RawRow | RowProblem, received_at: datetime) -> Numbered | None:
        """Check one row; return its struct, or None after noting what is wrong."""
        self.counts.rows += 1
        if isinstance(row, RowProblem):
            if row.problem.severity == "warning":
                self.counts.rows -= 1
            else:
                self.counts.refused += 1
            self.note(row.line, row.problem)
            return None
        checked = check_row(
            self.source.kind, row.values, received_at=received_at, strict_fields=False, form=row.form
        )
        for problem in checked.problems:
            self.note(row.line, problem)
        if checked.value is None:
            self.counts.refused += 1
            return None
        return row.line, checked.value

    def count(self, taken: Taken) -> None:
        """Count what became of a batch."""
        self.made += taken.obligations_made
        self.changed += taken.obligations_changed
        for row in taken.rows:
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
                self.note(row.line, FieldProblem("(row)", row.code, row.message, severity))


async def import_source(
    services: Services,
    tenant: Tenant,
    source: Source,
    *,
    file_name: str,
    actor: Actor,
    origin: str = "core",
    strict: bool = False,
    progress: Callable[[Counts], None] | None = None,
    sha256: bytes | None = None,
) -> ImportReport:
    """Import one file into a tenant. `origin` is the source that customers and contracts of the file belong to.

    `sha256` of the file goes on record. Raises `SourceError` when the file can't be read at all; nothing has gone in then.
    """
    run = _Run(services, tenant, source, file_name, actor)
    async with scope(services.db, tenant) as opened:
        id = await imports.begin(
            opened,
            kind=source.kind,
            file_name=file_name,
            strict=strict,
            started_by=actor.on_behalf_of or actor.name,
            sha256=sha256,
        )
        received_at = opened.now
    try:
        if strict:
            rows = await _checked(run, received_at)
            await _find_conflicts(run, rows)
            if run.counts.refused:
                run.counts.accepted = 0
                return await _finish(run, id, "refused")
            await _take(run, id, iter(rows), origin, progress)
        else:
            checked = (run.check(row, received_at) for row in source.rows)
            await _take(run, id, (item for item in checked if item is not None), origin, progress)
    except BaseException:
        await asyncio.shield(_finish(run, id, "failed"))
        raise
    return await _finish(run, id, "done")


async def _checked(run: _Run, received_at: datetime) -> list[Numbered]:
    """Check every row before any goes in, and let others have their turn meanwhile."""
    rows: list[Numbered] = []
    for number, row in enumerate(run.source.rows, 1):
        if (item := run.check(row, received_at)) is not None:
            rows.append(item)
        if number % _BATCH == 0:
            await asyncio.sleep(0)
    return rows


async def _take(
    run: _Run, id: UUID, rows: Iterator[Numbered], origin: str, progress: Callable[[Counts], None] | None
) -> None:
    """Take rows in batch by batch, a few batches at a time: one is derived while another is being written."""
    pending: set[asyncio.Task[Taken]] = set()
    try:
        for chunk in _chunks(rows, _BATCH):
            if run.source.kind in ("units", "staff"):
                await _organisation(run, chunk)
            else:
                pending.add(asyncio.create_task(_take_chunk(run, id, chunk, origin)))
            if len(pending) >= _AT_ONCE:
                pending = await _settle(run, pending, asyncio.FIRST_COMPLETED)
            await _save_progress(run, id)
            if progress is not None:
                progress(run.counts)
        await _settle(run, pending, asyncio.ALL_COMPLETED)
    finally:
        for task in pending:
            task.cancel()
    if progress is not None:
        progress(run.counts)


async def _settle(run: _Run, pending: set[asyncio.Task[Taken]], when: str) -> set[asyncio.Task[Taken]]:
    if not pending:
        return pending
    done, left = await asyncio.wait(pending, return_when=when)
    for task in done:
        run.count(task.result())
    return left


async def _take_chunk(run: _Run, id: UUID, chunk: list[Numbered], origin: str) -> Taken:
    batch = Batch(
        customers=tuple(
            CustomerIn(line, origin, value) for line, value in chunk if isinstance(value, Customer)
        ),
        contracts=tuple(
            ContractIn(line, origin, value) for line, value in chunk if isinstance(value, Contract)
        ),
        events=tuple(EventIn(line, value) for line, value in chunk if isinstance(value, IncomingEvent)),
        import_id=id,
    )
    return await take_in(run.services, run.tenant, batch, run.actor)


async def _organisation(run: _Run, chunk: list[Numbered]) -> None:
    async def write(opened: Scope) -> list[str]:
        units = [value for _, value in chunk if isinstance(value, Unit)]
        staff = [value for _, value in chunk if isinstance(value, Staff)]
        changed = await organisation.save_units(opened, units) if units else []
        changed += await organisation.save_staff(opened, staff) if staff else []
        if changed:
            await record(
                opened,
                run.actor,
                f"{run.source.kind}.taken_in",
                run.source.kind,
                None,
                changed,
                details={"count": len(changed)},
            )
        return changed

    changed = await in_scope(run.services.db, run.tenant, write)
    run.counts.accepted += len(changed)
    run.counts.unchanged += len(chunk) - len(changed)


async def _find_conflicts(run: _Run, rows: list[Numbered]) -> None:
    """Refuse, before anything goes in, events whose id came in before with other content."""
    seen: dict[tuple[str, str], bytes] = {}
    for chunk in _chunks(iter(rows), _BATCH):
        incoming = [(line, value) for line, value in chunk if isinstance(value, IncomingEvent)]
        async with scope(run.services.db, run.tenant, read_only=True) as opened:
            on_file = await events.content_hashes(opened, {(e.source, e.event_id) for _, e in incoming})
            for line, event in incoming:
                key = (event.source, event.event_id)
                content = opened.cipher.fingerprint(event.content_hash)
                if seen.setdefault(key, on_file.get(key, content)) != content:
                    run.counts.refused += 1
                    run.note(line, FieldProblem("(row)", "event_conflict", CONFLICT))


async def _save_progress(run: _Run, id: UUID) -> None:
    unsaved, run.unsaved = run.unsaved, []
    async with scope(run.services.db, run.tenant) as opened:
        await imports.add_problems(opened, id, unsaved)
        await imports.save(opened, id, run.counts, "running")


async def _finish(run: _Run, id: UUID, status: str) -> ImportReport:
    await _save_progress(run, id)
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
    )


def _chunks(rows: Iterable[Numbered], size: int) -> Iterator[list[Numbered]]:
    chunk: list[Numbered] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
