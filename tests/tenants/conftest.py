"""A prepared database with two tenants of a few tables each, per module."""

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec
import pytest
from huifang_tenants.keys import MasterKeys
from huifang_tenants.provisioning import create_tenant, prepare_database, runtime_url
from huifang_tenants.registry import TenantRegistry
from huifang_tenants.scope import Database
from huifang_tenants.tenant import Tenant

FIRST_STEP = """
CREATE TABLE note (id uuid PRIMARY KEY, body text NOT NULL, sealed bytea, facts jsonb NOT NULL DEFAULT '{}');
CREATE TABLE entry (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text NOT NULL);
COMMENT ON TABLE entry IS 'append-only: what happened.';
CREATE TABLE draft (body text NOT NULL);
COMMENT ON TABLE draft IS 'deletable: proves nothing.';
CREATE TABLE child (
    id uuid PRIMARY KEY, note_id uuid NOT NULL REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE VIEW note_count AS SELECT count(*) AS notes FROM note;
"""


class World(msgspec.Struct, frozen=True):
    """What the tests of one module share."""

    admin_url: str
    keys: MasterKeys
    db: Database
    registry: TenantRegistry
    a: Tenant
    b: Tenant
    steps: Path


@pytest.fixture(scope="session")
def postgres_admin_url(postgres_admin_url: str) -> str:
    """Another server than the embedded one, where somebody wants to try PostgreSQL 15."""
    return os.environ.get("HUIFANG_TEST_POSTGRES_URL", postgres_admin_url)


@pytest.fixture(scope="session")
def small_steps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with one tenant migration."""
    directory = tmp_path_factory.mktemp("steps")
    (directory / "0001_first.sql").write_text(FIRST_STEP)
    return directory


@pytest.fixture(scope="session")
def as_user() -> Callable[[str, str], str]:
    """Call it with a URL and a role for the same URL as that role, with the password `secret`."""

    def replaced(url: str, user: str) -> str:
        parts = urlsplit(url)
        kept = [(key, value) for key, value in parse_qsl(parts.query) if key not in ("user", "password")]
        netloc = f"{user}:secret@{parts.netloc.rpartition('@')[2]}"
        return urlunsplit(parts._replace(netloc=netloc, query=urlencode(kept)))

    return replaced


@pytest.fixture(scope="module")
async def world(fresh_database: Callable[..., str], small_steps: Path) -> AsyncIterator[World]:
    """Tenants `a` and `b`, and a pool of three connections."""
    admin_url, keys = fresh_database(), MasterKeys.generate()
    await prepare_database(admin_url, keys)
    a = await create_tenant(admin_url, keys, "aa", "甲公司", directory=small_steps)
    b = await create_tenant(admin_url, keys, "bb", "乙公司", directory=small_steps)
    async with Database(runtime_url(admin_url, keys), max_connections=3, acquire_timeout=60) as db:
        yield World(admin_url, keys, db, TenantRegistry(db, keys), a, b, small_steps)


@pytest.fixture
async def no_connection_lost(world: World) -> AsyncIterator[None]:
    """Fails a test after which a connection of the pool is still in use."""
    yield
    assert world.db._pool.get_size() == world.db._pool.get_idle_size()
