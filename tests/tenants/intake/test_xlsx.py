"""XLSX: real dates, numbers and booleans, sheets by name, and workbooks that would cost too much."""

import io
import zipfile
from datetime import UTC, date, datetime
from typing import Any

import pytest
from huifang_tenants.intake import RawRow, SourceError, open_source

CONTRACT_COLUMNS = ["contract_no", "line", "unit", "policyholder"]
MORNING = datetime(2026, 9, 5, 10, 0, 1, tzinfo=UTC).replace(tzinfo=None)
"""What a date cell holds: a spreadsheet knows no time zones."""

MIDNIGHT = MORNING.replace(hour=0, second=0)
EVENT_COLUMNS = ["id", "source", "type", "time", "contract_no", "delivered_on"]


def test_date_cells_are_days_and_instants(read: Any, workbook: Any, check: Any) -> None:
    rows = [
        EVENT_COLUMNS,
        ["E1", "urn:x", "contract.delivered", MORNING, "P1", date(2026, 9, 5)],
        ["E2", "urn:x", "contract.delivered", date(2026, 9, 5), "P1", MIDNIGHT],
        ["E3", "urn:x", "contract.delivered", "2026-09-05T02:00:01Z", "P1", "2026-09-05"],
    ]
    events = [check("events", row.values, form=row.form).value for row in read(workbook(events=rows))]
    assert [event.time for event in events] == [
        datetime(2026, 9, 5, 2, 0, 1, tzinfo=UTC),
        datetime(2026, 9, 4, 16, 0, tzinfo=UTC),
        datetime(2026, 9, 5, 2, 0, 1, tzinfo=UTC),
    ]
    assert {event.payload.delivered_on for event in events} == {date(2026, 9, 5)}


def test_a_time_of_day_where_a_day_is_wanted_is_told(read: Any, workbook: Any, told: Any) -> None:
    rows = [
        EVENT_COLUMNS,
        ["E1", "urn:x", "contract.delivered", date(2026, 9, 5), "P1", MORNING],
    ]
    [row] = read(workbook(events=rows))
    assert told("events", row.values, form="cells") == {"delivered_on": "not_a_date"}


def test_numbers_and_booleans_come_as_they_are_shown(read: Any, workbook: Any, check: Any) -> None:
    columns = [
        *CONTRACT_COLUMNS,
        "premium.amount",
        "premium.years",
        "region",
        "group",
        "fees.1.name",
        "fees.1.rate",
    ]
    row = [20260001, "life", "SD", "C1", 1200.1, 20, 370102, True, "初始费用", 0.1 + 0.2]
    [found] = read(workbook(contracts=[columns, row]))
    contract = check("contracts", found.values, form="cells").value
    assert contract.contract_no == "20260001"
    assert str(contract.premium.amount) == "1200.10"
    assert contract.premium.years == 20
    assert contract.region == "370102"
    assert contract.group is True
    assert str(contract.fees[0].rate) == "0.3"


def test_an_id_number_that_lost_digits_as_a_number_is_refused(read: Any, workbook: Any, told: Any) -> None:
    rows = [
        ["customer_no", "kind", "name", "id_type", "id_number"],
        ["C1", "individual", "王思雨", "resident_id", 370611199406112886],
    ]
    [row] = read(workbook(customers=rows))
    assert told("customers", row.values, form="cells") == {"id_number": "number_precision"}


def test_a_code_that_became_a_date_is_told(read: Any, workbook: Any, told: Any) -> None:
    [row] = read(workbook(contracts=[CONTRACT_COLUMNS, [date(2026, 1, 1), "life", "SD", "C1"]]))
    assert told("contracts", row.values, form="cells") == {"contract_no": "date_cell"}


def test_lines_are_the_rows_of_the_sheet(read: Any, workbook: Any) -> None:
    rows = [
        [],
        CONTRACT_COLUMNS,
        [],
        ["P1", "life", "SD", "C1"],
        ["", "", "", ""],
        ["P2", "life", "SD", "C1"],
    ]
    found = read(workbook(Sheet1=rows), "contracts.xlsx")
    assert [row.line for row in found] == [4, 6]
    assert found[0].raw == ("P1", "life", "SD", "C1")


def test_sheets_named_like_kinds_are_read_one_by_one_in_the_order_to_take_them_in(workbook: Any) -> None:
    book = workbook(
        notes=[["read me"]],
        callbacks=[EVENT_COLUMNS[:5], ["E1", "urn:x", "contract.issued", "2026-09-05", "P1"]],
        contracts=[CONTRACT_COLUMNS, ["P1", "life", "SD", "C1"]],
        units=[["code", "name", "level"], ["SD", "山东", "province"]],
    )
    with open_source(io.BytesIO(book), "all.xlsx") as source:
        assert source.sheets == ("units", "contracts", "callbacks")
        assert source.kind == "units"
    with open_source(io.BytesIO(book), "all.xlsx", kind="contracts") as source:
        assert [row.values["contract_no"] for row in source.rows if isinstance(row, RawRow)] == ["P1"]
    with open_source(io.BytesIO(book), "all.xlsx", sheet="callbacks") as source:
        assert source.kind == "events"


def test_an_unknown_sheet_and_an_empty_one_are_refused(workbook: Any) -> None:
    book = workbook(units=[])
    for options, code in (({"sheet": "staff"}, "no_sheet"), ({}, "empty")):
        with pytest.raises(SourceError) as refused:
            open_source(io.BytesIO(book), "units.xlsx", **options)
        assert refused.value.code == code


def packed(**parts: bytes) -> bytes:
    """A zip file that calls itself a workbook."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name, content in parts.items():
            archive.writestr(f"xl/{name}.xml", content)
    return buffer.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(SourceError) as refused:
        open_source(io.BytesIO(content), "units.xlsx")
    return refused.value.code


def test_a_zip_bomb_is_refused_unopened() -> None:
    assert refusal(packed(sheet1=b" " * 300 * 2**20)) == "zip_bomb"


def test_a_zip_bomb_that_lies_about_its_size_is_refused() -> None:
    bomb = packed(sheet1=b" " * (64 * 2**20))
    lying = bomb.replace((64 * 2**20).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lying != bomb
    assert refusal(lying) in ("zip_bomb", "broken_xlsx")


@pytest.mark.parametrize(
    "sheet",
    [
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b"<row><c  r = 'ZZZ9999999'><v>1</v></c></row><row><c r='A1'/></row>",
        b"<row>" + b"<x:c><v>1</v></x:c>" * 4000 + b"</row>" + b"<row></row>" * 4000,
    ],
)
def test_a_sheet_with_a_cell_in_the_far_corner_is_refused(sheet: bytes) -> None:
    assert refusal(packed(sheet1=b"<worksheet>" + sheet + b"</worksheet>")) == "too_large"


def test_a_long_text_that_many_cells_share_is_refused() -> None:
    strings = b"<sst><si><t>a</t></si><si><t>" + bytes(range(65, 91)) * 100_000 + b"</t></si></sst>"
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>1</v></c></row>' % (n, n) for n in range(1, 2001))
    assert refusal(packed(sharedStrings=strings, sheet1=cells)) == "too_large"


def test_a_zip_file_that_is_no_workbook_and_a_damaged_one_are_refused(workbook: Any) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("units.csv", "code,name,level\n")
    assert refusal(buffer.getvalue()) == "not_xlsx"
    assert refusal(workbook(units=[["code", "name", "level"]])[:-200]) == "broken_xlsx"
    assert refusal(packed(sheet1=b"<worksheet/>")) == "broken_xlsx"
