import asyncio
from contextvars import Context
from datetime import UTC, datetime
from typing import Any

import asyncpg
import msgspec
import pytest
from huifang_tenants.errors import (
    IllegalName,
    NestedScope,
    NoScope,
    SharedScope,
    TenantNotActive,
)
from huifang_tenants.ids import new_id
from huifang_tenants.scope import (
    ENGINE,
    Database,
    Scope,
    control,
    current_scope,
    in_scope,
    inside_schema,
    scope,
)
from piccolo.columns import JSONB, UUID, Text
from piccolo.table import Table

pytestmark = pytest.mark.usefixtures("no_connection_lost")


class Note(Table, db=ENGINE):
    id = UUID(primary_key=True)
    body = Text()
    facts = JSONB()


async def test_a_scope_acts_as_its_tenant_and_commits(world):
    note = new_id()
    async with scope(world.db, world.a) as opened:
        who = await opened.connection.fetchrow("SELECT current_user AS who, current_schema() AS place")
        assert tuple(who) == (world.a.schema_name, world.a.schema_name)
        await opened.connection.execute("INSERT INTO note (id, body) VALUES ($1, '甲')", note)
    async with scope(world.db, world.a) as opened:
        assert await opened.connection.fetchval("SELECT body FROM note WHERE id = $1", note) == "甲"
    async with scope(world.db, world.b) as opened:
        assert await opened.connection.fetchval("SELECT body FROM note WHERE id = $1", note) is None


async def test_queries_are_never_compiled(world):
    """Where a server has a compiler, it would take seconds for the queue's queries, which run in milliseconds."""
    async with scope(world.db, world.a) as opened:
        assert await opened.connection.fetchval("SHOW jit") == "off"


async def test_a_read_only_scope_sees_one_moment(world):
    async def add() -> None:
        async with scope(world.db, world.a) as opened:
            await opened.connection.execute("INSERT INTO note (id, body) VALUES ($1, '后来')", new_id())

    count = "SELECT count(*) FROM note"
    async with scope(world.db, world.a, read_only=True) as opened:
        before = await opened.connection.fetchval(count)
        await asyncio.create_task(add(), context=Context())
        assert await opened.connection.fetchval(count) == before
    async with scope(world.db, world.a, read_only=True) as opened:
        assert await opened.connection.fetchval(count) == before + 1


async def test_an_exception_rolls_back(world):
    note = new_id()

    async def work(opened: Scope) -> None:
        await opened.connection.execute("INSERT INTO note (id, body) VALUES ($1, 'x')", note)
        raise KeyError

    with pytest.raises(KeyError):
        await in_scope(world.db, world.a, work)
    async with scope(world.db, world.a) as opened:
        assert not await opened.connection.fetchval("SELECT EXISTS (SELECT FROM note WHERE id = $1)", note)


async def test_piccolo_uses_the_scopes_connection(world):
    one = Note(id=new_id(), body="匹配", facts={"数": [1, None]})
    async with scope(world.db, world.a) as opened:
        await one.save()
        assert await opened.connection.fetchval("SELECT facts FROM note WHERE id = $1", one.id) == {
            "数": [1, None]
        }
        assert (await Note.select().where(Note.id == one.id))[0]["facts"] == {"数": [1, None]}
        assert (await Note.objects().get(Note.id == one.id)).body == "匹配"
    async with scope(world.db, world.b):
        assert not await Note.exists().where(Note.id == one.id)


async def test_piccolo_outside_a_scope_fails_before_it_reaches_the_database(world):
    with pytest.raises(NoScope):
        await Note.select()
    with pytest.raises(NoScope):
        await Note(id=new_id(), body="").save()
    async with control(world.db):
        with pytest.raises(NoScope):
            await Note.count()


async def test_piccolos_own_transactions_batches_and_ddl_are_refused(world):
    async with scope(world.db, world.a):
        with pytest.raises(TypeError, match="savepoint"):
            ENGINE.transaction()
        with pytest.raises(TypeError, match="savepoint"):
            ENGINE.atomic()
        with pytest.raises(TypeError, match="cursor"):
            await Note.select().batch()
        with pytest.raises(TypeError, match="migrations"):
            await Note.create_table()


async def test_connections_alternate_between_tenants_with_their_statements_cached(world):
    async with Database(world.db._url, max_connections=1) as db:
        for round_ in range(6):
            for tenant in (world.a, world.b):
                async with scope(db, tenant) as opened:
                    await Note.insert(Note(id=new_id(), body=f"{tenant.slug}-round"))
                    bodies = await Note.select(Note.body).where(Note.body.like("%-round"))
                    assert {row["body"] for row in bodies} == {f"{tenant.slug}-round"}
                    assert len(bodies) == round_ + 1
                    assert await opened.connection.fetchval("SELECT current_user") == tenant.schema_name


async def test_scopes_do_not_nest(world):
    async with scope(world.db, world.a) as opened:
        for inner in (scope(world.db, world.b), scope(world.db, world.a), control(world.db)):
            with pytest.raises(NestedScope, match="'aa'"):
                async with inner:
                    pass
        with pytest.raises(NestedScope):
            await world.registry.by_slug("aa")
        assert await opened.connection.fetchval("SELECT 1") == 1
    async with control(world.db):
        with pytest.raises(NestedScope, match="control"):
            async with scope(world.db, world.a):
                pass


async def test_gathered_tasks_get_a_clear_error_and_spoil_nothing(world):
    async with scope(world.db, world.a) as opened:
        results = await asyncio.gather(Note.count(), Note.count(), _read(opened), return_exceptions=True)
        assert [type(result) for result in results] == [SharedScope] * 3
        assert await Note.count() >= 0


