"""Nothing that comes in raises anything but what is documented."""

import contextlib
import gzip
import io
from typing import Any

import pytest
from huifang_tenants.intake import KINDS, RawRow, SourceError, check_row, open_source
from hypothesis import example, given, settings
from hypothesis import strategies as st

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**400),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["2026-09-01", "true", "P1", "contract.changed", "claim.reported", "1.0", "resident_id"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
)
KNOWN = [
    "specversion",
    "id",
    "source",
    "type",
    "time",
    "subject",
    "sequence",
    "corrects",
    "retracts",
    "data",
    "contract_no",
    "claim_no",
    "contract",
    "customer",
    "kind",
    "changes",
    "premium",
    "fees",
    "insured",
    "phones",
    "emails",
    "name",
    "id_type",
    "id_number",
    "birth_date",
    "gender",
    "region",
    "reporter",
    "unpaid",
    "premium.mode",
    "fees.1.name",
    "fees.1",
    "phones.1",
    "changes.fees.1.rate",
    "contract.fees.2.name",
    "of_type",
    "data.type",
    "roles",
    "line",
]
ROWS = st.dictionaries(st.one_of(st.sampled_from(KNOWN), st.text(max_size=8)), VALUES, max_size=12)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(KINDS), ROWS, st.booleans(), st.sampled_from(["cells", "object"]))
def test_any_values_are_either_a_struct_or_problems(
    received_at: Any, kind: Any, values: dict[str, Any], strict: bool, form: Any
) -> None:
    checked = check_row(kind, values, received_at=received_at, strict_fields=strict, form=form)
    assert (checked.value is None) == any(problem.severity == "error" for problem in checked.problems)
    for problem in checked.problems:
        assert problem.field.isprintable()
        assert problem.message.zh_cn
        assert problem.message.en


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.sampled_from(KNOWN), VALUES, max_size=8),
    st.sampled_from(["contract.changed", "claim.reported"]),
)
def test_any_data_of_an_event_is_either_a_struct_or_problems(
    received_at: Any, data: dict[str, Any], kind: str
) -> None:
    frame = {
        "specversion": "1.0",
        "id": "E1",
        "source": "s",
        "time": "2026-09-01",
        "type": kind,
        "subject": "P1",
    }
    for row, form in (({**frame, "data": data}, "object"), ({**data, **frame}, "cells")):
        checked = check_row("events", row, received_at=received_at, strict_fields=False, form=form)  # type: ignore[arg-type]
        assert (checked.value is None) == any(problem.severity == "error" for problem in checked.problems)


def drain(content: bytes, received_at: Any, **options: Any) -> None:
    with contextlib.suppress(SourceError), open_source(io.BytesIO(content), **options) as source:
        for row in source.rows:
            if isinstance(row, RawRow):
                check_row(
                    source.kind, row.values, received_at=received_at, strict_fields=False, form=row.form
                )


HEADS = st.sampled_from(
    [
        b"",
        b"\xef\xbb\xbf",
        b"PK\x03\x04",
        b"\x1f\x8b\x08",
        b"code,name,level\n",
        b'{"specversion":"1.0"}\n',
        b"[",
        b"{",
    ]
)


@settings(max_examples=400, deadline=None)
@given(HEADS, st.binary(max_size=300), st.sampled_from(["", "units.csv", "events.ndjson", "contracts.xlsx"]))
@example(b"", b'id,source,type,time\n"\r', "")
@example(b"", b"\r", "units.csv")
def test_garbage_bytes_are_refused_or_told_by_row(
    received_at: Any, head: bytes, rest: bytes, name: str
) -> None:
    drain(head + rest, received_at, name=name)
    drain(gzip.compress(head + rest), received_at, name=name)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_workbook_is_refused_or_read(received_at: Any, book: bytes, data: st.DataObject) -> None:
    damaged = bytearray(book)
    for at in data.draw(st.lists(st.integers(0, len(book) - 1), min_size=1, max_size=6)):
        damaged[at] = data.draw(st.integers(0, 255))
    drain(bytes(damaged), received_at, name="units.xlsx")


@pytest.fixture(scope="module")
def book() -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        workbook.add_worksheet().write_row(0, 0, ["code", "name", "level"])
    return buffer.getvalue()
