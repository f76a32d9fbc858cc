"""The bench of scopes: what isolating a tenant costs on top of a query."""

import time
from collections.abc import Awaitable, Callable
from statistics import median

from huifang_api.runtime import Runtime
from huifang_tenants.database import Database
from huifang_tenants.scope import scope

from bench.progress import Progress
from bench.results import Result
from bench.world import World, new_tenant

_CALLS = 300
_SELECT = "SELECT 1"


async def bench_scope(
    world: World, runtime: Runtime, contracts: int, repeats: int, progress: Progress
) -> list[Result]:
    """Time a scope with one select, and the same select on a connection of the same pool, in turns."""
    progress.say("scope: a scope with one select beside a bare pooled select")
    # Not a sandbox's: its scope asks for the test clock too.
    tenant = await new_tenant(world, sandbox=False)
    database = runtime.database

    async def scoped() -> None:
        async with scope(database, tenant, read_only=True) as opened:
            await opened.connection.fetchval(_SELECT)

    await _microseconds(scoped), await _microseconds(lambda: _bare(database))
    pairs = [
        (await _microseconds(scoped), await _microseconds(lambda: _bare(database)))
        for _ in range(max(5, repeats))
    ]
    bare = median(plain for _, plain in pairs)
    ratio = median(whole / plain for whole, plain in pairs)
    return [
        Result("scope", median(whole for whole, _ in pairs), "µs", ratio, f"pooled select, {bare:,.0f} µs")
    ]


async def _bare(database: Database) -> None:
    connection = await database.acquire()
    try:
        await connection.fetchval(_SELECT)
    finally:
        await database.release(connection)


async def _microseconds(call: Callable[[], Awaitable[None]]) -> float:
    started = time.perf_counter()
    for _ in range(_CALLS):
        await call()
    return (time.perf_counter() - started) / _CALLS * 1e6
