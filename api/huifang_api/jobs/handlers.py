"""What is done for each kind of job. A new kind: a function here and a line in HANDLERS."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from huifang_core.windows import SHANGHAI
from huifang_tenants.evidence_store import EvidenceStore
from huifang_tenants.outbox import FAN_OUT, OUTCOME, REFRESH, Job, NewJob, enqueue_many, finish, is_sent
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services import outcomes
from huifang_tenants.services.context import Services
from huifang_tenants.services.draws import DRAWS, LATE, commit_seeds, notice_late, work_on_draws
from huifang_tenants.services.evidence import LEFTOVERS, clear_leftovers
from huifang_tenants.services.schedules import SCHEDULES, reach_days, start_schedules
from huifang_tenants.services.second_callbacks import SECOND_CALLBACKS, ask_about_solved
from huifang_tenants.services.upkeep import (
    COUNTING,
    PARKED,
    RECOUNT,
    RETRY,
    SCRIPTS,
    SHARES,
    STEPS,
    CountingStep,
    Step,
    due_now,
    fan_out,
    needs_recount,
    recount,
    refresh,
    retry_parked,
    scripts_need_watching,
    shares_need_watching,
    take_up_parked,
    watch_parameters,
    watch_scripts,
    watch_shares,
)
from huifang_tenants.services.written.delivering import SEND, WRITE, write_due
from huifang_tenants.services.written.opening import anything_due
from huifang_tenants.services.written.replies import HAND_ON, hand_on
from huifang_tenants.tenant import Tenant

from huifang_api.channels.sending import send_message

TICK: Final = "tick"
DAILY: Final = "upkeep.daily"
RECURRING: Final = (TICK, DAILY)
"""Kinds of which every active tenant always has one job; each enqueues its next."""

URGENCY: Final[Mapping[str, int]] = dict.fromkeys((TICK, DAILY, SCRIPTS, SHARES, WRITE, *COUNTING, *STEPS), 1)
"""Short work that must not wait behind a tenant's imports; all else is 0."""

_DAILY_AT: Final = time(6)
_TAKE_ATTEMPTS: Final = 3
_TAKE_PAUSE: Final = 0.1

Handler = Callable[[Services, Tenant, Job], Awaitable[None]]
"""Does a job's work and finishes it: in one scope, or, where the work spans several and may run twice, in the last one."""


async def finishing(
    services: Services, tenant: Tenant, job: Job, work: Callable[[Scope], Awaitable[Sequence[NewJob]]]
) -> None:
    """Take a job, do its work and write the jobs that follow from it, all in one scope; nothing when others have it."""

    async def once(scope: Scope) -> bool:
        if not await finish(scope, job.id):
            return False
        await enqueue_many(scope, await work(scope))
        return True

    for _ in range(_TAKE_ATTEMPTS):
        # Whoever shows that the job is in good hands locks it for a moment, and it looks as if others had it.
        if await in_scope(services.db, tenant, once) or not await is_sent(services.db, job.id, job.tries):
            return
        await asyncio.sleep(_TAKE_PAUSE)


def again(job: Job, payload: dict[str, Any]) -> NewJob:
    """The job that goes on where this one stopped."""
    return NewJob(job.kind, payload, urgency=job.urgency)


def in_one_scope(step: Step) -> Handler:
    """The handler of a piece of upkeep that needs one scope only."""

    async def handle(services: Services, tenant: Tenant, job: Job) -> None:
        async def work(scope: Scope) -> Sequence[NewJob]:
            return [again(job, {})] if await step(scope) else []

        await finishing(services, tenant, job, work)

    return handle


def counting_days(step: CountingStep) -> Handler:
    """The handler of a piece of upkeep that needs one scope, and the calendar to count working days by."""

    async def handle(services: Services, tenant: Tenant, job: Job) -> None:
        calendar = await services.calendar()

        async def work(scope: Scope) -> Sequence[NewJob]:
            return [again(job, {})] if await step(scope, calendar) else []

        await finishing(services, tenant, job, work)

    return handle


