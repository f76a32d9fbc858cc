import asyncio
import contextvars
import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from huifang_tenants.ids import new_id
from huifang_tenants.outbox import (
    _PICK,
    MAX_TRIES,
    WAKE_CHANNEL,
    NewJob,
    enqueue,
    enqueue_for,
    enqueue_many,
    finish,
    forget_finished,
    mark_done,
    mark_failed,
    pick,
    return_stale,
)
from huifang_tenants.provisioning import create_tenant, runtime_url
from huifang_tenants.scope import Database, control, in_scope, scope

PAST = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def _empty(world):
    async with control(world.db) as opened:
        await opened.connection.execute("DELETE FROM control.jobs")


async def _rows(world, columns: str = "*") -> list[asyncpg.Record]:
    async with control(world.db) as opened:
        return await opened.connection.fetch(f"SELECT {columns} FROM control.jobs ORDER BY number")


async def _later(world, job_id, delay: timedelta) -> None:
    """As if `delay` had gone by for one job."""
    async with control(world.db) as opened:
        await opened.connection.execute(
            "UPDATE control.jobs SET run_at = run_at - $2::interval, sent_at = sent_at - $2::interval, "
            "finished_at = finished_at - $2::interval WHERE id = $1",
            job_id,
            delay,
        )


async def test_a_job_appears_when_its_change_commits_and_not_otherwise(world):
    async with scope(world.db, world.a) as opened:
        job_id = await enqueue(opened, "contact.plan", {"obligation": "1"})
        assert await _pick_elsewhere(world) == []

    async def fail(opened) -> None:
        await enqueue(opened, "contact.plan", {"obligation": "2"})
        raise KeyError

    with pytest.raises(KeyError):
        await in_scope(world.db, world.a, fail)
    (job,) = await pick(world.db, limit=10, per_tenant=10)
    assert (job.id, job.tenant_id, job.kind, job.payload) == (
        job_id,
        world.a.id,
        "contact.plan",
        {"obligation": "1"},
    )
    assert (job.tries, job.urgency) == (1, 0)
    assert await pick(world.db, limit=10, per_tenant=10) == []


async def _pick_elsewhere(world):
    """Pick as another process would, while a scope is open here."""
    picking = pick(world.db, limit=10, per_tenant=10)
    return await asyncio.create_task(picking, context=contextvars.Context())


async def test_future_jobs_wait(world):
    async with scope(world.db, world.a) as opened:
        await enqueue(opened, "x", {}, run_at=datetime.now(UTC) + timedelta(hours=1))
    assert await pick(world.db, limit=10, per_tenant=10) == []


async def test_finding_what_is_due_does_not_read_through_what_is_not(world):
    later = datetime.now(UTC) + timedelta(days=1)
    async with scope(world.db, world.a) as opened:
        await enqueue_many(opened, [NewJob("x", {}, later + timedelta(seconds=n)) for n in range(3000)])
    connection = await asyncpg.connect(world.admin_url)
    await connection.execute("ANALYZE control.jobs")
    (plan,) = await connection.fetchrow(
        f"EXPLAIN (ANALYZE, FORMAT JSON) {_PICK.replace('$1', '10').replace('$2', '10')}"
    )
    await connection.close()
    assert "Rows Removed by Filter" not in json.dumps(json.loads(plan)).replace(
        '"Rows Removed by Filter": 0', ""
    )


async def test_many_jobs_answer_their_ids_in_order_and_equal_keys_become_one(world):
    jobs = [
        NewJob("b", {"n": 0}),
        NewJob("a", {"n": 1}, PAST, 0, "key"),
        NewJob("b", {"n": 2}, PAST),
        NewJob("a", {"n": 3}, PAST - timedelta(days=1), 3, "key"),
        NewJob("c", {"n": 4}, PAST, 0, "key"),
    ]
    async with scope(world.db, world.a) as opened:
        assert await enqueue_many(opened, []) == []
        ids = await enqueue_many(opened, jobs)
    assert ids[1] == ids[3]
    assert len(set(ids)) == 4
    rows = {row["id"]: row for row in await _rows(world)}
    assert [rows[one]["payload"] for one in ids] == [{"n": 0}, {"n": 1}, {"n": 2}, {"n": 1}, {"n": 4}]
    assert (rows[ids[1]]["run_at"], rows[ids[1]]["urgency"]) == (PAST - timedelta(days=1), 3)


async def test_a_pending_job_stands_for_later_ones_with_its_key_and_a_sent_one_does_not(world):
    async with scope(world.db, world.a) as opened:
        first = await enqueue(opened, "seal", {}, run_at=datetime.now(UTC) + timedelta(days=1), dedupe="k")
        assert await enqueue(opened, "seal", {}, urgency=2, dedupe="k") == first
        assert await enqueue(opened, "other", {}, dedupe="k") != first
    async with scope(world.db, world.b) as opened:
        assert await enqueue(opened, "seal", {}, dedupe="k") != first
    sent = await pick(world.db, limit=10, per_tenant=10)
    assert {job.id: job.urgency for job in sent}[first] == 2
    async with scope(world.db, world.a) as opened:
        assert await enqueue(opened, "seal", {}, dedupe="k") != first


