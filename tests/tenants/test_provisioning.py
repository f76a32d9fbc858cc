import asyncio
from datetime import UTC, date, datetime

import asyncpg
import pytest
from huifang_tenants.errors import IllegalSlug, PreparationError, TenantExists
from huifang_tenants.ids import new_id, opaque_id
from huifang_tenants.keys import MasterKeys
from huifang_tenants.migrate import StepFailed
from huifang_tenants.provisioning import (
    create_tenant,
    list_tenants,
    login_role,
    prepare_database,
    runtime_url,
    tenant_group,
)
from huifang_tenants.registry import TenantRegistry
from huifang_tenants.scope import Database, scope


async def _fetch(url: str, sql: str, *values: object) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetch(sql, *values)
    finally:
        await connection.close()


async def _round_trip(admin_url: str, keys: MasterKeys, slug: str) -> None:
    async with Database(runtime_url(admin_url, keys), max_connections=1) as db:
        tenant = await TenantRegistry(db, keys).by_slug(slug)
        note = new_id()
        async with scope(db, tenant) as opened:
            sealed = opened.cipher.encrypt("张三", "note.sealed", note)
            await opened.connection.execute(
                "INSERT INTO note (id, body, sealed) VALUES ($1, '', $2)", note, sealed
            )
        async with scope(db, tenant) as opened:
            stored = await opened.connection.fetchval("SELECT sealed FROM note WHERE id = $1", note)
            assert opened.cipher.decrypt(stored, "note.sealed", note) == "张三"


async def test_preparing_is_repeatable_and_may_run_at_the_same_time(fresh_database, small_steps):
    admin_url, keys = fresh_database(), MasterKeys.generate()
    await asyncio.gather(*(prepare_database(admin_url, keys) for _ in range(4)))
    await create_tenant(admin_url, keys, "aa", "a", directory=small_steps)
    await prepare_database(admin_url, keys)
    await _round_trip(admin_url, keys, "aa")


async def test_an_admin_who_is_no_superuser_is_enough(fresh_database, small_steps, as_user):
    admin_url, keys = fresh_database(), MasterKeys.generate()
    database = (await _fetch(admin_url, "SELECT current_database()"))[0][0]
    owner = f"owner_{opaque_id()}"
    connection = await asyncpg.connect(admin_url)
    await connection.execute(f"CREATE ROLE {owner} LOGIN CREATEROLE PASSWORD 'secret'")
    await connection.execute(f"ALTER DATABASE {database} OWNER TO {owner}")
    await connection.close()
    owner_url = as_user(admin_url, owner)
    for _ in range(2):
        await prepare_database(owner_url, keys)
    await create_tenant(owner_url, keys, "aa", "a", directory=small_steps)
    await prepare_database(owner_url, keys)
    await _round_trip(owner_url, keys, "aa")
    for right in ("CREATE", "TEMPORARY"):
        allowed = "SELECT has_database_privilege($1, current_database(), $2)"
        assert not (await _fetch(admin_url, allowed, login_role(database), right))[0][0]
    public = "SELECT has_schema_privilege($1, 'public', 'USAGE, CREATE')"
    assert not (await _fetch(admin_url, public, login_role(database)))[0][0]


async def test_an_admin_without_the_rights_is_told_which(fresh_database, as_user):
    admin_url = fresh_database()
    weak = f"weak_{opaque_id()}"
    await _fetch(admin_url, f"CREATE ROLE {weak} LOGIN PASSWORD 'secret'")
    with pytest.raises(PreparationError, match="CREATEROLE"):
        await prepare_database(as_user(admin_url, weak), MasterKeys.generate())


async def test_other_master_keys_are_refused_and_whoever_runs_goes_on(fresh_database, small_steps):
    admin_url, keys = fresh_database(), MasterKeys.generate()
    await prepare_database(admin_url, keys)
    await create_tenant(admin_url, keys, "aa", "a", directory=small_steps)
    with pytest.raises(PreparationError, match="HUIFANG_KEYS"):
        await prepare_database(admin_url, MasterKeys.generate())
    await _round_trip(admin_url, keys, "aa")
    rotated = keys.rotated()
    await prepare_database(admin_url, rotated)
    await _round_trip(admin_url, rotated, "aa")


async def test_a_mighty_login_role_is_refused(fresh_database):
    admin_url = fresh_database()
    database = (await _fetch(admin_url, "SELECT current_database()"))[0][0]
    await _fetch(admin_url, f"CREATE ROLE {login_role(database)} LOGIN SUPERUSER")
    with pytest.raises(PreparationError, match="must not have"):
        await prepare_database(admin_url, MasterKeys.generate())
    await _fetch(admin_url, f"DROP ROLE {login_role(database)}")


async def test_nothing_remains_of_a_tenant_that_could_not_be_made(world, tmp_path, small_steps):
    before = await _traces(world.admin_url)
    (tmp_path / "0001_first.sql").write_text((small_steps / "0001_first.sql").read_text())
    (tmp_path / "0002_bad.sql").write_text("CREATE TABLE half (); SELECT 1 / 0;")
    with pytest.raises(StepFailed) as caught:
        await create_tenant(world.admin_url, world.keys, "half", "Half", directory=tmp_path)
    assert caught.value.step == "0002_bad"
    assert isinstance(caught.value.__cause__, asyncpg.DivisionByZeroError)
    assert await _traces(world.admin_url) == before
    await create_tenant(world.admin_url, world.keys, "half", "Half", directory=small_steps)


