"""Attempts to act as another tenant. Who acts is never an argument: it comes from the role of the session."""

import asyncpg
import pytest
from huifang_tenants.ids import new_id
from huifang_tenants.outbox import (
    enqueue,
    finish,
    pick,
)
from huifang_tenants.scope import control, scope


@pytest.fixture(autouse=True)
async def _empty(world):
    async with control(world.db) as opened:
        await opened.connection.execute("DELETE FROM control.jobs")


async def _rows(world, columns: str = "*") -> list[asyncpg.Record]:
    async with control(world.db) as opened:
        return await opened.connection.fetch(f"SELECT {columns} FROM control.jobs ORDER BY number")


async def test_another_tenants_job_can_not_be_finished(world):
    async with scope(world.db, world.a) as opened:
        job_id = await enqueue(opened, "x", {})
    await pick(world.db, limit=1, per_tenant=1)
    async with scope(world.db, world.b) as opened:
        assert not await finish(opened, job_id)
        assert not await finish(opened, new_id())
    assert [row["state"] for row in await _rows(world)] == ["sent"]


@pytest.mark.parametrize(
    "disguise",
    [
        "SET LOCAL search_path TO {b}",
        "SELECT set_config('huifang.tenant', '{b}', true)",
        "SET LOCAL application_name TO '{b}'",
    ],
)
async def test_settings_do_not_make_a_tenant_another(world, disguise):
    async with scope(world.db, world.a) as opened:
        await opened.connection.execute(disguise.format(b=world.b.schema_name))
        await opened.connection.fetchval("SELECT control.enqueue_job('x', '{}')")
    assert [row["tenant_id"] for row in await _rows(world)] == [world.a.id]


async def test_without_a_role_or_with_the_logins_nothing_is_enqueued(world):
    for statement in ("RESET ROLE", "SET LOCAL ROLE NONE"):
        async with scope(world.db, world.a) as opened:
            await opened.connection.execute(statement)
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with opened.savepoint():
                    await opened.connection.fetchval("SELECT control.enqueue_job('x', '{}')")
    assert await _rows(world) == []


async def test_a_login_of_its_own_can_not_pose_as_another_tenant(world, as_user):
    """The shared login can become any tenant's role; a cell that gives a tenant its own login closes that."""
    admin = await asyncpg.connect(world.admin_url)
    await admin.execute(
        f"CREATE ROLE own_login LOGIN NOINHERIT PASSWORD 'secret'; GRANT {world.a.schema_name} TO own_login; "
        f"GRANT CONNECT ON DATABASE {await admin.fetchval('SELECT current_database()')} TO own_login"
    )
    own = await asyncpg.connect(as_user(world.admin_url, "own_login"))
    try:
        await own.execute(f"SET ROLE {world.a.schema_name}")
        await own.execute("SELECT control.enqueue_job('x', '{}')")
        for attempt in (
            f"SET ROLE {world.b.schema_name}",
            f"SELECT set_config('role', '{world.b.schema_name}', false)",
            f"SET SESSION AUTHORIZATION {world.b.schema_name}",
            f"CREATE FUNCTION pg_temp.f() RETURNS uuid LANGUAGE sql SET role = '{world.b.schema_name}' AS "
            "'SELECT control.enqueue_job(''x'', ''{}'')'",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await own.execute(attempt)
        assert await own.fetchval("SELECT current_setting('role')") == world.a.schema_name
    finally:
        await own.close()
        await admin.execute("DROP OWNED BY own_login; DROP ROLE own_login")
        await admin.close()
    assert [row["tenant_id"] for row in await _rows(world)] == [world.a.id]


async def test_objects_of_the_same_name_do_not_hijack_the_functions(world):
    """Their search_path is pinned and every name qualified, so a tenant's path changes nothing for them."""
    async with scope(world.db, world.a) as opened:
        await opened.connection.execute(
            f"SET LOCAL search_path TO {world.a.schema_name}, pg_catalog, pg_temp"
        )
        assert await enqueue(opened, "x", {})
    for row in await _admin(
        world,
        "SELECT proname, prosecdef, proconfig FROM pg_proc WHERE pronamespace = 'control'::regnamespace",
    ):
        assert row["proconfig"] == ["search_path=pg_catalog, pg_temp"], row["proname"]


async def _admin(world, sql: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(world.admin_url)
    try:
        return await connection.fetch(sql)
    finally:
        await connection.close()