async def test_a_coalesced_job_does_not_run_before_the_change_that_asked_for_it_commits(world):
    async with scope(world.db, world.a) as opened:
        await enqueue(opened, "seal", {}, dedupe="k")
    async with scope(world.db, world.a) as opened:
        await enqueue(opened, "seal", {}, dedupe="k")
        assert await _pick_elsewhere(world) == []
    assert len(await pick(world.db, limit=10, per_tenant=10)) == 1


async def test_tenants_take_turns_within_their_places(world):
    tenants = [
        await create_tenant(world.admin_url, world.keys, f"small-{n}", "s", directory=world.steps)
        for n in range(4)
    ]
    async with control(world.db) as opened:
        await enqueue_for(opened, world.a.id, [NewJob("bulk", {"n": n}, PAST) for n in range(500)])
        for tenant in tenants:
            await enqueue_for(opened, tenant.id, [NewJob("small", {"n": n}) for n in range(3)])
    first = await pick(world.db, limit=10, per_tenant=5)
    assert [job.tenant_id for job in first[:5]].count(world.a.id) == 1
    assert len({job.tenant_id for job in first[:5]}) == 5
    await pick(world.db, limit=100, per_tenant=5)
    in_flight = Counter(
        row["tenant_id"] for row in await _rows(world, "tenant_id, state") if row["state"] == "sent"
    )
    assert in_flight == {world.a.id: 5} | {tenant.id: 3 for tenant in tenants}
    assert await pick(world.db, limit=100, per_tenant=5) == []
    done = next(job for job in first if job.tenant_id == world.a.id)
    await mark_done(world.db, done.id)
    (freed,) = await pick(world.db, limit=100, per_tenant=5)
    assert freed.payload == {"n": 5}


async def test_urgent_jobs_pass_a_tenants_own_bulk_in_flight(world):
    async with scope(world.db, world.a) as opened:
        await enqueue_many(opened, [NewJob("bulk", {}, PAST) for _ in range(20)])
    await pick(world.db, limit=100, per_tenant=3)
    async with scope(world.db, world.a) as opened:
        await enqueue_many(opened, [NewJob("call", {"n": n}, urgency=n) for n in (1, 5)])
    assert [job.payload["n"] for job in await pick(world.db, limit=100, per_tenant=3)] == [5, 1]


async def test_dispatchers_at_the_same_time_hand_out_each_job_once_and_keep_the_limit(world):
    async with scope(world.db, world.a) as opened:
        await enqueue_many(opened, [NewJob("x", {}) for _ in range(60)])
    picked = await asyncio.gather(*(pick(world.db, limit=7, per_tenant=20) for _ in range(6)))
    ids = [job.id for jobs in picked for job in jobs]
    assert len(ids) == len(set(ids)) == 20


async def test_suspended_tenants_jobs_wait(world):
    async with scope(world.db, world.b) as opened:
        await enqueue(opened, "x", {})
    await world.registry.set_state(world.b.id, "suspended")
    assert await pick(world.db, limit=10, per_tenant=10) == []
    await world.registry.set_state(world.b.id, "active")
    assert len(await pick(world.db, limit=10, per_tenant=10)) == 1


async def test_work_is_done_once_whoever_else_tries(world):
    async with scope(world.db, world.a) as opened:
        job_id = await enqueue(opened, "x", {})
    await pick(world.db, limit=1, per_tenant=1)
    note, runs = new_id(), []

    async def work(opened) -> None:
        if await finish(opened, job_id):
            runs.append(1)
            await opened.connection.execute("INSERT INTO note (id, body) VALUES ($1, '')", note)
            await asyncio.sleep(0.02)

    await asyncio.gather(*(in_scope(world.db, world.a, work) for _ in range(6)))
    await in_scope(world.db, world.a, work)
    assert runs == [1]
    assert [row["state"] for row in await _rows(world)] == ["done"]


async def test_a_failing_unit_leaves_the_job_to_be_done_again(world):
    async with scope(world.db, world.a) as opened:
        job_id = await enqueue(opened, "x", {})
    await pick(world.db, limit=1, per_tenant=1)

    async def fail(opened) -> None:
        assert await finish(opened, job_id)
        raise KeyError

    with pytest.raises(KeyError):
        await in_scope(world.db, world.a, fail)
    assert await mark_failed(world.db, job_id, "KeyError") == "pending"
    assert await mark_failed(world.db, job_id, "KeyError") is None
    async with scope(world.db, world.a) as opened:
        assert not await finish(opened, job_id)
    assert await pick(world.db, limit=1, per_tenant=1) == []
    await _later(world, job_id, timedelta(seconds=10))
    (again,) = await pick(world.db, limit=1, per_tenant=1)
    assert (again.id, again.tries) == (job_id, 2)


