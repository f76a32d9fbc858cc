"""Tenants on real servers, and a worker over them in the test's own event loop, with everything faster."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from huifang_api.jobs import Pace, work
from huifang_api.settings import Settings
from huifang_tenants.database import Database
from huifang_tenants.keys import MasterKeys
from huifang_tenants.outbox import NewJob, enqueue_many
from huifang_tenants.provisioning import create_tenant, prepare_database, runtime_url
from huifang_tenants.scope import control, scope
from huifang_tenants.tenant import Tenant
from redis.asyncio import Redis

FAST = Pace(poll=0.1, fetch=0.02, beat=0.25, stale_after=4.0, tick=0.4, watch=0.3, job=20.0, grace=2.0)


class Cell(msgspec.Struct, frozen=True, eq=False):
    """A prepared database with a pool of our own, and Redis."""

    settings: Settings
    keys: MasterKeys
    db: Database
    redis: Redis

    async def tenant(self) -> Tenant:
        """Make a tenant with all tables."""
        assert self.settings.database_url is not None
        return await create_tenant(
            self.settings.database_url, self.keys, f"t-{secrets.token_hex(4)}", "某保险"
        )

    async def enqueue(self, tenant: Tenant, *jobs: NewJob) -> list[UUID]:
        async with scope(self.db, tenant) as opened:
            return await enqueue_many(opened, jobs)

    async def rows(self, condition: str = "true", *values: object) -> list[asyncpg.Record]:
        async with control(self.db) as opened:
            return list(
                await opened.connection.fetch(
                    f"SELECT * FROM control.jobs WHERE {condition} ORDER BY number", *values
                )
            )

    async def count(self, tenant: Tenant, query: str) -> Any:
        async with scope(self.db, tenant) as opened:
            return await opened.connection.fetchval(query)

    @asynccontextmanager
    async def worker(self, pace: Pace = FAST) -> AsyncIterator[asyncio.Event]:
        """A worker that runs inside the block; answers what stops it."""
        stop = asyncio.Event()
        running = asyncio.create_task(work(self.settings, stop, pace))
        try:
            yield stop
            assert not running.done() or running.exception() is None
        finally:
            stop.set()
            await running


@pytest.fixture(scope="module")
async def cell(
    settings_for: Callable[[str], Settings], database_url: str, redis_url: str
) -> AsyncIterator[Cell]:
    settings = settings_for(database_url)
    keys = MasterKeys.load(settings.keys_file)
    await prepare_database(database_url, keys)
    redis = Redis.from_url(redis_url)
    async with Database(runtime_url(database_url, keys), max_connections=4) as db:
        yield Cell(settings, keys, db, redis)
    await redis.aclose()


@pytest.fixture(autouse=True)
async def _empty(cell: Cell) -> None:
    """Tenants of earlier tests take part no more."""
    await cell.redis.flushall()
    async with control(cell.db) as opened:
        await opened.connection.execute(
            "DELETE FROM control.jobs; UPDATE control.tenant SET state = 'suspended'"
        )


@pytest.fixture
def eventually() -> Callable[..., Awaitable[None]]:
    """Wait until something is so, for two minutes at most: machines may be busy."""

    async def wait(is_so: Callable[[], Awaitable[bool]], seconds: float = 120.0) -> None:
        async with asyncio.timeout(seconds):
            while not await is_so():  # noqa: ASYNC110 - the database tells nobody
                await asyncio.sleep(0.05)

    return wait
