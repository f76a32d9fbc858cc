"""Rows of a query as dicts: what the API's structs are made from."""

from typing import Any

from huifang_tenants.scope import Scope


async def fetch_all(scope: Scope, sql: str, *arguments: object) -> list[dict[str, Any]]:
    """All rows."""
    return [dict(row) for row in await scope.connection.fetch(sql, *arguments)]
