"""Importing a file: rows are checked, taken in batch by batch, and everything wrong with them is put on record.

Good rows go in though others are broken, unless the import is strict. The same file again changes nothing, so an import that
was cut off is simply run again. Rows that were refused are kept for a while, to be corrected and sent again (`failed_rows`).
"""

import asyncio
import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from huifang_core.contracts import Contract
from huifang_core.customers import Customer
from huifang_core.units import Staff, Unit

from huifang_tenants.intake import FieldProblem, IncomingEvent, Kind, Source
from huifang_tenants.outbox import REFRESH, enqueue
from huifang_tenants.scope import Scope, in_scope, scope
from huifang_tenants.services import readiness
from huifang_tenants.services.context import Services
from huifang_tenants.services.import_run import ImportReport, Numbered, Run, finish, save_progress
from huifang_tenants.services.intake import Batch, ContractIn, CustomerIn, EventIn, IntakeBusy, Taken, take_in
from huifang_tenants.services.intake.batch import RowResult
from huifang_tenants.services.intake.resolve import CONFLICT
from huifang_tenants.services.readiness import Readiness
from huifang_tenants.stores import events, imports, organisation
from huifang_tenants.stores.imports import Counts
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.tenant import Tenant

_BATCH: Final = 500
# An event brings the drafts and traces of its contract back from the rules, many times its own size.
_BATCH_OF_EVENTS: Final = 250
_AT_ONCE: Final = 3
_PATIENCE: Final = 20
_SECONDS_BETWEEN_SAVES: Final = 1.0
_GARBAGE: Final = 50_000
_READINESS: Final = frozenset({"trainings", "callback_policies", "callback_departments"})

_T = TypeVar("_T")


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
    # Of a strict import that is refused nothing went in: the file itself is to be corrected.
    run = Run(services, tenant, source, file_name, actor, keeps_rows=not strict)
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
    threshold = gc.get_threshold()
    lower = threshold[0] < _GARBAGE
    # Rows come by the hundred thousand and none is part of a circle: looking for circles took a seventh of the time.
    if lower:
        gc.set_threshold(_GARBAGE, *threshold[1:])
    try:
        if strict:
            rows = await _checked(run, id, received_at)
            await _find_conflicts(run, rows)
            if source.kind in _READINESS:
                await _find_strangers(run, rows)
            if run.counts.refused:
                run.counts.accepted = 0
                return await finish(run, id, "refused")
            await _take(run, id, _chunks(rows, _batch_of(source.kind)), origin, progress)
        else:
            await _take(run, id, _checked_chunks(run, received_at), origin, progress)
    except BaseException:
        # Without a database it stays on record as running, and silent.
        with suppress(Exception):
            await asyncio.shield(finish(run, id, "failed"))
        raise
    finally:
        if lower:
            gc.set_threshold(*threshold)
    return await finish(run, id, "done")


def _checked_chunks(run: Run, received_at: datetime) -> Iterator[list[Numbered]]:
    """Check rows some hundred at a time; a chunk holds the good ones of these, which may be none."""
    for rows in _chunks(run.source.rows, _batch_of(run.source.kind)):
        yield [item for row in rows if (item := run.check(row, received_at)) is not None]


async def _checked(run: Run, id: UUID, received_at: datetime) -> list[Numbered]:
    """Check every row before any goes in, and let others have their turn meanwhile."""
    rows: list[Numbered] = []
    for chunk in _checked_chunks(run, received_at):
        rows += chunk
        await save_progress(run, id, every=_SECONDS_BETWEEN_SAVES)
        await asyncio.sleep(0)
    return rows


