"""Short ways to read bytes and check rows, with one fixed day on which everything comes in."""

import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
import xlsxwriter
from huifang_tenants.intake import Checked, RawRow, RowProblem, check_row, open_source

RECEIVED = datetime(2026, 10, 12, 0, 30, tzinfo=UTC)

Check = Callable[..., Checked[Any]]
Read = Callable[..., list[RawRow | RowProblem]]
Workbook = Callable[..., bytes]


@pytest.fixture(scope="session")
def received_at() -> datetime:
    """When everything comes in."""
    return RECEIVED


@pytest.fixture
def check() -> Check:
    """Check a row of a kind as it stands in a file; `strict=True` as the API does."""

    def run(
        kind: Any, values: Mapping[str, Any], *, strict: bool = False, form: Any = "object"
    ) -> Checked[Any]:
        return check_row(kind, values, received_at=RECEIVED, strict_fields=strict, form=form)

    return run


@pytest.fixture
def told(check: Check) -> Callable[..., dict[str, str]]:
    """What a check has to say: the code of each field's problem."""

    def run(kind: Any, values: Mapping[str, Any], **options: Any) -> dict[str, str]:
        return {problem.field: problem.code for problem in check(kind, values, **options).problems}

    return run


@pytest.fixture
def read() -> Read:
    """All that a file of these bytes yields."""

    def run(content: bytes | str, name: str = "", **options: Any) -> list[RawRow | RowProblem]:
        data = content.encode() if isinstance(content, str) else content
        with open_source(io.BytesIO(data), name, **options) as source:
            return list(source.rows)

    return run


@pytest.fixture
def workbook() -> Workbook:
    """An XLSX file of sheets, each a list of rows; dates become date cells."""

    def make(**sheets: list[list[Any]]) -> bytes:
        buffer = io.BytesIO()
        with xlsxwriter.Workbook(
            buffer,
            {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss", "strings_to_formulas": False},
        ) as book:
            for name, rows in sheets.items():
                sheet = book.add_worksheet(name)
                for number, row in enumerate(rows):
                    sheet.write_row(number, 0, row)
        return buffer.getvalue()

    return make


@pytest.fixture
def customer() -> dict[str, Any]:
    """A person whose fields all fit each other."""
    return {
        "customer_no": "C1",
        "kind": "individual",
        "name": "王思雨",
        "id_type": "resident_id",
        "id_number": "370611199406112886",
        "birth_date": "1994-06-11",
        "gender": "female",
        "phones": ["13220261012"],
        "region": "370102",
    }


@pytest.fixture
def contract() -> dict[str, Any]:
    """A contract with a nested premium and two fee items."""
    return {
        "contract_no": "P1",
        "line": "life",
        "unit": "SD-JN-LX",
        "policyholder": "C1",
        "insured": ["C1", "C2"],
        "effective_on": "2026-09-01",
        "expires_on": "2046-08-31",
        "cooling_off_days": 15,
        "premium": {"mode": "regular", "amount": "1200.00", "interval_months": 12, "years": 20},
        "fees": [{"name": "初始费用", "rate": "0.05"}, {"name": "保单管理费", "amount": "5.00"}],
    }


@pytest.fixture
def event() -> dict[str, Any]:
    """A CloudEvent that tells of a delivery."""
    return {
        "specversion": "1.0",
        "id": "E1",
        "source": "urn:core",
        "type": "contract.delivered",
        "time": "2026-09-05T10:00:00+08:00",
        "subject": "P1",
        "sequence": 2,
        "data": {"contract_no": "P1", "delivered_on": "2026-09-05"},
    }