async def _traces(admin_url: str) -> tuple[object, ...]:
    (row,) = await _fetch(
        admin_url,
        "SELECT (SELECT count(*) FROM pg_roles), (SELECT count(*) FROM pg_namespace), (SELECT count(*) FROM pg_class), "
        "(SELECT count(*) FROM control.tenant), (SELECT count(*) FROM pg_auth_members)",
    )
    return tuple(row)


async def test_a_slug_is_taken_once_even_by_two_at_once(world, small_steps):
    with pytest.raises(TenantExists) as caught:
        await create_tenant(world.admin_url, world.keys, "aa", "again", directory=small_steps)
    assert caught.value.slug == "aa"
    results = await asyncio.gather(
        *(create_tenant(world.admin_url, world.keys, "twins", "t", directory=small_steps) for _ in range(3)),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["Tenant", "TenantExists", "TenantExists"]


async def test_different_tenants_can_be_made_at_once(world, small_steps):
    made = await asyncio.gather(
        *(
            create_tenant(world.admin_url, world.keys, f"many-{n}", "m", directory=small_steps)
            for n in range(6)
        )
    )
    assert len({tenant.schema_name for tenant in made}) == 6


@pytest.mark.parametrize("slug", ["", "a", "A1", "1a", "a b", "a_b", "-a", "a" * 32, "a;drop", "ä1", "ab\n"])
async def test_odd_slugs_are_refused(world, slug):
    with pytest.raises(IllegalSlug):
        await create_tenant(world.admin_url, world.keys, slug, "x")


async def test_a_tenant_is_registered_as_it_was_asked_for(world, small_steps):
    at, day = datetime(2026, 2, 3, 4, 5, tzinfo=UTC), date(2026, 1, 1)
    made = await create_tenant(
        world.admin_url, world.keys, "sandbox", "沙箱", cell="north", cut_over_on=day, clock_at=at,
        settings={"锁": True}, directory=small_steps,
    )  # fmt: skip
    found = await world.registry.by_slug("sandbox")
    for name in (
        "id",
        "slug",
        "name",
        "schema_name",
        "state",
        "cell",
        "cut_over_on",
        "clock_at",
        "settings",
        "created_at",
    ):
        assert getattr(found, name) == getattr(made, name)
    assert found.keys.evidence == made.keys.evidence
    assert found.cipher.blind("name", "x") == made.cipher.blind("name", "x")
    listed = {one.slug: one for one in await list_tenants(world.admin_url)}["sandbox"]
    assert (listed.id, listed.cell, listed.migration, listed.step) == (made.id, "north", "done", "0001_first")
    assert str(made.keys.evidence) not in repr(made)


async def test_a_copied_database_gets_its_roles_again(fresh_database, small_steps):
    source, keys = fresh_database(), MasterKeys.generate()
    await prepare_database(source, keys)
    kept = await create_tenant(source, keys, "kept", "k", directory=small_steps)
    lost = await create_tenant(source, keys, "lost", "l", directory=small_steps)
    copy = fresh_database(source)
    # As after a restore on another server: a dump holds no roles.
    connection = await asyncpg.connect(copy)
    await connection.execute(f"DROP OWNED BY {lost.schema_name}")
    await connection.close()
    connection = await asyncpg.connect(source)
    await connection.execute(f"DROP OWNED BY {lost.schema_name}; DROP ROLE {lost.schema_name}")
    await connection.close()
    for _ in range(2):
        await prepare_database(copy, keys)
    for tenant in (kept, lost):
        await _round_trip(copy, keys, tenant.slug)


@pytest.mark.parametrize(
    ("admin_url", "expected"),
    [
        ("postgresql://root:pw@db.example:5433/cell", "@db.example:5433/cell"),
        ("postgresql://db1:1,db2:2/cell?sslmode=verify-full&sslrootcert=/ca.pem",
         "@db1:1,db2:2/cell?sslmode=verify-full&sslrootcert=%2Fca.pem"),
        ("postgresql:///cell?host=/run/pg&user=root&password=pw&port=1", "@/cell?host=%2Frun%2Fpg&port=1"),
        ("postgresql://root@h/?dbname=cell", "@h/?dbname=cell"),
    ],
)  # fmt: skip
def test_the_runtime_url_changes_the_user_and_nothing_else(admin_url, expected):
    keys = MasterKeys.generate()
    url = runtime_url(admin_url, keys)
    user, _, rest = url.removeprefix("postgresql://").partition(":")
    assert user == login_role("cell")
    assert rest[64:] == expected
    assert "pw" not in url
    assert url != runtime_url(admin_url, MasterKeys.generate())


def test_a_url_without_a_database_is_refused():
    with pytest.raises(PreparationError, match="name the database"):
        runtime_url("postgresql://root@h", MasterKeys.generate())


def test_role_names_differ_between_databases():
    assert login_role("a") != login_role("b")
    assert tenant_group("a") != tenant_group("b")
