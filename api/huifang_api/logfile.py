"""Log files of the processes this product starts: rotated at each start, and read back when one fails."""

from pathlib import Path
from typing import BinaryIO

KEPT = 3
_TAIL_BYTES = 64 * 1024


def open_rotated(path: Path) -> BinaryIO:
    """Open a fresh log at `path`, keeping the last three as `path.1` (newest) to `path.3`.

    The directory is made when missing, for its owner only: logs may name customers. The caller closes the file.

    Raises:
        OSError: when the directory or the file can't be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size:
        for number in range(KEPT - 1, 0, -1):
            older = _numbered(path, number)
            if older.exists():
                older.replace(_numbered(path, number + 1))
        path.replace(_numbered(path, 1))
    return path.open("ab")


def tail(path: Path, lines: int = 20) -> str:
    """The last `lines` lines of a log, or an empty string when there is none to read."""
    try:
        with path.open("rb") as log:
            log.seek(0, 2)
            log.seek(max(0, log.tell() - _TAIL_BYTES))
            text = log.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")
