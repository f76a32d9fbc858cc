"""Attempts to reach what is another's, or nobody's, made with plain SQL as the login role and as a tenant's role."""

import asyncpg
import pytest
from huifang_tenants.errors import WrongKey
from huifang_tenants.ids import new_id
from huifang_tenants.keys import MasterKeys
from huifang_tenants.provisioning import login_role, runtime_url, tenant_group
from huifang_tenants.registry import TenantRegistry
from huifang_tenants.scope import Database, control, scope

REFUSED = asyncpg.InsufficientPrivilegeError
SUPERUSER = "SELECT quote_ident(rolname) FROM pg_roles WHERE oid = 10"
"""Whatever the one that made the server is called."""


@pytest.fixture
async def login(world):
    """A bare connection of the login role, outside every scope."""
    connection = await asyncpg.connect(runtime_url(world.admin_url, world.keys))
    yield connection
    await connection.close()


async def test_the_login_role_sees_no_schema_and_inherits_nothing(world, login):
    assert await login.fetchval("SHOW search_path") == '""'
    with pytest.raises(asyncpg.UndefinedTableError):
        await login.fetch("SELECT * FROM note")
    for table in ("note", "entry", "note_count", "schema_migration"):
        with pytest.raises(REFUSED):
            await login.fetch(f"SELECT * FROM {world.a.schema_name}.{table}")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE SCHEMA mine",
        "CREATE TABLE public.mine ()",
        "CREATE TEMPORARY TABLE mine ()",
        "CREATE TABLE control.mine ()",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "DELETE FROM control.tenant",
        "INSERT INTO control.tenant (id, slug, name, schema_name, state, key_version) "
        "VALUES (gen_random_uuid(), 'cc', 'c', 't_cccccccccccccccc', 'active', 1)",
        "UPDATE control.tenant SET wrapped_key = NULL",
        "UPDATE control.tenant SET schema_name = 't_cccccccccccccccc'",
        "UPDATE control.tenant_migration SET state = 'done'",
        "UPDATE control.schema_migration SET checksum = ''",
        "DROP TABLE control.jobs",
        "TRUNCATE control.jobs",
        "ALTER TABLE control.tenant ADD COLUMN x int",
        "SELECT control.enqueue_job('x', '{}')",
        "SELECT control.tenant_clock()",
        "SELECT control.acting_tenant()",
        "COPY control.tenant TO '/tmp/x'",
        "COPY control.tenant TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
        "SET SESSION AUTHORIZATION {superuser}",
    ],
)
async def test_the_login_role_can_do_nothing_else(login, statement):
    superuser = await login.fetchval(SUPERUSER)
    with pytest.raises(REFUSED):
        await login.execute(statement.replace("{superuser}", superuser))


async def test_the_login_role_owns_nothing_and_is_not_mighty(world, login):
    owned = await login.fetchval("SELECT count(*) FROM pg_shdepend WHERE refobjid = $1::text::regrole AND deptype = 'o'",
                                 login_role(await login.fetchval("SELECT current_database()")))  # fmt: skip
    assert owned == 0
    rights = await login.fetchrow(
        "SELECT rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls "
        "FROM pg_roles WHERE rolname = session_user"
    )
    assert set(rights) == {False}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM {b}.note",
        "INSERT INTO {b}.note (id, body) VALUES (gen_random_uuid(), 'x')",
        "SELECT * FROM {b}.note_count",
        "SELECT * FROM control.tenant",
        "SELECT * FROM control.jobs",
        "SELECT * FROM control.signing_key",
        "INSERT INTO control.jobs (tenant_id, kind, run_at) VALUES (gen_random_uuid(), 'x', now())",
        "SELECT control.write_jobs(gen_random_uuid(), '{{x}}', '{{\"{{}}\"}}', '{{now}}', '{{0}}', '{{NULL}}')",
        "SELECT control.acting_tenant()",
        "CREATE TABLE {a}.mine ()",
        "CREATE FUNCTION {a}.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TEMPORARY TABLE note ()",
        "DROP TABLE {a}.note",
        "TRUNCATE {a}.note",
        "ALTER TABLE {a}.note DISABLE TRIGGER ALL",
        "CREATE TRIGGER t BEFORE INSERT ON {a}.note EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "UPDATE entry SET what = 'x'",
        "DELETE FROM entry",
        "TRUNCATE entry",
        "DELETE FROM note",
        "TRUNCATE draft",
        "INSERT INTO schema_migration (id, checksum) VALUES ('x', 'x')",
        "ALTER SCHEMA {a} RENAME TO mine",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()",
    ],
)
async def test_a_tenant_stays_inside(world, statement):
    sql = statement.format(a=world.a.schema_name, b=world.b.schema_name)
    with pytest.raises((REFUSED, asyncpg.WrongObjectTypeError)):
        async with scope(world.db, world.a) as opened:
            await opened.connection.execute(sql)


async def test_a_tenant_can_pass_on_none_of_its_rights(world):
    async with scope(world.db, world.a) as opened:
        # PostgreSQL only warns when there is nothing to pass on.
        await opened.connection.execute(f"GRANT SELECT ON note TO {world.b.schema_name}")
        passed_on = "SELECT has_table_privilege($1, 'note', 'SELECT')"
        assert not await opened.connection.fetchval(passed_on, world.b.schema_name)


