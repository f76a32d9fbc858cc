"""`huifang policy-lookup`: set, shown without its secret, tried, and switched off (SD-4)."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ..core_server import CoreServer

Huifang = Callable[..., Any]
FILES = {
    "units.csv": "code,name,level\nSD,山东分公司,province\n",
    "customers.csv": "customer_no,kind,name\nK1,individual,王小明\n",
    "contracts.csv": "contract_no,line,unit,policyholder,product_name,version\nP1,life,SD,K1,旧名,1\n",
}
POLICY = {
    "contract_no": "P1", "line": "life", "unit": "SD", "policyholder": "K1", "product_name": "新名", "version": 2,
}  # fmt: skip


@pytest.fixture(scope="module")
def tenant(huifang: Huifang, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A tenant with one contract."""
    folder = tmp_path_factory.mktemp("files")
    for name, content in FILES.items():
        (folder / name).write_text(content, encoding="utf-8")
    assert huifang("tenant", "create", "lookup", "--name", "查询测试").code == 0
    assert huifang("import", str(folder), "--tenant", "lookup").code == 0
    return "lookup"


async def test_it_is_set_tried_and_switched_off(
    huifang: Huifang, tenant: str, core_server: CoreServer, tmp_path: Path
) -> None:
    async def run(*arguments: str) -> Any:
        # In a thread: the core system answers in this loop.
        return await asyncio.to_thread(huifang, "policy-lookup", *arguments, "--tenant", tenant)

    token = tmp_path / "token.txt"
    token.write_text("t0ken-canary\n")
    core_server.token, core_server.policies = "t0ken-canary", {"P1": POLICY}
    untried = await run("try", "P1", "--json")
    assert (untried.code, untried.json()["look_up"]) == (1, "off")

    refused = await run("set", "--address", core_server.address, "--token-file", str(token))
    assert (refused.code, "--allow" in refused.err) == (2, True)
    done = await run(
        "set", "--address", core_server.address, "--token-file", str(token), "--allow", "127.0.0.1/32"
    )
    assert done.code == 0, done.err
    shown = await run("show", "--json")
    assert shown.json()["address"] == core_server.address
    assert shown.json()["auth"] == {"type": "bearer"}
    assert "t0ken-canary" not in done.out + done.err + shown.out

    tried = await run("try", "P1", "--json")
    assert tried.code == 0, tried.err
    found = tried.json()
    assert (found["look_up"], found["origin"], found["version"]) == ("changed", "live", 2)
    again = await run("try", "P1")
    assert (again.code, "P1: confirmed: " in again.out) == (0, True)
    await core_server.stop()
    down = await run("try", "P1")
    assert (down.code, "P1: unreachable: " in down.out) == (1, True)

    assert (await run("off")).code == 0
    assert (await run("show", "--json")).json() is None


@pytest.mark.parametrize(
    "arguments",
    [
        ["--address", "https://user:pw@core.example.cn"],
        ["--address", "http://169.254.169.254/latest"],
        ["--address", "https://core.example.cn", "--client-id", "x"],
    ],
)
def test_what_can_not_be_used_is_refused_with_code_2(
    huifang: Huifang, tenant: str, arguments: list[str]
) -> None:
    ended = huifang("policy-lookup", "set", "--tenant", tenant, *arguments)
    assert ended.code == 2, ended.err
    assert len(ended.err.strip().splitlines()) == 1
