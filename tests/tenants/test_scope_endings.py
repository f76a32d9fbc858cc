"""How scopes end when something goes wrong: no connection is lost, none comes back unclean, nothing passes for saved."""

import asyncio
import threading
from contextlib import suppress

import asyncpg
import pytest
from huifang_tenants.errors import (
    DatabaseBusy,
    ScopeAborted,
)
from huifang_tenants.ids import new_id
from huifang_tenants.scope import (
    ENGINE,
    Database,
    Scope,
    control,
    in_scope,
    scope,
)
from piccolo.columns import JSONB, UUID, Text
from piccolo.table import Table

LOST = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.AdminShutdownError, OSError)
pytestmark = pytest.mark.usefixtures("no_connection_lost")


class Note(Table, db=ENGINE):
    id = UUID(primary_key=True)
    body = Text()
    facts = JSONB()


async def test_a_failing_commit_raises_and_releases(world):
    for _ in range(8):
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            async with scope(world.db, world.a) as opened:
                await opened.connection.execute("INSERT INTO child VALUES ($1, $2)", new_id(), new_id())


async def test_a_swallowed_error_does_not_pass_for_a_commit(world):
    async def work(opened: Scope) -> None:
        with suppress(asyncpg.UndefinedTableError):
            await opened.connection.execute("SELECT FROM nothing")

    with pytest.raises(ScopeAborted):
        await in_scope(world.db, world.a, work)


async def test_a_savepoint_undoes_only_its_part(world):
    kept, undone = new_id(), new_id()

    async def insert_both(opened: Scope) -> None:
        async with opened.savepoint():
            await Note(id=undone, body="").save()
            await Note(id=kept, body="").save()

    async with scope(world.db, world.a) as opened:
        await Note(id=kept, body="").save()
        with pytest.raises(asyncpg.UniqueViolationError):
            await insert_both(opened)
        async with opened.savepoint():
            pass
    async with scope(world.db, world.a):
        assert await Note.exists().where(Note.id == kept)
        assert not await Note.exists().where(Note.id == undone)


async def test_cancelled_work_releases_a_clean_connection(world):
    for _ in range(8):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05), scope(world.db, world.a) as opened:
                await opened.connection.execute("SELECT pg_sleep(5)")
    async with control(world.db) as opened:
        assert await opened.connection.fetchval("SELECT current_user") != world.a.schema_name


@pytest.mark.parametrize("ask_again", [True, False])
async def test_a_killed_backend_is_no_success_and_the_next_scope_works(world, ask_again):
    admin = await asyncpg.connect(world.admin_url)

    async def work(opened: Scope) -> None:
        pid = await opened.connection.fetchval("SELECT pg_backend_pid()")
        await admin.execute("SELECT pg_terminate_backend($1, 60000)", pid)
        await asyncio.sleep(0.02)
        if ask_again:
            async with opened.savepoint():
                await opened.connection.execute("SELECT 1")

    try:
        for _ in range(4):
            with pytest.raises(LOST):
                await in_scope(world.db, world.a, work)
    finally:
        await admin.close()
    async with scope(world.db, world.a):
        await Note.count()


@pytest.mark.parametrize("turns", range(4))
async def test_a_connection_the_server_closed_unnoticed_is_replaced(world, turns):
    async def kill() -> None:
        admin = await asyncpg.connect(world.admin_url)
        await admin.execute(
            "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity "
            "WHERE usename LIKE 'huifang_app_%' AND datname = current_database()"
        )
        await admin.close()

    async with scope(world.db, world.a):
        pass
    # In a thread that is waited for: this loop must not see the connection end before it uses it.
    thread = threading.Thread(target=asyncio.run, args=(kill(),))
    thread.start()
    thread.join()
    # With one turn it has read the server's last word, and not yet that the connection ended.
    for _ in range(turns):
        await asyncio.sleep(0)
    async with scope(world.db, world.a):
        await Note.count()


async def test_a_connection_returned_in_a_transaction_is_not_used_again(world):
    async with Database(world.db._url, max_connections=1) as db:
        left = await db.acquire()
        pid = await left.fetchval("SELECT pg_backend_pid()")
        await left.execute(f"BEGIN; SET LOCAL ROLE {world.b.schema_name}")
        await db.release(left)
        async with scope(db, world.a) as opened:
            assert await opened.connection.fetchval("SELECT pg_backend_pid()") != pid


async def test_no_free_connection_says_so(world):
    async with Database(world.db._url, max_connections=1, acquire_timeout=2.0) as db:
        held = asyncio.Event()
        done = asyncio.Event()

        async def hold() -> None:
            async with scope(db, world.a):
                held.set()
                await done.wait()

        task = asyncio.create_task(hold())
        await held.wait()
        with pytest.raises(DatabaseBusy) as caught:
            async with scope(db, world.a):
                pass
        assert caught.value.waited == 2.0
        done.set()
        await task


async def test_old_connections_are_replaced(world):
    async with Database(world.db._url, max_connections=1, max_age=0) as db:
        pids = set()
        for _ in range(3):
            async with scope(db, world.a) as opened:
                pids.add(await opened.connection.fetchval("SELECT pg_backend_pid()"))
        assert len(pids) == 3


def test_a_database_that_is_not_open_says_so():
    with pytest.raises(RuntimeError, match="lifespan"):
        Database("postgresql:///x")._open_pool()


async def test_a_scope_still_open_at_the_end_may_finish(world):
    note = new_id()
    opened_one, go_on = asyncio.Event(), asyncio.Event()
    db = Database(world.db._url, max_connections=2)
    await db.start()

    async def work() -> None:
        async with scope(db, world.a):
            opened_one.set()
            await go_on.wait()
            await Note(id=note, body="").save()

    task = asyncio.create_task(work())
    await opened_one.wait()
    stopping = asyncio.create_task(db.stop())
    await asyncio.sleep(0.02)
    go_on.set()
    await asyncio.gather(task, stopping)
    async with scope(world.db, world.a):
        assert await Note.exists().where(Note.id == note)
    await db.stop()