def in_batches(
    batch: Callable[[Services, Tenant, dict[str, Any]], Awaitable[dict[str, Any] | None]],
) -> Handler:
    """The handler of work that opens scopes of its own and may run twice; `batch` answers the payload to go on with."""

    async def handle(services: Services, tenant: Tenant, job: Job) -> None:
        if not await is_sent(services.db, job.id, job.tries):
            return
        rest = await batch(services, tenant, job.payload)

        async def work(_: Scope) -> Sequence[NewJob]:
            return [] if rest is None else [again(job, rest)]

        await finishing(services, tenant, job, work)

    return handle


async def outcome(services: Services, tenant: Tenant, job: Job) -> None:
    """Tell plugins how a contact ended, and do what they answer."""
    if not await is_sent(services.db, job.id, job.tries):
        return
    catalogue, calendar = await services.catalogue(), await services.calendar()
    contact, answered = await outcomes.tell(services, tenant, UUID(job.payload["contact"]))

    async def work(scope: Scope) -> Sequence[NewJob]:
        if contact is not None:
            await outcomes.carry_out(scope, catalogue, calendar, contact, answered)
        return []

    await finishing(services, tenant, job, work)


async def scripts(services: Services, tenant: Tenant, job: Job) -> None:
    """Look for callbacks whose script is missing; which are there, the plugin host says."""
    catalogue = await services.catalogue()

    async def work(scope: Scope) -> Sequence[NewJob]:
        await watch_scripts(scope, catalogue)
        return []

    await finishing(services, tenant, job, work)


async def shares(services: Services, tenant: Tenant, job: Job) -> None:
    """Look how near shares of channels are to their limits; which are limited, the plugin host says."""
    catalogue = await services.catalogue()

    async def work(scope: Scope) -> Sequence[NewJob]:
        await watch_shares(scope, catalogue)
        return []

    await finishing(services, tenant, job, work)


def ticking(seconds: float) -> Handler:
    """The handler that looks what is due in a tenant, enqueues it, and comes again in `seconds` to twice that."""

    async def tick(services: Services, tenant: Tenant, job: Job) -> None:
        calendar, catalogue = await services.calendar(), await services.catalogue()

        async def work(scope: Scope) -> Sequence[NewJob]:
            kinds = await due_now(scope, calendar)
            if await scripts_need_watching(scope, catalogue):
                kinds = (*kinds, SCRIPTS)
            if await anything_due(scope, catalogue):
                kinds = (*kinds, WRITE)
            if await shares_need_watching(scope, catalogue):
                kinds = (*kinds, SHARES)
            # Periods differ, so that the ticks of many tenants spread out by themselves.
            pause = timedelta(seconds=seconds * (1 + tenant.id.int % 997 / 997))
            jobs = [NewJob(kind, {}, urgency=URGENCY.get(kind, 0), dedupe=kind) for kind in kinds]
            return [*jobs, NewJob(TICK, {}, run_at=scope.wall_now + pause, urgency=1, dedupe=TICK)]

        await finishing(services, tenant, job, work)

    return tick


async def daily(services: Services, tenant: Tenant, job: Job) -> None:
    """What is looked at once a day, in the early morning of Asia/Shanghai."""
    catalogue, calendar = await services.catalogue(), await services.calendar()

    async def work(scope: Scope) -> Sequence[NewJob]:
        await watch_parameters(scope, catalogue)
        await watch_scripts(scope, catalogue)
        await commit_seeds(scope, catalogue)
        await start_schedules(scope, catalogue)
        jobs = [
            NewJob(DAILY, {}, run_at=_next_morning(scope.wall_now), urgency=1, dedupe=DAILY),
            NewJob(LATE, {}, dedupe=LATE),
            NewJob(LEFTOVERS, {}, dedupe=LEFTOVERS),
        ]
        if await needs_recount(scope, calendar):
            jobs.append(NewJob(RECOUNT, {}, dedupe=RECOUNT))
        return jobs

    await finishing(services, tenant, job, work)


