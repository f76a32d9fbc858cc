"""`huifang doctor`: what is wrong with this installation, and what to do about it."""

import asyncio
import shutil
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import asyncpg
import click
import httpx
import msgspec
from huifang_core.catalogue import stale_parameters
from huifang_tenants.clock import wall_now
from huifang_tenants.database import admin_connection
from huifang_tenants.errors import TenantsError
from huifang_tenants.keys import MasterKeys
from huifang_tenants.provisioning import list_tenants
from huifang_tenants.scope import control
from redis.asyncio import Redis
from redis.exceptions import RedisError

from huifang_api.cli.installation import home_option, json_option
from huifang_api.cli.root import print_json
from huifang_api.embedded import EmbeddedPostgres, EmbeddedValkey
from huifang_api.runtime import Runtime, open_runtime
from huifang_api.settings import Settings, load_settings

_LEAST_DISK = 1 << 30
_OLDEST_JOB_SECONDS = 120
_SUPPORTED = range(15, 19)


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at: whether it is all right, what was seen, and what to do if it is not."""

    check: str
    state: Literal["ok", "warning", "fault"]
    seen: str
    fix: str = ""


@click.command()
@home_option
@json_option
def command(home: Path | None, as_json: bool) -> None:
    """Look at everything that commonly goes wrong; exits 1 if something is at fault. Starts and changes nothing.

    \b
    Example:  huifang doctor --json
    """
    findings = asyncio.run(_all(load_settings(home)))
    if as_json:
        print_json(findings)
    else:
        for finding in findings:
            mark = {"ok": "✓", "warning": "!", "fault": "✗"}[finding.state]
            click.echo(f"{mark} {finding.check}: {finding.seen}")
            if finding.fix:
                click.echo(f"    → {finding.fix}")
    if any(finding.state == "fault" for finding in findings):
        raise click.exceptions.Exit(1)


async def _all(settings: Settings) -> list[Finding]:
    return [finding async for finding in _findings(settings)]


async def _findings(settings: Settings) -> AsyncIterator[Finding]:
    yield _disk(settings)
    yield _keys(settings)
    if settings.database_url is None:
        postgres = EmbeddedPostgres(settings.home)
        if not postgres.is_up():
            yield Finding("PostgreSQL", "warning", "the embedded server is not running", "run `huifang up`")
            return
        settings = msgspec.structs.replace(settings, database_url=postgres.start())
    database = await _database(settings)
    yield database
    if database.state == "fault":
        return
    if settings.redis_url is None:
        valkey = EmbeddedValkey(settings.home)
        if valkey.is_up():
            settings = msgspec.structs.replace(settings, redis_url=valkey.start())
    yield await _redis(settings)
    yield await _api(settings)
    yield await _migrations(settings)
    try:
        async with open_runtime(settings) as runtime:
            async for finding in _plugins(runtime):
                yield finding
            yield await _outbox(runtime)
    except (TenantsError, asyncpg.PostgresError, OSError) as error:
        yield Finding(
            "runtime login",
            "fault",
            str(error).split("\n")[0],
            "run `huifang tenant list`, which prepares the database anew",
        )


def _disk(settings: Settings) -> Finding:
    place = settings.home if settings.home.exists() else settings.home.parent
    free = shutil.disk_usage(place if place.exists() else Path("/")).free
    seen = f"{free / (1 << 30):.1f} GiB free at {settings.home}"
    if free < _LEAST_DISK:
        return Finding("disk", "fault", seen, "free some space, or set HUIFANG_HOME to another disk")
    return Finding("disk", "ok", seen)


def _keys(settings: Settings) -> Finding:
    path = settings.keys_file
    if not path.exists():
        return Finding(
            "master keys", "warning", f"{path} is not there yet", "`huifang up` makes it; then back it up"
        )
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return Finding(
            "master keys", "fault", f"{path} can be read by others ({mode:o})", f"chmod 600 {path}"
        )
    try:
        MasterKeys.load(path)
    except TenantsError as error:
        return Finding("master keys", "fault", str(error), "put back the key file from its backup")
    return Finding("master keys", "ok", str(path))


async def _database(settings: Settings) -> Finding:
    try:
        async with asyncio.timeout(10), admin_connection(settings.database_url or "") as connection:
            version = int(await connection.fetchval("SHOW server_version_num")) // 10000
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        return Finding(
            "PostgreSQL",
            "fault",
            f"{type(error).__name__}: {error}".split("\n")[0],
            "check HUIFANG_DATABASE_URL, and that the server runs and lets this user in",
        )
    if version not in _SUPPORTED:
        return Finding("PostgreSQL", "warning", f"version {version}", "use 15 to 18")
    return Finding("PostgreSQL", "ok", f"version {version}")


async def _redis(settings: Settings) -> Finding:
    if settings.redis_url is None:
        return Finding("Redis", "warning", "the embedded Valkey is not running", "run `huifang up`")
    client = Redis.from_url(settings.redis_url, socket_timeout=3, socket_connect_timeout=3)
    try:
        await client.ping()
    except (RedisError, OSError) as error:
        return Finding(
            "Redis",
            "fault",
            f"{type(error).__name__}: {error}",
            "check HUIFANG_REDIS_URL; no work is lost meanwhile",
        )
    finally:
        await client.aclose()
    return Finding("Redis", "ok", "answers")


async def _api(settings: Settings) -> Finding:
    address = f"http://{settings.host}:{settings.port}"
    try:
        async with httpx.AsyncClient(timeout=3) as client:
            answer = await client.get(f"{address}/readyz")
    except httpx.HTTPError:
        return Finding("API", "warning", f"nothing answers at {address}", "run `huifang up`")
    if answer.status_code != 200:
        return Finding(
            "API", "fault", f"not ready: {answer.text[:200]}", f"look into {settings.log_directory}/api.log"
        )
    return Finding("API", "ok", address)


async def _migrations(settings: Settings) -> Finding:
    try:
        tenants = await list_tenants(settings.database_url or "")
    except asyncpg.PostgresError as error:
        return Finding(
            "tenants", "fault", str(error), "run `huifang tenant list`, which prepares the database"
        )
    failed = [tenant.slug for tenant in tenants if tenant.migration == "failed"]
    if failed:
        return Finding(
            "tenants", "fault", f"not migrated: {', '.join(failed)}", "run `huifang tenant migrate`"
        )
    if not tenants:
        return Finding("tenants", "warning", "none yet", "run `huifang tenant create SLUG --name NAME`")
    return Finding("tenants", "ok", f"{len(tenants)}, all up to date")


async def _plugins(runtime: Runtime) -> AsyncIterator[Finding]:
    catalogue = await runtime.services.catalogue()
    for broken in catalogue.broken:
        yield Finding("plugins", "fault", f"{broken.id}: {broken.reason}", "install a fitting release of it")
    if not catalogue.plugins:
        yield Finding("plugins", "warning", "none is installed, so no obligation is made", "pip install one")
        return
    today = wall_now().date()
    for id, entry in catalogue.plugins.items():
        stale = stale_parameters(entry, today)
        if stale:
            yield Finding(
                "plugins",
                "warning",
                f"{id}: {len(stale)} parameter(s) not held against their source for over a year",
                f"check {', '.join(stale[:3])} and get a newer release",
            )
        else:
            yield Finding("plugins", "ok", f"{id} {entry.manifest.version}")


async def _outbox(runtime: Runtime) -> Finding:
    async with control(runtime.database) as registry:
        row = await registry.connection.fetchrow(
            "SELECT count(*) FILTER (WHERE state = 'dead') AS dead,"
            " extract(epoch FROM max(clock_timestamp() - run_at) FILTER (WHERE state = 'pending'"
            " AND run_at <= clock_timestamp())) AS waiting FROM control.jobs"
        )
    waiting = int(row["waiting"] or 0) if row else 0
    dead = row["dead"] if row else 0
    if waiting > _OLDEST_JOB_SECONDS:
        return Finding(
            "jobs", "fault", f"the oldest has waited {waiting} s", "is a worker running? `huifang up`"
        )
    if dead:
        return Finding(
            "jobs", "warning", f"{dead} gave up after five tries", "look into the worker's log for why"
        )
    return Finding("jobs", "ok", "none waits")
