"""Ends the supervised processes when the supervisor was killed and could not do it itself.

Run as a script, by path, with the seconds of grace as its argument. It reads process group numbers from its standard
input, `+123` for one that started and `-123` for one that is gone. The other end of that pipe is in the supervisor
alone; when it closes, whatever is still listed is asked to end (SIGTERM), and killed when the grace is over.

Unlike PR_SET_PDEATHSIG this reaches the children's children too, depends on no thread, and needs no code between fork
and exec.
"""

import os
import signal
import sys
import time
from collections.abc import Iterable


def read_groups(lines: Iterable[str]) -> set[int]:
    """Follow the supervisor's lines until it is gone; the process groups that it leaves behind."""
    groups: set[int] = set()
    for line in lines:
        number = int(line[1:])
        if line.startswith("+"):
            groups.add(number)
        else:
            groups.discard(number)
    return groups


def end_groups(groups: Iterable[int], grace: float) -> None:
    """Ask each process group to end, and kill after `grace` seconds those that have not."""
    left = {group for group in groups if _signal(group, signal.SIGTERM)}
    deadline = time.monotonic() + grace
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = {group for group in left if _signal(group, 0)}
    for group in left:
        _signal(group, signal.SIGKILL)


def _signal(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    end_groups(read_groups(sys.stdin), float(sys.argv[1]))
