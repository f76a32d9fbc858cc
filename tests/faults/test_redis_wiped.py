"""Redis holds nothing that can be lost: wiped or restarted in the middle, every job is done exactly once by effect."""

from uuid import uuid4

from huifang_tenants.outbox import NewJob
from redis.asyncio import Redis

JOBS = 180


async def _jobs(cell, *tenants):
    for tenant in tenants:
        jobs = [NewJob("test.notice", {"subject": str(uuid4())}, urgency=n % 2) for n in range(JOBS // 2)]
        await cell.enqueue(tenant, *jobs)


async def _done(cell, tenants):
    return sum([await cell.value(tenant, "SELECT count(*) FROM notice") for tenant in tenants])


async def test_redis_is_wiped_in_the_middle_again_and_again(cell, eventually):
    tenants = [await cell.tenant(), await cell.tenant()]
    await _jobs(cell, *tenants)
    with cell.worker_process():
        async with Redis.from_url(cell.settings.redis_url) as redis:
            for part in (JOBS // 6, JOBS // 3, JOBS // 2):

                async def reached(part=part) -> bool:
                    return await _done(cell, tenants) >= part

                await eventually(reached)
                await redis.flushall()

        async def all_done() -> bool:
            return await _done(cell, tenants) >= JOBS

        await eventually(all_done)
    await _exactly_once(cell, tenants)


async def test_redis_dies_and_comes_back_empty(cell, eventually):
    tenants = [await cell.tenant(), await cell.tenant()]
    await _jobs(cell, *tenants)
    with cell.worker_process():

        async def some() -> bool:
            return await _done(cell, tenants) >= JOBS // 5

        await eventually(some)
        cell.valkey.stop()
        cell.valkey.start()

        async def all_done() -> bool:
            return await _done(cell, tenants) >= JOBS

        await eventually(all_done)

        async def ticking() -> bool:
            ticks = await cell.jobs(
                "kind = 'tick' AND state = 'done' AND finished_at > now() - interval '1 second'"
            )
            return {row["tenant_id"] for row in ticks} == {tenant.id for tenant in tenants}

        await eventually(ticking)
    await _exactly_once(cell, tenants)


async def _exactly_once(cell, tenants):
    assert await _done(cell, tenants) == JOBS
    for tenant in tenants:
        assert await cell.value(tenant, "SELECT count(DISTINCT subject_id) FROM notice") == JOBS // 2
    assert {row["state"] for row in await cell.jobs("kind = 'test.notice'")} == {"done"}
