"""Keeps the product's processes running: starts them, restarts what dies, stops them all in reverse order."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Protocol, Self

import msgspec

from huifang_api import last_will, logfile

_POLL_SECONDS = 0.05
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ChildProcess(msgspec.Struct, frozen=True):
    """A process to keep running: its name (that of its log file too), its command and its environment (None: ours)."""

    name: str
    command: tuple[str, ...]
    environ: Mapping[str, str] | None = None


class Server(Protocol):
    """What else the supervisor looks after: the embedded servers. `start` after a death starts them again."""

    @property
    def name(self) -> str:
        """What it is called in messages."""

    def start(self) -> str:
        """Start it, or start it again, and return its address."""

    def is_running(self) -> bool:
        """Tell whether it still runs."""


class Patience(msgspec.Struct, frozen=True):
    """When to restart and when to give up. Times are seconds.

    The pause before a restart doubles from `first_pause` to `longest_pause`; a process that lived `healthy_after`
    starts afresh with the first. `quick_deaths` lives in a row shorter than that, and the supervisor gives up.
    """

    first_pause: float = 0.5
    longest_pause: float = 30.0
    healthy_after: float = 10.0
    quick_deaths: int = 5


class SupervisorError(Exception):
    """A process could not be kept running: `name` says which, `last_words` are the last lines of its log."""

    def __init__(self, name: str, problem: str, *, log: Path | None = None, last_words: str = "") -> None:
        super().__init__(name, problem, log, last_words)
        self.name = name
        self.problem = problem
        self.log = log
        self.last_words = last_words

    def __str__(self) -> str:
        parts = [f"{self.name} {self.problem}"]
        if self.last_words:
            parts.append(f"Its last lines:\n{self.last_words}")
        if self.log is not None:
            parts.append(f"Log: {self.log}")
        return "\n".join(parts)


class _Kept:
    """One supervised process and how often it died of late."""

    def __init__(self, child: ChildProcess, output: IO[bytes] | None, log: Path | None) -> None:
        self.child = child
        self.output = output
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.deaths = 0
        self.restart_at = 0.0


class Supervisor:
    """Runs the given processes until told to stop.

    Each writes to `<log_directory>/<name>.log` (to the terminal when `verbose`) and gets nothing on its standard
    input and none of the terminal's signals. `stop_within` is the time in seconds that all of them together have to
    end before they are killed. They end with the supervisor even when that is killed itself.

    Use `run` to block until SIGINT or SIGTERM, or `start` and `stop` (or `with`) around other work.
    """

    def __init__(
        self,
        children: Sequence[ChildProcess],
        log_directory: Path,
        *,
        servers: Sequence[Server] = (),
        verbose: bool = False,
        stop_within: float = 15.0,
        patience: Patience | None = None,
    ) -> None:
        """Name the processes in the order of their start, and the servers, already started, to watch over."""
        self._children = tuple(children)
        self._log_directory = log_directory
        self._servers = tuple(servers)
        self._verbose = verbose
        self._stop_within = stop_within
        self._patience = patience or Patience()
        self._kept: list[_Kept] = []
        self._server_deaths: dict[str, tuple[float, int]] = {}
        self._failure: SupervisorError | None = None
        self._stopping = threading.Event()
        self._hurry = threading.Event()
        self._watch: threading.Thread | None = None
        self._will: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start every process and watch over them in a thread.

        Raises:
            SupervisorError: when one can't be started at all; those before it are stopped again.
            RuntimeError: when it was started before.
        """
        if self._watch is not None:
            raise RuntimeError("this supervisor was started before")
        self._write_will()
        try:
            for child in self._children:
                log = None if self._verbose else self._log_directory / f"{child.name}.log"
                try:
                    kept = _Kept(child, logfile.open_rotated(log) if log else None, log)
                    self._kept.append(kept)
                    self._spawn(kept)
                except OSError as error:
                    raise SupervisorError(child.name, f"can't be started: {error}") from error
        except BaseException:
            self.stop()
            raise
        self._watch = threading.Thread(target=self._keep, name="supervisor", daemon=True)
        self._watch.start()

    def stop(self) -> None:
        """Stop every process, the last started first, and kill what has not ended in time. May be called again."""
        self._stopping.set()
        if self._watch is not None:
            # A server that is just being revived may take longer than anybody wants to wait.
            self._watch.join(self._stop_within)
        deadline = time.monotonic() + self._stop_within
        while self._kept:
            # Each may use its share of what is left, so that one that hangs doesn't cost the others their good end.
            self._end(self._kept[-1], max(0.0, deadline - time.monotonic()) / len(self._kept))
            self._kept.pop()
        if self._will is not None:
            # Its list is empty now: closing the pipe lets it go without a victim.
            self._will.communicate()
            self._will = None

    def run(self) -> None:
        """Start, block until SIGINT, SIGTERM or SIGHUP, and stop; a second signal kills at once. Main thread only.

        Raises:
            SupervisorError: when a process can't be kept running; all others are stopped by then.
        """
        # The signals are minded before anything runs: one that comes while it starts is not lost, nor ends us at once.
        with self._asked_to_stop() as asked, self:
            self._block(asked)

    def wait(self) -> None:
        """Block until SIGINT, SIGTERM or SIGHUP; a second signal makes `stop` kill at once. Main thread only.

        Raises:
            SupervisorError: when a process can't be kept running.
        """
        with self._asked_to_stop() as asked:
            self._block(asked)

    @contextmanager
    def _asked_to_stop(self) -> Iterator[threading.Event]:
        """The event that the first stop signal sets, while the handlers are ours."""
        asked = threading.Event()

        def ask(number: int, frame: FrameType | None) -> None:
            if asked.is_set():
                self._hurry.set()
            asked.set()

        before = {number: signal.signal(number, ask) for number in _STOP_SIGNALS}
        try:
            yield asked
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _block(self, asked: threading.Event) -> None:
        while not asked.wait(_POLL_SECONDS):
            self.check()

    def check(self) -> None:
        """Return when all is well.

        Raises:
            SupervisorError: when the supervisor has given a process up.
        """
        if self._failure is not None:
            raise self._failure

    def wait_until(self, ready: Callable[[], bool], what: str, within: float = 60.0) -> None:
        """Wait for `ready` to say yes, asking ten times a second.

        Raises:
            SupervisorError: when a process was given up meanwhile, or `what` is not ready after `within` seconds.
        """
        deadline = time.monotonic() + within
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                logs = None if self._verbose else self._log_directory
                raise SupervisorError(what, f"was not ready after {within:.0f} s", log=logs)
            time.sleep(0.1)

    def pids(self) -> dict[str, int]:
        """The process id of each process that runs at this moment, by name."""
        running = ((kept.child.name, kept.process) for kept in list(self._kept))
        return {name: process.pid for name, process in running if process is not None}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _keep(self) -> None:
        while not self._stopping.wait(_POLL_SECONDS):
            try:
                for server in self._servers:
                    self._keep_server(server)
                for kept in list(self._kept):
                    self._keep_one(kept)
                if self._will is None or self._will.poll() is not None:
                    self._write_will()
            except SupervisorError as error:
                self._failure = error
                return
            except Exception as error:  # a dead watch must be seen, whatever killed it
                self._failure = SupervisorError("The supervisor", f"failed: {error!r}")
                return

    def _keep_one(self, kept: _Kept) -> None:
        if kept.process is not None:
            if kept.process.poll() is None:
                return
            lived = time.monotonic() - kept.started_at
            code = self._bury(kept)
            kept.deaths = 1 if lived >= self._patience.healthy_after else kept.deaths + 1
            if kept.deaths >= self._patience.quick_deaths:
                words = logfile.tail(kept.log) if kept.log else ""
                raise SupervisorError(
                    kept.child.name,
                    f"ended {kept.deaths} times in a row, the last time with {_how(code)}; given up.",
                    log=kept.log,
                    last_words=words,
                )
            kept.restart_at = time.monotonic() + self._pause(kept.deaths)
        elif time.monotonic() >= kept.restart_at:
            try:
                self._spawn(kept)
            except OSError as error:
                raise SupervisorError(kept.child.name, f"can't be started again: {error}") from error

    def _keep_server(self, server: Server) -> None:
        if server.is_running():
            return
        now = time.monotonic()
        died_at, deaths = self._server_deaths.get(server.name, (0.0, 0))
        deaths = 1 if now - died_at >= self._patience.healthy_after else deaths + 1
        self._server_deaths[server.name] = (now, deaths)
        if deaths >= self._patience.quick_deaths:
            raise SupervisorError(server.name, f"ended {deaths} times in a row; given up.")
        self._stopping.wait(self._pause(deaths))
        if not self._stopping.is_set():
            try:
                server.start()
            except Exception as error:
                raise SupervisorError(server.name, f"ended, and can't be started again: {error}") from error

    def _pause(self, deaths: int) -> float:
        return min(self._patience.first_pause * 2.0 ** (deaths - 1), self._patience.longest_pause)

    def _spawn(self, kept: _Kept) -> None:
        kept.process = subprocess.Popen(  # noqa: S603 - commands come from our own code
            kept.child.command,
            env=kept.child.environ,
            stdin=subprocess.DEVNULL,
            stdout=kept.output,
            stderr=subprocess.STDOUT if kept.output else None,
            # A group of its own: Ctrl-C reaches us alone, and what a child starts can be ended with it.
            start_new_session=True,
        )
        kept.started_at = time.monotonic()
        self._tell_will(f"+{kept.process.pid}")

    def _end(self, kept: _Kept, seconds: float) -> None:
        if kept.output is not None:
            kept.output.close()
        process = kept.process
        if process is None:
            return
        deadline = time.monotonic() + seconds
        process.terminate()
        while process.poll() is None and time.monotonic() < deadline and not self._hurry.is_set():
            time.sleep(_POLL_SECONDS / 5)
        process.kill()
        self._bury(kept)

    def _bury(self, kept: _Kept) -> int:
        """Kill what an ended process left running, then take its exit code."""
        process = kept.process
        if process is None:
            raise RuntimeError(f"{kept.child.name} has no process to bury")
        code = process.wait()
        # A number isn't given out again while a group still has it; macOS answers EPERM for a group of zombies.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        kept.process = None
        self._tell_will(f"-{process.pid}")
        return code

    def _write_will(self) -> None:
        command = [sys.executable, "-I", "-S", last_will.__file__, str(self._stop_within)]
        old, self._will = (
            self._will,
            subprocess.Popen(  # noqa: S603 - our own script
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                bufsize=0,
            ),
        )
        if old is not None and old.stdin is not None:
            old.stdin.close()
        for pid in self.pids().values():
            self._tell_will(f"+{pid}")

    def _tell_will(self, line: str) -> None:
        if self._will is not None and self._will.stdin is not None:
            try:
                self._will.stdin.write(f"{line}\n".encode())
            except BrokenPipeError:
                # It was killed; the watch writes a new one, which then hears of all that run.
                self._will.poll()


@contextmanager
def exit_on_signals() -> Iterator[None]:
    """Within it, SIGTERM and SIGHUP raise SystemExit, so that `with` and `finally` stop what they started.

    Only the first does: one that comes while things are being stopped changes nothing. Main thread only.
    """
    asked = False

    def leave(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if not asked:
            asked = True
            raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
