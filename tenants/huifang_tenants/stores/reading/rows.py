"""Rows of a query as dicts: what the API's structs are made from."""

from typing import Any

from huifang_tenants.scope import Scope


async def fetch_all(scope: Scope, sql: str, *arguments: object) -> list[dict[str, Any]]:
    """All rows."""
    return [dict(row) for row in await scope.connection.fetch(sql, *arguments)]


async def fetch_one(scope: Scope, sql: str, *arguments: object) -> dict[str, Any] | None:
    """The first row; None when there is none."""
    row = await scope.connection.fetchrow(sql, *arguments)
    return None if row is None else dict(row)
