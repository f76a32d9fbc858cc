"""Rows of an XLSX workbook, by calamine.

This format can't be streamed: a sheet is held in memory whole, some 60 bytes a cell, so that large exports
are better sent as CSV. `workbook_guard` refuses what would not fit.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, BinaryIO, Final

from huifang_core.texts import text
from python_calamine import CalamineError, CalamineWorkbook

from huifang_tenants.intake.columns import KINDS, Kind
from huifang_tenants.intake.header import Header, kind_of_name, read_header
from huifang_tenants.intake.problems import SourceError
from huifang_tenants.intake.rows import RawRow, Rows
from huifang_tenants.intake.workbook_guard import guard

MOST_PACKED: Final = 64 * 2**20
"""Bytes of a workbook as it is sent."""

_SIGNIFICANT: Final = 10**15
_MILLISECOND: Final = 1000


class Workbook:
    """A workbook read into memory, one sheet chosen and its header read.

    `sheets` names all that hold rows: those named like kinds (contracts, callbacks …), in the order in which they are
    best taken in, or else the first.
    """

    def __init__(self, stream: BinaryIO, name: str, kind: Kind | None, sheet: str | None) -> None:
        """Raises SourceError for what is no sane workbook, an unknown sheet, and as `read_header` does."""
        with tempfile.SpooledTemporaryFile(max_size=2**20) as spool:
            _copy(stream, spool)
            guard(spool)  # type: ignore[arg-type]
            spool.seek(0)
            with _broken_told():
                workbook = CalamineWorkbook.from_filelike(spool)
            names = workbook.sheet_names
            named = [each for each in names if kind_of_name(each) is not None]
            named.sort(key=lambda each: KINDS.index(kind_of_name(each) or "units"))
            self.sheets = tuple(named or names[:1])
            chosen = sheet or next(
                (each for each in self.sheets if kind is None or kind_of_name(each) == kind),
                next(iter(self.sheets), None),
            )
            if chosen is None or chosen not in names:
                raise SourceError(
                    "no_sheet", text("没有这个工作表", "there is no such sheet in the workbook")
                )
            with _broken_told():
                self._cells = enumerate(workbook.get_sheet_by_name(chosen).iter_rows(), 1)
        for line, cells in self._cells:
            if any(cell != "" for cell in cells):
                self.header: Header = read_header(cells, chosen if chosen in named else name, kind, line)
                return
        raise SourceError("empty", text("工作表为空", "the sheet is empty"))

    def rows(self) -> Rows:
        """Yield what the header has to say, then every row; blank ones are passed over."""
        yield from self.header.problems
        columns = self.header.columns
        for line, cells in self._cells:
            values = {name: _value(cells[i]) for i, name in columns if cells[i] != ""}
            if values:
                yield RawRow(line, values, "cells", tuple(cells))


def _copy(stream: BinaryIO, spool: Any) -> None:
    size = 0
    while chunk := stream.read(2**20):
        size += len(chunk)
        if size > MOST_PACKED:
            raise SourceError(
                "too_large",
                text("XLSX 文件超过64 MiB,请改用 CSV", "the XLSX file is larger than 64 MiB: send it as CSV"),
            )
        spool.write(chunk)
    spool.seek(0)


@contextmanager
def _broken_told() -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        # A panic in Rust arrives as a BaseException whose class can't be imported.
        if not isinstance(error, CalamineError) and type(error).__name__ != "PanicException":
            raise
        raise SourceError(
            "broken_xlsx", text("XLSX 文件损坏,无法读取", "the XLSX file is damaged and can't be read")
        ) from None


def _value(cell: Any) -> Any:
    """A cell as the text it shows, or a date.

    A spreadsheet knows a number to fifteen digits. Longer ones, such as ID numbers that were not formatted as text,
    have lost their end: they stay floats, which no field takes.
    """
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, (int, float)):
        if not abs(cell) < _SIGNIFICANT:
            return float(cell)
        return str(int(cell)) if cell == int(cell) else format(Decimal(f"{cell:.15g}"), "f")
    if isinstance(cell, datetime):
        # Days are stored as fractions, which miss a full second by some microseconds.
        off = (cell.microsecond + _MILLISECOND // 2) // _MILLISECOND * _MILLISECOND - cell.microsecond
        return cell + timedelta(microseconds=off)
    return cell
