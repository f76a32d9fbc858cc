import asyncio
from datetime import date
from pathlib import Path

import asyncpg
import pytest
from huifang_tenants.errors import MigrationError
from huifang_tenants.keys import MasterKeys
from huifang_tenants.migrate import CONTROL_STEPS, TENANT_STEPS, TenantOutcome, migrate_tenants, read_steps
from huifang_tenants.provisioning import create_tenant, list_tenants, prepare_database
from huifang_tenants.scope import scope


@pytest.fixture
def steps(small_steps: Path, tmp_path: Path) -> Path:
    """A copy of the first step to add others to."""
    (tmp_path / "0001_first.sql").write_text((small_steps / "0001_first.sql").read_text())
    return tmp_path


async def _tables(world, tenant) -> set[str]:
    async with scope(world.db, tenant) as opened:
        rows = await opened.connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        )
    return {row["tablename"] for row in rows}


async def _admin(world, sql: str, *values: object) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(world.admin_url)
    try:
        return await connection.fetch(sql, *values)
    finally:
        await connection.close()


async def test_a_fleet_migrates_on_past_a_failing_tenant_and_finishes_the_next_time(world, steps):
    (steps / "0002_more.sql").write_text("CREATE TABLE more (id int PRIMARY KEY); CREATE TABLE extra ();")
    await _admin(world, f"CREATE TABLE {world.a.schema_name}.extra ()")
    seen: list[TenantOutcome] = []
    outcomes = await migrate_tenants(world.admin_url, directory=steps, progress=seen.append)
    assert [(one.slug, one.state, one.applied, one.step) for one in outcomes] == [
        ("aa", "failed", (), "0002_more"),
        ("bb", "done", ("0002_more",), "0002_more"),
    ]
    assert "already exists" in outcomes[0].error
    assert sorted(seen, key=lambda one: one.slug) == outcomes
    assert "more" not in await _tables(world, world.a)
    assert "more" in await _tables(world, world.b)
    assert [(one.migration, one.step) for one in await list_tenants(world.admin_url)] == [
        ("failed", "0002_more"),
        ("done", "0002_more"),
    ]

    await _admin(world, f"DROP TABLE {world.a.schema_name}.extra")
    outcomes = await migrate_tenants(world.admin_url, directory=steps)
    assert [(one.state, one.applied, one.error) for one in outcomes] == [
        ("done", ("0002_more",), None),
        ("done", (), None),
    ]
    async with scope(world.db, world.a) as opened:
        await opened.connection.execute("INSERT INTO more VALUES (1)")
    assert {
        row["n"]
        for row in await _admin(world, "SELECT count(*) AS n FROM pg_tables WHERE schemaname = 'public'")
    } == {0}


async def test_steps_changed_missing_or_out_of_order_are_refused_and_change_nothing(world, steps):
    (steps / "0002_more.sql").write_text("CREATE TABLE more (id int PRIMARY KEY); CREATE TABLE extra ();")
    await migrate_tenants(world.admin_url, directory=steps)
    before = await _tables(world, world.a)

    first = steps / "0001_first.sql"
    good = first.read_text()
    first.write_text(good + "-- a thought")
    (changed, _) = await migrate_tenants(world.admin_url, directory=steps)
    assert (changed.state, changed.step) == ("failed", "0001_first")
    assert "changed after" in changed.error
    first.write_text(good.replace("\n", "\r\n"), newline="")
    assert {one.state for one in await migrate_tenants(world.admin_url, directory=steps)} == {"done"}

    (steps / "0002_more.sql").rename(steps / "0003_more.sql")
    (unknown, _) = await migrate_tenants(world.admin_url, directory=steps)
    assert (unknown.step, "newer program" in unknown.error) == ("0002_more", True)
    (steps / "0003_more.sql").rename(steps / "0002_more.sql")

    (steps / "0000_before.sql").write_text("CREATE TABLE before ();")
    (earlier, _) = await migrate_tenants(world.admin_url, directory=steps)
    assert (earlier.step, "next number" in earlier.error) == ("0000_before", True)
    assert await _tables(world, world.a) == before


@pytest.mark.parametrize("sql", ["COMMIT; CREATE TABLE control.stray ();", "SET search_path TO control;"])
async def test_a_step_that_leaves_its_schema_or_transaction_is_caught(fresh_database, keys_and_steps, sql):
    keys, steps = keys_and_steps
    admin_url = fresh_database()
    await prepare_database(admin_url, keys)
    await create_tenant(admin_url, keys, "aa", "a", directory=steps)
    (steps / "0002_bad.sql").write_text(sql)
    (outcome,) = await migrate_tenants(admin_url, directory=steps)
    assert (outcome.state, outcome.step) == ("failed", "0002_bad")
    assert "left its schema" in outcome.error


