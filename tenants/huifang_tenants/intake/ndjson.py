"""JSON objects, one a line (NDJSON, JSON Lines), read one by one."""

from typing import BinaryIO

from huifang_tenants.intake.lines import FAULTS, LOSSY, Lines, recognise
from huifang_tenants.intake.problems import FieldProblem, RowProblem, row_problem
from huifang_tenants.intake.rows import RawRow, Rows
from huifang_tenants.intake.strict_json import BadJson, DuplicateKey, parse


def object_row(line: int, words: str) -> RawRow | RowProblem:
    """The row a JSON text holds, or what is wrong with it."""
    try:
        value = parse(words)
    except BadJson:
        return row_problem(
            line,
            "(line)",
            "bad_json",
            "不是完整有效的 JSON",
            "not valid JSON, or it breaks off",
            words,
        )
    except DuplicateKey as error:
        return RowProblem(line, error.problem, words)
    if not isinstance(value, dict):
        return row_problem(
            line, "(line)", "not_an_object", "应为 JSON 对象", "must be a JSON object: {…}", words
        )
    return RawRow(line, value, "object", words)


def rows(stream: BinaryIO, head: bytes) -> Rows:
    """Yield a row for every line that is not blank."""
    lines = Lines(stream, head)
    for line in lines:
        words = line.strip()
        if lines.fault is not None:
            raw = None if lines.fault in LOSSY else words
            yield RowProblem(lines.number, FieldProblem("(line)", lines.fault, FAULTS[lines.fault]), raw)
            lines.fault = None
        elif words:
            yield object_row(lines.number, words)
        lines.begin_row()


def first_fields(head: bytes) -> frozenset[str]:
    """The fields of the first object there is in `head`; empty when there is none."""
    for line in head.decode(recognise(head) or "utf-8", "replace").split("\n"):
        try:
            value = parse(line.lstrip("\ufeff"))
        except BadJson:
            continue
        except DuplicateKey as error:
            value = error.value
        if isinstance(value, dict):
            return frozenset(value)
    return frozenset()
