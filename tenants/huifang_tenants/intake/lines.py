"""Lines of text out of bytes: the encoding recognised, each line with its number, and faults told line by line."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO, Final, Literal

from huifang_core.texts import Text, text

from huifang_tenants.intake.problems import SourceError

LONGEST: Final = 2**20
"""Most bytes of one line, and of one row that goes over several."""

Encoding = Literal["utf-8", "gb18030"]
Fault = Literal["nul", "bad_encoding", "too_long"]

FAULTS: Final[dict[Fault, Text]] = {
    "nul": text("含有 NUL 字符(0x00),文件可能已损坏", "has a NUL character in it: the file may be damaged"),
    "bad_encoding": text(
        "编码有误,整个文件应为 UTF-8 或 GB18030",
        "is not in the encoding of the rest of the file, which must be UTF-8 or GB18030 throughout",
    ),
    "too_long": text(
        "超过1 MiB,可能缺少换行或引号未闭合", "is longer than 1 MiB: a line end or a closing quote is missing"
    ),
}

LOSSY: Final[frozenset[Fault]] = frozenset({"bad_encoding", "too_long"})
"""Faults of lines that are given out otherwise than they stood in the file."""


class RowTooLong(Exception):
    """A row that goes over several lines has grown too long."""


def recognise(head: bytes) -> Encoding | None:
    """Tell UTF-8 from GB18030 by the lines that are not plain ASCII; None while there are none.

    The lines vote, so that one broken line does not turn the whole file over.

    Raises SourceError for UTF-16.
    """
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise SourceError(
            "utf_16", text("文件为 UTF-16 编码,请另存为 UTF-8", "the file is in UTF-16: save it as UTF-8")
        )
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8"
    votes = [_is_utf_8(line) for line in head.split(b"\n") if not line.isascii()]
    if not votes:
        return None
    # A Chinese line in GB18030 is hardly ever UTF-8 by chance.
    return "utf-8" if 2 * sum(votes) >= len(votes) else "gb18030"


class Lines:
    """Iterates over the lines of a stream, line ends kept.

    `number` is that of the last line given out, `fault` the first fault since it was last set to None; a faulty line
    is given out as far as it can be read.
    """

    def __init__(self, stream: BinaryIO, head: bytes) -> None:
        self._stream = stream
        self._encoding = recognise(head)
        self._row = 0
        self.number = 0
        self.fault: Fault | None = None

    def begin_row(self) -> None:
        """Count the length of a row from here on."""
        self._row = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self._stream.readline(LONGEST + 1)
        if not raw:
            raise StopIteration
        self.number += 1
        if self.number == 1:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        if len(raw) > LONGEST:
            self._skip_rest(raw)
            self._note("too_long")
            return "\n"
        self._row += len(raw)
        if self._row > LONGEST:
            raise RowTooLong
        if b"\0" in raw:
            self._note("nul")
        if self._encoding is None and not raw.isascii():
            self._encoding = recognise(raw)
        try:
            return raw.decode(self._encoding or "utf-8")
        except UnicodeDecodeError:
            self._note("bad_encoding")
            return raw.decode(self._encoding or "utf-8", "replace")

    def _skip_rest(self, raw: bytes) -> None:
        while raw and not raw.endswith(b"\n"):
            raw = self._stream.readline(LONGEST)

    def _note(self, fault: Fault) -> None:
        if self.fault is None:
            self.fault = fault


def _is_utf_8(line: bytes) -> bool:
    # Not final: the head may end in the middle of a character.
    try:
        codecs.getincrementaldecoder("utf-8")().decode(line)
    except UnicodeDecodeError:
        return False
    return True
