"""`huifang doctor`: what is wrong with this installation, and what to do about it."""

import asyncio
import shutil
import stat
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Literal

import asyncpg
import click
import httpx
import msgspec
from huifang_core.catalogue import stale_parameters
from huifang_core.windows import SHANGHAI
from huifang_tenants.clock import wall_now
from huifang_tenants.database import admin_connection
from huifang_tenants.errors import TenantsError, WrongKey
from huifang_tenants.evidence_store import store_problem
from huifang_tenants.keys import MasterKeys
from huifang_tenants.migrate import TENANT_STEPS, read_steps
from huifang_tenants.plugin_host import HostBroken
from huifang_tenants.provisioning import list_tenants
from huifang_tenants.scope import control, scope
from huifang_tenants.stores.plugins import switched_on

from huifang_api.cli.installation import home_option, json_option
from huifang_api.cli.root import print_json
from huifang_api.embedded import EmbeddedPostgres, EmbeddedValkey
from huifang_api.runtime import Runtime, open_runtime
from huifang_api.servers import Trouble, database_trouble, redis_trouble
from huifang_api.settings import Settings, load_settings
from huifang_api.urls import redact_url

_LEAST_DISK = 1 << 30
_OLDEST_JOB_SECONDS = 120
_SUPPORTED = range(15, 19)
_MOST_SECONDS_APART = 30
# The next year's holidays are announced in November.
_AHEAD = timedelta(days=30)


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
    findings = asyncio.run(examine(load_settings(home)))
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


async def examine(settings: Settings) -> list[Finding]:
    """Look at an installation, from the ground up; what hangs on something that is at fault is left out."""
    return [finding async for finding in _findings(settings)]


async def _findings(settings: Settings) -> AsyncIterator[Finding]:
    yield _disk(settings)
    yield _keys(settings)
    yield await _store(settings)
    settings = _with_embedded(settings)
    yield await _redis(settings)
    yield await _api(settings)
    database = await _database(settings)
    yield database
    if settings.database_url is None or database.state == "fault":
        return
    yield await _clock(settings)
    tenants = await _migrations(settings)
    yield tenants
    if tenants.state == "fault":
        return
    try:
        async with open_runtime(settings) as runtime:
            async for finding in _plugins(runtime):
                yield finding
            yield await _missing_plugins(runtime)
            yield await _calendar(runtime)
            yield await _outbox(runtime)
    except WrongKey:
        yield Finding(
            "master keys",
            "fault",
            f"the tenants in this database were made with other master keys than {settings.keys_file} holds",
            "name the file they are in with HUIFANG_KEYS",
        )
    except (HostBroken, TenantsError, asyncpg.PostgresError, OSError) as error:
        yield Finding(
            "runtime login",
            "fault",
            str(error).split("\n")[0],
            "run `huifang tenant list`, which prepares the database anew",
        )


def _with_embedded(settings: Settings) -> Settings:
    """The settings with the addresses of those embedded servers that run."""
    if settings.database_url is None:
        postgres = EmbeddedPostgres(settings.home)
        if postgres.is_up():
            settings = msgspec.structs.replace(settings, database_url=postgres.start())
    if settings.redis_url is None:
        valkey = EmbeddedValkey(settings.home)
        if valkey.is_up():
            settings = msgspec.structs.replace(settings, redis_url=valkey.start())
    return settings


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


async def _store(settings: Settings) -> Finding:
    shown = redact_url(settings.store_url)
    problem = await store_problem(settings.store_url)
    if problem is None:
        return Finding("evidence store", "ok", shown)
    fix = "let the account Huifang runs as write there, or set HUIFANG_STORE_URL to another place"
    return Finding("evidence store", "fault", f"{shown}: {problem}", fix)


async def _database(settings: Settings) -> Finding:
    if settings.database_url is None:
        return Finding("PostgreSQL", "warning", "the embedded server is not running", "run `huifang up`")
    trouble = await database_trouble(settings.database_url)
    if trouble is not None:
        return _of(trouble, "PostgreSQL")
    async with admin_connection(settings.database_url) as connection:
        version = int(await connection.fetchval("SHOW server_version_num")) // 10000
    if version not in _SUPPORTED:
        return Finding("PostgreSQL", "warning", f"version {version}", "use 15 to 18")
    return Finding("PostgreSQL", "ok", f"version {version}")


