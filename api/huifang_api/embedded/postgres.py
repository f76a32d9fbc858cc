"""The embedded PostgreSQL: a real server under the home directory, reached over a Unix socket only."""

import shutil
import signal
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from typing import ClassVar

from huifang_api.embedded import binaries
from huifang_api.embedded.errors import EmbeddedServerError
from huifang_api.embedded.places import Account, account_for, make_private, place_for, socket_directory
from huifang_api.embedded.process import Escalation, ServerProcess, exists
from huifang_api.embedded.server import ENVIRONMENT, EmbeddedServer, Launch, last

_PORT = 5432
_SOCKET = f".s.PGSQL.{_PORT}"
_READY_LINE = 7
_INITIAL = {
    "max_connections": "100",
    # A schema per tenant: dropping some, or a dump of all, locks thousands of relations in one transaction.
    "max_locks_per_transaction": "256",
    "jit": "off",
}
# Commits still reach the system's cache (synchronous_commit stays on), so they survive the server's own death.
_NOT_DURABLE = ("fsync=off", "full_page_writes=off")


class EmbeddedPostgres(EmbeddedServer):
    """PostgreSQL with its data in the home (or where `places.place_for` says when we are root).

    The database is UTF8 with the built-in C.UTF-8 collation, the time zone UTC. Whoever may open the socket, in a
    directory of mode 0700, is trusted as the superuser `postgres`. `durable=False` switches fsync off: for tests,
    whose data may be lost when the machine crashes (a killed server loses nothing).
    """

    name: ClassVar[str] = "postgres"
    title: ClassVar[str] = "PostgreSQL"
    variable: ClassVar[str] = "HUIFANG_DATABASE_URL"
    # Fast shutdown writes a checkpoint, minutes of it after a mass provisioning; an immediate one recovers at the
    # next start instead.
    stop_signals: ClassVar[Escalation] = (
        (signal.SIGINT, 120.0),
        (signal.SIGQUIT, 10.0),
        (signal.SIGKILL, 5.0),
    )

    def __init__(
        self, home: Path | None = None, *, durable: bool = True, start_within: float = 120.0
    ) -> None:
        """Name the home (default `~/.huifang`) and the seconds a start may take, recovery after a crash included."""
        super().__init__(home, start_within=start_within)
        self._durable = durable
        self._sockets: Path | None = None

    @property
    def data(self) -> Path:
        """The data directory, whether it exists yet or not."""
        return place_for(self.home) / "data"

    def _prepare(self) -> Launch:
        place = place_for(self.home)
        data = place / "data"
        account = account_for(data)
        place.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        place.mkdir(mode=0o711 if account else 0o700, exist_ok=True)
        programs = binaries.programs_for(account, place)
        if not data.is_dir():
            self._initialise(programs, place, account)
        _refuse_other_major(data)
        self._sockets = socket_directory(place / "run", _SOCKET, account)
        settings = [
            "listen_addresses=",
            f"port={_PORT}",
            f"unix_socket_directories={self._sockets}",
            "unix_socket_permissions=0700",
            "timezone=UTC",
            "log_timezone=UTC",
            "logging_collector=off",
            "log_destination=stderr",
            *(() if self._durable else _NOT_DURABLE),
        ]
        options = (word for setting in settings for word in ("-c", setting))
        self._clear_recycled(data)
        return Launch((str(programs / "postgres"), "-D", str(data), *options), data, account)

    def _find(self) -> ServerProcess | None:
        status = _status(self.data)
        return ServerProcess.adopt(int(status[0]), str(self.data)) if status else None

    def _ready(self, process: ServerProcess) -> bool:
        status = _status(self.data)
        if len(status) <= _READY_LINE or int(status[0]) != process.pid or status[_READY_LINE] != "ready":
            return False
        self._sockets = Path(status[4])
        try:
            return stat.S_ISSOCK((self._sockets / _SOCKET).stat().st_mode)
        except FileNotFoundError:
            return False

    def _address(self) -> str:
        # The port is said outright, since asyncpg would take it from PGPORT.
        return f"postgresql:///postgres?host={self._sockets}&port={_PORT}&user=postgres"

    def _mend(self, last_words: str) -> bool:
        # Backends of a killed server notice within moments that it is gone.
        if "shared memory block" in last_words:
            time.sleep(0.2)
            return True
        return False

    def _initialise(self, programs: Path, place: Path, account: Account | None) -> None:
        """Make the cluster beside its place and move it there whole, so that a killed start leaves no half of one."""
        for left in place.glob("initdb-*"):
            shutil.rmtree(left, ignore_errors=True)
        fresh = Path(tempfile.mkdtemp(prefix="initdb-", dir=place))
        if account:
            fresh.chmod(0o711)
        make_private(fresh / "data", account)
        command = [str(programs / "initdb"), "-D", str(fresh / "data"), "-U", "postgres", "--auth=trust"]
        command += [
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
        ]
        command += ["--no-instructions", *(() if self._durable else ("--no-sync",))]
        command += [f"--set={name}={value}" for name, value in _INITIAL.items()]
        done = subprocess.run(  # noqa: S603 - the wheel's own program, our own words
            command,
            cwd=fresh / "data",
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            umask=0o077,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        if done.returncode:
            words = last(done.stdout.decode(errors="replace"), 10)
            shutil.rmtree(fresh, ignore_errors=True)
            raise EmbeddedServerError(
                f"initdb could not make a database cluster in {place}. Its last words:\n{words}",
                fix="mend what it names, or choose another --home",
            )
        (fresh / "data").rename(place / "data")
        fresh.rmdir()

    def _clear_recycled(self, data: Path) -> None:
        """Remove a pid file whose number now belongs to another program: PostgreSQL would refuse to start over it.

        One whose process is gone stays: PostgreSQL checks by it that no backend of the dead server still writes.
        """
        status = _status(data)
        if status and exists(int(status[0])) and ServerProcess.adopt(int(status[0]), str(data)) is None:
            (data / "postmaster.pid").unlink()


def _status(data: Path) -> list[str]:
    """The lines of postmaster.pid, each stripped; empty when there is none or it isn't wholly written yet."""
    try:
        lines = [line.strip() for line in (data / "postmaster.pid").read_text().splitlines()]
    except FileNotFoundError:
        return []
    return lines if lines and lines[0].isdigit() else []


def _refuse_other_major(data: Path) -> None:
    ours = binaries.version().split(".")[0]
    try:
        theirs = (data / "PG_VERSION").read_text().strip()
    except FileNotFoundError as error:
        raise EmbeddedServerError(
            f"{data} is no PostgreSQL data directory: it has no PG_VERSION.",
            fix="restore it from a backup, or choose another --home",
        ) from error
    if theirs != ours:
        raise EmbeddedServerError(
            f"The data in {data} was written by PostgreSQL {theirs}; this release carries PostgreSQL {ours}.",
            fix="dump it with the Huifang release that wrote it (pg_dumpall) and restore it into another --home",
        )
