"""The bench of conducting contacts: requests per second on the real server, beside the same SQL behind a bare ASGI app."""

import asyncio
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from statistics import median
from typing import Any

import msgspec
from huifang_api.oauth.clients import create_client
from huifang_api.runtime import Runtime
from huifang_api.settings import Settings
from huifang_core.units import Staff
from huifang_tenants.scope import scope
from huifang_tenants.stores import organisation
from huifang_tenants.tenant import Tenant

from bench.bare_app import WAYS_VARIABLE
from bench.copying import row_counts
from bench.http_client import HttpClient
from bench.importer import FILES
from bench.progress import Progress
from bench.results import BenchError, Result
from bench.statements import Asked, statements_logged
from bench.ways import choose, play_ways
from bench.world import World, checkpoint, generated, take_in, working_tenant

_LEAST_RATIO = 0.5
_CLIENTS = 8
_MOST_CONTACTS = 160
_CONTRACTS_A_CONTACT = 600
# Not every contract makes an obligation, and two clients may be on their way to one when the last is taken.
_CONTRACTS_TO_SPARE = 2
_START_WITHIN = 30.0
_UNIT = "SD"
_WRITTEN = ("contact", "contact_section", "answer", "ledger")


class Side(msgspec.Struct, frozen=True):
    """One of the two servers: where it listens, what opens its door, and the tenant it works in."""

    name: str
    port: int
    token: str | None
    tenant: Tenant


