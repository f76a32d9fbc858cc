"""Who owns a home's server: the one process that starts it and will stop it."""

import fcntl
import os
from pathlib import Path


class Claim:
    """An exclusive lock on a file, freed by the kernel even when its holder is killed.

    Several commands may use one home at once; only the holder of the claim starts and stops the server, so a short
    command that joined a running `huifang up` can't take the database away from it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor is not None

    def take(self) -> bool:
        """Take the lock without waiting; False when another process (or another object here) holds it.

        Raises:
            OSError: when the lock file can't be opened.
        """
        if self.held:
            return True
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.truncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give the lock back; nothing happens when it isn't held. The file stays, since another may be opening it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> str:
        """The holder's process id as it was written down, or `?`; for messages only."""
        try:
            return self.path.read_text().strip() or "?"
        except OSError:
            return "?"
