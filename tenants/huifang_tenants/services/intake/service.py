"""Intake: checked rows in, contracts, events and obligations out, once only and all or nothing per batch.

What is on file is read in one scope, the rules run in the plugin host outside any scope, and everything is written in a
second one, provided that nobody changed it meanwhile; else the batch starts over. So no lock is held while plugin code runs.
"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec
from asyncpg.exceptions import DeadlockDetectedError, LockNotAvailableError, UniqueViolationError
from huifang_core.case_books import reconcile_cases
from huifang_core.derive import Derivation, Subject
from huifang_core.reconcile import reconcile
from huifang_core.windows import start_of_day

from huifang_tenants.plugin_host import Answer, HostFailure
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.intake.batch import PARKED, Batch, RowResult, Taken
from huifang_tenants.services.intake.cases import Desk
from huifang_tenants.services.intake.held import HeldContract
from huifang_tenants.services.intake.resolve import Resolution
from huifang_tenants.services.intake.save import Derived, Outdated, Parking, save
from huifang_tenants.services.intake.snapshot import Snapshot, read_snapshot
from huifang_tenants.stores.bulk import plan_for_each_batch
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.tenant import Tenant

_ATTEMPTS: Final = 8
_OVERTAKEN: Final = (Outdated, UniqueViolationError, DeadlockDetectedError, LockNotAvailableError)


class IntakeBusy(Exception):
    """Others kept changing the same contracts; nothing of the batch was saved, and it can be sent again."""


async def take_in(services: Services, tenant: Tenant, batch: Batch, actor: Actor) -> Taken:
    """Take in one batch; a row in conflict is refused and the others go in. Raises `IntakeBusy` when it never got through."""
    try:
        return await _once(services, tenant, batch, actor)
    except _OVERTAKEN:
        pass
    # Who was overtaken once waits in line with the others of this process, so that each round lets one through.
    for attempt in range(_ATTEMPTS):
        await asyncio.sleep((1 + secrets.randbelow(10)) * 0.002 * 2**attempt)
        async with services.turn(tenant.id):
            try:
                return await _once(services, tenant, batch, actor)
            except _OVERTAKEN:
                continue
    raise IntakeBusy


async def _once(services: Services, tenant: Tenant, batch: Batch, actor: Actor) -> Taken:
    async def read(scope: Scope) -> tuple[Snapshot, Resolution]:
        await plan_for_each_batch(scope)
        snapshot = await read_snapshot(scope, batch)
        return snapshot, Resolution(snapshot, scope.cipher, scope.now, batch)

    snapshot, resolution = await in_scope(services.db, tenant, read, read_only=True)
    refused = tuple(row for row in resolution.rows if row.status == "refused")
    if refused and batch.all_or_nothing:
        return Taken(refused)
    ready, waiting = resolution.subjects()
    answers = await _derive(services, ready, snapshot)
    broken = {
        held.base.contract_no: reason
        for (held, _), answer in zip(ready, answers, strict=True)
        if (reason := _unusable(held, answer)) is not None
    }
    cut_over = start_of_day(tenant.cut_over_on) if tenant.cut_over_on else None
    desk = Desk(await services.catalogue(), await services.calendar())

    async def write(scope: Scope) -> tuple[Mapping[UUID, Parking], Sequence[Derived]]:
        derived = [
            Derived(
                held,
                answer.derivation,
                answer.documents,
                reconcile(
                    answer.derivation,
                    books,
                    now=scope.now,
                    cut_over=cut_over,
                    recount=batch.recount,
                ),
                books,
                answer.case_documents,
                reconcile_cases(answer.derivation, snapshot.cases.get(held.id, ()), cut_over=cut_over),
            )
            for (held, _), answer in zip(ready, answers, strict=True)
            if held.base.contract_no not in broken and not isinstance(answer, HostFailure)
            for books in (snapshot.books.get(held.id, ()),)
        ]
        return await save(scope, desk, resolution, derived, waiting, broken, actor), derived

    parking, derived = await in_scope(services.db, tenant, write)
    changes = [change for item in derived for change in item.changes]
    made = sum(1 for change in changes if change.__struct_config__.tag == "create")
    return Taken(_results(resolution, parking), made, len(changes) - made)


def _unusable(held: HeldContract, answer: Answer | HostFailure) -> str | None:
    """Why what came of a contract can't be saved, None where it can."""
    if isinstance(answer, HostFailure):
        return answer.reason
    if held.policyholder_id is None and answer.derivation.desired:
        return f"{answer.derivation.desired[0].key} is about an office, which nobody can be called for"
    return None


async def _derive(
    services: Services, ready: Sequence[tuple[HeldContract, Subject]], snapshot: Snapshot
) -> list[Answer | HostFailure]:
    """Ask the plugin host about contracts with events, or with something on the books; of others a rule could make nothing."""
    on_books = snapshot.books.keys() | snapshot.cases.keys()
    asked = [bool(subject.events) or held.id in on_books for held, subject in ready]
    subjects = [subject for (_, subject), is_asked in zip(ready, asked, strict=True) if is_asked]
    answers = iter(await services.host.derive(subjects, snapshot.settings, await services.announced()))
    return [
        next(answers)
        if is_asked
        else Answer(Derivation(subject.contract, desired=(), failures=(), plugins=()), {})
        for (_, subject), is_asked in zip(ready, asked, strict=True)
    ]


def _results(resolution: Resolution, parking: Mapping[UUID, Parking]) -> tuple[RowResult, ...]:
    rows = list(resolution.rows)
    for row in resolution.new_events.values():
        line = resolution.event_lines[row.id]
        parked = parking[row.id]
        if parked.reason is None:
            rows.append(RowResult(line, "accepted", row.id))
        else:
            message = PARKED[parked.reason]
            if parked.detail:
                message = msgspec.structs.replace(
                    message, zh_cn=f"{message.zh_cn}:{parked.detail}", en=f"{message.en}: {parked.detail}"
                )
            rows.append(RowResult(line, "parked", row.id, parked.reason, message))
    return tuple(sorted(rows, key=lambda row: row.line))
