"""`huifang up`: everything a person needs on one machine, until stopped."""

from pathlib import Path

import click

from huifang_api.cli.installation import home_option
from huifang_api.cli.stack import running


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the API; default HUIFANG_PORT or 8080.")
@click.option("--verbose", is_flag=True, help="Show what the processes write, too.")
@home_option
def command(port: int | None, verbose: bool, home: Path | None) -> None:
    """Start servers, API and worker, and keep them running until Ctrl-C or SIGTERM.

    With HUIFANG_DATABASE_URL and HUIFANG_REDIS_URL set, those servers are used instead of embedded ones.

    \b
    Example:  huifang up --port 8081
    """
    serving = False
    try:
        with running(home, port=port, verbose=verbose) as stack:
            serving = True
            click.echo(f"API        {stack.address}/api/v1")
            click.echo(f"Reference  {stack.address}/docs")
            click.echo(f"Logs       {stack.here.settings.log_directory}")
            click.echo("Stop with Ctrl-C.")
            stack.supervisor.wait()
    except (SystemExit, KeyboardInterrupt):
        # Told to stop once everything ran: that is how it is meant to end, however early.
        if not serving:
            raise
