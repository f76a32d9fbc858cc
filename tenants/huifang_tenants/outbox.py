"""The transactional outbox: a change and the jobs it triggers commit together, as rows of ids in control.jobs.

A tenant's scope writes and finishes jobs through functions that check whose role is acting; the dispatcher picks and
returns them as the login role. Whoever has one waiting or running holds it anew every few seconds. Jobs run at least once, and their work exactly once: `finish` first, then work, in one
transaction. All times here are wall time, by the database server's clock.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from huifang_tenants.database import Database
from huifang_tenants.scope import Control, Scope, control

WAKE_CHANNEL: Final = "huifang_jobs"
"""Notified when urgent work is due: `async with db.listen(WAKE_CHANNEL, …)`. Polling finds everything else."""

REFRESH: Final = "contracts.refresh"
"""Kind of the job that derives every contract of a tenant anew."""

FAN_OUT: Final = "sellers.departed"
"""Kind of the job that derives the contracts of a seller who left anew."""

OUTCOME: Final = "contact.outcome"
"""Kind of the job that tells plugins how a contact ended."""

MAX_TRIES: Final = 5
_PICK_LOCK: Final = 0x48_46_02

# One probe of the index per (tenant, urgency) with pending jobs, then the first few due of each: the cost does not
# grow with the length of one tenant's queue. Urgent jobs (urgency > 0) have a lane of their own in every tenant, so
# that its bulk work in flight never holds them up. statement_timestamp() can bound an index scan, clock_timestamp() can't.
_PICK: Final = """
WITH RECURSIVE level AS (
    (SELECT tenant_id, urgency FROM control.jobs WHERE state = 'pending' ORDER BY tenant_id, urgency LIMIT 1)
    UNION ALL
    SELECT next.tenant_id, next.urgency FROM level CROSS JOIN LATERAL (
        SELECT tenant_id, urgency FROM control.jobs
        WHERE state = 'pending' AND (tenant_id, urgency) > (level.tenant_id, level.urgency)
        ORDER BY tenant_id, urgency LIMIT 1
    ) next
), busy AS (
    SELECT tenant_id, urgency > 0 AS urgent, count(*) AS jobs FROM control.jobs WHERE state = 'sent' GROUP BY 1, 2
), due AS (
    SELECT job.id, level.tenant_id, level.urgency, level.urgency > 0 AS urgent, job.run_at, job.number
    FROM level JOIN control.tenant ON tenant.id = level.tenant_id AND tenant.state = 'active'
    CROSS JOIN LATERAL (
        SELECT id, run_at, number FROM control.jobs
        WHERE state = 'pending' AND tenant_id = level.tenant_id AND urgency = level.urgency
              AND run_at <= statement_timestamp()
        ORDER BY run_at, number LIMIT $2 FOR UPDATE SKIP LOCKED
    ) job
), placed AS (
    SELECT due.id, due.urgent, due.run_at, due.number, coalesce(busy.jobs, 0) + row_number() OVER (
        PARTITION BY due.tenant_id, due.urgent ORDER BY due.urgency DESC, due.run_at, due.number
    ) AS slot
    FROM due LEFT JOIN busy USING (tenant_id, urgent)
), chosen AS (
    SELECT * FROM placed WHERE slot <= $2 ORDER BY urgent DESC, slot, run_at, number LIMIT $1
)
UPDATE control.jobs SET state = 'sent', sent_at = clock_timestamp(), tries = tries + 1
FROM chosen WHERE jobs.id = chosen.id
RETURNING jobs.id, jobs.tenant_id, jobs.kind, jobs.payload, jobs.urgency, jobs.tries, jobs.run_at,
          chosen.urgent, chosen.slot, chosen.number
"""
_PICK_URGENT: Final = _PICK.replace("WHERE slot <= $2", "WHERE slot <= $2 AND urgent")
# A job that goes back keeps no dedupe key: another with the same one may be pending by now, and both may run.
_FAIL: Final = """
UPDATE control.jobs SET
    state = CASE WHEN tries >= $3 OR $4 THEN 'dead' ELSE 'pending' END,
    finished_at = CASE WHEN tries >= $3 OR $4 THEN clock_timestamp() END,
    run_at = clock_timestamp() + make_interval(secs => least(600, 5 * 2 ^ tries)),
    dedupe = NULL, error = $2
