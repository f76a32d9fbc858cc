"""A report as CSV for spreadsheets: UTF-8 with a byte order mark, and no cell that a spreadsheet would run.

One table as it looks, or all of them in a long form with one figure a line, whose columns are the same for every table.
"""

import csv
import io
from collections.abc import Iterable
from typing import Final

from huifang_core.texts import Language
from huifang_tenants.services.report_tables import Code, Column, ReportResult, Table, Value

from huifang_api.reports import wording

_BYTE_ORDER_MARK: Final = "\ufeff"
# What makes a spreadsheet take a text for a formula, in the full width of Chinese input as well.
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_text(value: str) -> str:
    """A text that no spreadsheet takes for a formula: where it could, an apostrophe goes before it."""
    # Some spreadsheets look past blanks, so both the text as it is and what follows its blanks must be harmless.
    return (
        f"'{value}"
        if value.startswith(_FORMULA_STARTS) or value.lstrip().startswith(_FORMULA_STARTS)
        else value
    )


def render_table(result: ReportResult, table_id: str, language: Language) -> bytes | None:
    """One table as it looks, the total last; None when the report has no such table."""
    table = next((found for found in result.tables if found.id == table_id), None)
    if table is None:
        return None
    headings = [
        *_dimension_headings(table.dimensions, language),
        *(column.title.in_language(language) for column in table.measures),
    ]
    total = wording.TOTAL.in_language(language)
    blank = max(2 * len(table.dimensions) - 1, 0)
    lines = [[*_codes(row.dimensions, language), *map(_number, row.values)] for row in table.rows]
    # Without dimensions there is no place for the word.
    first = [total, *[""] * blank] if table.dimensions else []
    return _written([headings, *lines, [*first, *map(_number, table.totals)]])


def render_long(result: ReportResult, language: Language) -> bytes:
    """All tables, one figure a line: which table, which row, which figure, its value."""
    dimensions = list({column.id: column for table in result.tables for column in table.dimensions}.values())
    fixed = [
        (wording.FIRST_DAY, result.period_first.isoformat()),
        (wording.LAST_DAY, result.period_last.isoformat()),
        (wording.UNIT, wording.unit_of(result, language)),
        (wording.GENERATED, wording.moment(result.generated_at)),
    ]
    headings = [
        *(heading.in_language(language) for heading in (wording.TABLE_ID, wording.TABLE, wording.ROW)),
        *_dimension_headings(dimensions, language),
        *(heading.in_language(language) for heading in (wording.FIGURE_ID, wording.FIGURE, wording.VALUE)),
        *(heading.in_language(language) for heading, _ in fixed),
    ]
    tail = [value for _, value in fixed]
    lines = [[*line, *tail] for table in result.tables for line in _long_lines(table, dimensions, language)]
    return _written([headings, *lines])


def _long_lines(table: Table, dimensions: list[Column], language: Language) -> Iterable[list[str | int]]:
    places = {column.id: n for n, column in enumerate(table.dimensions)}
    head = [table.id, table.title.in_language(language)]
    detail, total = (word.in_language(language) for word in (wording.DETAIL, wording.TOTAL))
    rows: list[tuple[str, list[str], tuple[Value, ...]]] = [
        (
            detail,
            [
                cell
                for column in dimensions
                for cell in (
                    _codes([row.dimensions[places[column.id]]], language) if column.id in places else ["", ""]
                )
            ],
            row.values,
        )
        for row in table.rows
    ]
    rows.append((total, [""] * (2 * len(dimensions)), table.totals))
    for kind, cells, values in rows:
        for column, value in zip(table.measures, values, strict=True):
            yield [*head, kind, *cells, column.id, column.title.in_language(language), _number(value)]


def _dimension_headings(dimensions: Iterable[Column], language: Language) -> list[str]:
    return [
        heading
        for column in dimensions
        for heading in (column.title.in_language(language), wording.code_heading(column.title, language))
    ]


def _codes(codes: Iterable[Code], language: Language) -> list[str]:
    return [cell for code in codes for cell in (code.label.in_language(language), code.code or "")]


def _number(value: Value) -> str | int:
    match value:
        case None:
            return ""
        case int():
            return value
        case _:
            return str(value)


def _written(lines: Iterable[Iterable[str | int]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for line in lines:
        writer.writerow([safe_text(cell) if isinstance(cell, str) else cell for cell in line])
    return (_BYTE_ORDER_MARK + text.getvalue()).encode()
