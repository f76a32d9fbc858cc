"""The processes of a running installation: embedded servers, API and worker under one supervisor."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import httpx
import msgspec
from huifang_tenants.provisioning import runtime_url

from huifang_api.cli.installation import Installation, installation
from huifang_api.settings import Settings
from huifang_api.supervisor import ChildProcess, Supervisor, exit_on_signals


class Stack(msgspec.Struct, frozen=True, eq=False):
    """What runs: the installation, its supervisor, and the address of the API."""

    here: Installation
    supervisor: Supervisor
    address: str


@contextmanager
def running(home: Path | None, *, port: int | None = None, verbose: bool = False) -> Iterator[Stack]:
    """Start everything and stop it at the end, also on SIGTERM; the API answers when this yields."""
    with exit_on_signals(), installation(home, redis=True) as here:
        settings = here.settings
        if port is not None:
            settings = msgspec.structs.replace(settings, port=port, issuer=f"http://{settings.host}:{port}")
        _check_port(settings)
        here = msgspec.structs.replace(here, settings=settings)
        # They get the runtime login's address: who answers requests need not be able to provision.
        login = runtime_url(here.admin_url, here.keys)
        environ = {**os.environ, **settings.environ(), "HUIFANG_DATABASE_URL": login}
        children = [
            ChildProcess(name, (sys.executable, "-m", "huifang_api", name, "--kept"), environ)
            for name in ("api", "worker")
        ]
        address = f"http://{settings.host}:{settings.port}"
        supervisor = Supervisor(children, settings.log_directory, servers=here.embedded, verbose=verbose)
        with supervisor:
            supervisor.wait_until(lambda: _is_ready(address), "the API to answer", within=60)
            yield Stack(here, supervisor, address)


def _check_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise click.UsageError(
                f"port {settings.port} of {settings.host} is taken ({error.strerror}); "
                "choose another with --port or HUIFANG_PORT"
            ) from error


def _is_ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False
