"""Bytes from a path or a stream, unzipped when gzipped, with a look at what comes first."""

import gzip
import io
import zlib
from os import PathLike
from pathlib import Path
from typing import BinaryIO, Final

from huifang_core.texts import text

from huifang_tenants.intake.problems import SourceError

HEAD: Final = 65_536
"""Bytes looked at to recognise format, encoding and separator."""

MOST_RATIO: Final = 200
"""A gzip file that grows more than this many times is no export but a bomb; exports grow 5 to 30 times."""

RATIO_COUNTS_FROM: Final = 64 * 2**20
"""Unpacked bytes from which the ratio is held against the limit."""

_GZIP: Final = b"\x1f\x8b"


class _Replay(io.RawIOBase):
    """The head that was read already, then the rest of the stream; counts what it hands out."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._head = head
        self._rest = rest
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        if self._head:
            chunk, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            chunk = self._rest.read(len(buffer)) or b""
        buffer[: len(chunk)] = chunk
        self.count += len(chunk)
        return len(chunk)


class _Unzipped(io.RawIOBase):
    """A gzip stream unpacked, its errors told as `SourceError`."""

    def __init__(self, packed: _Replay) -> None:
        super().__init__()
        self._packed = packed
        self._gzip = gzip.GzipFile(fileobj=io.BufferedReader(packed, HEAD), mode="rb")
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        try:
            chunk = self._gzip.read1(len(buffer))
        except (OSError, EOFError, zlib.error) as error:
            raise SourceError(
                "broken_gzip",
                text(
                    "gzip 文件损坏或不完整,请重新上传", "the gzip file is damaged or cut off: send it again"
                ),
            ) from error
        self._count += len(chunk)
        if self._count > RATIO_COUNTS_FROM and self._count > MOST_RATIO * self._packed.count:
            raise SourceError(
                "zip_bomb",
                text(
                    f"gzip 解压后超过压缩前的{MOST_RATIO}倍,拒绝读取",
                    f"the gzip file grows more than {MOST_RATIO} times: it is not read",
                ),
            )
        buffer[: len(chunk)] = chunk
        return len(chunk)


class Bytes:
    """A source of bytes: `head` is its beginning, `stream` all of it, to be read once."""

    def __init__(self, source: "str | PathLike[str] | BinaryIO") -> None:
        owned = isinstance(source, (str, PathLike))
        raw: BinaryIO = Path(source).open("rb") if isinstance(source, (str, PathLike)) else source  # noqa: SIM115
        self._owned = raw if owned else None
        try:
            self.head, replay = _look(raw)
            if self.head.startswith(_GZIP):
                unzipped = io.BufferedReader(_Unzipped(replay), HEAD)
                self.head, replay = _look(unzipped)
        except BaseException:
            self.close()
            raise
        self.stream: BinaryIO = io.BufferedReader(replay, HEAD)

    def close(self) -> None:
        """Close the file if it was opened here; a stream that was handed in stays open."""
        if self._owned is not None:
            self._owned.close()


def _look(raw: BinaryIO) -> tuple[bytes, _Replay]:
    head = b""
    while len(head) < HEAD and (chunk := raw.read(HEAD - len(head))):
        head += chunk
    return head, _Replay(head, raw)