WHERE id = $1 AND state = 'sent' RETURNING state
"""
_RETURN_STALE: Final = """
UPDATE control.jobs SET
    state = CASE WHEN tries >= $2 THEN 'dead' ELSE 'pending' END,
    finished_at = CASE WHEN tries >= $2 THEN clock_timestamp() END,
    dedupe = NULL, error = 'sent, but not finished in time'
WHERE id IN (
    SELECT id FROM control.jobs WHERE state = 'sent' AND sent_at < clock_timestamp() - $1::interval
    FOR UPDATE SKIP LOCKED
)
"""
# Rows that are locked are in a scope that finishes them: waiting for it would hold all the others up.
_HOLD: Final = """
UPDATE control.jobs SET sent_at = clock_timestamp() WHERE id IN (
    SELECT jobs.id FROM control.jobs JOIN unnest($1::uuid[], $2::integer[]) AS held(id, tries) USING (id, tries)
    WHERE state = 'sent' FOR UPDATE OF jobs SKIP LOCKED
)
"""
_HAND_BACK: Final = """
UPDATE control.jobs SET state = 'pending', tries = tries - 1, dedupe = NULL
WHERE id = $1 AND tries = $2 AND state = 'sent'
"""
_ENQUEUE: Final = "SELECT control.enqueue_jobs($1, $2, $3, $4, $5)"
_ENQUEUE_FOR: Final = "SELECT control.write_jobs($1, $2, $3, $4, $5, $6)"


class NewJob(msgspec.Struct, frozen=True):
    """A job to be written. `payload` holds ids only; `run_at` is wall time, None for at once.

    `urgency` is 0 for ordinary and 1 to 9 for urgent work. While one job of this kind and `dedupe` key is pending,
    another is not added: the pending one takes the earlier time and the higher urgency.
    """

    kind: str
    payload: dict[str, Any]
    run_at: datetime | None = None
    urgency: int = 0
    dedupe: str | None = None


class Job(msgspec.Struct, frozen=True):
    """A job handed out for the `tries`-th time."""

    id: UUID
    tenant_id: UUID
    kind: str
    payload: dict[str, Any]
    urgency: int
    tries: int
    run_at: datetime


class SentJob(msgspec.Struct, frozen=True):
    """A job that was handed out and is not finished, in its `tries`-th try."""

    id: UUID
    tries: int
    urgency: int


async def enqueue(
    scope: Scope,
    kind: str,
    payload: dict[str, Any],
    *,
    run_at: datetime | None = None,
    urgency: int = 0,
    dedupe: str | None = None,
) -> UUID:
    """Write one job that becomes visible when the scope commits; see NewJob. Answers its id, or the pending one's.

    With a `dedupe` key, do it late in the scope: others with the same key wait for this scope to end.
    """
    return (await enqueue_many(scope, [NewJob(kind, payload, run_at, urgency, dedupe)]))[0]


async def enqueue_many(scope: Scope, jobs: Sequence[NewJob]) -> list[UUID]:
    """Write many jobs in one round trip; their ids in the same order."""
    if not jobs:
        return []
    return list(await scope.connection.fetchval(_ENQUEUE, *_columns(jobs)))


async def enqueue_for(control: Control, tenant_id: UUID, jobs: Sequence[NewJob]) -> list[UUID]:
    """Write jobs of any tenant from outside its scope, as schedulers do for all of them."""
    if not jobs:
        return []
    return list(await control.connection.fetchval(_ENQUEUE_FOR, tenant_id, *_columns(jobs)))


async def finish(scope: Scope, job_id: UUID) -> bool:
    """Take a job and mark it done, in the scope that does its work: call it first, and do nothing when False.

    False: done already, in another worker's hands, back in the queue, or another tenant's. If the scope fails the
    mark is undone with the work. While the scope is open, `return_stale` leaves the job alone.
    """
    return bool(await scope.connection.fetchval("SELECT control.finish_job($1)", job_id))


async def pick(db: Database, *, limit: int, per_tenant: int, urgent_only: bool = False) -> list[Job]:
    """Take up to `limit` due jobs in fair order and mark them sent, at most `per_tenant` in flight for each tenant.

    Urgent ones first (or alone), then every tenant's first, every tenant's second, and so on. Urgent and ordinary
    jobs of a tenant are counted apart. Suspended tenants' jobs wait.
    """
    async with control(db) as opened:
        # One at a time, or two dispatchers would each fill a tenant's places.
        await opened.connection.execute("SELECT pg_advisory_xact_lock($1)", _PICK_LOCK)
        rows = await opened.connection.fetch(_PICK_URGENT if urgent_only else _PICK, limit, per_tenant)
    rows.sort(key=lambda row: (not row["urgent"], row["slot"], row["run_at"], row["number"]))
    return [Job(*(row[name] for name in Job.__struct_fields__)) for row in rows]


async def mark_done(db: Database, job_id: UUID) -> bool:
    """Mark a sent job done outside a scope, for work that is not in the database; False when it was not sent."""
    async with control(db) as opened:
        status = await opened.connection.execute(
            "UPDATE control.jobs SET state = 'done', finished_at = clock_timestamp(), error = NULL "
            "WHERE id = $1 AND state = 'sent'",
            job_id,
        )
    return bool(status == "UPDATE 1")


async def mark_failed(
    db: Database, job_id: UUID, error: str, *, for_good: bool = False
) -> Literal["pending", "dead"] | None:
    """Put a sent job back, to run again after 10, 20, 40, 80 s, or bury it: after the fifth try, or `for_good` at once.

    Answers its new state, None when it was not sent. `error` must hold no personal data.
    """
    async with control(db) as opened:
        state: Literal["pending", "dead"] | None = await opened.connection.fetchval(
            _FAIL, job_id, error[:2000], MAX_TRIES, for_good
        )
    return state


async def hand_back(db: Database, job_id: UUID, tries: int) -> None:
    """Put back a job whose work was broken off and undone, as if it had not been handed out for the `tries`-th time."""
    async with control(db) as opened:
        await opened.connection.execute(_HAND_BACK, job_id, tries)


async def sent(db: Database, older_than: timedelta, *, limit: int = 1000) -> list[SentJob]:
    """The jobs handed out longer ago than that, or held so long ago, and not finished; the oldest first."""
    async with control(db) as opened:
        rows = await opened.connection.fetch(
            "SELECT id, tries, urgency FROM control.jobs WHERE state = 'sent' "
            "AND sent_at < statement_timestamp() - $1::interval ORDER BY sent_at LIMIT $2",
            older_than,
            limit,
        )
    return [SentJob(*row) for row in rows]


async def hold(db: Database, jobs: Sequence[tuple[UUID, int]]) -> None:
    """Say of jobs, by id and try, that they are in somebody's hands still: `return_stale` leaves them for a while."""
    if jobs:
        async with control(db) as opened:
            await opened.connection.execute(_HOLD, [id for id, _ in jobs], [tries for _, tries in jobs])


