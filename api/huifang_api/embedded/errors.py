"""What goes wrong when a server of our own can't be started or stopped."""

from pathlib import Path


class EmbeddedServerError(Exception):
    """An embedded server can't be started or stopped.

    `problem` says what failed and why, `fix` what to do about it, `log` where the server's own words are
    (None when it never got so far as to write any).
    """

    def __init__(self, problem: str, *, fix: str, log: Path | None = None) -> None:
        super().__init__(problem, fix, log)
        self.problem = problem
        self.fix = fix
        self.log = log

    def __str__(self) -> str:
        parts = [self.problem]
        if self.log is not None:
            parts.append(f"Log: {self.log}")
        parts.append(f"Fix: {self.fix}")
        return "\n".join(parts)
