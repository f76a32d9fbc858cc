"""The Piccolo tables and the migrated schema say the same: every table, every column, and whether it may be null."""

import importlib
import pkgutil
from datetime import UTC, datetime

import asyncpg
from huifang_tenants import tables
from huifang_tenants.keys import MasterKeys
from huifang_tenants.provisioning import create_tenant, prepare_database
from piccolo.table import Table


def _declared() -> dict[str, dict[str, bool]]:
    found: dict[str, dict[str, bool]] = {}
    for module in pkgutil.iter_modules(tables.__path__):
        for value in vars(importlib.import_module(f"{tables.__name__}.{module.name}")).values():
            if isinstance(value, type) and issubclass(value, Table) and value is not Table:
                columns = value._meta.columns
                found[value._meta.tablename] = {
                    column._meta.db_column_name: column._meta.null for column in columns
                }
    return found


async def test_the_declared_tables_are_those_of_the_migrated_schema(fresh_database):
    url, keys = fresh_database(), MasterKeys.generate()
    await prepare_database(url, keys)
    tenant = await create_tenant(url, keys, "tables", "x", clock_at=datetime(2026, 1, 1, tzinfo=UTC))
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT table_name, column_name, is_nullable = 'YES' AS nullable FROM information_schema.columns"
            " WHERE table_schema = $1 AND table_name <> 'schema_migration'",
            tenant.schema_name,
        )
    finally:
        await connection.close()
    migrated: dict[str, dict[str, bool]] = {}
    for row in rows:
        migrated.setdefault(row["table_name"], {})[row["column_name"]] = row["nullable"]
    assert _declared() == migrated