async def test_back_off_doubles_and_the_fifth_failure_buries(world):
    async with scope(world.db, world.a) as opened:
        job_id = await enqueue(opened, "x", {}, run_at=PAST)
    waits = []
    for _ in range(MAX_TRIES - 1):
        await pick(world.db, limit=1, per_tenant=1)
        assert await mark_failed(world.db, job_id, "不通") == "pending"
        (row,) = await _rows(world, "run_at - clock_timestamp() AS wait")
        waits.append(row["wait"].total_seconds())
        await _later(world, job_id, timedelta(hours=1))
    # Some of it has gone by already.
    assert all(wait / 2 < left <= wait for left, wait in zip(waits, (10, 20, 40, 80), strict=True))
    await pick(world.db, limit=1, per_tenant=1)
    assert await mark_failed(world.db, job_id, "不通") == "dead"
    (row,) = await _rows(world)
    assert (row["state"], row["error"], row["tries"]) == ("dead", "不通", MAX_TRIES)
    assert await forget_finished(world.db, timedelta()) == 0


async def test_a_job_can_go_back_while_its_successor_is_pending(world):
    for _ in range(2):
        async with scope(world.db, world.a) as opened:
            await enqueue(opened, "seal", {}, dedupe="k")
        sent = await pick(world.db, limit=5, per_tenant=5)
    async with scope(world.db, world.a) as opened:
        await enqueue(opened, "seal", {}, dedupe="k")
    assert await mark_failed(world.db, sent[0].id, "x") == "pending"
    (first,) = [row["id"] for row in await _rows(world) if row["state"] == "sent"]
    await _later(world, first, timedelta(minutes=5))
    assert await return_stale(world.db, timedelta(minutes=1)) == 1
    assert [row["state"] for row in await _rows(world)] == ["pending"] * 3


async def test_stale_jobs_come_back_unless_somebody_is_at_them(world):
    async with scope(world.db, world.a) as opened:
        ids = await enqueue_many(opened, [NewJob("x", {"n": n}) for n in range(3)])
    await pick(world.db, limit=3, per_tenant=3)
    for job_id in ids[:2]:
        await _later(world, job_id, timedelta(minutes=5))
    async with Database(runtime_url(world.admin_url, world.keys), max_connections=1) as other:
        held, done = asyncio.Event(), asyncio.Event()

        async def work(opened) -> None:
            assert await finish(opened, ids[0])
            held.set()
            await done.wait()

        task = asyncio.create_task(in_scope(other, world.a, work))
        await held.wait()
        assert await return_stale(world.db, timedelta(minutes=1)) == 1
        done.set()
        await task
    states = {row["payload"]["n"]: row["state"] for row in await _rows(world)}
    assert states == {0: "done", 1: "pending", 2: "sent"}


async def test_finished_jobs_are_forgotten_after_a_while(world):
    async with scope(world.db, world.a) as opened:
        ids = await enqueue_many(opened, [NewJob("x", {}) for _ in range(2)])
    await pick(world.db, limit=2, per_tenant=2)
    assert [await mark_done(world.db, ids[0]), await mark_done(world.db, ids[0])] == [True, False]
    await mark_done(world.db, ids[1])
    await _later(world, ids[0], timedelta(days=8))
    assert await forget_finished(world.db, timedelta(days=7)) == 1
    assert [row["id"] for row in await _rows(world)] == [ids[1]]


async def test_urgent_work_wakes_the_dispatcher_when_it_commits(world):
    woken = asyncio.Event()
    async with world.db.listen(WAKE_CHANNEL, lambda _payload: woken.set()):
        async with scope(world.db, world.a) as opened:
            await enqueue(opened, "bulk", {})
            await enqueue(opened, "call", {}, urgency=1, run_at=datetime.now(UTC) + timedelta(hours=1))
        await asyncio.sleep(0.05)
        assert not woken.is_set()
        async with scope(world.db, world.a) as opened:
            await enqueue(opened, "call", {}, urgency=1)
            await asyncio.sleep(0.05)
            assert not woken.is_set()
        async with asyncio.timeout(60):
            await woken.wait()


@pytest.mark.parametrize(
    ("job", "error"),
    [
        (NewJob("Bad kind", {}), asyncpg.CheckViolationError),
        (NewJob("x", {"text": "字" * 9000}), asyncpg.CheckViolationError),
        (NewJob("x", {}, urgency=10), asyncpg.CheckViolationError),
        (NewJob("x", {}, dedupe="k" * 201), asyncpg.CheckViolationError),
    ],
)
async def test_odd_jobs_are_refused(world, job, error):
    with pytest.raises(error):
        await in_scope(world.db, world.a, lambda opened: enqueue_many(opened, [job]))


async def test_arrays_of_different_length_are_refused(world):
    call = "SELECT control.enqueue_jobs('{a,b}', '{\"{}\"}', '{NULL}', '{0}', '{NULL}')"
    with pytest.raises(asyncpg.ArraySubscriptError):
        await in_scope(world.db, world.a, lambda opened: opened.connection.execute(call))
