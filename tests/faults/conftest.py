"""A cell whose Redis can be wiped and restarted, and whose worker can be killed."""

import asyncio
import contextlib
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
from huifang_api.embedded import EmbeddedValkey
from huifang_api.settings import Settings, load_settings
from huifang_tenants.database import Database
from huifang_tenants.keys import MasterKeys
from huifang_tenants.outbox import NewJob, enqueue_many
from huifang_tenants.provisioning import create_tenant, prepare_database, runtime_url
from huifang_tenants.scope import control, scope
from huifang_tenants.tenant import Tenant

PROCESS = Path(__file__).with_name("worker_process.py")


class Cell(msgspec.Struct, frozen=True, eq=False):
    settings: Settings
    keys: MasterKeys
    db: Database
    valkey: EmbeddedValkey

    async def tenant(self) -> Tenant:
        assert self.settings.database_url is not None
        return await create_tenant(
            self.settings.database_url, self.keys, f"t-{secrets.token_hex(4)}", "某保险"
        )

    async def enqueue(self, tenant: Tenant, *jobs: NewJob) -> None:
        async with scope(self.db, tenant) as opened:
            await enqueue_many(opened, jobs)

    async def jobs(self, condition: str = "true") -> list[asyncpg.Record]:
        async with control(self.db) as opened:
            return list(await opened.connection.fetch(f"SELECT * FROM control.jobs WHERE {condition}"))

    async def value(self, tenant: Tenant, query: str) -> Any:
        async with scope(self.db, tenant) as opened:
            return await opened.connection.fetchval(query)

    @contextlib.contextmanager
    def worker_process(self) -> Iterator[subprocess.Popen[bytes]]:
        """A worker in a process of its own, killed at the end if it still runs."""
        environ = {**os.environ, **self.settings.environ()}
        process = subprocess.Popen([sys.executable, str(PROCESS)], env=environ, start_new_session=True)
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(60)


@pytest.fixture
async def cell(fresh_database: Callable[..., str], server_home: Path, tmp_path: Path) -> AsyncIterator[Cell]:
    home = server_home / f"faults-{secrets.token_hex(3)}"
    home.mkdir(mode=0o711)
    valkey = EmbeddedValkey(home)
    url = fresh_database()
    with valkey as redis_url:
        environ = {"HOME": str(tmp_path), "HUIFANG_DATABASE_URL": url, "HUIFANG_REDIS_URL": redis_url}
        settings = load_settings(tmp_path, environ)
        keys = MasterKeys.create(settings.keys_file)
        await prepare_database(url, keys)
        async with Database(runtime_url(url, keys), max_connections=4) as db:
            yield Cell(settings, keys, db, valkey)


@pytest.fixture
def eventually() -> Callable[..., Awaitable[None]]:
    """Wait until something is so, for two minutes at most: machines may be busy."""

    async def wait(is_so: Callable[[], Awaitable[bool]], seconds: float = 120.0) -> None:
        async with asyncio.timeout(seconds):
            while not await is_so():  # noqa: ASYNC110 - the database tells nobody
                await asyncio.sleep(0.01)

    return wait
