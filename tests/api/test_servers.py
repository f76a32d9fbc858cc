"""A server that can't be used is named within seconds, with what is wrong and what to set, and never with a password."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from huifang_api import servers
from huifang_api.servers import ServerUnreachable, Trouble, database_trouble, redis_trouble, refuse
from huifang_api.settings import SettingsError
from redis.asyncio import Redis

from .listening import a_web_server, listening, refusing, silent


@pytest.mark.parametrize(
    ("code", "problem", "misset"),
    [
        ("28P01", "refuses the password", True),
        ("28000", "does not let this user in from here", True),
        ("3D000", "has no such database", True),
        ("57P03", "can't serve now: the database system is starting up", False),
        ("53300", "can't serve now: the database system is starting up", False),
    ],
)
async def test_what_postgresql_refuses_is_told(code: str, problem: str, misset: bool) -> None:
    async with listening(refusing(code, "the database system is starting up")) as port:
        found = await database_trouble(f"postgresql://caller:geheim@127.0.0.1:{port}/huifang")
    assert found is not None
    assert (found.variable, found.server) == ("HUIFANG_DATABASE_URL", f"PostgreSQL at 127.0.0.1:{port}")
    assert (found.problem, found.misset) == (problem, misset)
    assert "geheim" not in repr(found)


async def test_a_database_that_does_not_exist_is_told_by_a_real_server(postgres_admin_url: str) -> None:
    address = postgres_admin_url.replace("/postgres?", "/nothing?")
    assert address != postgres_admin_url
    found = await database_trouble(address)
    assert found is not None
    assert (found.problem, found.misset) == ("has no such database", True)
    assert await database_trouble(postgres_admin_url) is None


async def test_a_server_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "_PATIENCE_SECONDS", 0.3)
    async with listening(silent) as port:
        asked = (
            database_trouble(f"postgresql://caller:geheim@127.0.0.1:{port}/huifang"),
            redis_trouble(f"redis://:geheim@127.0.0.1:{port}/0"),
        )
        for found in await asyncio.gather(*asked):
            assert found is not None
            assert (found.problem, found.misset) == ("does not answer", False)


async def test_where_nobody_listens_the_place_is_named() -> None:
    async with listening(silent) as port:
        pass
    database = await database_trouble(f"postgresql://caller:geheim@127.0.0.1:{port}/huifang")
    redis = await redis_trouble(f"redis://:geheim@127.0.0.1:{port}/0")
    for found, kind in ((database, "PostgreSQL"), (redis, "Redis")):
        assert found is not None
        assert found.server == f"{kind} at 127.0.0.1:{port}"
        assert (found.problem, found.misset) == ("can't be reached (Connection refused)", False)


async def test_a_host_name_that_is_not_known_is_a_wrong_setting() -> None:
    for found in (
        await database_trouble("postgresql://caller:geheim@nowhere.invalid/huifang"),
        await redis_trouble("redis://:geheim@nowhere.invalid/0"),
    ):
        assert found is not None
        assert (found.problem, found.misset) == ("has a host name that is not known", True)


async def test_what_is_no_redis_is_told() -> None:
    async with listening(a_web_server) as port:
        found = await redis_trouble(f"redis://127.0.0.1:{port}/0")
    assert found is not None
    assert found.problem.startswith("can't be ")
    assert str(port) in found.server


async def test_what_redis_refuses_is_told(redis_url: str) -> None:
    assert await redis_trouble(redis_url) is None
    socket_path = urlsplit(redis_url).path
    admin = Redis.from_url(redis_url)
    try:
        await admin.execute_command("ACL", "SETUSER", "caller", "on", ">right", "~*", "+@all")
        assert await redis_trouble(f"unix://caller:right@{socket_path}") is None
        refused = await redis_trouble(f"unix://caller:geheim@{socket_path}")
        nowhere = await redis_trouble(f"unix://caller:right@{socket_path}?db=4711")
        needless = await redis_trouble(f"unix://:geheim@{socket_path}")
    finally:
        await admin.execute_command("ACL", "DELUSER", "caller")
        await admin.aclose()
    assert refused is not None
    assert (refused.server, refused.problem) == (f"Redis at {socket_path}", "refuses the user or password")
    assert refused.misset
    assert needless is not None
    assert (needless.problem, needless.misset) == ("has no password, and is given one", True)
    assert "geheim" not in repr((refused, needless))
    assert nowhere is not None
    assert "DB index is out of range" in nowhere.problem


def test_a_wrong_setting_and_a_server_that_is_down_are_told_apart() -> None:
    refuse(None)
    wrong = Trouble("HUIFANG_REDIS_URL", "Redis at r:6379", "refuses the user or password", "set it")
    with pytest.raises(SettingsError, match="HUIFANG_REDIS_URL: Redis at r:6379 refuses"):
        refuse(wrong)
    down = Trouble("HUIFANG_REDIS_URL", "Redis at r:6379", "does not answer", "start it", misset=False)
    with pytest.raises(
        ServerUnreachable, match=r"HUIFANG_REDIS_URL: Redis at r:6379 does not answer\nFix: start it"
    ):
        refuse(down)


@pytest.mark.parametrize("command", [("up",), ("demo", "--once"), ("worker",), ("api",), ("tenant", "list")])
async def test_every_command_says_so_in_one_line(command: tuple[str, ...], tmp_path: Path) -> None:
    async with listening(refusing("28P01", "x")) as port:
        ended = await asyncio.to_thread(
            huifang,
            command,
            tmp_path,
            HUIFANG_DATABASE_URL=f"postgresql://caller:geheim@127.0.0.1:{port}/huifang",
        )
    assert ended.returncode == 2, ended.stderr
    (line,) = ended.stderr.splitlines()
    assert line.startswith(
        f"huifang: HUIFANG_DATABASE_URL: PostgreSQL at 127.0.0.1:{port} refuses the password"
    )
    assert "geheim" not in ended.stdout + ended.stderr


@pytest.mark.parametrize("command", [("up",), ("worker",)])
async def test_a_redis_that_is_down_ends_the_command_with_code_1(
    command: tuple[str, ...], tmp_path: Path, postgres_admin_url: str
) -> None:
    async with listening(silent) as port:
        pass
    ended = await asyncio.to_thread(
        huifang,
        command,
        tmp_path,
        HUIFANG_DATABASE_URL=postgres_admin_url,
        HUIFANG_REDIS_URL=f"redis://:geheim@127.0.0.1:{port}/0",
    )
    assert ended.returncode == 1, ended.stderr
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"huifang: HUIFANG_REDIS_URL: Redis at 127.0.0.1:{port} can't be reached")
    assert "geheim" not in ended.stdout + ended.stderr


async def test_a_worker_alone_without_servers_is_used_wrongly(tmp_path: Path) -> None:
    ended = await asyncio.to_thread(huifang, ("worker",), tmp_path)
    assert ended.returncode == 2
    assert "HUIFANG_DATABASE_URL and HUIFANG_REDIS_URL must be set" in ended.stderr


def huifang(arguments: tuple[str, ...], home: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command with these settings alone."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HUIFANG_")}
    return subprocess.run(
        [sys.executable, "-m", "huifang_api", *arguments],
        env={**environ, "HUIFANG_HOME": str(home), **settings},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
