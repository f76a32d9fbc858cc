"""Piccolo's queries as stores use them: kept ones for what is run all the time, and conditions Piccolo has no word for."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import msgspec
from piccolo.columns import Column
from piccolo.query.base import Query
from piccolo.querystring import QueryString, Selectable
from piccolo.table import Table

from huifang_tenants.scope import Scope

Columns = Sequence[Selectable]
"""What a query selects."""

_Row = TypeVar("_Row", bound=Table)
_json = msgspec.json.Encoder()


class Slot(str):
    """A value of a kept query that is given when it runs, by this name."""

    # A str, because that is all Piccolo leaves as it is in a column of JSON.
    __slots__ = ()


class Kept:
    """A query put together once: `_END = Kept(Note.update(…).where(Note.id == Slot("id")))`, then `await _END.run(scope, id=…)`.

    Piccolo takes 40 to 150 µs to put a query together, as long as the database takes to answer some. So what is run for each
    step of a contact, each event or each batch of an import is kept as text; the rest is put together where it is run.

    What is no slot stands in the text, too. Piccolo makes a parameter of every `== "open"`, and a plan that shall hold for
    any value can't use an index over the open ones alone.
    """

    __slots__ = ("slots", "sql")

    def __init__(self, query: Query[Any, Any]) -> None:
        (querystring,) = query.querystrings
        self.sql, self.slots = _text(querystring)

    async def rows(self, scope: Scope, **values: object) -> list[Any]:
        """Run it with these values by slot; return the rows."""
        return list(await scope.connection.fetch(self.sql, *self._fill(values)))

    async def row(self, scope: Scope, **values: object) -> Any | None:
        """Run it; return the first row, None when there is none."""
        return await scope.connection.fetchrow(self.sql, *self._fill(values))

    async def run(self, scope: Scope, **values: object) -> None:
        """Run it for its effect."""
        await scope.connection.execute(self.sql, *self._fill(values))

    async def run_each(self, scope: Scope, values: Iterable[dict[str, object]]) -> None:
        """Run it for its effect once for each of these, in their order."""
        await scope.connection.executemany(self.sql, [self._fill(each) for each in values])

    def _fill(self, values: dict[str, object]) -> list[object]:
        return [values[name] for name in self.slots]


def slots_for(table: type[_Row]) -> _Row:
    """A row to be inserted by a kept query, each value a slot of its column's name."""
    return table({column: Slot(column._meta.name) for column in table.all_columns()})


def together(*columns: Selectable) -> Columns:
    """Columns written out once, for queries that can't be kept whole: forty of them take Piccolo 0.4 ms."""
    written, slots = _text(
        QueryString(", ".join("{}" for _ in columns), *(c.get_select_string("postgres") for c in columns))
    )
    # Piccolo has no way to write a brace that is no placeholder.
    if slots or "{" in written:
        raise TypeError(f"neither slots nor braces can be written out once: {written}")
    one = QueryString(written)
    # By these Piccolo knows which tables to join.
    one.columns = [joined for column in columns for joined in _joined(column)]
    return (one,)


def _joined(column: Selectable) -> Sequence[Column]:
    match column:
        case Column():
            return [column]
        case QueryString():
            return column.columns
    raise TypeError(f"{column!r} is neither a column nor a QueryString")


def _text(querystring: QueryString) -> tuple[str, list[str]]:
    """A query with its constants written out, and the slots in their order."""
    _, fragments, arguments = querystring.bundle()
    text, slots = "", []
    for fragment in fragments:
        text += fragment.prefix
        if fragment.no_arg:
            continue
        argument = arguments[fragment.index - 1]
        if isinstance(argument, Slot):
            slots.append(str(argument))
            text += f"${len(slots)}"
        else:
            text += _literal(argument)
    return text, slots


def _literal(value: object) -> str:
    match value:
        case None:
            return "NULL"
        case bool() | int():
            return str(value).lower()
        case str():
            return "'" + value.replace("'", "''") + "'"
        case []:
            return "'{}'"
    raise TypeError(f"{value!r} can't stand in the text of a query: give it by a slot")


def any_of(values: Iterable[object]) -> QueryString:
    """What a column equals when it is one of these: `Note.id == any_of(ids)`.

    One parameter however many there are, where Piccolo's `is_in` has one for each and refuses none at all.
    """
    return QueryString("ANY({})", values if isinstance(values, Slot) else list(values))


def pair_in(columns: tuple[Column, Column], firsts: Sequence[str], seconds: Sequence[str]) -> QueryString:
    """The condition that two columns of text hold one of these pairs, given as two lists."""
    return QueryString(
        "({}, {}) IN (SELECT * FROM unnest({}::text[], {}::text[]))", *columns, firsts, seconds
    )


def json_text(value: object) -> str:
    """A value for a column of JSON; Piccolo's own way would escape all that isn't ASCII and make strings of what it doesn't know."""
    return _json.encode(value).decode()