async def bench_contact_http(
    world: World, runtime: Runtime, contracts: int, repeats: int, progress: Progress
) -> list[Result]:
    """Let 8 clients conduct contacts from claim to outcome, on the API and on the bare app in turns."""
    contacts = max(_CLIENTS, min(_MOST_CONTACTS, contracts // _CONTRACTS_A_CONTACT))
    # One round more to warm up, and two single contacts to count statements.
    needed = contacts * (repeats + 1) + 2
    progress.say(f"contact_http: preparing {needed} obligations twice")
    real, bare = [await _prepared(world, runtime, needed) for _ in range(2)]
    ways = await play_ways(runtime, bare, _staff_no(0))
    ways_file = world.files / "ways.msgpack"
    await asyncio.to_thread(ways_file.write_bytes, msgspec.msgpack.encode(ways))
    credentials = await create_client(runtime.database, real.id, "bench", ["contacts:write"])
    before = [await row_counts(world, tenant) for tenant in (real, bare)]
    async with (
        _served(world, "huifang_api", "api") as api_port,
        _served(world, "bench.bare_server", variables={WAYS_VARIABLE: str(ways_file)}) as bare_port,
    ):
        async with HttpClient(api_port) as client:
            token = await client.fetch_token(credentials.client_id, credentials.secret)
        sides = [Side("api", api_port, token, real), Side("bare", bare_port, None, bare)]
        for side in sides:
            await _round(side, contacts)
        asked = [await _asked(world, side) for side in sides]
        rates: dict[str, list[float]] = {side.name: [] for side in sides}
        for number in range(1, repeats + 1):
            await checkpoint(world)
            # Each goes first in every other round.
            for side in sides if number % 2 else reversed(sides):
                rates[side.name].append(await _round(side, contacts))
            progress.say(
                f"contact_http: round {number} of {repeats}, API {rates['api'][-1]:,.0f} requests/s,"
                f" bare {rates['bare'][-1]:,.0f}"
            )
    after = [await row_counts(world, tenant) for tenant in (real, bare)]
    written = [sum(a[table] - b[table] for table in _WRITTEN) for a, b in zip(after, before, strict=True)]
    ratio = median(one / other for one, other in zip(rates["api"], rates["bare"], strict=True))
    limit = f"the same SQL behind a bare ASGI app, {median(rates['bare']):,.0f} requests/s"
    _tell_differences(asked[0], asked[1], progress)
    return [
        Result(
            "contact_http",
            median(rates["api"]),
            "requests/s",
            ratio,
            limit,
            f"ratio >= {_LEAST_RATIO}",
            ratio >= _LEAST_RATIO,
        ),
        _beside("contact_http.statements", "statements a contact", *(a.statements.total() for a in asked)),
        _beside("contact_http.rows", "rows", *written),
    ]


async def _prepared(world: World, runtime: Runtime, needed: int) -> Tenant:
    """A tenant with enough open phone work, and a caller for each client."""
    files = await generated(world, needed * _CONTRACTS_TO_SPARE)
    tenant = await working_tenant(world, runtime, files)
    await take_in(runtime, tenant, files, FILES)
    callers = [
        Staff(_staff_no(n), "测试坐席", _UNIT, ("caller",), trained_until=date(2027, 12, 31))
        for n in range(_CLIENTS)
    ]
    async with scope(runtime.database, tenant) as opened:
        await organisation.save_staff(opened, callers)
        found = await opened.connection.fetchval(
            "SELECT count(DISTINCT o.customer_id) FROM obligation o JOIN unit u ON u.code = o.unit"
            " WHERE o.status = 'open' AND o.channel = 'phone' AND u.path @> ARRAY[$1]::text[]",
            _UNIT,
        )
    if found < needed:
        raise BenchError(f"{found} people to call, {needed} are needed")
    return tenant


def _staff_no(client: int) -> str:
    return f"B{client:04}"


async def _round(side: Side, contacts: int, clients: int = _CLIENTS) -> float:
    """Conduct so many contacts; return the requests per second."""
    left = iter(range(contacts))

    async def work(number: int) -> int:
        async with HttpClient(side.port, side.token) as client:
            for _ in left:
                await _contact(client, _staff_no(number))
            return client.requests

    started = time.perf_counter()
    requests = await asyncio.gather(*(work(number) for number in range(clients)))
    return sum(requests) / (time.perf_counter() - started)


async def _contact(client: HttpClient, staff_no: str) -> None:
    claimed = await client.post("/api/v1/queue/claim", {"staff_no": staff_no})
    obligation = claimed["obligations"][0]["id"]
    stands = await client.post("/api/v1/contacts", {"obligation_id": obligation, "staff_no": staff_no})
    path = f"/api/v1/contacts/{stands['contact_id']}"
    while stands["section"] is not None:
        prompt = stands["prompt"]
        body = {"step": prompt["step"], "value": choose(prompt)}
        stands = await client.post(f"{path}/answers", body)
    if stands["suggested"] != "completed":
        raise BenchError(f"the smooth way ended {stands['suggested']}")
    await client.post(f"{path}/outcome", {"outcome": "completed"})


async def _asked(world: World, side: Side) -> Asked:
    """What the database is asked for one contact."""
    async with statements_logged(world) as asked:
        await _round(side, 1, clients=1)
    return asked


def _beside(name: str, unit: str, api: int, bare: int) -> Result:
    """A count on both sides; the ratio is 1 when they did the same."""
    return Result(name, api, unit, api / bare, f"the bare app, {bare:,}")


def _tell_differences(api: Asked, bare: Asked, progress: Progress) -> None:
    for who, more in (
        ("API", api.statements - bare.statements),
        ("bare app", bare.statements - api.statements),
    ):
        for statement, count in more.items():
            progress.say(f"contact_http: only the {who} asks, {count}×: {statement[:200]}")


@asynccontextmanager
async def _served(
    world: World, *module: str, variables: Mapping[str, str] | None = None
) -> AsyncIterator[int]:
    """Run a server in a process of its own on a free port; it answers when this yields."""
    port = _free_port()
    settings: Settings = msgspec.structs.replace(world.settings, port=port, issuer=f"http://127.0.0.1:{port}")
    log = world.files / f"{module[0]}.log"
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *module,
            env={**os.environ, **settings.environ(), **(variables or {})}, stdout=output, stderr=output,
        )  # fmt: skip
    try:
        await _wait(process, port, log)
        yield port
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _wait(process: asyncio.subprocess.Process, port: int, log: Any) -> None:
    deadline = time.monotonic() + _START_WITHIN
    while time.monotonic() < deadline and process.returncode is None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionError:
            await asyncio.sleep(0.05)
            continue
        writer.close()
        return
    raise BenchError(f"a server did not start:\n{log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
