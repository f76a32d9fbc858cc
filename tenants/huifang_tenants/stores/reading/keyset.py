"""Lists page by page: by (sort key, id), so that rows written meanwhile never shift what is still to come."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from huifang_tenants.scope import Scope
from huifang_tenants.stores.reading.rows import fetch_all


class Position(msgspec.Struct, frozen=True, array_like=True):
    """The last row of a page: its sort key (None: the key is null, or the list is sorted by id alone) and its id."""

    key: datetime | int | None
    id: UUID | int


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a list: at most `limit` rows after the position `after`."""

    limit: int = 50
    descending: bool = False
    after: Position | None = None


class Slice(msgspec.Struct, frozen=True):
    """The rows of one page; `last` is the position to go on from, None when the list is through."""

    rows: Sequence[Mapping[str, Any]]
    last: Position | None


class Where:
    """Conditions of a query with their parameters, numbered as they come. `{}` stands for the parameter."""

    def __init__(self) -> None:
        self._conditions: list[str] = []
        self.arguments: list[object] = []

    def add(self, condition: str, value: object) -> None:
        """Add a condition with one parameter; not when `value` is None, which means: any."""
        if value is not None:
            self._conditions.append(condition.replace("{}", self.parameter(value)))

    def plain(self, condition: str) -> None:
        """Add a condition without parameter."""
        self._conditions.append(condition)

    def flag(self, asked: bool | None, condition: str) -> None:
        """Add a condition that must, or must not, hold; neither when `asked` is None."""
        if asked is not None:
            self._conditions.append(condition if asked else f"({condition}) IS NOT TRUE")

    def parameter(self, value: object) -> str:
        """A parameter's place in the SQL."""
        self.arguments.append(value)
        return f"${len(self.arguments)}"

    def sql(self, *more: str) -> str:
        """All conditions; true when there is none."""
        return " AND ".join([*self._conditions, *more]) or "true"


UNIT_BELOW: Final = "{column} IN (SELECT code FROM unit WHERE path @> ARRAY[{{}}]::text[])"


def below(column: str) -> str:
    """The condition that a column names a unit or one below it."""
    return UNIT_BELOW.format(column=column)


async def page_by_id(scope: Scope, select: str, where: Where, page: Page, *, id_column: str) -> Slice:
    """One page of a list sorted by id: ids are time-ordered, so that is the order in which rows were made.

    `select` is everything up to WHERE and names its id `id`.
    """
    direction, comparison = ("DESC", "<") if page.descending else ("ASC", ">")
    more = [f"{id_column} {comparison} {where.parameter(page.after.id)}"] if page.after else []
    sql = f"{select} WHERE {where.sql(*more)} ORDER BY {id_column} {direction} LIMIT {where.parameter(page.limit + 1)}"
    rows = await fetch_all(scope, sql, *where.arguments)
    return _cut(rows, page.limit, None)


async def page_by_key(
    scope: Scope,
    select: str,
    where: Where,
    page: Page,
    *,
    key_column: str,
    id_column: str,
    key: str,
    id: str = "id",
    nullable: bool = False,
) -> Slice:
    """One page of a list sorted by (key, id); rows whose key is null come last, first when descending.

    `key` and `id` are their names in `select`. Two queries at most, each of which an index on (key, id) serves.
    """
    rows: list[dict[str, Any]] = []
    for nulls in (True, False) if page.descending else (False, True):
        if (nulls and not nullable) or (page.after is not None and _is_behind(page, nulls)):
            continue
        room = page.limit + 1 - len(rows)
        if room > 0:
            rows += await _part(scope, select, where, page, key_column, id_column, nulls=nulls, room=room)
    return _cut(rows, page.limit, key, id)


def _is_behind(page: Page, nulls: bool) -> bool:
    """Whether the page's start lies past the rows with, or without, a key."""
    at_nulls = page.after is not None and page.after.key is None
    return at_nulls != nulls and (nulls if page.descending else not nulls)


async def _part(
    scope: Scope,
    select: str,
    where: Where,
    page: Page,
    key_column: str,
    id_column: str,
    *,
    nulls: bool,
    room: int,
) -> list[dict[str, Any]]:
    direction, comparison = ("DESC", "<") if page.descending else ("ASC", ">")
    taken = len(where.arguments)
    more = [f"{key_column} IS {'' if nulls else 'NOT '}NULL"]
    if page.after is not None and (page.after.key is None) == nulls:
        here = where.parameter(page.after.id)
        more.append(
            f"{id_column} {comparison} {here}"
            if nulls
            else f"({key_column}, {id_column}) {comparison} ({where.parameter(page.after.key)}, {here})"
        )
    order = f"{id_column} {direction}" if nulls else f"{key_column} {direction}, {id_column} {direction}"
    sql = f"{select} WHERE {where.sql(*more)} ORDER BY {order} LIMIT {where.parameter(room)}"
    rows = await fetch_all(scope, sql, *where.arguments)
    del where.arguments[taken:]
    return rows


def _cut(rows: list[dict[str, Any]], limit: int, key: str | None, id: str = "id") -> Slice:
    if len(rows) <= limit:
        return Slice(rows, None)
    last = rows[limit - 1]
    return Slice(rows[:limit], Position(last[key] if key else None, last[id]))