async def test_rows_are_deleted_where_the_table_says_so_and_append_only_ones_only_grow(world):
    async with scope(world.db, world.a) as opened:
        note = new_id()
        await opened.connection.execute("INSERT INTO note (id, body) VALUES ($1, '')", note)
        await opened.connection.execute("UPDATE note SET body = 'x' WHERE id = $1", note)
        await opened.connection.execute("INSERT INTO draft (body) VALUES ('x')")
        await opened.connection.execute("DELETE FROM draft")
        await opened.connection.execute("INSERT INTO entry (what) VALUES ('x')")
        assert await opened.connection.fetchval("SELECT count(*) FROM entry") == 1
        assert await opened.connection.fetchval("SELECT notes FROM note_count") == 1
        assert await opened.connection.fetchval("SELECT id FROM schema_migration") == "0001_first"


async def test_a_tenant_sees_no_other_sessions_query(world):
    async with scope(world.db, world.a) as opened:
        seen = await opened.connection.fetch(
            "SELECT query FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        )
    assert {row["query"] for row in seen} <= {"<insufficient privilege>", ""}


async def test_a_returned_connection_keeps_neither_role_nor_path(world):
    async with Database(runtime_url(world.admin_url, world.keys), max_connections=1) as db:
        for tenant in (world.a, world.b):
            async with scope(db, tenant):
                pass
            async with db._pool.acquire() as bare:
                state = await bare.fetchrow(
                    "SELECT current_user = session_user AS itself, current_setting('search_path') AS path"
                )
                assert tuple(state) == (True, '""')


async def test_a_session_level_switch_does_not_reach_the_next_scope_or_the_registry(world):
    """SQL injected into a scope can switch roles: that is why parameters are the only way in. It does not last."""
    async with Database(runtime_url(world.admin_url, world.keys), max_connections=1) as db:
        async with scope(db, world.a) as opened:
            await opened.connection.execute(
                f"SET ROLE {world.b.schema_name}; SET search_path TO {world.b.schema_name}"
            )
        async with scope(db, world.a) as opened:
            assert await opened.connection.fetchval("SELECT current_user") == world.a.schema_name
            assert await opened.connection.fetchval("SELECT current_schema()") == world.a.schema_name
        async with control(db) as opened:
            assert await opened.connection.fetchval("SELECT current_user = session_user")
            assert await opened.connection.fetchval("SHOW search_path") == '""'


async def test_what_role_statements_can_and_cannot_do(world):
    """The documented limit of the shared login: inside a scope, SQL can go back to the login and on to a sibling."""
    database = await _database(world)
    async with scope(world.db, world.a) as opened:
        await opened.connection.execute("RESET ROLE")
        assert await opened.connection.fetchval("SELECT current_user") == login_role(database)
        await opened.connection.execute(f"SET LOCAL ROLE {world.b.schema_name}")
        assert await opened.connection.fetchval("SELECT current_user") == world.b.schema_name
        superuser = await opened.connection.fetchval(SUPERUSER)
    for role in (superuser, "pg_read_all_data", "pg_execute_server_program"):
        with pytest.raises(REFUSED):
            async with scope(world.db, world.a) as opened:
                await opened.connection.execute(f"SET ROLE {role}")


async def test_the_tenants_group_by_itself_can_do_nothing(world, login):
    try:
        await login.execute(f"SET ROLE {tenant_group(await _database(world))}")
    except REFUSED:
        # From PostgreSQL 16 on it can't even be taken on.
        assert login.get_server_version().major >= 16
        return
    for statement in ("SELECT control.tenant_clock()", "SELECT control.enqueue_job('x', '{}')"):
        with pytest.raises(REFUSED, match="only a tenant"):
            await login.execute(statement)
    for table in ("control.tenant", "control.jobs", f"{world.a.schema_name}.note"):
        with pytest.raises(REFUSED):
            await login.execute(f"SELECT FROM {table}")


async def test_a_registry_with_another_master_key_opens_no_tenant(world):
    registry = TenantRegistry(world.db, MasterKeys.generate())
    with pytest.raises(WrongKey):
        await registry.by_slug("aa")


async def test_a_wrapped_key_copied_to_another_tenant_does_not_open(world):
    admin = await asyncpg.connect(world.admin_url)
    read = "SELECT wrapped_key FROM control.tenant WHERE id = $1"
    own, other = await admin.fetchval(read, world.a.id), await admin.fetchval(read, world.b.id)
    registry = TenantRegistry(world.db, world.keys)
    await registry.by_slug("bb")
    try:
        await admin.execute("UPDATE control.tenant SET wrapped_key = $2 WHERE id = $1", world.a.id, other)
        with pytest.raises(WrongKey):
            await registry.by_slug("aa")
    finally:
        await admin.execute("UPDATE control.tenant SET wrapped_key = $2 WHERE id = $1", world.a.id, own)
        await admin.close()


async def test_the_server_holds_a_verifier_and_never_saw_the_password(world):
    admin = await asyncpg.connect(world.admin_url)
    verifier = await admin.fetchval(
        "SELECT rolpassword FROM pg_authid WHERE rolname = $1", login_role(await _database(world))
    )
    await admin.close()
    assert verifier.startswith("SCRAM-SHA-256$4096:")


async def _database(world) -> str:
    async with control(world.db) as opened:
        return await opened.connection.fetchval("SELECT current_database()")
