"""Whether the process lives, and whether it can work."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final, Literal

import msgspec
import structlog
from huifang_tenants.migrate import CONTROL_STEPS, TENANT_STEPS, read_steps
from huifang_tenants.scope import control
from litestar import Request, Response, get

from huifang_api.access import public
from huifang_api.shapes.fields import described
from huifang_api.world import World, world_of

_PATIENCE_SECONDS: Final = 3.0
_MIGRATED: Final = """
SELECT (SELECT max(id) FROM control.schema_migration) AS control,
       (SELECT count(*) FROM control.tenant t LEFT JOIN control.tenant_migration m ON m.tenant_id = t.id
        WHERE t.state = 'active' AND (m.step IS DISTINCT FROM $1 OR m.state = 'failed')) AS behind
"""
_log = structlog.get_logger("huifang.health")

State = Literal["ok", "failed"]


class Health(msgspec.Struct, frozen=True):
    """The process answers."""

    status: Annotated[Literal["ok"], described("Always `ok`.")]


class Readiness(msgspec.Struct, frozen=True):
    """Whether what the process needs is there."""

    status: Annotated[State, described("`ok` when all of the below are.")]
    postgresql: Annotated[State, described("The database answers.")]
    redis: Annotated[State, described("Redis or Valkey answers.")]
    migrations: Annotated[
        State, described("The schemas of the registry and of all active tenants are current.")
    ]


@get("/healthz", opt=public(), operation_id="health", tags=["Operation"])
async def health() -> Health:
    """Tell that the process lives; asks nobody else."""
    return Health("ok")


@get("/readyz", opt=public(), operation_id="readiness", tags=["Operation"])
async def readiness(request: Request[Any, Any, Any]) -> Response[Readiness]:
    """Tell whether requests can be served: 200, or 503 with what is missing."""
    world = world_of(request)
    database, redis, migrations = await asyncio.gather(
        _tried("postgresql", _database_answers, world),
        _tried("redis", _redis_answers, world),
        _tried("migrations", _schemas_are_current, world),
    )
    ready: State = "ok" if database == redis == migrations == "ok" else "failed"
    return Response(Readiness(ready, database, redis, migrations), status_code=200 if ready == "ok" else 503)


async def _tried(name: str, check: Callable[[World], Awaitable[bool]], world: World) -> State:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            if await check(world):
                return "ok"
    except Exception as error:
        _log.warning("not_ready", part=name, kind=type(error).__name__)
    return "failed"


async def _database_answers(world: World) -> bool:
    async with control(world.database) as opened:
        return bool(await opened.connection.fetchval("SELECT 1") == 1)


async def _redis_answers(world: World) -> bool:
    return bool(await world.redis.ping())


async def _schemas_are_current(world: World) -> bool:
    newest = read_steps(TENANT_STEPS)[-1].id
    async with control(world.database) as opened:
        row = await opened.connection.fetchrow(_MIGRATED, newest)
    return bool(row["control"] == read_steps(CONTROL_STEPS)[-1].id and row["behind"] == 0)


ROUTES: Final = (health, readiness)
