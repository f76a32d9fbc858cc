"""The worker on real servers: what is due gets done, fairly, once, and nothing that fails stays unseen."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import msgspec
import pytest
from huifang_api.jobs import Pace, worker
from huifang_api.jobs.handlers import finishing
from huifang_tenants import outbox
from huifang_tenants.evidence_store import EvidenceStore
from huifang_tenants.ids import new_id
from huifang_tenants.outbox import NewJob
from huifang_tenants.scope import control
from huifang_tenants.services.evidence import LEFTOVER_AFTER

FAST = Pace(poll=0.1, fetch=0.02, beat=0.25, stale_after=4.0, tick=0.4, watch=0.3, job=20.0, grace=2.0)


@pytest.fixture
def kinds(monkeypatch):
    """Handlers for kinds of our own; fill it before the worker starts."""
    made = {}
    known = worker.handlers
    monkeypatch.setattr(worker, "handlers", lambda **pace: {**known(**pace), **made})
    return made


def noting(into):
    """A handler that leaves a note of each job, in the transaction that finishes it."""

    async def handle(services, tenant, job):
        async def work(scope):
            into.append((tenant.id, job.payload))
            return []

        await finishing(services, tenant, job, work)

    return handle


async def test_a_new_tenant_ticks_without_anybody_starting_it(cell, eventually):
    tenant = await cell.tenant()
    async with cell.worker():

        async def ticked_twice() -> bool:
            ticks = await cell.rows("tenant_id = $1 AND kind = 'tick' AND state = 'done'", tenant.id)
            others = "tenant_id = $1 AND kind NOT IN ('tick', 'upkeep.daily') AND state <> 'done'"
            return len(ticks) >= 2 and not await cell.rows(others, tenant.id)

        await eventually(ticked_twice)
        daily = await cell.rows("tenant_id = $1 AND kind = 'upkeep.daily'", tenant.id)
        assert [row["state"] for row in daily] == ["done", "pending"]
    left = await cell.rows("tenant_id = $1 AND state <> 'done'", tenant.id)
    assert sorted(row["kind"] for row in left) == ["tick", "upkeep.daily"]
    assert {row["state"] for row in left} == {"pending"}


async def test_telling_plugins_of_a_contact_that_is_not_there_is_done_with(cell, eventually):
    tenant = await cell.tenant()
    [job] = await cell.enqueue(tenant, NewJob(outbox.OUTCOME, {"contact": str(new_id())}))
    async with cell.worker():

        async def done() -> bool:
            return [row["state"] for row in await cell.rows("id = $1", job)] == ["done"]

        await eventually(done)


async def test_an_alarm_over_a_missing_script_is_cleared_by_itself_when_nothing_misses_it(cell, eventually):
    tenant = await cell.tenant()
    await cell.count(
        tenant,
        "INSERT INTO alarm (id, kind, subject, details, raised_at)"
        " VALUES (gen_random_uuid(), 'script_missing', 'p/s', '{}', now())",
    )
    async with cell.worker():

        async def cleared() -> bool:
            return bool(await cell.count(tenant, "SELECT count(*) FROM alarm WHERE cleared_at IS NOT NULL"))

        await eventually(cleared)


async def test_what_uploads_left_that_never_arrived_is_cleared_away_daily(cell, eventually):
    tenant, store = await cell.tenant(), EvidenceStore(cell.settings.store_url)
    never, going_on = new_id(), new_id()

    async def some() -> AsyncIterator[bytes]:
        yield b"half"

    admin = await asyncpg.connect(cell.settings.database_url)
    try:
        # Without the contact they prove.
        await admin.execute(f"SET search_path = {tenant.schema_name}; SET session_replication_role = replica")
        for id, age in ((never, LEFTOVER_AFTER), (going_on, timedelta(hours=1))):
            await store.put(tenant, id, some())
            await admin.execute(
                "INSERT INTO evidence (id, contact_id, kind, status, uploaded_by, created_at)"
                " VALUES ($1, gen_random_uuid(), 'recording', 'arriving', 'client:x', now() - $2::interval)",
                id,
                age,
            )
    finally:
        await admin.close()
    folder = Path(urlsplit(cell.settings.store_url).path) / tenant.schema_name
    assert {path.name for path in folder.iterdir()} == {str(never), str(going_on)}
    async with cell.worker():

        async def cleared() -> bool:
            return [path.name for path in folder.iterdir()] == [str(going_on)]

        await eventually(cleared)
    counted = "SELECT json_object_agg(id, status)::text FROM evidence"
    statuses = msgspec.json.decode(await cell.count(tenant, counted))
    assert statuses == {str(never): "refused", str(going_on): "arriving"}


async def test_a_job_of_an_unknown_kind_is_buried_at_once_with_the_reason(cell, eventually):
    tenant = await cell.tenant()
    (job,) = await cell.enqueue(tenant, NewJob("made.up", {}))
    async with cell.worker():

        async def buried() -> bool:
            return bool(await cell.rows("id = $1 AND state = 'dead'", job))

        await eventually(buried)
    (row,) = await cell.rows("id = $1", job)
    assert "no handler for jobs of kind 'made.up'" in row["error"]
    assert row["tries"] == 1


async def test_a_job_that_fails_is_tried_again_later_and_its_error_quotes_nobody(cell, eventually, kinds):
    async def fail(services, tenant, job):
        raise ValueError("13800138000 王小明")

    kinds["test.fail"] = fail
    tenant = await cell.tenant()
    (job,) = await cell.enqueue(tenant, NewJob("test.fail", {}))
    async with cell.worker():

        async def failed() -> bool:
            return bool(await cell.rows("id = $1 AND state = 'pending' AND tries = 1", job))

        await eventually(failed)
    (row,) = await cell.rows("id = $1", job)
    assert row["run_at"] > row["sent_at"] + timedelta(seconds=5)
    assert "ValueError in" in row["error"]
    assert "王小明" not in row["error"]
    assert "138" not in row["error"]


async def test_a_tick_that_keeps_failing_stays_one_tick(cell, eventually, kinds):
    async def fail(services, tenant, job):
        raise ValueError

    kinds["tick"] = fail
    tenant = await cell.tenant()
    async with cell.worker():

        async def failed() -> bool:
            return bool(await cell.rows("kind = 'tick' AND tries = 1 AND state = 'pending'"))

        await eventually(failed)
        await asyncio.sleep(3 * FAST.watch)
    assert len(await cell.rows("kind = 'tick' AND tenant_id = $1", tenant.id)) == 1


async def test_a_job_that_takes_too_long_is_broken_off(cell, eventually, kinds):
    async def hang(services, tenant, job):
        await asyncio.sleep(60)

    kinds["test.hang"] = hang
    tenant = await cell.tenant()
    (job,) = await cell.enqueue(tenant, NewJob("test.hang", {}))
    async with cell.worker(msgspec.structs.replace(FAST, job=0.3)):

        async def failed() -> bool:
            return bool(await cell.rows("id = $1 AND state = 'pending' AND tries = 1", job))

        await eventually(failed)
    (row,) = await cell.rows("id = $1", job)
    assert "it took too long" in row["error"]


async def test_a_long_job_is_not_taken_for_lost(cell, eventually, kinds):
    runs = []

    async def slow(services, tenant, job):
        runs.append(job.id)
        await asyncio.sleep(FAST.stale_after + 0.5)
        await finishing(services, tenant, job, nothing)

    async def nothing(scope):
        return []

    kinds["test.slow"] = slow
    tenant = await cell.tenant()
    (job,) = await cell.enqueue(tenant, NewJob("test.slow", {}))
    async with cell.worker():

        async def done() -> bool:
            return bool(await cell.rows("id = $1 AND state = 'done'", job))

        await eventually(done)
    assert runs == [job]


async def test_stopping_finishes_what_is_quick_and_hands_back_the_rest(cell, eventually, kinds):
    begun, stopping = [], asyncio.Event()

    async def busy(services, tenant, job):
        begun.append(job.id)
        await (stopping.wait() if job.payload["quick"] else asyncio.sleep(600))
        await finishing(services, tenant, job, nothing)

    async def nothing(scope):
        return []

    kinds["test.busy"] = busy
    tenant = await cell.tenant()
    quick, long = await cell.enqueue(
        tenant, NewJob("test.busy", {"quick": True}), NewJob("test.busy", {"quick": False})
    )
    async with cell.worker(msgspec.structs.replace(FAST, grace=4.0)):

        async def both() -> bool:
            return len(begun) == 2

        await eventually(both)
        stopping.set()
    (row,) = await cell.rows("id = $1", quick)
    assert row["state"] == "done"
    (row,) = await cell.rows("id = $1", long)
    assert (row["state"], row["tries"]) == ("pending", 0)


async def test_no_tenant_waits_for_the_bulk_work_of_another(cell, eventually, kinds):
    order = []
    kinds["test.note"] = noting(order)
    big, *small = [await cell.tenant() for _ in range(6)]
    await cell.enqueue(big, *(NewJob("test.note", {"n": n}) for n in range(600)))
    for tenant in small:
        await cell.enqueue(tenant, *(NewJob("test.note", {"n": n}) for n in range(4)))
    async with cell.worker():

        async def done() -> bool:
            return len({(tenant, payload["n"]) for tenant, payload in order}) == 620

        await eventually(done)
    places = [place for place, (tenant, _) in enumerate(order) if tenant != big.id]
    assert places[-1] < 120


async def test_urgent_work_overtakes_all_the_bulk_work(cell, eventually, kinds):
    order = []

    async def slow(services, tenant, job):
        await asyncio.sleep(0.1)
        await noting(order)(services, tenant, job)

    kinds["test.slow"], kinds["test.note"] = slow, noting(order)
    tenant = await cell.tenant()
    await cell.enqueue(tenant, *(NewJob("test.slow", {"n": n}) for n in range(400)))
    async with cell.worker():

        async def begun() -> bool:
            return len(order) > 5

        await eventually(begun)
        await cell.enqueue(tenant, NewJob("test.note", {"n": "now"}, urgency=5))
        before = len(order)

        async def there() -> bool:
            return any(payload["n"] == "now" for _, payload in order)

        await eventually(there)
        assert [payload["n"] for _, payload in order].index("now") - before < 100


async def test_redis_may_go_away_for_a_while(cell, eventually, kinds):
    order = []
    kinds["test.note"] = noting(order)
    tenant = await cell.tenant()
    async with cell.worker():
        await cell.enqueue(tenant, *(NewJob("test.note", {"n": n}) for n in range(50)))
        # Every connection is cut, and those made anew get no answer for a second.
        await cell.redis.execute_command("CLIENT", "KILL", "TYPE", "normal")
        await cell.redis.execute_command("CLIENT", "PAUSE", "1000", "ALL")

        async def done() -> bool:
            return len({payload["n"] for _, payload in order}) == 50

        await eventually(done)


async def test_the_database_may_cut_every_connection(cell, eventually, kinds):
    order = []
    kinds["test.note"] = noting(order)
    tenant = await cell.tenant()
    async with cell.worker():
        await cell.enqueue(tenant, *(NewJob("test.note", {"n": n}) for n in range(50)))
        for _ in range(3):
            async with control(cell.db) as opened:
                await opened.connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'huifang%'"
                    " AND datname = current_database() AND pid <> pg_backend_pid()"
                )
            await asyncio.sleep(0.2)
        seen = len(order)

        async def done() -> bool:
            return len(await cell.rows("kind = 'test.note' AND state = 'done'")) == 50

        await eventually(done)
        await cell.enqueue(tenant, NewJob("test.note", {"n": "after"}, urgency=1))

        async def after() -> bool:
            return order[-1][1] == {"n": "after"}

        await eventually(after)
    assert seen <= 51


async def test_hands_shown_keep_a_job_from_going_back(cell):
    tenant = await cell.tenant()
    held, lost = await cell.enqueue(tenant, NewJob("a", {}), NewJob("a", {}))
    await outbox.pick(cell.db, limit=5, per_tenant=5)
    async with control(cell.db) as opened:
        await opened.connection.execute("UPDATE control.jobs SET sent_at = sent_at - interval '1 hour'")
    assert {job.id for job in await outbox.sent(cell.db, timedelta(minutes=30))} == {held, lost}
    await outbox.hold(cell.db, [(held, 1), (lost, 2)])
    assert await outbox.return_stale(cell.db, timedelta(minutes=30)) == 1
    states = {row["id"]: row["state"] for row in await cell.rows()}
    assert states == {held: "sent", lost: "pending"}
    assert await outbox.is_sent(cell.db, held, 1)
    assert not await outbox.is_sent(cell.db, held, 2)
    assert not await outbox.is_sent(cell.db, lost, 1)
    await outbox.hand_back(cell.db, held, 1)
    (row,) = await cell.rows("id = $1", held)
    assert (row["state"], row["tries"]) == ("pending", 0)
