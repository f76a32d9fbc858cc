"""The header of a table, and which kind of rows a file holds."""

import re
from collections.abc import Collection, Sequence
from pathlib import PurePath
from typing import Any, Final

import msgspec
from huifang_core.texts import text

from huifang_tenants.intake.columns import KINDS, RECORDS, Kind, is_known_column
from huifang_tenants.intake.problems import FieldProblem, RowProblem, SourceError, listing, printable
from huifang_tenants.intake.values import narrow

MOST_COLUMNS: Final = 2000
_LONGEST_COLUMN: Final = 100

_OF_EVENTS: Final = ("callbacks", "control_totals")
_NAMED: Final = re.compile(rf"({'|'.join((*KINDS, *_OF_EVENTS))})(?![a-z])")
_REQUIRED: Final[dict[Kind, tuple[str, ...]]] = {
    **{kind: tuple(f.name for f in reader.fields.values() if f.required) for kind, reader in RECORDS.items()},  # type: ignore[misc]
    "events": ("id", "source", "type", "time"),
}


class Header(msgspec.Struct, frozen=True):
    """A table's header: the kind of its rows, its names as they stood, and index and name of the columns to read."""

    kind: Kind
    names: tuple[str, ...]
    columns: tuple[tuple[int, str], ...]
    problems: tuple[RowProblem, ...]


def kind_of_name(name: str) -> Kind | None:
    """The kind a file or sheet name tells: `contracts.csv`, `events-2026-10.ndjson.gz`, `callbacks` …"""
    found = _NAMED.match(PurePath(name.replace("\\", "/")).name.lower())
    if found is None:
        return None
    return "events" if found[1] in _OF_EVENTS else found[1]  # type: ignore[return-value]


def detect_kind(name: str, fields: Collection[str]) -> Kind:
    """Tell the kind of rows by the columns of a header or the fields of a first record, else by the file's name.

    Raises SourceError when neither decides.
    """
    if "specversion" in fields or {"type", "time"} <= set(fields):
        return "events"
    fitting = [kind for kind in KINDS if set(_REQUIRED[kind]) <= set(fields)]
    if len(fitting) == 1:
        return fitting[0]
    kind = kind_of_name(name)
    if kind is None:
        raise SourceError(
            "unknown_kind",
            text(
                f"无法判断文件内容类型,请将文件命名为以下之一:{listing(KINDS)},或使用规定的表头",
                f"can't tell what the file holds: name it after one of {listing(KINDS)}, or use the documented columns",
            ),
        )
    return kind


def read_header(cells: Sequence[Any], name: str, kind: Kind | None, line: int) -> Header:
    """Read a table's header.

    Unknown columns are warnings and their cells are not read. Raises SourceError when the kind can't be told, a column
    every row needs is missing, or one stands there twice. Names that are not ours are told only once it is sure that
    this is a header: without one they are the data of a person.
    """
    names = tuple(narrow(str(cell)).lower() if cell is not None else "" for cell in cells)
    if len(names) > MOST_COLUMNS:
        raise SourceError(
            "too_many_columns", text(f"超过{MOST_COLUMNS}列", f"has more than {MOST_COLUMNS} columns")
        )
    kind = kind or detect_kind(name, names)
    missing = [column for column in _REQUIRED[kind] if column not in names]
    if missing:
        raise SourceError(
            "missing_columns",
            text(
                f"首行缺少列:{listing(missing)}(首行应为表头)",
                f"the first line lacks the columns {listing(missing)}; it must name the columns",
            ),
        )
    twice = sorted({column for column in names if column and names.count(column) > 1})
    if twice:
        raise SourceError(
            "duplicate_columns",
            text(
                f"表头中重复的列:{listing([printable(column) for column in twice])}",
                f"columns that stand in the header twice: {listing([printable(column) for column in twice])}",
            ),
        )
    known = tuple(
        (i, column)
        for i, column in enumerate(names)
        if len(column) <= _LONGEST_COLUMN and is_known_column(kind, column)
    )
    taken = {i for i, _ in known}
    problems = tuple(
        RowProblem(
            line,
            FieldProblem(
                printable(column) or f"({i + 1})",
                "unknown_column",
                text("无此列,已忽略", "no such column; it is left out of account"),
                "warning",
            ),
        )
        for i, column in enumerate(names)
        if i not in taken and (column or _any_named_after(names, i))
    )
    return Header(kind, tuple(str(cell) for cell in cells), known, problems)


def _any_named_after(names: Sequence[str], index: int) -> bool:
    """Tell whether a column without a name stands among named ones; spreadsheets leave empty ones at the end."""
    return any(names[index:])
