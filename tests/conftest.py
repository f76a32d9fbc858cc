"""Real servers for every test that wants one: PostgreSQL and Valkey, one of each per pytest-xdist worker."""

import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from huifang_api.embedded import EmbeddedPostgres, EmbeddedValkey, binaries
from huifang_api.embedded.process import exists
from hypothesis import settings

# How long an example takes says more of the machine than of the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

_TEMPORARY = Path("/tmp")
_HOME_PREFIX = "huifang-tests-"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server_home() -> Iterator[Path]:
    """A home for this worker's servers; short enough for sockets, and passable for the account PostgreSQL runs as."""
    _sweep_killed_runs()
    home = Path(tempfile.mkdtemp(prefix=f"{_HOME_PREFIX}{os.getpid()}-", dir=_TEMPORARY))
    home.chmod(0o711)
    yield home
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def postgres_admin_url(server_home: Path) -> Iterator[str]:
    """The superuser's address of a real PostgreSQL of this worker alone. Nothing in it survives the run."""
    with EmbeddedPostgres(server_home, durable=False) as url:
        yield url


@pytest.fixture(scope="session")
def redis_url(server_home: Path) -> Iterator[str]:
    """The address of a real Valkey of this worker alone, as redis-py and arq's `RedisSettings.from_dsn` take it."""
    with EmbeddedValkey(server_home) as url:
        yield url


@pytest.fixture(scope="module")
def fresh_database(postgres_admin_url: str) -> Iterator[Callable[..., str]]:
    """Call it for the superuser's address of a new database; all of a module's are dropped after the module.

    `template` names another one, by its address, to copy with all it holds; nobody may be connected to that one.
    """
    made: list[str] = []

    def create(template: str | None = None) -> str:
        name = f"test_{next(_numbers)}"
        source = urlsplit(template).path.lstrip("/") if template else "template0"
        _psql(postgres_admin_url, f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY FILE_COPY')
        made.append(name)
        return _database(postgres_admin_url, name)

    yield create
    for name in reversed(made):
        _psql(postgres_admin_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def planning_plugin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., None]]:
    """Installs the planning plugin for hosts started from now on; call it to say what it fails on, by contract number."""
    site = tmp_path_factory.mktemp("site")
    (site / "planning_plugin.py").write_text(Path(__file__).with_name("planning_plugin.py").read_text())
    papers = site / "planning_plugin-1.0.dist-info"
    papers.mkdir()
    (papers / "METADATA").write_text("Metadata-Version: 2.1\nName: planning-plugin\nVersion: 1.0\n")
    (papers / "entry_points.txt").write_text("[huifang.plugins]\nplanning = planning_plugin\n")

    def say(faults: Mapping[str, str] | None = None) -> None:
        (site / "faults.json").write_text(json.dumps(faults or {}))

    say()
    # Hosts are handed the path of the process that starts them.
    sys.path.insert(0, str(site))
    yield say
    sys.path.remove(str(site))


def _database(url: str, name: str) -> str:
    """The same server's address of another database."""
    parts = urlsplit(url)
    found = urlunsplit(parts._replace(path=f"/{name}"))
    # Without a host, as of a socket, urlunsplit leaves out the empty place where it would stand.
    return found if parts.netloc else found.replace(":/", ":///", 1)


def _psql(url: str, statement: str) -> None:
    """By psql and not by asyncpg, since a synchronous fixture must not touch the tests' event loop."""
    psql = binaries.programs_for(None, Path()) / "psql"
    command = [str(psql), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--command", statement, url]
    subprocess.run(command, check=True, timeout=300)


def _sweep_killed_runs() -> None:
    """End and remove what test runs left behind that were killed."""
    for home in _TEMPORARY.glob(f"{_HOME_PREFIX}*"):
        runner = home.name.removeprefix(_HOME_PREFIX).partition("-")[0]
        if home.stat().st_uid == os.geteuid() and runner.isdigit() and not exists(int(runner)):
            EmbeddedPostgres(home).stop()
            EmbeddedValkey(home).stop()
            shutil.rmtree(home, ignore_errors=True)
