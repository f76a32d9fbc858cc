"""JSON in one piece: a single object, or an array of them such as a CloudEvents batch, read entry by entry."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from huifang_core.texts import text

from huifang_tenants.intake.lines import FAULTS, LONGEST, recognise
from huifang_tenants.intake.ndjson import object_row
from huifang_tenants.intake.problems import FieldProblem, RowProblem, SourceError
from huifang_tenants.intake.rows import RawRow, Rows
from huifang_tenants.intake.stream import HEAD

# A string that is not closed matches as a lone quote: more must be read first.
_TOKEN: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"|["{}\[\],]', re.DOTALL)
_BROKEN_BYTES: Final = re.compile("[\udc80-\udcff]")


def single(stream: BinaryIO, head: bytes) -> Rows:
    """Yield the one object a document holds. Raises SourceError when it is longer than 1 MiB."""
    document = stream.read(LONGEST + 1)
    if len(document) > LONGEST:
        raise SourceError("too_long", text("单个对象超过1 MiB", "a single object longer than 1 MiB"))
    words = document.removeprefix(codecs.BOM_UTF8).decode(recognise(head) or "utf-8", "surrogateescape")
    yield _row(1, words.strip())


def array(stream: BinaryIO, head: bytes) -> Rows:
    """Yield the entries of an array, counted from 1.

    A broken entry is a problem of its own as long as its end can be told; a broken frame ends the reading.
    """
    scan = _Scan(stream, head)
    number = 0
    for number, words in enumerate(scan.entries(), 1):
        yield _row(number, words)
    if scan.problem is not None:
        yield RowProblem(number + 1, scan.problem)


class _Scan:
    """Cuts an array into the texts of its entries, holding one of them at a time."""

    def __init__(self, stream: BinaryIO, head: bytes) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(recognise(head) or "utf-8")("surrogateescape")
        self._text = ""
        self._ended = False
        self.problem: FieldProblem | None = None

    def entries(self) -> Iterator[str]:
        """The texts of the entries; what ended the reading early is in `problem`."""
        self._more()
        self._text = self._text.lstrip("\ufeff \t\r\n")[1:]
        at = start = depth = seen = 0
        while True:
            token = _TOKEN.search(self._text, at)
            if token is None or token[0] == '"':
                if len(self._text) - start > LONGEST:
                    self.problem = FieldProblem("(line)", "too_long", FAULTS["too_long"])
                    return
                # Nothing before `start` is wanted any more.
                self._text, at, start = self._text[start:], (token.start() if token else at) - start, 0
                if not self._more():
                    self._broken_off()
                    return
                continue
            at, mark = token.end(), token[0]
            if mark in "{[":
                depth += 1
            elif mark in "}]" and depth:
                depth -= 1
            elif not depth and mark in ",]}":
                entry = self._text[start : token.start()].strip()
                # Only `[]` may end without an entry before its bracket.
                if entry or mark == "," or seen:
                    yield entry
                seen, start = seen + 1, at
                if mark != ",":
                    self._expect_end(at)
                    return

    def _more(self) -> bool:
        if self._ended:
            return False
        chunk = self._stream.read(HEAD)
        self._ended = not chunk
        self._text += self._decoder.decode(chunk, final=self._ended)
        return True

    def _expect_end(self, at: int) -> None:
        self._text = self._text[at:]
        while not self._text.strip():
            self._text = ""
            if not self._more():
                return
        self.problem = FieldProblem(
            "(line)",
            "after_the_end",
            text("数组结束后还有内容,未读取", "something follows the end of the array; it was not read"),
        )

    def _broken_off(self) -> None:
        self.problem = FieldProblem(
            "(line)", "bad_json", text("JSON 数组不完整,缺少结尾", "the JSON array breaks off before its end")
        )


def _row(number: int, words: str) -> RawRow | RowProblem:
    if _BROKEN_BYTES.search(words):
        return RowProblem(number, FieldProblem("(line)", "bad_encoding", FAULTS["bad_encoding"]))
    return object_row(number, words)