async def _take(
    run: Run,
    id: UUID,
    chunks: Iterator[list[Numbered]],
    origin: str,
    progress: Callable[[Counts], None] | None,
) -> None:
    """Take rows in batch by batch, a few batches at a time: one is derived while another is being written.

    Of two rows about the same thing the later one counts, so their batches wait for each other.
    """
    pending: dict[asyncio.Task[Taken], frozenset[str]] = {}
    try:
        for chunk in chunks:
            if run.source.kind in ("units", "staff"):
                await _organisation(run, chunk)
            elif run.source.kind in _READINESS:
                await _readiness(run, chunk)
            elif chunk:
                about = _about(chunk)
                while len(pending) >= _AT_ONCE or any(about & others for others in pending.values()):
                    await _settle(run, pending, asyncio.FIRST_COMPLETED)
                pending[asyncio.create_task(_take_chunk(run, id, chunk, origin))] = about
            await save_progress(run, id, every=_SECONDS_BETWEEN_SAVES)
            if progress is not None:
                progress(run.counts)
        await _settle(run, pending, asyncio.ALL_COMPLETED)
    except Exception:
        # What was read before the file broke off is good, and may go in.
        for taken in await asyncio.gather(*pending, return_exceptions=True):
            if isinstance(taken, Taken):
                run.count(taken)
        raise
    finally:
        for task in pending:
            task.cancel()
        # None may still be writing when the import is said to have ended.
        await asyncio.gather(*pending, return_exceptions=True)
    if progress is not None:
        progress(run.counts)


def _about(chunk: list[Numbered]) -> frozenset[str]:
    """The customers and contracts that rows speak of."""
    found: set[str | None] = set()
    for _, value in chunk:
        match value:
            case Customer(customer_no=number):
                found.add(number)
            case Contract(contract_no=number):
                found.add(number)
            case IncomingEvent(contract_no=contract, customer=customer):
                found.add(contract)
                found.add(customer.customer_no if customer else None)
    return frozenset(number for number in found if number is not None)


async def _settle(run: Run, pending: dict[asyncio.Task[Taken], frozenset[str]], when: str) -> None:
    if not pending:
        return
    done, _ = await asyncio.wait(pending, return_when=when)
    for task in done:
        del pending[task]
        run.count(task.result())


async def _take_chunk(run: Run, id: UUID, chunk: list[Numbered], origin: str) -> Taken:
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
    for _ in range(_PATIENCE):
        try:
            return await take_in(run.services, run.tenant, batch, run.actor)
        except IntakeBusy:
            await asyncio.sleep(0.5)
    return await take_in(run.services, run.tenant, batch, run.actor)


async def _organisation(run: Run, chunk: list[Numbered]) -> None:
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
        if changed and run.source.kind == "units":
            # Another bureau in charge may bring contracts into a rule's scope (DEC-11).
            await enqueue(opened, REFRESH, {}, dedupe=REFRESH)
        return changed

    changed = await in_scope(run.services.db, run.tenant, write)
    run.counts.accepted += len(changed)
    run.counts.unchanged += len(chunk) - len(changed)


async def _readiness(run: Run, chunk: list[Numbered]) -> None:
    async def write(opened: Scope) -> tuple[RowResult, ...]:
        return await readiness.record(opened, _of_readiness(chunk), run.actor)

    run.count(Taken(await in_scope(run.services.db, run.tenant, write)))


def _of_readiness(chunk: list[Numbered]) -> list[tuple[int, Readiness]]:
    return [(line, value) for line, value in chunk if isinstance(value, Readiness)]


async def _find_strangers(run: Run, rows: list[Numbered]) -> None:
    """Refuse, before anything goes in, rows that name staff or a unit nobody knows."""
    for chunk in _chunks(rows, _BATCH):
        async with scope(run.services.db, run.tenant, read_only=True) as opened:
            refused = await readiness.strangers(opened, _of_readiness(chunk))
        run.count(Taken(tuple(refused)))


async def _find_conflicts(run: Run, rows: list[Numbered]) -> None:
    """Refuse, before anything goes in, events whose id came in before with other content."""
    seen: dict[tuple[str, str], bytes] = {}
    for chunk in _chunks(rows, _BATCH):
        incoming = [(line, value) for line, value in chunk if isinstance(value, IncomingEvent)]
        async with scope(run.services.db, run.tenant, read_only=True) as opened:
            on_file = await events.content_hashes(opened, {(e.source, e.event_id) for _, e in incoming})
            for line, event in incoming:
                key = (event.source, event.event_id)
                content = opened.cipher.fingerprint(event.content_hash)
                if seen.setdefault(key, on_file.get(key, content)) != content:
                    run.counts.refused += 1
                    run.note(line, FieldProblem("(row)", "event_conflict", CONFLICT))


def _batch_of(kind: Kind) -> int:
    return _BATCH_OF_EVENTS if kind == "events" else _BATCH


def _chunks(rows: Iterable[_T], size: int) -> Iterator[list[_T]]:
    chunk: list[_T] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
