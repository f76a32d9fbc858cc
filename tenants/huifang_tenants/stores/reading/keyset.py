"""Lists page by page: by (sort key, id), so that rows written meanwhile never shift what is still to come."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from piccolo.columns import Column
from piccolo.custom_types import Combinable
from piccolo.querystring import QueryString
from piccolo.table import Table

from huifang_tenants.stores.queries import Columns
from huifang_tenants.tables.organisation import Unit

Condition = Combinable | QueryString


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
    """The conditions of a list, all of which must hold."""

    def __init__(self, *conditions: Condition) -> None:
        self.conditions: list[Condition] = list(conditions)

    def equals(self, column: Column, value: object) -> None:
        """The column has this value; any, when it is None."""
        if value is not None:
            self.conditions.append(column == value)

    def add(self, condition: str, column: Column, value: object) -> None:
        """A condition of a column and a value, a `{}` for each; none, when the value is None."""
        if value is not None:
            self.conditions.append(QueryString(condition, column, value))

    def span(self, column: Column, first: datetime | None, until: datetime | None) -> None:
        """The instant lies in the span: `first` belongs to it, `until` does not; None is no bound."""
        if first is not None:
            self.conditions.append(column >= first)
        if until is not None:
            self.conditions.append(column < until)

    def below(self, column: Column, unit: str | None) -> None:
        """The column names this unit or one below it; any, when it is None."""
        if unit is not None:
            units = Unit.select(Unit.code).where(QueryString(UNIT_BELOW, Unit.path, unit))
            self.conditions.append(column.is_in(units))

    def flag(self, asked: bool | None, condition: QueryString) -> None:
        """The condition holds, or does not; neither, when `asked` is None."""
        if asked is not None:
            self.conditions.append(condition if asked else QueryString("({}) IS NOT TRUE", condition))


UNIT_BELOW: Final = "{} @> ARRAY[{}]::text[]"
"""That a path leads by a unit: of a column and the unit's code."""


async def page_by_id(table: type[Table], columns: Columns, where: Where, page: Page) -> Slice:
    """One page of a list sorted by id: ids are time-ordered, so that is the order in which rows were made.

    The id must be among the columns.
    """
    id = table._meta.primary_key
    query = table.select(*columns).where(*where.conditions)
    if page.after is not None:
        query = query.where(id < page.after.id if page.descending else id > page.after.id)
    rows = await query.order_by(id, ascending=not page.descending).limit(page.limit + 1)
    return _cut(rows, page.limit, None, id)


async def page_by_key(
    table: type[Table],
    columns: Columns,
    where: Where,
    page: Page,
    *,
    key: Column,
    id: Column | None = None,
    nullable: bool = False,
) -> Slice:
    """One page of a list sorted by (key, id); rows whose key is null come last, first when descending.

    Both must be among the columns; `id` is the table's if not named. Two queries at most, each of which an index on
    (key, id) serves.
    """
    id = id or table._meta.primary_key
    rows: list[dict[str, Any]] = []
    for nulls in (True, False) if page.descending else (False, True):
        if (nulls and not nullable) or (page.after is not None and _is_behind(page, nulls)):
            continue
        room = page.limit + 1 - len(rows)
        if room > 0:
            query = table.select(*columns).where(*where.conditions, *_part(page, key, id, nulls=nulls))
            order = (id,) if nulls else (key, id)
            rows += await query.order_by(*order, ascending=not page.descending).limit(room)
    return _cut(rows, page.limit, key, id)


def _is_behind(page: Page, nulls: bool) -> bool:
    """Whether the page's start lies past the rows with, or without, a key."""
    at_nulls = page.after is not None and page.after.key is None
    return at_nulls != nulls and (nulls if page.descending else not nulls)


def _part(page: Page, key: Column, id: Column, *, nulls: bool) -> list[Condition]:
    """The conditions of what is still to come of the rows with a key, or without."""
    part: list[Condition] = [key.is_null() if nulls else key.is_not_null()]
    after = page.after
    if after is not None and (after.key is None) == nulls:
        comparison = "<" if page.descending else ">"
        part.append(
            QueryString(f"{{}} {comparison} {{}}", id, after.id)
            if nulls
            else QueryString(f"({{}}, {{}}) {comparison} ({{}}, {{}})", key, id, after.key, after.id)
        )
    return part


def _cut(rows: list[dict[str, Any]], limit: int, key: Column | None, id: Column) -> Slice:
    if len(rows) <= limit:
        return Slice(rows, None)
    last = rows[limit - 1]
    return Slice(rows[:limit], Position(last[key._meta.name] if key else None, last[id._meta.name]))
