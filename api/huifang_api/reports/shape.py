"""A report's result as the API answers it in JSON: both languages at once, shares as decimal strings."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import msgspec
from huifang_core.texts import Text
from huifang_tenants.services.report_tables import (
    Code,
    Column,
    ColumnKind,
    ReportInfo,
    ReportResult,
    Row,
    Table,
    Value,
)

from huifang_api.shapes.fields import described

Title = Annotated[Text, described("Title in both languages.")]
Shown = Annotated[
    int | str | None,
    described(
        "A count or rank as a number; a share as a decimal string with six decimals, a score with two; null where there is"
        " nothing to take it of."
    ),
]


class ReportSummary(msgspec.Struct, frozen=True):
    """A report that can be run."""

    plugin: Annotated[str, described("The plugin that declares it; `core` for the product's own.")]
    id: Annotated[str, described("Id of the report within its plugin.")]
    title: Title
    cites: Annotated[list[str], described("The requirements it holds against.")]


class ReportList(msgspec.Struct, frozen=True):
    """The reports a tenant can run."""

    items: Annotated[list[ReportSummary], described("The reports, the product's own first.")]


class ReportCode(msgspec.Struct, frozen=True):
    """One value of a dimension."""

    code: Annotated[str | None, described("The code; null where nothing is stated.")]
    label: Annotated[Text, described("What it is called.")]


class ReportColumn(msgspec.Struct, frozen=True):
    """A column of a table."""

    id: Annotated[str, described("Id of the column within its table.")]
    title: Title
    meaning: Annotated[Text, described("What exactly it holds.")]
    kind: Annotated[ColumnKind, described("Code, count, share, score of 100 points, or rank.")]
    adds_up: Annotated[bool, described("Whether the rows add up to the total.")]


class ReportRow(msgspec.Struct, frozen=True):
    """One combination of dimensions with its figures."""

    dimensions: Annotated[list[ReportCode], described("In the order of the table's `dimensions`.")]
    values: Annotated[list[Shown], described("In the order of the table's `measures`.")]


class ReportTable(msgspec.Struct, frozen=True):
    """A table of a report."""

    id: Annotated[str, described("Id of the table within its report.")]
    title: Title
    dimensions: Annotated[list[ReportColumn], described("What the rows are grouped by.")]
    measures: Annotated[list[ReportColumn], described("The figures.")]
    rows: Annotated[list[ReportRow], described("A row per combination in which anything was counted.")]
    totals: Annotated[list[Shown], described("The figures over everything, in the order of `measures`.")]
    formula: Annotated[
        Text | None, described("Of a ranking: how the score came about. Rows then come by rank.")
    ]


class ReportDocument(msgspec.Struct, frozen=True):
    """A report as it stood when it was made."""

    plugin: Annotated[str, described("The plugin that declares it; `core` for the product's own.")]
    plugin_version: Annotated[
        str | None, described("Version of the plugin whose definition was used; null for `core`.")
    ]
    id: Annotated[str, described("Id of the report within its plugin.")]
    title: Title
    cites: Annotated[list[str], described("The requirements it holds against.")]
    insurer: Annotated[str, described("Whose figures these are.")]
    period_first: Annotated[date, described("First day of the period, in Asia/Shanghai.")]
    period_last: Annotated[date, described("Last day of the period, included.")]
    unit: Annotated[ReportCode | None, described("The unit it is restricted to, with all below; null: all.")]
    generated_at: Annotated[
        datetime, described("Business time at which it was made, UTC: overdue is overdue by then (DEC-2).")
    ]
    tables: Annotated[list[ReportTable], described("The tables.")]


def summary_of(info: ReportInfo) -> ReportSummary:
    """A report that can be run, as the API shows it."""
    return ReportSummary(info.plugin, info.id, info.title, list(info.cites))


def document_of(result: ReportResult) -> ReportDocument:
    """A result as the API shows it."""
    return ReportDocument(
        plugin=result.plugin,
        plugin_version=result.plugin_version,
        id=result.id,
        title=result.title,
        cites=list(result.cites),
        insurer=result.insurer,
        period_first=result.period_first,
        period_last=result.period_last,
        unit=code_of(result.unit) if result.unit else None,
        generated_at=result.generated_at,
        tables=[_table(table) for table in result.tables],
    )


def code_of(code: Code) -> ReportCode:
    """A code as the API shows it."""
    return ReportCode(code.code, code.label)


def shown(value: Value) -> int | str | None:
    """A figure as the API shows it."""
    return str(value) if isinstance(value, Decimal) else value


def _table(table: Table) -> ReportTable:
    return ReportTable(
        id=table.id,
        title=table.title,
        dimensions=[_column(column) for column in table.dimensions],
        measures=[_column(column) for column in table.measures],
        rows=[_row(row) for row in table.rows],
        totals=[shown(value) for value in table.totals],
        formula=table.formula,
    )


def _row(row: Row) -> ReportRow:
    return ReportRow([code_of(code) for code in row.dimensions], [shown(value) for value in row.values])


def _column(column: Column) -> ReportColumn:
    return ReportColumn(column.id, column.title, column.meaning, column.kind, column.adds_up)
