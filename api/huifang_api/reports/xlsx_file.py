"""A report as an XLSX workbook: a cover that says what it is and what each figure means, then a sheet per table."""

import io
import re
from typing import Any, Final

import xlsxwriter
from huifang_core.texts import Language
from huifang_tenants.services.report_tables import Column, ReportResult, Table, Value

from huifang_api.reports import wording

_FORBIDDEN_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_NAME_LENGTH: Final = 31
# Nothing is turned into a formula, a link or a number on the way, whatever a unit is called.
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_NUMBER_FORMATS: Final = {"count": "#,##0", "ratio": "0.00%", "score": "0.00", "rank": "0"}


def render_xlsx(result: ReportResult, language: Language) -> bytes:
    """The workbook; shares are numbers shown as percentages, and empty where there is none."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, _OPTIONS) as book:
        book.set_properties(
            {
                "title": result.title.in_language(language),
                "company": result.insurer,
                "created": result.generated_at.replace(tzinfo=None),
            }
        )
        formats = _Formats(book)
        names = _sheet_names(result, language)
        _cover(book.add_worksheet(names[0]), formats, result, language)
        for name, table in zip(names[1:], result.tables, strict=True):
            _sheet(book.add_worksheet(name), formats, table, language)
    return file.getvalue()


class _Formats:
    """The cell formats of one workbook."""

    def __init__(self, book: Any) -> None:
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.plain = book.add_format({"valign": "top"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.total = book.add_format({"bold": True, "top": 1})
        self.numbers = {kind: book.add_format({"num_format": code}) for kind, code in _NUMBER_FORMATS.items()}
        self.total_numbers = {
            kind: book.add_format({"num_format": code, "bold": True, "top": 1})
            for kind, code in _NUMBER_FORMATS.items()
        }


def _cover(sheet: Any, formats: _Formats, result: ReportResult, language: Language) -> None:
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 30)
    sheet.set_column(2, 2, 90)
    sheet.write_string(0, 0, result.title.in_language(language), formats.title)
    facts = (
        (wording.INSURER, result.insurer),
        (wording.PERIOD, f"{result.period_first.isoformat()} – {result.period_last.isoformat()}"),
        (wording.UNIT, wording.unit_of(result, language)),
        (wording.GENERATED, wording.moment(result.generated_at)),
        (wording.CITES, ", ".join(result.cites)),
        (wording.DEFINITION, wording.definition_of(result)),
    )
    for row, (heading, value) in enumerate(facts, 2):
        sheet.write_string(row, 0, heading.in_language(language), formats.plain)
        sheet.write_string(row, 1, value, formats.plain)
    row = len(facts) + 3
    for place, heading in enumerate((wording.TABLE, wording.COLUMN, wording.MEANING)):
        sheet.write_string(row, place, heading.in_language(language), formats.heading)
    for table in result.tables:
        for column in (*table.dimensions, *table.measures):
            row += 1
            sheet.write_string(row, 0, table.title.in_language(language), formats.plain)
            sheet.write_string(row, 1, column.title.in_language(language), formats.plain)
            sheet.write_string(row, 2, column.meaning.in_language(language), formats.wrapped)


def _sheet(sheet: Any, formats: _Formats, table: Table, language: Language) -> None:
    width = 2 * len(table.dimensions)
    sheet.freeze_panes(1, width)
    if width:
        sheet.set_column(0, width - 1, 18)
    sheet.set_column(width, width + len(table.measures), 14)
    headings = [
        heading
        for column in table.dimensions
        for heading in (column.title.in_language(language), wording.code_heading(column.title, language))
    ]
    headings += [column.title.in_language(language) for column in table.measures]
    for place, heading in enumerate(headings):
        sheet.write_string(0, place, heading, formats.heading)
    for number, row in enumerate(table.rows, 1):
        for place, code in enumerate(row.dimensions):
            sheet.write_string(number, 2 * place, code.label.in_language(language))
            sheet.write_string(number, 2 * place + 1, code.code or "")
        _numbers(sheet, number, width, table.measures, row.values, formats.numbers)
    last = len(table.rows) + 1
    for place in range(width):
        label = wording.TOTAL.in_language(language) if place == 0 else ""
        sheet.write_string(last, place, label, formats.total)
    _numbers(sheet, last, width, table.measures, table.totals, formats.total_numbers)


def _numbers(
    sheet: Any,
    row: int,
    start: int,
    columns: tuple[Column, ...],
    values: tuple[Value, ...],
    formats: dict[str, Any],
) -> None:
    for place, (column, value) in enumerate(zip(columns, values, strict=True), start):
        if value is None:
            sheet.write_blank(row, place, None, formats[column.kind])
        else:
            sheet.write_number(row, place, value, formats[column.kind])


def _sheet_names(result: ReportResult, language: Language) -> list[str]:
    """Names that spreadsheets take: no more than 31 characters, none of []:*?/\\, all different."""
    names: list[str] = []
    taken: set[str] = set()
    for wanted in (wording.ABOUT, *(table.title for table in result.tables)):
        plain = _FORBIDDEN_IN_NAMES.sub(" ", wanted.in_language(language)).strip(" '") or "-"
        name, number = plain[:_NAME_LENGTH], 2
        while name.casefold() in taken:
            suffix = f" {number}"
            name, number = plain[: _NAME_LENGTH - len(suffix)] + suffix, number + 1
        taken.add(name.casefold())
        names.append(name)
    return names
