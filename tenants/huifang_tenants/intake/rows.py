"""What every reader yields: rows as they stand in the file, and problems of rows that can't be read."""

from collections.abc import Iterator
from typing import Any

import msgspec

from huifang_tenants.intake.check import Form
from huifang_tenants.intake.problems import RowProblem


class RawRow(msgspec.Struct, frozen=True):
    """One row, unchecked.

    `line` is the line of the file on which it begins, from 1, the header included; in a spreadsheet the row, in a JSON
    array the number of the entry. `values` go to `check_row` together with `form`; empty cells and columns no field has
    are left out. `raw` is the row as it stood, for a file to fix and send again: all its cells, or its JSON text.
    """

    line: int
    values: dict[str, Any]
    form: Form
    raw: tuple[Any, ...] | str


Rows = Iterator[RawRow | RowProblem]
