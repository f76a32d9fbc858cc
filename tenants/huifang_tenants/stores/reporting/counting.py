"""One query per table: a view, the dimensions to group by, and the figures to count.

All SQL is made of constants of this package; what comes from outside are parameters.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from huifang_core.texts import Text

from huifang_tenants.scope import Scope

PLACES: Final = """
place AS MATERIALIZED (
    SELECT u.code,
        (SELECT a.code FROM unit a WHERE a.code = ANY(u.path) AND a.level = 'province'
         ORDER BY array_position(u.path, a.code) DESC LIMIT 1) AS province,
        (SELECT a.code FROM unit a WHERE a.code = ANY(u.path) AND a.level = 'city'
         ORDER BY array_position(u.path, a.code) DESC LIMIT 1) AS city
    FROM unit u WHERE $4::text IS NULL OR u.path @> ARRAY[$4::text]
)"""
"""The units asked for, each with the province and the city it belongs to: the nearest on its way to the head office."""


class Figure(msgspec.Struct, frozen=True):
    """A figure: the condition, over the view `p`, of the rows it counts, and what it means."""

    condition: str
    meaning: Text


class Dimension(msgspec.Struct, frozen=True):
    """A dimension: the column of the view `p` it groups by, its title, and what it means."""

    column: str
    title: Text
    meaning: Text


class Selection(msgspec.Struct, frozen=True):
    """What is counted: instants after `opens` up to and with `closes` (see each view), for one plugin or all, as of `now`.

    `unit` restricts to a unit and those below it. `consents` are the ids of the plugin's items that ask whether the customer agrees.
    """

    plugin: str | None
    opens: datetime
    closes: datetime
    unit: str | None
    now: datetime
    consents: tuple[str, ...] = ()


class CountedRow(msgspec.Struct, frozen=True):
    """The codes of one combination of dimensions (None: not stated) and the counts of the figures, in order."""

    codes: tuple[str | None, ...]
    counts: tuple[int, ...]


class Counted(msgspec.Struct, frozen=True):
    """The rows in which something was counted, sorted by their codes, and the counts over everything."""

    rows: tuple[CountedRow, ...]
    totals: tuple[int, ...]


async def count(
    scope: Scope,
    view: str,
    dimensions: Sequence[Dimension],
    figures: Sequence[Figure],
    selection: Selection,
    joins: str = "",
    *,
    of: str = "counted",
) -> Counted:
    """Count `figures` over a view of this package by `dimensions`; nothing to count gives no rows and totals of 0.

    `of` names the part of `view` whose rows are counted.
    """
    arguments = [
        selection.plugin,
        selection.opens,
        selection.closes,
        selection.unit,
        selection.now,
        selection.consents,
    ]
    found = await scope.connection.fetch(_query(view, dimensions, figures, f"{of} p {joins}"), *arguments)
    width = len(dimensions)
    rows = [
        (record["is_total"], CountedRow(tuple(record[1 : 1 + width]), tuple(record[1 + width :])))
        for record in found
    ]
    totals = next(row.counts for is_total, row in rows if is_total)
    return Counted(tuple(row for is_total, row in rows if not is_total), totals)


def _query(view: str, dimensions: Sequence[Dimension], figures: Sequence[Figure], rows: str) -> str:
    columns = [f"p.{dimension.column}" for dimension in dimensions]
    counts = [f"count(*) FILTER (WHERE {figure.condition})" for figure in figures]
    is_total = f"grouping({columns[0]}) = 1" if columns else "true"
    selected = ", ".join([f"{is_total} AS is_total", *columns, *counts])
    # Every parameter must stand in the query, whether or not the view or a figure looks at it.
    given = "($1::text, $2::timestamptz, $3::timestamptz, $4::text, $5::timestamptz, $6::text[]) IS DISTINCT FROM NULL"
    query = f"{view} SELECT {selected} FROM {rows} WHERE {given}"  # noqa: S608
    if not columns:
        return query
    something = " OR ".join([is_total, *(f"{counted} > 0" for counted in counts)])
    order = ", ".join(f'{column} COLLATE "C" NULLS LAST' for column in columns)
    return (
        f"{query} GROUP BY GROUPING SETS (({', '.join(columns)}), ())"
        f" HAVING {something} ORDER BY is_total, {order}"
    )
