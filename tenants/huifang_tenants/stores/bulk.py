"""Many rows in one round trip: COPY for new rows, UPDATE … FROM unnest for changed ones.

SQL, since an import is measured against COPY: Piccolo takes ten times as long to insert a batch.
"""

from collections.abc import Sequence
from typing import Any

from huifang_tenants.scope import Scope

Row = tuple[Any, ...]


async def copy(scope: Scope, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows by COPY; raises asyncpg's UniqueViolationError when somebody else was first."""
    if rows:
        await scope.connection.copy_records_to_table(
            table, schema_name=scope.tenant.schema_name, columns=list(columns), records=rows
        )


async def plan_for_each_batch(scope: Scope) -> None:
    """Let the queries of a scope be planned for the values they are run with.

    A plan kept from when a table was small compares every row with every value of the batch.
    """
    await scope.connection.execute("SET LOCAL plan_cache_mode TO force_custom_plan")


async def update(
    scope: Scope, table: str, key: str, columns: Sequence[tuple[str, str]], rows: Sequence[Row]
) -> int:
    """Set columns of the rows with these keys; return how many there were.

    `columns` are (name, PostgreSQL type), the key (a uuid) first in each row. Names come from our own code, never from
    outside.
    """
    if not rows:
        return 0
    types = ["uuid", *(kind for _, kind in columns)]
    arrays = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(types, 1))
    names = ", ".join(["k", *(f"c{n}" for n in range(len(columns)))])
    sets = ", ".join(f"{name} = n.c{n}" for n, (name, _) in enumerate(columns))
    status = await scope.connection.execute(
        f"UPDATE {table} t SET {sets} FROM unnest({arrays}) AS n({names}) WHERE t.{key} = n.k",  # noqa: S608
        *(list(column) for column in zip(*rows, strict=True)),
    )
    return int(status.rsplit(" ", 1)[1])
