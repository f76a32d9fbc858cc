"""How a server of our own is started, joined, adopted and stopped; what differs is in `postgres` and `valkey`."""

import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import ClassVar

import msgspec

from huifang_api import logfile
from huifang_api.embedded.claim import Claim
from huifang_api.embedded.errors import EmbeddedServerError
from huifang_api.embedded.places import Account, make_home
from huifang_api.embedded.process import Escalation, ServerProcess

DEFAULT_HOME = Path("~/.huifang")
# None of our own environment: it may hold addresses with passwords, or PG* settings.
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
_POLL_SECONDS = 0.02


def last(words: str, lines: int = 5) -> str:
    """The last few lines of a log, for a message."""
    return "\n".join(words.splitlines()[-lines:])


class Launch(msgspec.Struct, frozen=True):
    """How to start the server: the whole command, the directory it runs in, and as whom (None: as ourselves)."""

    command: tuple[str, ...]
    directory: Path
    account: Account | None = None


class EmbeddedServer(ABC):
    """A server under a home directory, reached over a Unix socket only.

    `start` gives its address. Whoever starts it first on a home owns it: a later `start` on the same home joins the
    running server, and that one's `stop` leaves it alone. A server that outlived its killed owner is adopted when it
    runs with the command we would use, else replaced.

    As a context manager it starts, gives the address and stops.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    variable: ClassVar[str]
    stop_signals: ClassVar[Escalation]

    def __init__(self, home: Path | None = None, *, start_within: float = 120.0) -> None:
        """Name the home (default `~/.huifang`) and the seconds a start may take, recovery after a crash included."""
        self.home = (home or DEFAULT_HOME).expanduser().resolve()
        self.log = self.home / "log" / f"{self.name}.log"
        self._start_within = start_within
        self._claim = Claim(self.home / f"{self.name}.lock")
        self._process: ServerProcess | None = None

    @abstractmethod
    def _prepare(self) -> Launch:
        """Create what the server needs and say how to start it; called by the owner only."""

    @abstractmethod
    def _find(self) -> ServerProcess | None:
        """The live server of this home, ready or not, whoever started it."""

    @abstractmethod
    def _ready(self, process: ServerProcess) -> bool:
        """Whether the server takes connections at its address."""

    @abstractmethod
    def _address(self) -> str:
        """The address to give to clients."""

    @abstractmethod
    def _mend(self, last_words: str) -> bool:
        """After a start that ended by itself with these log lines: clear the way; whether to try again."""

    def start(self) -> str:
        """Start the server, or join or adopt the one that runs on this home, and return its address.

        Calling it again while the server runs changes nothing; after the server died it starts it again.

        Raises:
            EmbeddedServerError: when it can't be started.
        """
        if self.is_running():
            return self._address()
        deadline = time.monotonic() + self._start_within
        try:
            make_home(self.home)
            while not self._claim.take():
                found = self._find()
                if found is not None and self._ready(found):
                    self._process = found
                    return self._address()
                if time.monotonic() > deadline:
                    raise EmbeddedServerError(
                        f"Process {self._claim.holder()} has held {self.title} in {self.home} for "
                        f"{self._start_within:.0f} s without it being ready.",
                        log=self.log,
                        fix=f"look into the log, end process {self._claim.holder()}, or choose another --home",
                    )
                time.sleep(_POLL_SECONDS)
            self._start_own(deadline)
        except OSError as error:
            self.stop()
            raise self._failure(f"{self.title} can't be started in {self.home}: {error}.") from error
        except BaseException:
            self.stop()
            raise
        return self._address()

    def stop(self) -> None:
        """Stop the server in good order and wait for it, unless another live process owns it.

        On an object that was never started it stops what a killed owner left behind on this home.

        Raises:
            EmbeddedServerError: when it won't end, not even when killed.
        """
        if not self._claim.held and not (self.home.is_dir() and self._claim.take()):
            self._process = None
            return
        try:
            process = self._process or self._find()
            if process is not None and not process.end(self.stop_signals):
                raise self._failure(
                    f"{self.title}, process {process.pid}, does not end, not even when killed."
                )
            self._process = None
        finally:
            self._claim.release()

    def is_running(self) -> bool:
        """Whether the server that `start` gave is still alive."""
        return self._process is not None and self._process.running

    def is_up(self) -> bool:
        """Whether a server runs on this home, whoever started it; nothing is started."""
        return self.is_running() or (self.home.is_dir() and self._find() is not None)

    def pid(self) -> int | None:
        """The server's process id, None when it isn't running."""
        return self._process.pid if self._process is not None and self._process.running else None

    def __enter__(self) -> str:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start_own(self, deadline: float) -> None:
        launch = self._prepare()
        self._process = self._adopted(launch, deadline) or self._launched(launch)
        while not self._ready(self._process):
            if not self._process.running:
                words = logfile.tail(self.log)
                if time.monotonic() > deadline or not self._mend(words):
                    raise self._failure(f"{self.title} ended while starting. Its last words:\n{last(words)}")
                self._process = self._launched(launch)
            elif time.monotonic() > deadline:
                raise self._failure(
                    f"{self.title} was not ready after {self._start_within:.0f} s. "
                    f"Its last words:\n{last(logfile.tail(self.log))}"
                )
            time.sleep(_POLL_SECONDS)

    def _adopted(self, launch: Launch, deadline: float) -> ServerProcess | None:
        found = self._find()
        if found is None:
            return None
        if found.command == " ".join(launch.command):
            while found.running and time.monotonic() < deadline:
                if self._ready(found):
                    return found
                time.sleep(_POLL_SECONDS)
        if not found.end(self.stop_signals):
            raise self._failure(f"{self.title}, process {found.pid}, does not end, not even when killed.")
        return None

    def _launched(self, launch: Launch) -> ServerProcess:
        account = launch.account
        with logfile.open_rotated(self.log) as log:
            child = subprocess.Popen(  # noqa: S603 - the wheels' own programs
                launch.command,
                cwd=launch.directory,
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C in the terminal is for us alone; the server goes last, when nobody uses it any more.
                start_new_session=True,
                umask=0o077,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
        return ServerProcess(child.pid, " ".join(launch.command), child)

    def _failure(self, problem: str) -> EmbeddedServerError:
        return EmbeddedServerError(
            problem,
            log=self.log if self.log.exists() else None,
            fix=f"look into the log, or set {self.variable} to a server of your own",
        )
