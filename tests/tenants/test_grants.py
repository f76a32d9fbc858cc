"""What a tenant's role may do to each table, in the database as it stands: nothing that proves anything can be deleted (GEN-2)."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from huifang_tenants.keys import MasterKeys
from huifang_tenants.migrate import TENANT_STEPS, migrate_tenants
from huifang_tenants.provisioning import create_tenant, prepare_database
from huifang_tenants.tenant import Tenant

DELETED_FROM = {"draw_member", "schedule_progress"}
"""Working tables: a population gathered anew before it is closed, and how far schedules were looked at."""
ONLY_ADDED_TO = {"answer", "case_entry", "ledger", "plugin_setting", "report_sign_off", "script_version"}
ONLY_READ = {"schema_migration"}

RIGHTS = """
SELECT c.relname::text AS name, array_agg(DISTINCT g.privilege_type::text) AS rights
FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) g
WHERE c.relnamespace = $1::text::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
  AND g.grantee = $1::text::regrole GROUP BY 1
"""
TABLES = """
SELECT relname::text FROM pg_class
WHERE relnamespace = $1::text::regnamespace AND relkind IN ('r', 'p', 'v', 'm') AND NOT relispartition
"""


@pytest.fixture
async def prepared(fresh_database: Callable[..., str]) -> AsyncIterator[tuple[str, MasterKeys, Any]]:
    url, keys = fresh_database(), MasterKeys.generate()
    await prepare_database(url, keys)
    connection = await asyncpg.connect(url)
    try:
        yield url, keys, connection
    finally:
        await connection.close()


async def _rights(connection: Any, schema: str) -> dict[str, set[str]]:
    found = {row["name"]: set(row["rights"]) for row in await connection.fetch(RIGHTS, schema)}
    assert found.keys() == {row["relname"] for row in await connection.fetch(TABLES, schema)}
    return found


def _declared(name: str) -> set[str]:
    if name in ONLY_READ:
        return {"SELECT"}
    if name in ONLY_ADDED_TO:
        return {"SELECT", "INSERT"}
    return {"SELECT", "INSERT", "UPDATE"} | ({"DELETE"} if name in DELETED_FROM else set())


async def test_gen_2_the_rights_in_the_database_are_those_declared(prepared: Any) -> None:
    url, keys, connection = prepared
    tenant = await create_tenant(url, keys, "new", "x")
    rights = await _rights(connection, tenant.schema_name)
    assert len(rights) > 25
    assert rights == {name: _declared(name) for name in rights}
    assert rights.keys() >= DELETED_FROM | ONLY_ADDED_TO | ONLY_READ


async def test_gen_2_a_delete_is_refused_to_the_role_from_all_other_tables(prepared: Any) -> None:
    url, keys, connection = prepared
    tenant = await create_tenant(url, keys, "new", "x")
    tables = {row["relname"] for row in await connection.fetch(TABLES, tenant.schema_name)}
    assert {"contact", "evidence", "event", "obligation", "customer", "case_file"} <= tables - DELETED_FROM
    await connection.execute(f"SET ROLE {tenant.schema_name}")
    for table in sorted(tables - DELETED_FROM):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(f'DELETE FROM {tenant.schema_name}."{table}"')
    for table in sorted(DELETED_FROM):
        await connection.execute(f'DELETE FROM {tenant.schema_name}."{table}"')


async def test_gen_2_a_tenant_of_an_older_release_loses_the_right_when_it_is_migrated(
    prepared: Any, tmp_path: Any
) -> None:
    url, keys, connection = prepared
    tenant = await _older_tenant(url, keys, tmp_path)
    schema = tenant.schema_name
    await connection.execute(f"GRANT DELETE ON ALL TABLES IN SCHEMA {schema} TO {schema}")
    [outcome] = await migrate_tenants(url)
    assert (outcome.state, outcome.error) == ("done", None)
    rights = await _rights(connection, schema)
    assert {name for name, given in rights.items() if "DELETE" in given} == DELETED_FROM


async def test_dec_7_visits_of_an_older_release_stay_as_they_were_judged(
    prepared: Any, tmp_path: Any
) -> None:
    url, keys, connection = prepared
    tenant = await _older_tenant(url, keys, tmp_path)
    # Without what they refer to.
    await connection.execute(
        f"SET search_path = {tenant.schema_name}; SET session_replication_role = replica"
    )
    for by_seller in (True, False):
        contact = await connection.fetchval(
            "INSERT INTO contact (id, customer_id, staff_id, channel, status, visitor_is_seller, started_at, personal_enc,"
            " snapshot) VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'on_site', 'in_progress', $1, now(),"
            " 'x', '{}') RETURNING id",
            by_seller,
        )
        await connection.execute(
            "INSERT INTO contact_section (id, contact_id, obligation_id, position, script_hash, state_enc)"
            " SELECT gen_random_uuid(), $1, gen_random_uuid(), n, 'h', 'x' FROM generate_series(0, 1) n",
            contact,
        )
    [outcome] = await migrate_tenants(url)
    assert (outcome.state, outcome.error) == ("done", None)
    rows = await connection.fetch(
        "SELECT k.visitor_is_seller AS before, s.visitor_is_seller AS after FROM contact_section s"
        " JOIN contact k ON k.id = s.contact_id"
    )
    assert len(rows) == 4
    assert all(row["before"] == row["after"] for row in rows)


async def _older_tenant(url: str, keys: MasterKeys, directory: Path) -> Tenant:
    """A tenant as it was before this release looked at who may delete."""
    for step in sorted(TENANT_STEPS.glob("*.sql")):
        if step.name < "0013":
            (directory / step.name).write_text(step.read_text(encoding="utf-8"), encoding="utf-8")
    return await create_tenant(url, keys, "old", "x", directory=directory)
