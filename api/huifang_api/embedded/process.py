"""A server's process: our own child, or one that an earlier, killed run left behind."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

Escalation = Sequence[tuple[signal.Signals, float]]
_POLL_SECONDS = 0.02


def command_line(pid: int) -> str:
    """The words of a live process's command joined by blanks; empty when there is no such process or only its zombie."""
    if Path("/proc/self/cmdline").exists():
        try:
            raw = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return ""
        return os.fsdecode(raw.rstrip(b"\0").replace(b"\0", b" "))
    asked = ["/bin/ps", "-o", "args=", "-p", str(pid)]
    shown = subprocess.run(asked, capture_output=True, check=False)  # noqa: S603 - a number is all that varies
    return os.fsdecode(shown.stdout).strip()


def exists(pid: int) -> bool:
    """Whether any process has this number, whoever's it is."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class ServerProcess:
    """One running server, known by its pid and its exact command.

    The command is compared at every look, so a pid that the system has given to somebody else is never mistaken for
    the server, and never signalled.
    """

    def __init__(self, pid: int, command: str, child: subprocess.Popen[bytes] | None = None) -> None:
        self.pid = pid
        self.command = command
        self._child = child

    @classmethod
    def adopt(cls, pid: int, marker: str) -> "ServerProcess | None":
        """The live process `pid` if `marker` (the data directory) stands in its command, else None."""
        command = command_line(pid)
        return cls(pid, command) if f" {marker} " in f"{command} " else None

    @property
    def running(self) -> bool:
        """Whether the process is still there."""
        if self._child is not None:
            return self._child.poll() is None
        return command_line(self.pid) == self.command

    def end(self, escalation: Escalation) -> bool:
        """Send each signal in turn and wait its seconds for the process to go; whether it went."""
        for number, seconds in escalation:
            if not self.running:
                return True
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return True
            deadline = time.monotonic() + seconds
            while self.running:
                if time.monotonic() > deadline:
                    break
                time.sleep(_POLL_SECONDS)
        return not self.running
