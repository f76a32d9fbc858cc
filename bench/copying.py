"""The limit for an import: COPY of the same final rows into another tenant, and nothing else."""

import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
from huifang_tenants.database import Database
from huifang_tenants.provisioning import runtime_url
from huifang_tenants.scope import Scope, scope
from huifang_tenants.tenant import Tenant

from bench.results import BenchError
from bench.world import World

_ROWS_A_TRANSACTION = 100_000
_MINUTES = 600.0

# A table comes after all it refers to; a table that refers to itself does not wait for itself.
_TABLES = """
WITH RECURSIVE tied AS (
    SELECT conrelid, confrelid FROM pg_constraint
    WHERE contype = 'f' AND connamespace = $1::text::regnamespace AND conrelid <> confrelid
), placed AS (
    SELECT c.oid, 0 AS depth FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = $1::text::regnamespace
    UNION ALL SELECT tied.conrelid, placed.depth + 1 FROM placed JOIN tied ON tied.confrelid = placed.oid
)
SELECT c.relname, max(placed.depth) AS depth,
       (SELECT array_agg(a.attname::text ORDER BY k.place) FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k(attribute, place)
        JOIN pg_attribute a ON a.attnum = k.attribute WHERE i.indrelid = c.oid AND a.attrelid = c.oid AND i.indisprimary) AS key
FROM placed JOIN pg_class c ON c.oid = placed.oid GROUP BY c.oid, c.relname ORDER BY depth, c.relname
"""


class Copied(msgspec.Struct, frozen=True):
    """What was copied: rows by table, and the wall seconds of the copying transactions alone."""

    rows: dict[str, int]
    seconds: float


async def row_counts(world: World, tenant: Tenant) -> dict[str, int]:
    """Return how many rows each table of a tenant holds, in the order of their foreign keys."""
    async with _one_connection(world) as database, _opened(database, tenant, read_only=True) as opened:
        return {
            row["relname"]: await opened.connection.fetchval(f"SELECT count(*) FROM {row['relname']}")
            for row in await opened.connection.fetch(_TABLES, tenant.schema_name)
        }


async def copy_rows(world: World, source: Tenant, target: Tenant, tables: Sequence[str]) -> Copied:
    """Copy tables of one tenant into another by plain COPY on one connection, in the order given.

    Reading is not timed: a transaction's rows are read before it begins, json as the text it is.
    """
    rows: dict[str, int] = {}
    seconds = 0.0
    async with _one_connection(world) as reading, _one_connection(world) as writing:
        async with _opened(reading, source, read_only=True) as opened:
            keys = {
                row["relname"]: row["key"]
                for row in await opened.connection.fetch(_TABLES, source.schema_name)
            }
        for table in tables:
            rows[table] = 0
            async for records in _read(reading, source, table, keys[table]):
                started = time.perf_counter()
                async with _opened(writing, target) as opened:
                    await opened.connection.copy_records_to_table(
                        table,
                        schema_name=target.schema_name,
                        columns=list(records[0].keys()),
                        records=records,
                    )
                seconds += time.perf_counter() - started
                rows[table] += len(records)
    if not seconds:
        raise BenchError("there was nothing to copy")
    return Copied(rows, seconds)


async def _read(
    database: Database, tenant: Tenant, table: str, key: Sequence[str]
) -> AsyncIterator[list[Any]]:
    """The rows of a table in the order of its primary key, as many at a time as go into one transaction."""
    names = ", ".join(key)
    place: tuple[Any, ...] = ()
    while True:
        bounds = ", ".join(f"${n}" for n in range(1, len(place) + 1))
        after = f"WHERE ({names}) > ({bounds})" if place else ""
        async with _opened(database, tenant, read_only=True) as opened:
            records = await opened.connection.fetch(
                f"SELECT * FROM {table} {after} ORDER BY {names} LIMIT {_ROWS_A_TRANSACTION}", *place
            )
        if not records:
            return
        yield records
        place = tuple(records[-1][name] for name in key)


def _one_connection(world: World) -> Database:
    """The login role's pool as the product has it, but json stays the text it is on the wire."""
    return _RawDatabase(runtime_url(world.admin_url, world.keys), max_connections=1)


def _opened(database: Database, tenant: Tenant, *, read_only: bool = False) -> Scope:
    return scope(database, tenant, read_only=read_only, statement_timeout=_MINUTES)


class _RawDatabase(Database):
    async def acquire(self) -> Any:
        connection = await super().acquire()
        for kind in ("json", "jsonb"):
            await connection.reset_type_codec(kind, schema="pg_catalog")
        return connection