async def is_sent(db: Database, job_id: UUID, tries: int) -> bool:
    """Whether a job is out in its `tries`-th try: neither finished, nor back in the queue, nor out again since."""
    async with control(db) as opened:
        return bool(
            await opened.connection.fetchval(
                "SELECT EXISTS (SELECT FROM control.jobs WHERE id = $1 AND tries = $2 AND state = 'sent')",
                job_id,
                tries,
            )
        )


async def return_stale(db: Database, older_than: timedelta) -> int:
    """Put back what was sent, or held last, longer ago than that and is in no scope's hands; answers how many."""
    async with control(db) as opened:
        status = await opened.connection.execute(_RETURN_STALE, older_than, MAX_TRIES)
    return int(status.rpartition(" ")[2])


async def forget_finished(db: Database, older_than: timedelta) -> int:
    """Delete done jobs that ended longer ago than that; answers how many. Dead ones stay for somebody to look at."""
    async with control(db) as opened:
        status = await opened.connection.execute(
            "DELETE FROM control.jobs WHERE state = 'done' AND finished_at < clock_timestamp() - $1::interval",
            older_than,
        )
    return int(status.rpartition(" ")[2])


def _columns(jobs: Sequence[NewJob]) -> tuple[list[Any], ...]:
    return (
        [job.kind for job in jobs],
        [job.payload for job in jobs],
        [job.run_at for job in jobs],
        [job.urgency for job in jobs],
        [job.dedupe for job in jobs],
    )