async def _read(opened: Scope) -> Any:
    return await opened.connection.fetchval("SELECT 1")


async def test_a_task_that_outlives_its_scope_has_none_and_may_open_its_own(world):
    go_on = asyncio.Event()

    async def later() -> str:
        await go_on.wait()
        with pytest.raises(NoScope):
            await Note.count()
        async with scope(world.db, world.b) as own:
            return await own.connection.fetchval("SELECT current_user")

    async with scope(world.db, world.a) as opened:
        task = asyncio.create_task(later())
    go_on.set()
    assert await task == world.b.schema_name
    with pytest.raises(NoScope):
        _ = opened.connection


async def test_scopes_of_different_tasks_run_side_by_side(world):
    async def work(tenant) -> bool:
        async with scope(world.db, tenant):
            await asyncio.sleep(0)
            return (await Note.raw("SELECT current_user AS who"))[0]["who"] == tenant.schema_name

    assert all(await asyncio.gather(*(work(tenant) for tenant in (world.a, world.b) * 10)))


async def test_read_only_scopes_read_only(world):
    async with scope(world.db, world.a, read_only=True) as opened:
        assert opened.read_only
        await Note.count()
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        async with scope(world.db, world.a, read_only=True):
            await Note(id=new_id(), body="").save()


async def test_a_suspended_tenant_is_read_and_not_written(world):
    suspended = msgspec.structs.replace(world.a, state="suspended")
    with pytest.raises(TenantNotActive) as caught:
        scope(world.db, suspended)
    assert caught.value.state == "suspended"
    async with scope(world.db, suspended, read_only=True):
        await Note.count()


async def test_timeouts_hold_for_this_scope_alone(world):
    with pytest.raises(asyncpg.QueryCanceledError):
        async with scope(world.db, world.a, statement_timeout=0.05) as opened:
            await opened.connection.execute("SELECT pg_sleep(2)")
    async with scope(world.db, world.a) as opened:
        settings = await opened.connection.fetchrow(
            "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'), "
            "current_setting('idle_in_transaction_session_timeout')"
        )
        assert tuple(settings) == ("30s", "5s", "1min")


async def test_names_that_are_not_a_tenants_never_reach_sql(world):
    for name in (
        "public",
        "control",
        "t_x; DROP SCHEMA control",
        "T_aaaaaaaaaaaaaaaa",
        "t_aaaaaaaaaaaaaaaa\n",
    ):
        with pytest.raises(IllegalName):
            scope(world.db, msgspec.structs.replace(world.a, schema_name=name))
    with pytest.raises(IllegalName):
        async with inside_schema(None, "public"):
            pass


async def test_a_scope_knows_its_tenant_its_clock_and_its_cipher(world):
    at = datetime(2026, 3, 1, tzinfo=UTC)
    async with (
        Database(world.db._url, max_connections=1, wall_clock=lambda: at) as db,
        scope(db, world.a) as opened,
    ):
        assert opened.tenant is world.a
        assert opened.cipher is world.a.cipher
        assert opened.now == opened.wall_now == at
        assert current_scope() is opened
        assert await opened.connection.fetchval("SHOW timezone") == "UTC"


async def test_rows_can_be_streamed_with_a_cursor(world):
    async with scope(world.db, world.a) as opened:
        numbers = [row[0] async for row in opened.connection.cursor("SELECT generate_series(1, 500)")]
    assert numbers == list(range(1, 501))


async def test_a_unit_of_work_is_repeated_after_a_deadlock(world):
    notes = [new_id(), new_id()]
    async with scope(world.db, world.a):
        await Note.insert(*(Note(id=note, body="0") for note in notes))
    both = asyncio.Barrier(2)
    runs = 0

    async def work(order: list[Any]) -> None:
        async def unit(opened: Scope) -> None:
            nonlocal runs
            runs += 1
            update = "UPDATE note SET body = (body::int + 1)::text WHERE id = $1"
            await opened.connection.execute(update, order[0])
            if runs <= 2:
                await both.wait()
            await opened.connection.execute(update, order[1])

        await in_scope(world.db, world.a, unit)

    await asyncio.gather(work(notes), work(notes[::-1]))
    assert runs == 3
    async with scope(world.db, world.a):
        assert {row["body"] for row in await Note.select().where(Note.id.is_in(notes))} == {"2"}


async def test_a_unit_of_work_is_repeated_after_a_migration_changed_a_cached_statement(world):
    admin = await asyncpg.connect(world.admin_url)
    read = "SELECT * FROM note LIMIT 1"
    try:
        for _ in range(3):
            async with scope(world.db, world.a) as opened:
                await opened.connection.fetch(read)
        await admin.execute(f"ALTER TABLE {world.a.schema_name}.note ADD COLUMN later text")
        columns = await in_scope(world.db, world.a, lambda opened: opened.connection.fetch(read))
        assert columns is not None
    finally:
        await admin.execute(f"ALTER TABLE {world.a.schema_name}.note DROP COLUMN later")
        await admin.close()


async def test_other_errors_are_not_repeated_and_the_last_attempt_counts(world):
    runs = 0

    async def unit(_: Scope) -> None:
        nonlocal runs
        runs += 1
        raise asyncpg.SerializationError if runs > 1 else asyncpg.DeadlockDetectedError

    with pytest.raises(asyncpg.SerializationError):
        await in_scope(world.db, world.a, unit, attempts=2)
    assert runs == 2

    async def wrong(_: Scope) -> None:
        nonlocal runs
        runs += 1
        raise KeyError

    with pytest.raises(KeyError):
        await in_scope(world.db, world.a, wrong)
    assert runs == 3
