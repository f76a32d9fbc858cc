"""What processes use, read from /proc: processor seconds of a whole family, memory of this process."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
# Fields of /proc/PID/stat behind the name, counted from the state: see proc(5).
_PARENT, _TIMES = 1, slice(11, 15)


def family_seconds(pid: int) -> float:
    """Processor seconds of a process, its living descendants, and all its children that have ended."""
    stats = {int(entry.name): fields for entry in _running() if (fields := _stat(entry)) is not None}
    family, grown = {pid}, True
    while grown:
        more = {child for child, fields in stats.items() if int(fields[_PARENT]) in family} - family
        family |= more
        grown = bool(more)
    return sum(sum(map(int, stats[member][_TIMES])) for member in family if member in stats) / _TICKS


def resident_mib() -> float:
    """Memory this process has resident now, in MiB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE / 2**20


def _running() -> list[Path]:
    return [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _stat(entry: Path) -> list[str] | None:
    try:
        # The name may hold spaces and brackets, so what follows its last bracket is read.
        return (entry / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
