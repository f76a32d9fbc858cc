"""How much of the queue a claim looks at: judged by the plan and the rows examined, since time depends on the machine."""

import json
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.playable import stage
from huifang_tenants.services.contacts.restraints import restraints_now
from huifang_tenants.stores import queue
from huifang_tenants.stores.restraints import document

OPEN = 50_000
_COLUMNS = (
    "contract_id, unit, plugin, plugin_version, rule, cites, kind, event_id, root_event_id, after_due, draft, trace,"
    " parameters_on, settings_version, calendar, input_hash, fingerprint, script, created_at, updated_at"
)


class Crowd:
    """A tenant with 50,000 open obligations, and what claims of it examine."""

    def __init__(self, office: Any) -> None:
        self.office = office

    async def looks_units_up(self) -> bool:
        """Whether the server finds several units by the index: before 17 they are a filter on the rows it leads to."""
        version = await self.office.fetch("SELECT current_setting('server_version_num')::int AS number")
        return int(version[0]["number"]) >= 170_000

    async def examined(
        self, unit: str, channels: tuple[str, ...], *, generic: bool = False, calling: bool = True
    ) -> tuple[int, str]:
        """Return how many rows of obligations a claim looks at, and the plan as text."""

        async def explain(scope: Scope) -> Any:
            mode = "force_generic_plan" if generic else "auto"
            await scope.connection.execute(f"SET LOCAL plan_cache_mode = {mode}")
            playable = (await stage(scope, self.office.catalogue)).playable()
            quiet_since = scope.wall_now - timedelta(minutes=30)
            restraints = await restraints_now(scope, self.office.catalogue)
            worker = queue.Worker(new_id(), "NOBODY", unit, quiet_since, playable, restraints)
            return await scope.connection.fetchval(
                f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {queue._PICK}",
                list(channels),
                *queue._common(scope, worker),
                [],
                queue._closed(channels, calling=calling),
                document(restraints),
            )

        found = await self.office.do(explain)
        plan = json.loads(found) if isinstance(found, str) else found
        return _rows(plan[0]["Plan"]), json.dumps(plan)


def _rows(node: dict[str, Any]) -> int:
    own = 0
    if node.get("Relation Name") == "obligation":
        removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        own = round((node["Actual Rows"] + removed) * node["Actual Loops"])
    return own + sum(_rows(child) for child in node.get("Plans", ()))


def _ways_to_obligations(node: dict[str, Any]) -> set[str]:
    """How rows of obligations are come by."""
    own = {node["Node Type"]} if node.get("Relation Name") == "obligation" else set()
    return own.union(*(_ways_to_obligations(child) for child in node.get("Plans", ())))


@pytest.fixture(scope="module")
async def crowd(house: Any, send: Any, make_office: Any) -> Crowd:
    """Nine in ten by phone, the rest visits and letters; a quarter wait for a retry, 300 are leased, 12,500 people."""
    office = await make_office(house, send)
    await office.issue("P1")
    await office.fetch(
        "INSERT INTO customer (id, source, customer_no, kind, name_enc, phones_enc, created_at, updated_at)"
        " SELECT gen_random_uuid(), 'core', 'X' || n, 'individual', '\\x00', '\\x00', now(), now()"
        " FROM generate_series(1, $1::int) n",
        OPEN // 4,
    )
    await office.fetch(
        f"INSERT INTO obligation (id, key, customer_id, status, due_from, due_by, priority, channel, callable_from,"
        f" lease_staff, lease_until, {_COLUMNS})"
        " SELECT gen_random_uuid(), 'k' || n, c.id, 'open', $1::timestamptz, $1::timestamptz + n % 20 * interval '1 day', 40 + n % 7 * 5,"
        " CASE n % 20 WHEN 0 THEN 'on_site' WHEN 1 THEN 'letter' ELSE 'phone' END,"
        " CASE n / 20 % 4 WHEN 0 THEN $1::timestamptz + interval '2 hours' ELSE $1::timestamptz END,"
        " CASE WHEN n <= 300 THEN (SELECT id FROM staff WHERE staff_no = 'C1') END,"
        " CASE WHEN n <= 300 THEN now() + interval '20 minutes' END,"
        f" {_COLUMNS.replace(' unit,', ' u.unit,')} FROM generate_series(1, $2::int) n"
        " JOIN (SELECT id, row_number() OVER () AS place FROM customer) c ON c.place = n % ($2 / 4) + 1"
        " JOIN (VALUES (0, 'JN'), (1, 'YT'), (2, 'SD'), (3, 'QD')) u (place, unit) ON u.place = n / 7 % 4"
        " CROSS JOIN (SELECT contract_id, plugin, plugin_version, rule, cites, kind, event_id, root_event_id, after_due,"
        " draft, trace, parameters_on, settings_version, calendar, input_hash, fingerprint, script, created_at, updated_at"
        " FROM obligation LIMIT 1) o",
        office.insurer.tenant.clock_at,
        OPEN,
    )
    return Crowd(office)


@pytest.fixture(params=[False, True], ids=["without statistics", "with statistics"])
async def with_statistics(request: pytest.FixtureRequest, crowd: Crowd, house: Any) -> None:
    if request.param:
        connection = await asyncpg.connect(house.admin_url)
        await connection.execute(f"ANALYZE {crowd.office.insurer.tenant.schema_name}.obligation")
        await connection.execute(f"ANALYZE {crowd.office.insurer.tenant.schema_name}.unit")
        await connection.close()


@pytest.mark.usefixtures("with_statistics")
@pytest.mark.parametrize("generic", [False, True])
@pytest.mark.parametrize(
    ("unit", "channels"),
    [
        ("HO", ("phone", "letter")),
        ("SD", ("phone", "letter")),
        ("JN", ("on_site",)),
        ("SD", ("phone", "letter", "on_site")),
    ],
)
async def test_a_claim_looks_at_the_head_of_the_queue_only(
    crowd: Crowd, unit: str, channels: tuple[str, ...], generic: bool
) -> None:
    examined, plan = await crowd.examined(unit, channels, generic=generic)
    assert "obligation_queue_idx" in plan
    assert "Bitmap Heap Scan" not in _ways_to_obligations(json.loads(plan)[0]["Plan"])
    assert examined <= (600 if await crowd.looks_units_up() else 1200), plan


@pytest.mark.usefixtures("with_statistics")
@pytest.mark.parametrize("generic", [False, True])
async def test_units_without_work_do_not_read_the_whole_queue(crowd: Crowd, generic: bool) -> None:
    examined, plan = await crowd.examined("LX", ("phone",), generic=generic)
    assert (examined, "obligation_queue_idx" in plan) == (0, True)
    # 45,000 rows of the table would be as many blocks.
    assert json.loads(plan)[0]["Plan"]["Shared Hit Blocks"] < 3000, plan


async def test_at_night_what_waits_for_the_morning_is_passed_over_in_the_index(crowd: Crowd) -> None:
    examined, plan = await crowd.examined("HO", ("phone",), calling=False)
    # The one row tells that there is work of the units at all.
    assert (examined, "obligation_queue_idx" in plan) == (1, True)
    assert json.loads(plan)[0]["Plan"]["Shared Hit Blocks"] < 3000, plan
