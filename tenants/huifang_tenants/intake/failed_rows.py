"""Rows that were refused, as they came in, written as lines of a file to correct and send again.

Of a table that is a CSV file with the header as it stood, else one of a JSON object a line.
"""

import csv
import io
import re
from datetime import date, datetime, time
from typing import Any, Final

import msgspec

_LINE_BREAKS: Final = re.compile(r"[\r\n]+")


def line_of(raw: tuple[Any, ...] | str) -> str:
    """A row as it stood, cells or JSON text, as a line with its end."""
    return _object_line(raw) if isinstance(raw, str) else table_line(raw)


def table_line(cells: tuple[Any, ...]) -> str:
    """Cells as a line of CSV, its end included."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow([_cell_text(cell) for cell in cells])
    return buffer.getvalue()


def _object_line(words: str) -> str:
    if "\n" in words or "\r" in words:
        try:
            words = msgspec.json.format(words, indent=-1)
        except (msgspec.MsgspecError, RecursionError):
            # No JSON, and without line breaks neither.
            words = _LINE_BREAKS.sub(" ", words)
    return words.strip() + "\n"


def _cell_text(cell: Any) -> str:
    """A cell as CSV writes it; those of a workbook may be numbers and dates."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 10**15 else repr(cell)
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
        case date() | time():
            return cell.isoformat()
    return str(cell)
