"""What a bench found: one row of the table and one line of `results.jsonl` each."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table


class BenchError(Exception):
    """A bench could not be carried out, or its two sides did not do the same."""


class Result(msgspec.Struct, frozen=True):
    """One measured figure, a median where there were several rounds.

    `ratio` is the figure over that of `against`, the limit measured in the same run; `goal` says what is wanted, `met` whether it
    was reached. All of them are None where the figure only informs.
    """

    name: str
    value: float
    unit: str
    ratio: float | None = None
    against: str | None = None
    goal: str | None = None
    met: bool | None = None


def write_results(path: Path, results: Sequence[Result]) -> None:
    """Replace the file by these results, one JSON object a line."""
    path.write_bytes(b"".join(msgspec.json.encode(_rounded(result)) + b"\n" for result in results))


def print_table(results: Sequence[Result]) -> None:
    """Print the results to standard output."""
    table = Table("name", "value", "unit", "ratio", "against", "goal", "met")
    for result in map(_rounded, results):
        table.add_row(
            result.name,
            f"{result.value:,.10g}",
            result.unit,
            "" if result.ratio is None else f"{result.ratio:g}",
            result.against or "",
            result.goal or "",
            {None: "", True: "yes", False: "NO"}[result.met],
        )
    console = Console()
    # A redirected table is read by people too, and 80 columns would cut its names.
    console.width = max(console.width, 150)
    console.print(table)


def _rounded(result: Result) -> Result:
    ratio = None if result.ratio is None else round(result.ratio, 3)
    return msgspec.structs.replace(result, value=round(result.value, 1), ratio=ratio)
