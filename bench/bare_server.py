"""Serve the bare app as `huifang api` serves the real one: `python -m bench.bare_server`, by the same environment."""

from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server
from huifang_api.settings import load_settings


def main() -> None:
    """Serve until told to stop."""
    settings = load_settings()
    # The same as in huifang_api/cli/serving.py.
    Server(
        "bench.bare_app:create",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.web_workers,
        loop=Loops.uvloop,
        log_level=LogLevels(settings.log_level),
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()


if __name__ == "__main__":
    main()
