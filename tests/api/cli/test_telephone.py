"""`huifang telephone`: set, shown without its password, tried, and switched off (LN-4a)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from ..ari_server import PASSWORD, USER, AriServer

Huifang = Callable[..., Any]


@pytest.fixture(scope="module")
def tenant(huifang: Huifang) -> str:
    assert huifang("tenant", "create", "rings", "--name", "电话测试").code == 0
    return "rings"


@pytest.fixture
async def asterisk() -> AsyncIterator[AriServer]:
    server = AriServer()
    await server.start()
    yield server
    await server.stop()


async def test_it_is_set_tried_and_switched_off(
    huifang: Huifang, tenant: str, asterisk: AriServer, tmp_path: Path
) -> None:
    async def run(*arguments: str) -> Any:
        # In a thread: the telephone system answers in this loop.
        return await asyncio.to_thread(huifang, "telephone", *arguments, "--tenant", tenant)

    file = tmp_path / "password.txt"
    file.write_text(f"{PASSWORD}\n")
    wanted = ["--address", asterisk.address, "--username", USER, "--password-file", str(file)]
    assert (await run("try")).code == 1
    refused = await run("set", *wanted)
    assert (refused.code, "--allow" in refused.err) == (2, True)
    done = await run("set", *wanted, "--allow", "127.0.0.1/32", "--caller-id", "053112345678")
    assert done.code == 0, done.err
    shown = await run("show", "--json")
    assert (shown.json()["address"], shown.json()["caller_id"]) == (asterisk.address, "053112345678")
    assert PASSWORD not in done.out + done.err + shown.out
    assert "sealed" not in shown.json()

    tried = await run("try")
    assert (tried.code, "answers" in tried.out) == (0, True)
    asterisk.refuses = lambda _: 401
    assert "unauthorised" in (await run("try")).err
    assert (await run("off")).code == 0
    assert (await run("show", "--json")).json() is None


@pytest.mark.parametrize(
    "arguments",
    [
        ["--address", "https://user:pw@pbx.example.cn"],
        ["--address", "https://pbx.example.cn", "--customer-endpoint", "PJSIP/trunk"],
        ["--address", "https://pbx.example.cn", "--caller-endpoint", "PJSIP/{number}"],
        ["--address", "https://pbx.example.cn", "--app", "a b"],
    ],
)
def test_what_can_not_be_used_is_refused_with_code_2(
    huifang: Huifang, tenant: str, tmp_path: Path, arguments: list[str]
) -> None:
    file = tmp_path / "password.txt"
    file.write_text("pw")
    given = ["--username", "x", "--password-file", str(file), *arguments]
    ended = huifang("telephone", "set", "--tenant", tenant, *given)
    assert ended.code == 2, ended.err
    assert len(ended.err.strip().splitlines()) == 1
