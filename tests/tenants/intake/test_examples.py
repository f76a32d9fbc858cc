"""The example export goes through whole, and the broken one is told as its list of faults says."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from huifang_tenants.intake import RowProblem, check_row, open_source

EXAMPLES = Path(__file__).parents[3] / "examples"
CLEAN = sorted(path for path in (EXAMPLES / "core_export").iterdir() if path.suffix in (".csv", ".ndjson"))
BROKEN = sorted(
    path for path in (EXAMPLES / "core_export_broken").iterdir() if path.suffix in (".csv", ".ndjson")
)
# What takes a database to notice, and what is nothing to tell of.
ELSEWHERE = {"unknown_reference", "duplicate", "conflict", "fine"}


def told(path: Path, received_at: datetime) -> set[tuple[int, str, str]]:
    """Line, field and severity of everything there is to say of a file; CloudEvents as strictly as the API takes them."""
    found: set[tuple[int, str, str]] = set()
    with open_source(path) as source:
        for row in source.rows:
            if isinstance(row, RowProblem):
                problems: Any = (row.problem,)
            else:
                problems = check_row(
                    source.kind,
                    row.values,
                    received_at=received_at,
                    strict_fields=source.format == "ndjson",
                    form=row.form,
                ).problems
            found |= {(row.line, problem.field, problem.severity) for problem in problems}
    return found


def expected(name: str) -> set[tuple[int, str, str]]:
    rows: set[tuple[int, str, str]] = set()
    for line in (EXAMPLES / "core_export_broken" / "EXPECTED.md").read_text(encoding="utf-8").splitlines():
        parts = [part.strip() for part in line.strip("|").split("|")]
        if len(parts) == 5 and parts[0] == name and parts[3] not in ELSEWHERE:
            rows.add((int(parts[1]), parts[2], "warning" if parts[3] == "warning" else "error"))
    return rows


@pytest.mark.parametrize("path", CLEAN, ids=lambda path: path.name)
def test_the_clean_export_has_no_problems(path: Path, received_at: datetime) -> None:
    assert told(path, received_at) == set()


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.name)
def test_the_broken_export_has_exactly_the_problems_listed(path: Path, received_at: datetime) -> None:
    assert told(path, received_at) == expected(path.name)


def test_the_list_of_faults_was_read() -> None:
    assert sum(len(expected(path.name)) for path in BROKEN) > 40
