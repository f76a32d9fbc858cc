"""Is this workbook safe to open? calamine holds a whole sheet in memory, as a full rectangle of cells.

A few kilobytes can therefore cost any amount of memory: by packing (a zip bomb), by one cell in the far corner of an
otherwise empty sheet, or by a long shared text that a million cells refer to. All three are measured beforehand, on the
unpacked bytes themselves, since sizes declared in a zip file can lie. What is unclear counts as the worse.
"""

import copy
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final, NoReturn

from huifang_core.texts import text

from huifang_tenants.intake.problems import SourceError

MOST_UNPACKED: Final = 512 * 2**20
"""Bytes of XML a workbook may unpack to."""

MOST_RATIO: Final = 200
"""How many times larger than packed it may become, from `RATIO_COUNTS_FROM` unpacked bytes on; real ones grow 5 to 50 times."""

RATIO_COUNTS_FROM: Final = 32 * 2**20

MOST_CELLS: Final = 10_000_000
"""Cells in the rectangle of one sheet, some 60 bytes each with their texts."""

MOST_TEXT: Final = 2 * 2**30
"""Bytes of text, if every cell that refers to a shared one meant the longest."""

_MOST_ENTRIES: Final = 2000
_CHUNK: Final = 2**20
_LONGEST_TAG: Final = 4 * _CHUNK
_REFERENCE: Final = re.compile(rb"\br\s*=\s*[\"']\s*([A-Za-z]{0,8})([0-9]{1,10})")
_CELL: Final = re.compile(rb"<(?:[^<>\s/:]+:)?c[\s/>]")
_ROW: Final = re.compile(rb"<(?:[^<>\s/:]+:)?row[\s/>]")
_SHARED: Final = re.compile(rb"[\"']s[\"']")
_END_OF_TEXT: Final = b"si>"


def guard(file: BinaryIO) -> None:
    """Raise SourceError unless the file is an XLSX workbook of sane size. Leaves the file wherever it has read to."""
    try:
        with zipfile.ZipFile(file) as archive:
            _guard(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError):
        raise SourceError(
            "broken_xlsx",
            text("XLSX 文件损坏、加密或不完整", "the XLSX file is damaged, encrypted or cut off"),
        ) from None


def _guard(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if "[Content_Types].xml" not in archive.namelist():
        raise SourceError(
            "not_xlsx",
            text(
                "是 ZIP 文件但不是 XLSX", "a ZIP file, but no XLSX workbook: send the files in it one by one"
            ),
        )
    if len(entries) > _MOST_ENTRIES:
        _refuse_as_bomb()
    unpacked = longest_text = most_shared = 0
    packed = sum(entry.compress_size for entry in entries)
    for entry in entries:
        sheet, gap = _Sheet(), _Gap()
        for chunk in _unpacked(archive, entry):
            unpacked += len(chunk)
            if unpacked > MOST_UNPACKED or (
                unpacked > RATIO_COUNTS_FROM and unpacked > MOST_RATIO * max(packed, 1)
            ):
                _refuse_as_bomb()
            if "sharedstrings" in entry.filename.lower():
                gap.feed(chunk)
            else:
                sheet.feed(chunk)
        sheet.end()
        if sheet.cells > MOST_CELLS:
            _refuse_as_too_large()
        longest_text, most_shared = max(longest_text, gap.end()), max(most_shared, sheet.shared)
    if longest_text * most_shared > MOST_TEXT:
        _refuse_as_too_large()


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    # zipfile stops at the declared size, but the one who opens the file later may not.
    honest = copy.copy(entry)
    honest.file_size = 2**62
    with archive.open(honest) as packed:
        while chunk := packed.read(_CHUNK):
            yield chunk


class _Sheet:
    """Measures a sheet: the rectangle its cells span, and how many refer to shared texts."""

    def __init__(self) -> None:
        self._rest = b""
        self._column = self._row = self._bare_cells = self._rows = 0
        self.shared = 0

    @property
    def cells(self) -> int:
        """Cells of the rectangle; cells without a reference might all stand in one row, or all in one column."""
        return (self._column + self._bare_cells) * (self._row + self._rows)

    def feed(self, chunk: bytes) -> None:
        whole, angle, rest = (self._rest + chunk).rpartition(b"<")
        self._rest = angle + rest
        if len(self._rest) > _LONGEST_TAG:
            _refuse_as_bomb()
        self._measure(whole)

    def end(self) -> None:
        self._measure(self._rest)

    def _measure(self, xml: bytes) -> None:
        references = _REFERENCE.findall(xml)
        columns = {column for column, _ in references}
        if columns:
            self._column = max(self._column, *map(_number_of, columns))
            self._row = max(self._row, *map(int, {row for _, row in references}))
        with_column = sum(1 for column, _ in references if column) if b"" in columns else len(references)
        rows = len(references) - with_column
        self._bare_cells += max(len(_CELL.findall(xml)) - with_column, 0)
        self._rows += max(len(_ROW.findall(xml)) - rows, 0)
        self.shared += len(_SHARED.findall(xml))


class _Gap:
    """Measures the longest of the shared texts by the gaps between their end tags."""

    def __init__(self) -> None:
        self._open = 0
        self._tail = b""
        self._longest = 0

    def feed(self, chunk: bytes) -> None:
        first, *others = (self._tail + chunk).split(_END_OF_TEXT)
        parts = [self._open + len(first), *map(len, others)]
        self._longest = max(self._longest, *parts)
        last = others[-1] if others else first
        self._tail = last[-len(_END_OF_TEXT) + 1 :]
        self._open = parts[-1] - len(self._tail)

    def end(self) -> int:
        """The bytes of the longest text with its markup; 0 when there was none."""
        return self._longest


def _number_of(column: bytes) -> int:
    """The number of a column by its letters: A is 1, XFD 16,384; of none, 0."""
    number = 0
    for letter in column.upper():
        number = number * 26 + letter - 64
    return number


def _refuse_as_bomb() -> NoReturn:
    raise SourceError(
        "zip_bomb",
        text(
            "XLSX 解压后过大或压缩比异常,拒绝读取,请改用 CSV",
            "the XLSX file unpacks to far more than it should and is not read: send it as CSV",
        ),
    )


def _refuse_as_too_large() -> NoReturn:
    raise SourceError(
        "too_large",
        text(
            "工作表过大(含大量空白区域或超长文本),请删除空白行列或改用 CSV",
            "the sheet is too large, or has cells far outside its table: delete empty rows and columns, or send CSV",
        ),
    )