async def _redis(settings: Settings) -> Finding:
    if settings.redis_url is None:
        return Finding("Redis", "warning", "the embedded Valkey is not running", "run `huifang up`")
    trouble = await redis_trouble(settings.redis_url)
    if trouble is not None:
        return _of(trouble, "Redis")
    return Finding("Redis", "ok", "answers")


def _of(trouble: Trouble, check: str) -> Finding:
    return Finding(check, "fault", f"{trouble.server} {trouble.problem}", trouble.fix)


async def _clock(settings: Settings) -> Finding:
    async with admin_connection(settings.database_url or "") as connection:
        asked = wall_now()
        there = await connection.fetchval("SELECT clock_timestamp()")
        apart = abs((there - asked).total_seconds())
    if apart > _MOST_SECONDS_APART:
        return Finding(
            "clock",
            "fault",
            f"this machine says {asked:%Y-%m-%d %H:%M:%S} UTC, the database {apart:.0f} s away from that",
            "let both machines set their clocks by NTP: deadlines, leases and tokens hang on them",
        )
    return Finding(
        "clock", "ok", f"{asked.astimezone(SHANGHAI):%Y-%m-%d %H:%M} in Shanghai, as the database has it"
    )


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
    except (asyncpg.InvalidSchemaNameError, asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError):
        return Finding(
            "tenants",
            "fault",
            "the database was never prepared for this release",
            "run `huifang up`, or `huifang tenant list` with an account that may create roles and schemas",
        )
    except asyncpg.PostgresError as error:
        return Finding(
            "tenants",
            "fault",
            str(error),
            "set an account in HUIFANG_DATABASE_URL that may read the registry",
        )
    failed = [f"{tenant.slug} ({tenant.error})" for tenant in tenants if tenant.migration == "failed"]
    if failed:
        return Finding(
            "tenants",
            "fault",
            f"not migrated: {', '.join(failed)}",
            "run `huifang tenant migrate` once what it says is mended",
        )
    newest = read_steps(TENANT_STEPS)[-1].id
    behind = [f"{tenant.slug} (at {tenant.step})" for tenant in tenants if tenant.step != newest]
    if behind:
        return Finding(
            "tenants", "fault", f"not at {newest}: {', '.join(behind)}", "run `huifang tenant migrate`"
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


async def _missing_plugins(runtime: Runtime) -> Finding:
    """Whether every plugin that a tenant has switched on is installed: without it, its obligations can't be played."""
    installed = (await runtime.services.catalogue()).plugins.keys()
    missing: dict[str, list[str]] = {}
    for tenant in await runtime.registry.all():
        async with scope(runtime.database, tenant, read_only=True) as opened:
            for plugin in sorted(await switched_on(opened) - installed):
                missing.setdefault(plugin, []).append(tenant.slug)
    if not missing:
        return Finding("plugins of tenants", "ok", "all that are switched on are installed")
    return Finding(
        "plugins of tenants",
        "fault",
        "; ".join(f"{plugin}, switched on in {', '.join(slugs)}" for plugin, slugs in missing.items())
        + ": not installed or broken",
        "install a release of it in this environment: until then nothing of it is given out to be called",
    )


async def _calendar(runtime: Runtime) -> Finding:
    """Whether the holidays of this year, and soon of the next, are known as announced (GEN-1)."""
    calendar = await runtime.services.calendar()
    today = wall_now().astimezone(SHANGHAI).date()
    for year in (today.year, (today + _AHEAD).year):
        if not calendar.is_announced(year):
            return Finding(
                "calendar",
                "fault" if year == today.year else "warning",
                f"the State Council's holidays of {year} are not entered: deadlines in it are provisional",
                f"`huifang calendar announce {year} FILE --source NOTICE`, or install a newer release",
            )
    return Finding("calendar", "ok", f"announced for {today.year}")


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
