"""`huifang import` is killed in the middle: the same files again give exactly what an undisturbed import gives."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from huifang_tenants.plugin_host import PluginHost
from huifang_tenants.scope import scope
from huifang_tenants.services.plugins import configure
from huifang_tenants.stores.ledger import Actor

EXAMPLES = Path(__file__).parents[2] / "examples"
CONTRACTS = 1500


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a core system exports of some thousand contracts."""
    out = tmp_path_factory.mktemp("core")
    command = [
        sys.executable,
        str(EXAMPLES / "generate.py"),
        "--plain",
        "--contracts",
        str(CONTRACTS),
        "--out",
        str(out),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    # Plain contracts have no live events, and a file without a row is no file.
    (out / "events.ndjson").unlink()
    return out


@pytest.fixture
async def insurer(cell: Any) -> Any:
    """Makes a tenant with the Shandong rules switched on."""

    async def make() -> Any:
        tenant = await cell.tenant()
        async with PluginHost() as host:
            catalogue = await host.catalogue()
        async with scope(cell.db, tenant) as opened:
            await configure(opened, catalogue, "shandong_life", Actor("test:setup"))
        return tenant

    return make


def bring(cell: Any, tenant: Any, export: Path) -> subprocess.Popen[bytes]:
    environ = {**os.environ, "HUIFANG_DATABASE_URL": cell.settings.database_url}
    return subprocess.Popen(
        [sys.executable, "-m", "huifang_api", "import", str(export), "--tenant", tenant.slug, "--json",
         "--home", str(cell.settings.home)],
        env=environ, stdout=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


async def outcome(cell: Any, tenant: Any) -> dict[str, Any]:
    """What an import leaves, without the ids and instants of this one."""
    async with scope(cell.db, tenant) as opened:
        live = await opened.connection.fetch(
            "SELECT c.contract_no, o.key, o.generation, o.status, o.due_from, o.due_by, o.draft::text, o.trace::text"
            " FROM obligation o JOIN contract c ON c.id = o.contract_id"
        )
        contracts = await opened.connection.fetch(
            "SELECT c.contract_no, c.status, c.version, r.customer_no, c.base::text FROM contract c"
            " JOIN customer_ref r ON r.customer_id = c.policyholder_id AND r.customer_no = c.policyholder_no"
        )
        events = await opened.connection.fetch("SELECT event_id, status, park_reason FROM event")
        entries = await opened.connection.fetch(
            "SELECT action, count(*) AS n FROM ledger WHERE action LIKE '%taken_in' OR action = 'obligation.made' GROUP BY 1"
        )
        customers = await opened.connection.fetchval("SELECT count(*) FROM customer")
    return {
        "obligations": Counter(map(tuple, live)),
        "contracts": Counter(map(tuple, contracts)),
        "events": Counter(map(tuple, events)),
        "customers": customers,
        "entries": {row["action"]: row["n"] for row in entries},
    }


async def test_the_same_files_after_a_kill_end_as_if_nothing_had_happened(cell, insurer, export, eventually):
    undisturbed, killed = await insurer(), await insurer()
    assert await asyncio.to_thread(bring(cell, undisturbed, export).wait, 300) == 0
    expected = await outcome(cell, undisturbed)
    assert len(expected["contracts"]) == CONTRACTS
    assert len(expected["obligations"]) > CONTRACTS / 2

    for table, part in (("contract", 500), ("event", 500)):
        process = bring(cell, killed, export)

        async def reached(table: str = table, part: int = part) -> bool:
            return bool(await cell.value(killed, f"SELECT count(*) FROM {table}") >= part)

        await eventually(reached)
        os.killpg(process.pid, signal.SIGKILL)
        assert process.wait(60) == -signal.SIGKILL
    cut_off = await cell.value(killed, "SELECT count(*) FROM import_run WHERE status = 'running'")
    assert cut_off >= 1
    assert await cell.value(killed, "SELECT count(*) FROM event") < len(expected["events"])

    assert await asyncio.to_thread(bring(cell, killed, export).wait, 300) == 0
    assert await outcome(cell, killed) == expected
