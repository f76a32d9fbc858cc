"""What a report's result is made of: tables with columns that say what they mean, rows of codes and figures."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal

import msgspec
from huifang_core.texts import Text, text

from huifang_tenants.stores.reporting import labels
from huifang_tenants.stores.reporting.counting import Dimension

_SIX_DECIMALS: Final = Decimal("0.000001")


class ReportInfo(msgspec.Struct, frozen=True):
    """A report that can be run: the plugin that declares it, its id, and what it holds against."""

    plugin: str
    id: str
    title: Text
    cites: tuple[str, ...]


ColumnKind = Literal["dimension", "count", "ratio", "score", "rank"]
"""What a column holds: codes, counts, shares, points out of 100, or places in an order."""


class Column(msgspec.Struct, frozen=True):
    """A column of a table: its heading and what it means.

    `adds_up`: the rows' values add up to the total, as they do for counts but not for shares.
    """

    id: str
    title: Text
    meaning: Text
    kind: ColumnKind
    adds_up: bool = False


class Code(msgspec.Struct, frozen=True):
    """One value of a dimension: its code, None where nothing is stated, and what it is called."""

    code: str | None
    label: Text


Value = int | Decimal | None
"""A count or rank; a share with six decimals or a score with two, None where there is nothing to take it of."""


class Row(msgspec.Struct, frozen=True):
    """One combination of dimensions, and its figures, both in the order of the columns."""

    dimensions: tuple[Code, ...]
    values: tuple[Value, ...]


class Table(msgspec.Struct, frozen=True):
    """A table with a row for every combination in which anything was counted, and totals over all.

    Rows are sorted by code, or by rank where there is a `formula`, which says how the score came about (CI-7).
    """

    id: str
    title: Text
    dimensions: tuple[Column, ...]
    measures: tuple[Column, ...]
    rows: tuple[Row, ...]
    totals: tuple[Value, ...]
    formula: Text | None = None


class ReportResult(msgspec.Struct, frozen=True):
    """A report as it stood at `generated_at` (business time, UTC) over the days from `period_first` to `period_last`.

    `unit` is the unit it is restricted to, with all below it; None: the whole tenant. `plugin_version` is that of the
    definition, None for the kernel's own.
    """

    plugin: str
    plugin_version: str | None
    id: str
    title: Text
    cites: tuple[str, ...]
    insurer: str
    period_first: date
    period_last: date
    unit: Code | None
    generated_at: datetime
    tables: tuple[Table, ...]


class CodeLabels:
    """What codes are called; one for each run."""

    def __init__(self, units: Mapping[str, str], case_classes: Mapping[str, Text] | None = None) -> None:
        """Take the names of units and the titles of classes of cases, by code."""
        unit_labels = {code: same(name) for code, name in units.items()}
        self._known: dict[str, Mapping[str, Text]] = {
            **labels.CODES,
            "unit": unit_labels,
            "province": unit_labels,
            "city": unit_labels,
            "case_class": case_classes or {},
        }

    def learn(self, dimension: str, titles: Mapping[str, Text]) -> None:
        """Add titles for the codes of a dimension."""
        self._known[dimension] = {**self._known.get(dimension, {}), **titles}

    def of(self, dimension: str, code: str | None) -> Code:
        """A code with what it is called; itself where nobody knows."""
        if code is None:
            return Code(None, labels.NOT_STATED)
        if dimension == "month":
            year, _, month = code.partition("-")
            return Code(code, text(f"{year}年{int(month)}月", code))
        return Code(code, self._known.get(dimension, {}).get(code, same(code)))


def dimension_column(name: str, dimension: Dimension) -> Column:
    """The column of a dimension of a fact view."""
    return Column(name, dimension.title, dimension.meaning, "dimension")


def share(over: int, under: int | Decimal) -> Decimal | None:
    """A part of a whole, with six decimals; None where there is no whole."""
    return (Decimal(over) / under).quantize(_SIX_DECIMALS, ROUND_HALF_UP) if under else None


def same(name: str) -> Text:
    """A name that is the same in both languages."""
    return Text(zh_cn=name, en=name)
