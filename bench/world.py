"""The installation under measurement: servers of its own in a temporary home, fresh tenants, generated files."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import count
from pathlib import Path

import asyncpg
import msgspec
from huifang_api.embedded import EmbeddedPostgres, EmbeddedValkey
from huifang_api.runtime import Runtime
from huifang_api.settings import Settings, load_settings
from huifang_core.windows import SHANGHAI
from huifang_tenants.intake import open_source
from huifang_tenants.keys import MasterKeys
from huifang_tenants.provisioning import create_tenant, prepare_database
from huifang_tenants.scope import check_tenant_name, scope
from huifang_tenants.services.importing import import_source
from huifang_tenants.services.plugins import configure
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.tenant import Tenant

from bench.results import BenchError

NOW = datetime(2026, 10, 12, 9, 0, tzinfo=SHANGHAI)
"""Business time of every tenant: when the generated export was made, within calling hours."""

CUT_OVER = date(2026, 9, 1)
ACTOR = Actor("cli:bench")
PLUGIN = "shandong_life"
"""The one whose callbacks the generated files are about; each product then has one script."""
ROOT = Path(__file__).parents[1]
_numbers = count(1)


class World(msgspec.Struct, frozen=True, eq=False):
    """Running servers, their settings and keys, and a directory for files; `postgres` is the server's process id."""

    settings: Settings
    keys: MasterKeys
    files: Path
    postgres: int
    postgres_log: Path

    @property
    def admin_url(self) -> str:
        """The superuser's address of the database."""
        assert self.settings.database_url is not None
        return self.settings.database_url


@contextmanager
def running_world() -> Iterator[World]:
    """Start PostgreSQL, durable as in production, and Valkey; nothing of them is left at the end."""
    home = Path(tempfile.mkdtemp(prefix="huifang-bench-", dir="/tmp"))
    # PostgreSQL runs as another account when we are root, and has to get in.
    home.chmod(0o711)
    postgres, valkey = EmbeddedPostgres(home, durable=True), EmbeddedValkey(home)
    try:
        with postgres as database_url, valkey as redis_url:
            # Not the caller's environment: it may name servers that hold somebody's data.
            settings = load_settings(home, {"HOME": str(home)})
            settings = msgspec.structs.replace(
                settings, database_url=database_url, redis_url=redis_url, log_level="warning"
            )
            keys = MasterKeys.load_or_create(settings.keys_file)
            asyncio.run(prepare_database(database_url, keys))
            pid = postgres.pid()
            assert pid is not None
            yield World(settings, keys, home / "files", pid, postgres.log)
    finally:
        shutil.rmtree(home, ignore_errors=True)


async def new_tenant(world: World, *, sandbox: bool = True) -> Tenant:
    """Make an empty tenant, a sandbox whose clock stands at NOW unless told otherwise."""
    return await create_tenant(
        world.admin_url,
        world.keys,
        f"bench-{next(_numbers)}",
        "泰岳人寿保险股份有限公司",
        cut_over_on=CUT_OVER,
        clock_at=NOW if sandbox else None,
        settings={"insurer_name": "泰岳人寿"},
    )


async def working_tenant(world: World, runtime: Runtime, files: Path) -> Tenant:
    """Make a tenant with the examples' plugin switched on, and the units and staff of an export taken in."""
    tenant = await new_tenant(world)
    catalogue = await runtime.services.catalogue()
    async with scope(runtime.database, tenant) as opened:
        await configure(opened, catalogue, PLUGIN, ACTOR)
    await take_in(runtime, tenant, files, ("units.csv", "staff.csv"))
    return tenant


async def take_in(runtime: Runtime, tenant: Tenant, files: Path, names: Sequence[str]) -> None:
    """Import files of an export where it is not measured: in this process."""
    for name in names:
        with open_source(files / name) as source:
            await import_source(runtime.services, tenant, source, file_name=name, actor=ACTOR)


async def generated(world: World, contracts: int) -> Path:
    """The directory of an export with this many plain contracts, one contract.issued event each; made once."""
    out = world.files / str(contracts)
    if out.is_dir():
        return out
    process = await asyncio.create_subprocess_exec(
        sys.executable, "examples/generate.py", "--plain", "--contracts", str(contracts), "--out", str(out), cwd=ROOT
    )  # fmt: skip
    if await process.wait():
        raise BenchError("the generator of examples failed")
    return out


async def checkpoint(world: World) -> None:
    """Write out what is dirty, so that the next measurement does not pay for the last one."""
    await _as_admin(world, "CHECKPOINT")


async def forget(world: World, tenant: Tenant) -> None:
    """Drop a tenant's tables, so that rounds don't fill the disk; its row in the registry stays."""
    await _as_admin(world, f"DROP SCHEMA {check_tenant_name(tenant.schema_name)} CASCADE")


async def _as_admin(world: World, statement: str) -> None:
    connection = await asyncpg.connect(world.admin_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
