"""The Piccolo tables and the migrated schema say the same: tables, columns, types, what may be null, what refers to what."""

import importlib
import pkgutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import pytest
from huifang_tenants import tables
from huifang_tenants.keys import MasterKeys
from huifang_tenants.provisioning import create_tenant, prepare_database
from piccolo.columns import ForeignKey
from piccolo.table import Table

COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, NULL), NOT a.attnotnull
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
  AND c.relname <> 'schema_migration'
"""
REFERENCES = """
SELECT c.relname, a.attname, r.relname
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(k.conkey)
WHERE k.contype = 'f' AND c.relnamespace = $1::regnamespace
"""


def _declared() -> list[type[Table]]:
    modules = [
        importlib.import_module(f"{tables.__name__}.{m.name}") for m in pkgutil.iter_modules(tables.__path__)
    ]
    values = [value for module in modules for value in vars(module).values()]
    found = {v for v in values if isinstance(v, type) and issubclass(v, Table) and v is not Table}
    return sorted(found, key=lambda table: table._meta.tablename)


@pytest.fixture
async def schema(fresh_database) -> AsyncIterator[tuple[asyncpg.Connection, str]]:
    url, keys = fresh_database(), MasterKeys.generate()
    await prepare_database(url, keys)
    tenant = await create_tenant(url, keys, "tables", "x", clock_at=datetime(2026, 1, 1, tzinfo=UTC))
    connection = await asyncpg.connect(url)
    try:
        yield connection, tenant.schema_name
    finally:
        await connection.close()


async def test_the_declared_columns_are_those_of_the_migrated_schema(schema):
    connection, name = schema
    declared = {
        (table._meta.tablename, c._meta.db_column_name): (c.column_type, c._meta.null)
        for table in _declared()
        for c in table._meta.columns
    }
    # The database's own names of the types, however Piccolo spells them.
    spelt = {
        kind: await connection.fetchval("SELECT $1::text::regtype::text", kind)
        for kind, _ in declared.values()
    }
    rows = await connection.fetch(COLUMNS, name)
    assert {key: (spelt[kind], null) for key, (kind, null) in declared.items()} == {
        (table, column): (kind, null) for table, column, kind, null in rows
    }


async def test_the_declared_foreign_keys_are_those_of_the_migrated_schema(schema):
    connection, name = schema
    declared = {
        (
            table._meta.tablename,
            c._meta.db_column_name,
            c._foreign_key_meta.resolved_references._meta.tablename,
        )
        for table in _declared()
        for c in table._meta.columns
        if isinstance(c, ForeignKey)
    }
    assert declared == {tuple(row) for row in await connection.fetch(REFERENCES, name)}
