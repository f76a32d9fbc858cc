"""Which kind of rows a file holds."""

from typing import Any

import pytest
from huifang_tenants.intake import SourceError, detect_kind

CONTRACT = ["contract_no", "line", "unit", "policyholder"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("units.csv", "units"),
        ("/in/Staff.CSV.gz", "staff"),
        ("customers-2026-10.ndjson", "customers"),
        ("contracts_001.xlsx", "contracts"),
        ("events.csv", "events"),
        ("callbacks.csv", "events"),
        ("control_totals.csv", "events"),
        (r"C:\out\units.csv", "units"),
    ],
)
def test_the_name_tells_the_kind_when_the_fields_do_not(name: str, kind: str) -> None:
    assert detect_kind(name, ["something"]) == kind


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        (["code", "name", "level"], "units"),
        (["staff_no", "name", "unit"], "staff"),
        (["customer_no", "kind", "name"], "customers"),
        (CONTRACT, "contracts"),
        (["id", "source", "type", "time"], "events"),
        (["specversion", "data"], "events"),
    ],
)
def test_the_fields_tell_the_kind_whatever_the_name(fields: list[str], kind: str) -> None:
    assert detect_kind("units.csv" if kind != "units" else "export.csv", fields) == kind


@pytest.mark.parametrize("name", ["export.csv", "eventsource.csv", ""])
def test_what_neither_tells_is_refused_and_the_kinds_are_named(name: str) -> None:
    with pytest.raises(SourceError) as refused:
        detect_kind(name, ["a", "b"])
    assert refused.value.code == "unknown_kind"
    assert "contracts" in refused.value.message.en


def test_a_kind_that_is_given_is_believed(read: Any) -> None:
    with pytest.raises(SourceError) as refused:
        read(",".join(CONTRACT) + "\n", kind="units")
    assert refused.value.code == "missing_columns"


def test_json_objects_tell_their_kind(read: Any, customer: dict[str, Any]) -> None:
    import io
    import json

    from huifang_tenants.intake import open_source

    for content in (json.dumps(customer), json.dumps(customer, indent=1), json.dumps([customer])):
        with open_source(io.BytesIO(content.encode())) as source:
            assert source.kind == "customers"