def clearing(evidence: EvidenceStore) -> Handler:
    """The handler that takes away what uploads left in the store that never arrived."""

    async def clear(services: Services, tenant: Tenant, _: dict[str, Any]) -> None:
        await clear_leftovers(services.db, tenant, evidence)

    return in_batches(clear)


def handlers(*, tick: float, evidence: EvidenceStore) -> dict[str, Handler]:
    """The handler of each kind; `tick` in seconds."""
    return {
        TICK: ticking(tick),
        DAILY: daily,
        SCRIPTS: scripts,
        SHARES: shares,
        OUTCOME: outcome,
        PARKED: in_batches(_parked),
        SCHEDULES: in_batches(_schedules),
        DRAWS: in_batches(_draws),
        LATE: in_batches(_late),
        SECOND_CALLBACKS: in_batches(_second_callbacks),
        LEFTOVERS: clearing(evidence),
        RETRY: in_batches(_retry),
        RECOUNT: in_batches(_recount),
        REFRESH: in_batches(_refresh),
        FAN_OUT: in_batches(_fan_out),
        WRITE: in_batches(_write),
        HAND_ON: in_batches(_hand_on),
        SEND: send_message,
        **{kind: counting_days(step) for kind, step in COUNTING.items()},
        **{kind: in_one_scope(step) for kind, step in STEPS.items()},
    }


async def _parked(services: Services, tenant: Tenant, payload: dict[str, Any]) -> dict[str, Any] | None:
    return payload if await take_up_parked(services, tenant) else None


async def _schedules(services: Services, tenant: Tenant, payload: dict[str, Any]) -> dict[str, Any] | None:
    return payload if await reach_days(services, tenant) else None


async def _draws(services: Services, tenant: Tenant, payload: dict[str, Any]) -> dict[str, Any] | None:
    return payload if await work_on_draws(services, tenant) else None


async def _second_callbacks(
    services: Services, tenant: Tenant, payload: dict[str, Any]
) -> dict[str, Any] | None:
    return payload if await ask_about_solved(services, tenant) else None


async def _late(services: Services, tenant: Tenant, _: dict[str, Any]) -> None:
    await notice_late(services, tenant)


async def _retry(services: Services, tenant: Tenant, payload: dict[str, Any]) -> dict[str, Any] | None:
    rest = await retry_parked(services, tenant, reason=payload["reason"], after=_after(payload))
    return None if rest is None else {**payload, "after": str(rest)}


async def _recount(services: Services, tenant: Tenant, payload: dict[str, Any]) -> dict[str, Any] | None:
    rest = await recount(services, tenant, _after(payload))
    return None if rest is None else {"after": str(rest)}


async def _refresh(services: Services, tenant: Tenant, payload: dict[str, Any]) -> dict[str, Any] | None:
    rest = await refresh(services, tenant, _after(payload))
    return None if rest is None else {"after": str(rest)}


async def _fan_out(services: Services, tenant: Tenant, payload: dict[str, Any]) -> dict[str, Any] | None:
    rest = await fan_out(services, tenant, UUID(payload["event"]), _after(payload))
    return None if rest is None else {**payload, "after": str(rest)}


async def _write(services: Services, tenant: Tenant, payload: dict[str, Any]) -> dict[str, Any] | None:
    return payload if await write_due(services, tenant) else None


async def _hand_on(services: Services, tenant: Tenant, payload: dict[str, Any]) -> None:
    await hand_on(services, tenant, UUID(payload["message"]))


def _after(payload: dict[str, Any]) -> UUID | None:
    return UUID(payload["after"]) if "after" in payload else None


def _next_morning(now: datetime) -> datetime:
    local = now.astimezone(SHANGHAI)
    morning = datetime.combine(local.date(), _DAILY_AT, SHANGHAI)
    return morning if local < morning else morning + timedelta(days=1)