@pytest.fixture
def keys_and_steps(world, steps):
    return world.keys, steps


async def test_two_migrators_at_once_apply_each_step_once(world, steps):
    (steps / "0002_more.sql").write_text("CREATE TABLE more (id int PRIMARY KEY); CREATE TABLE extra ();")
    (steps / "0003_slow.sql").write_text("CREATE TABLE slow (); SELECT pg_sleep(0.1);")
    runs = await asyncio.gather(*(migrate_tenants(world.admin_url, directory=steps) for _ in range(3)))
    assert {one.state for run in runs for one in run} == {"done"}
    assert sum("0003_slow" in one.applied for run in runs for one in run) == 2


async def test_a_step_does_not_wait_for_running_work_for_ever(world, steps):
    (steps / "0002_more.sql").write_text("CREATE TABLE more (id int PRIMARY KEY); CREATE TABLE extra ();")
    (steps / "0003_slow.sql").write_text("CREATE TABLE slow (); SELECT pg_sleep(0.1);")
    (steps / "0004_lock.sql").write_text("ALTER TABLE note ADD COLUMN late text;")
    async with scope(world.db, world.a) as opened:
        await opened.connection.execute("SELECT FROM note")
        (blocked, free) = await migrate_tenants(world.admin_url, directory=steps, lock_timeout=0.1)
    assert (blocked.state, "lock timeout" in blocked.error) == ("failed", True)
    assert free.state == "done"


@pytest.mark.parametrize("names", [["1_first.sql"], ["0001_a.sql", "0001_b.sql"], ["0001-a.sql"], []])
def test_odd_directories_are_refused(tmp_path, names):
    for name in names:
        (tmp_path / name).write_text("SELECT 1;")
    with pytest.raises(MigrationError):
        read_steps(tmp_path)


@pytest.mark.parametrize("directory", [CONTROL_STEPS, TENANT_STEPS])
def test_our_own_steps_read(directory):
    assert read_steps(directory)[0].id.startswith("0001_")


async def test_our_own_tenant_tables_stand_in_two_schemas_and_nowhere_else(fresh_database, world):
    admin_url = fresh_database()
    await prepare_database(admin_url, world.keys)
    tenants = [await create_tenant(admin_url, world.keys, slug, slug) for slug in ("aa", "bb")]
    connection = await asyncpg.connect(admin_url)
    rows = await connection.fetch(
        "SELECT schemaname, array_agg(tablename::text ORDER BY tablename) AS tables FROM pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'control') GROUP BY schemaname"
    )
    leaks = await connection.fetchval(
        "SELECT count(*) FROM pg_constraint c JOIN pg_class r ON r.oid = c.confrelid "
        "WHERE c.contype = 'f' AND c.connamespace <> r.relnamespace"
    )
    appended = await connection.fetch(
        "SELECT c.relname FROM pg_class c WHERE obj_description(c.oid, 'pg_class') LIKE 'append-only:%' "
        "AND relnamespace = $1::text::regnamespace AND has_table_privilege($1::text, c.oid, 'UPDATE, DELETE, TRUNCATE')",
        tenants[0].schema_name,
    )
    await connection.close()
    assert {row["schemaname"] for row in rows} == {tenant.schema_name for tenant in tenants}
    assert rows[0]["tables"] == rows[1]["tables"]
    assert leaks == 0
    assert appended == []


async def test_staff_trained_before_trainings_were_on_record_stay_so(fresh_database, tmp_path):
    """SD-3: what a tenant knew of its staff counts on, and is taken for what their records state."""
    first = TENANT_STEPS / "0001_tenant.sql"
    (tmp_path / first.name).write_text(first.read_text(encoding="utf-8"), encoding="utf-8")
    url, keys = fresh_database(), MasterKeys.generate()
    await prepare_database(url, keys)
    tenant = await create_tenant(url, keys, "old", "x", directory=tmp_path)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            f"INSERT INTO {tenant.schema_name}.staff (id, staff_no, name_enc, unit, trained_until, updated_at)"
            " VALUES (gen_random_uuid(), 'S1', 'x', 'SD', '2027-06-30', now())"
        )
        [outcome] = await migrate_tenants(url)
        assert (outcome.state, outcome.error) == ("done", None)
        row = await connection.fetchrow(
            f"SELECT trained_until, trained_until_stated FROM {tenant.schema_name}.staff"
        )
    finally:
        await connection.close()
    assert row["trained_until"] == row["trained_until_stated"] == date(2027, 6, 30)
