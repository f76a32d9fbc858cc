"""JSON, CSV and XLSX hold the same figures, and no cell that a spreadsheet would run."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from huifang_api.reports.csv_file import render_long, render_table, safe_text
from huifang_api.reports.shape import document_of
from huifang_api.reports.xlsx_file import render_xlsx
from huifang_core.texts import LANGUAGES, Language, Text, text
from huifang_tenants.services.report_tables import Code, Column, ReportResult, Row, Table
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

UNIT = Column("unit", text("机构", "Unit"), text("负责机构", "the unit in charge"), "dimension")
MONTH = Column("month", text("月份", "Month"), text("届满月份", "month of the deadline"), "dimension")
DUE = Column("due", text("应回访", "due"), text("期限届满的", "whose window ends"), "count", adds_up=True)
RATE = Column("rate", text("完成率", "share"), text("占比", "a share"), "ratio")


def result_with(*tables: Table, unit: Code | None = None) -> ReportResult:
    return ReportResult(
        plugin="p",
        plugin_version="1.0",
        id="overview",
        title=text("总览", "Overview"),
        cites=("SD-4", "REG-2"),
        insurer="甲保险",
        period_first=date(2025, 6, 1),
        period_last=date(2025, 6, 30),
        unit=unit,
        generated_at=datetime(2025, 7, 15, 16, 30, tzinfo=UTC),
        tables=tables,
    )


def code(value: str | None, zh_cn: str = "济南") -> Code:
    return Code(value, text(zh_cn, "Jinan"))


RESULT = result_with(
    Table(
        "by_unit",
        text("分机构[及时]情况/很长很长很长很长很长很长很长很长很长很长很长", "By unit"),
        (UNIT, MONTH),
        (DUE, RATE),
        (
            Row((code("0012"), code("2025-06", "2025年6月")), (3, Decimal("0.666667"))),
            Row((code("=1+2", "=HYPERLINK(\"http://x\")"), code(None)), (0, None)),
        ),
        (3, Decimal("0.666667")),
    ),
    Table("by_month", text("分月", "By unit"), (MONTH,), (DUE,), (), (0,)),
    Table("all", text("全部", "All"), (), (DUE, RATE), (), (1234567, Decimal("1.000000"))),
)  # fmt: skip


def parsed(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def sheets(data: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def number(cell: Any) -> Decimal | None:
    return None if cell in ("", None) else Decimal(str(cell)).quantize(Decimal("0.000001"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_three_forms_hold_the_same_figures(language: Language) -> None:
    document = msgspec.json.decode(msgspec.json.encode(document_of(RESULT)))
    workbook = list(sheets(render_xlsx(RESULT, language)).values())
    long = parsed(render_long(RESULT, language))
    heading, lines = long[0], long[1:]
    value_at = heading.index("数值" if language == "zh-CN" else "Value")
    for table, sheet in zip(document["tables"], workbook[1:], strict=True):
        width = 2 * len(table["dimensions"])
        wanted = [[number(v) for v in row["values"]] for row in table["rows"]]
        wanted.append([number(v) for v in table["totals"]])
        flat = parsed(render_table(RESULT, table["id"], language) or b"")
        assert [[number(cell) for cell in line[width:]] for line in flat[1:]] == wanted
        assert [[number(cell) for cell in line[width:]] for line in sheet[1:]] == wanted
        of_table = [line for line in lines if line[0] == table["id"]]
        assert [number(line[value_at]) for line in of_table] == [value for row in wanted for value in row]
        titles = [column["title"][language] for column in table["measures"]]
        assert flat[0][width:] == titles == sheet[0][width:]


def test_shares_are_exact_strings_in_json_and_counts_numbers() -> None:
    table = msgspec.json.decode(msgspec.json.encode(document_of(RESULT)))["tables"][0]
    assert table["rows"][0]["values"] == [3, "0.666667"]
    assert table["rows"][1]["values"] == [0, None]
    assert table["rows"][0]["dimensions"][0] == {"code": "0012", "label": {"zh-CN": "济南", "en": "Jinan"}}


def test_every_field_of_the_document_is_described() -> None:
    schema = msgspec.json.schema(type(document_of(RESULT)))
    for name, part in schema["$defs"].items():
        if name.startswith("Report"):
            assert part["description"]
            for field, of in part["properties"].items():
                assert of.get("description"), f"{name}.{field}"


def test_codes_stay_texts_and_sheet_names_are_legal() -> None:
    found = sheets(render_xlsx(RESULT, "en"))
    assert list(found) == ["About", "By unit", "By unit 2", "All"]
    assert found["By unit"][1][1] == "0012"
    chinese = list(sheets(render_xlsx(RESULT, "zh-CN")))
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in chinese)


def test_the_cover_says_what_the_figures_are() -> None:
    cover = sheets(render_xlsx(result_with(*RESULT.tables, unit=code("SD-JN")), "zh-CN"))["说明"]
    said = "\n".join(str(cell) for line in cover for cell in line)
    for words in ("总览", "甲保险", "2025-06-01 – 2025-06-30", "济南 (SD-JN)及其下级机构", "SD-4, REG-2"):
        assert words in said
    assert "2025-07-16 00:30:00 (UTC+8)" in said
    assert "期限届满的" in said
    assert "p 1.0 / overview" in said


def test_nothing_a_spreadsheet_would_run_gets_in() -> None:
    line = parsed(render_table(RESULT, "by_unit", "zh-CN") or b"")[2]
    assert line[:2] == ['\'=HYPERLINK("http://x")', "'=1+2"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(render_xlsx(RESULT, "zh-CN")))
    sheet = book.get_sheet_by_index(1).to_python()
    assert sheet[2][0] == '=HYPERLINK("http://x")'
    with zipfile.ZipFile(io.BytesIO(render_xlsx(RESULT, "zh-CN"))) as parts:
        pages = [parts.read(name) for name in parts.namelist() if "worksheets/" in name]
    assert pages
    assert not any(b"<f>" in page or b"hyperlink" in page for page in pages)


@given(st.text())
def test_a_text_never_begins_like_a_formula(value: str) -> None:
    shown = safe_text(value)
    assert shown in (value, f"'{value}")
    assert not shown.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert not shown.startswith(("\t", "\r", "\n"))


def test_an_unknown_table_is_none_and_an_empty_report_has_its_headings() -> None:
    assert render_table(RESULT, "nothing", "en") is None
    assert len(parsed(render_long(result_with(), "en"))) == 1
    assert list(sheets(render_xlsx(result_with(), "en"))) == ["About"]


def test_lone_labels_in_both_languages() -> None:
    lines = parsed(render_table(RESULT, "by_unit", "en") or b"")
    assert lines[0] == ["Unit", "Unit code", "Month", "Month code", "due", "share"]
    assert lines[-1] == ["Total", "", "", "", "3", "0.666667"]
    assert parsed(render_table(RESULT, "all", "zh-CN") or b"") == [
        ["应回访", "完成率"],
        ["1234567", "1.000000"],
    ]
    assert isinstance(RESULT.title, Text)
