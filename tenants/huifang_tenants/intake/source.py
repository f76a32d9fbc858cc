"""Opening a file or a stream of any of the formats taken in."""

import re
from collections.abc import Collection
from os import PathLike
from typing import BinaryIO, Final, Literal

from huifang_core.texts import text

from huifang_tenants.intake import json_document, ndjson
from huifang_tenants.intake.columns import Kind
from huifang_tenants.intake.csv_file import CsvFile
from huifang_tenants.intake.header import detect_kind
from huifang_tenants.intake.ndjson import first_fields
from huifang_tenants.intake.problems import SourceError
from huifang_tenants.intake.rows import Rows
from huifang_tenants.intake.stream import Bytes
from huifang_tenants.intake.strict_json import BadJson, DuplicateKey, parse
from huifang_tenants.intake.xlsx import Workbook

Format = Literal["csv", "ndjson", "json", "json_array", "xlsx"]

_ZIP: Final = b"PK\x03\x04"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"
_LINES_BY_NAME: Final = re.compile(r"\.(?:ndjson|jsonl)(?:\.gz)?$", re.IGNORECASE)


class Source:
    """An opened source: `kind` of its rows, its `format`, the `header` of a table as it stood, and its `rows`.

    One source is one sheet of a workbook: `sheets` names all that hold rows, in the order to take them in; this is the
    first of them unless another was asked for. `rows` can be gone through once. Reading may raise SourceError when a gzip stream turns out broken. Use it as a
    context manager, or `close` it; a stream that was handed in is left open.
    """

    def __init__(
        self,
        kind: Kind,
        format: Format,
        rows: Rows,
        owner: Bytes,
        header: tuple[str, ...] | None = None,
        sheets: tuple[str, ...] = (),
    ) -> None:
        self.kind = kind
        self.format = format
        self.header = header
        self.sheets = sheets
        self.rows = rows
        self._owner = owner

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file, if it was opened here."""
        self._owner.close()


def open_source(
    source: "str | PathLike[str] | BinaryIO",
    name: str | None = None,
    kind: Kind | None = None,
    sheet: str | None = None,
) -> Source:
    """Open a path or a binary stream; `name` is the file's name where the path doesn't tell it.

    The format is told by the content, the kind of rows by header, first record or name, unless `kind` says it. CSV,
    NDJSON and JSON arrays are read row by row in little memory, gzipped or not; of XLSX a `sheet` is read whole.

    Raises SourceError when the file can't be read at all, OSError when there is none. A file of lines may be empty: on a day
    without events there is nothing to say.
    """
    if name is None:
        name = str(source) if isinstance(source, (str, PathLike)) else ""
    owner = Bytes(source)
    try:
        return _open(owner, name, kind, sheet)
    except BaseException:
        owner.close()
        raise


def _open(owner: Bytes, name: str, kind: Kind | None, sheet: str | None) -> Source:
    head, stream = owner.head, owner.stream
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    by_lines = _LINES_BY_NAME.search(name) is not None
    if not start and not by_lines:
        raise SourceError("empty", text("文件为空", "the file is empty"))
    if head.startswith(_ZIP):
        book = Workbook(stream, name, kind, sheet)
        return Source(book.header.kind, "xlsx", book.rows(), owner, book.header.names, book.sheets)
    if head.startswith(_OLD_OFFICE):
        raise SourceError(
            "old_excel",
            text(
                "旧版 Excel(.xls)或加密文件,请另存为 XLSX 或 CSV",
                "an old Excel file (.xls) or an encrypted one: save it as XLSX or CSV",
            ),
        )
    if by_lines or start[:1] in (b"{", b"["):
        format = _json_format(start, by_lines=by_lines)
        kind = kind or detect_kind(name, _fields(start, format))
        match format:
            case "ndjson":
                return Source(kind, format, ndjson.rows(stream, head), owner)
            case "json_array":
                return Source(kind, format, json_document.array(stream, head), owner)
            case _:
                return Source(kind, format, json_document.single(stream, head), owner)
    table = CsvFile(stream, head, name, kind)
    return Source(table.header.kind, "csv", table.rows(), owner, table.header.names)


def _json_format(start: bytes, *, by_lines: bool) -> Format:
    """One object a line, one object over several lines, or an array."""
    first, _, rest = start.partition(b"\n")
    if by_lines:
        return "ndjson"
    if start[:1] == b"[":
        return "json_array"
    try:
        parse(first)
    except DuplicateKey:
        return "ndjson"
    except BadJson:
        # A first line that breaks off, or the first of a document written over several lines.
        return "ndjson" if rest.startswith(b"{") else "json"
    return "ndjson"


def _fields(start: bytes, format: Format) -> Collection[str]:
    if format == "ndjson":
        return first_fields(start)
    return frozenset(word.decode("ascii", "replace") for word in re.findall(rb'"([a-z_]+)"\s*:', start))
