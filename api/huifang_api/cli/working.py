"""`huifang worker`: the worker alone."""

from pathlib import Path

import click

from huifang_api.cli.installation import home_option, kept_option, run
from huifang_api.jobs.worker import run_worker
from huifang_api.servers import check_servers
from huifang_api.settings import load_settings


@click.command()
@home_option
@kept_option
def command(home: Path | None, kept: bool) -> None:
    """Run the worker alone, against the servers HUIFANG_DATABASE_URL and HUIFANG_REDIS_URL name; several may run.

    \b
    Example:  HUIFANG_DATABASE_URL=postgresql://… HUIFANG_REDIS_URL=redis://… huifang worker
    """
    settings = load_settings(home)
    if not kept:
        run(check_servers(settings))
    run_worker(settings)
