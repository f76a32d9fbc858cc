"""`huifang api`: the web process alone."""

from pathlib import Path

import click
from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server

from huifang_api.cli.installation import home_option, kept_option, run
from huifang_api.servers import check_servers
from huifang_api.settings import load_settings


@click.command()
@home_option
@kept_option
def command(home: Path | None, kept: bool) -> None:
    """Run the web process alone, against the servers HUIFANG_DATABASE_URL and HUIFANG_REDIS_URL name.

    \b
    Example:  HUIFANG_DATABASE_URL=postgresql://… HUIFANG_REDIS_URL=redis://… huifang api
    """
    settings = load_settings(home)
    if not kept:
        run(check_servers(settings))
    Server(
        "huifang_api.asgi:create",
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
