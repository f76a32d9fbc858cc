"""NDJSON, JSON arrays and single objects."""

import json
from typing import Any

import pytest
from huifang_tenants.intake import RawRow, RowProblem, SourceError


def told(found: list[Any]) -> list[tuple[int, str]]:
    return [(p.line, p.problem.code) for p in found if isinstance(p, RowProblem)]


def numbers(found: list[Any]) -> list[int]:
    return [row.line for row in found if isinstance(row, RawRow)]


def test_each_line_is_a_row_and_blank_lines_count(read: Any, event: dict[str, Any]) -> None:
    line = json.dumps(event, ensure_ascii=False)
    found = read(f"{line}\n\n{line}\r\n", "events.ndjson")
    assert numbers(found) == [1, 3]
    assert found[0].values == event
    assert found[0].form == "object"
    assert found[0].raw == line


def test_a_line_that_breaks_off_is_a_problem_of_that_line_alone(read: Any, event: dict[str, Any]) -> None:
    line = json.dumps(event)
    found = read(f'{line}\n{line[:40]}\n["E1"]\n{line}\n', "events.ndjson")
    assert numbers(found) == [1, 4]
    assert told(found) == [(2, "bad_json"), (3, "not_an_object")]
    assert found[1].raw == line[:40]


def test_numbers_that_are_no_json_are_refused(read: Any) -> None:
    assert told(read('{"type":"x","time":NaN}\n{"a":1e999}\n', "events.ndjson")) == [
        (1, "bad_json"),
        (2, "bad_json"),
    ]


def test_deep_nesting_is_a_problem_not_a_crash(read: Any) -> None:
    assert told(read('{"a":' * 100_000 + "\n", "events.ndjson")) == [(1, "bad_json")]


def test_bad_bytes_and_nul_are_told_by_line(read: Any, event: dict[str, Any]) -> None:
    good = json.dumps({**event, "id": "号"}, ensure_ascii=False).encode()
    found = read(good + b"\n" + b'{"id":"\xff\xfe"}\n' + b'{"id":"\0"}\n' + good, "events.ndjson")
    assert numbers(found) == [1, 4]
    assert told(found) == [(2, "bad_encoding"), (3, "nul")]


def test_gb18030_is_read_too(read: Any, customer: dict[str, Any]) -> None:
    found = read(json.dumps(customer, ensure_ascii=False).encode("gb18030"), "customers.ndjson")
    assert found[0].values["name"] == "王思雨"


@pytest.mark.parametrize("indent", [None, 2])
def test_an_array_is_a_batch_counted_from_one(read: Any, event: dict[str, Any], indent: int | None) -> None:
    batch = [{**event, "id": f'E{n}"\\,]}}{{'} for n in range(2000)]
    found = read(json.dumps(batch, indent=indent, ensure_ascii=False))
    assert [row.values for row in found] == batch
    assert numbers(found) == list(range(1, 2001))


def test_a_broken_entry_of_a_batch_leaves_the_others_readable(read: Any, event: dict[str, Any]) -> None:
    good = json.dumps(event)
    found = read(f'[{good},{{"id":,}},7,{good},]')
    assert numbers(found) == [1, 4]
    assert told(found) == [(2, "bad_json"), (3, "not_an_object"), (5, "bad_json")]


@pytest.mark.parametrize(
    ("end", "code"), [("", "bad_json"), (',{"id"', "bad_json"), ("] []", "after_the_end")]
)
def test_a_batch_that_does_not_end_well_says_so(
    read: Any, event: dict[str, Any], end: str, code: str
) -> None:
    found = read("[" + json.dumps(event) + "," + json.dumps(event) + end)
    assert numbers(found)[:1] == [1]
    assert told(found)[-1][1] == code


def test_an_empty_batch_has_no_rows(read: Any) -> None:
    assert read(b" [ ] ", kind="events") == []


def test_an_entry_that_never_ends_is_given_up(read: Any) -> None:
    found = read('[{"id":"' + "x" * 3_000_000 + '"}]', kind="events")
    assert told(found) == [(1, "too_long")]


def test_a_single_object_may_go_over_several_lines(read: Any, event: dict[str, Any]) -> None:
    found = read(json.dumps(event, indent=2))
    assert [(row.line, row.values) for row in found] == [(1, event)]


def test_a_single_object_that_is_too_long_is_refused(read: Any) -> None:
    with pytest.raises(SourceError) as refused:
        read('{"specversion":"1.0",\n"id":"' + "x" * 2_000_000 + '"}')
    assert refused.value.code == "too_long"


def test_bad_bytes_in_a_batch_are_told_by_entry(read: Any, event: dict[str, Any]) -> None:
    good = json.dumps({**event, "id": "号"}, ensure_ascii=False).encode()
    found = read(b"[\n" + good + b",\n" + b'{"id":"\xff\xfe"}' + b",\n" + good + b"]")
    assert numbers(found) == [1, 3]
    assert told(found) == [(2, "bad_encoding")]
