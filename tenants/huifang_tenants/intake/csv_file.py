"""Rows of a CSV file, read one by one.

UTF-8 with or without a byte order mark, or GB18030; separated by commas, semicolons or tabs, as the header shows.
"""

import csv
import re
from itertools import chain
from typing import BinaryIO, Final

from huifang_core.texts import text

from huifang_tenants.intake.columns import Kind
from huifang_tenants.intake.header import Header, read_header
from huifang_tenants.intake.lines import FAULTS, LOSSY, Fault, Lines, RowTooLong
from huifang_tenants.intake.problems import FieldProblem, RowProblem, SourceError, row_problem
from huifang_tenants.intake.rows import RawRow, Rows

_QUOTED: Final = re.compile(r'"[^"]*"')


class CsvFile:
    """A CSV file whose header has been read."""

    def __init__(self, stream: BinaryIO, head: bytes, name: str, kind: Kind | None) -> None:
        """Read the header. Raises SourceError as `read_header` does, and for an empty file."""
        if b"\r" in head and b"\n" not in head:
            raise SourceError(
                "line_ends", text("换行应为 LF 或 CRLF", "lines must end in LF or CRLF: save the file again")
            )
        self._lines = Lines(stream, head)
        first = self._first_line()
        begin = self._lines.number
        self._parser = csv.reader(chain((first,), self._lines), delimiter=_separator_of(first), strict=True)
        try:
            cells = next(self._parser)
        except (csv.Error, RowTooLong, StopIteration):
            raise SourceError(
                "bad_header", text("表头无法读取,请检查引号", "the header can't be read: check its quotes")
            ) from None
        if self._lines.fault is not None:
            raise SourceError(self._lines.fault, FAULTS[self._lines.fault])
        self.header: Header = read_header(cells, name, kind, begin)

    def _first_line(self) -> str:
        for line in self._lines:
            if line.strip():
                return line
            self._lines.begin_row()
        raise SourceError("empty", text("文件为空", "the file is empty"))

    def rows(self) -> Rows:
        """Yield what the header has to say, then every row; blank ones are passed over."""
        yield from self.header.problems
        lines, width, columns = self._lines, len(self.header.names), self.header.columns
        while True:
            lines.begin_row()
            start = lines.number + 1
            try:
                cells = next(self._parser)
            except StopIteration:
                return
            except (csv.Error, RowTooLong) as error:
                lines.fault = None
                if start == lines.number and "field larger" in str(error):
                    yield _long_cell(start)
                else:
                    yield _bad_quotes(start, lines.number)
                continue
            if lines.fault is not None:
                yield _faulty(start, lines.fault, cells)
                lines.fault = None
            elif len(cells) != width:
                if cells:
                    yield _bad_width(start, len(cells), width, cells)
            elif values := {name: cells[i] for i, name in columns if cells[i]}:
                yield RawRow(start, values, "cells", tuple(cells))


def _separator_of(header: str) -> str:
    """The separator that makes the most columns of the header."""
    bare = _QUOTED.sub("", header)
    return max(",;\t", key=bare.count)


def _faulty(line: int, fault: Fault, cells: list[str]) -> RowProblem:
    raw = None if fault in LOSSY else tuple(cells)
    return RowProblem(line, FieldProblem("(row)", fault, FAULTS[fault]), raw)


def _bad_quotes(first: int, last: int) -> RowProblem:
    where_zh = f"第{first}行" if first == last else f"第{first}至{last}行"
    where = f"line {first}" if first == last else f"lines {first} to {last}"
    return row_problem(
        first,
        "(row)",
        "bad_quotes",
        f"{where_zh}未读取:双引号没有正确闭合(内容中的双引号应写两个),或含有单独的回车符",
        f"{where} not read: a double quote is not closed properly (one inside a cell is written twice), or there is a lone carriage return",
    )


def _long_cell(line: int) -> RowProblem:
    # One that goes over several lines is a quote left open.
    limit = csv.field_size_limit()
    return row_problem(
        line,
        "(row)",
        "too_long",
        f"有单元格超过{limit}个字符",
        f"a cell is longer than {limit} characters",
    )


def _bad_width(line: int, found: int, wanted: int, cells: list[str]) -> RowProblem:
    return row_problem(
        line,
        "(row)",
        "wrong_column_count",
        f"应有{wanted}列,实有{found}列;内容中含分隔符时请加双引号",
        f"{found} columns where the header has {wanted}; a cell with the separator in it must stand in double quotes",
        tuple(cells),
    )
