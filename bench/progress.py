"""Telling on standard error what is being measured."""

import sys
import time


class Progress:
    """Says what goes on, with the seconds since it was made."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def say(self, text: str) -> None:
        """Write one line."""
        print(f"[{time.monotonic() - self._started:6.1f} s] {text}", file=sys.stderr, flush=True)
