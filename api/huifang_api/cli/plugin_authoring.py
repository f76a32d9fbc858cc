"""`huifang plugin new`, `check` and `replay`: for those who write plugins."""

import subprocess
import sys
from pathlib import Path

import click
from huifang_core.scaffold import ScaffoldError, new_plugin
from huifang_core.windows import day_of
from huifang_tenants.clock import wall_now

CHECK_SECONDS = 600


@click.command("new")
@click.argument("name")
@click.option(
    "--into",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=".",
    help="The folder to make it in.",
)
def new(name: str, into: Path) -> None:
    """Make a new plugin, a package of its own that passes its own tests at once.

    \b
    Example:  huifang plugin new jiangsu_life
              huifang plugin check jiangsu_life
    """
    try:
        written = new_plugin(name, into, today=day_of(wall_now()))
    except ScaffoldError as error:
        raise click.UsageError(str(error)) from error
    for path in written:
        click.echo(str(path))
    click.echo(
        f"Next: huifang plugin check {into / name}; then change rules.py, parameters.yaml and cases/.",
        err=True,
    )


@click.command("check")
@click.argument("plugin", metavar="PATH|DISTRIBUTION|ID")
@click.option("--lang", type=click.Choice(["zh-CN", "en"]), default="en", help="Language of the report.")
@click.option("--json", "as_json", is_flag=True, help="Print machine-readable JSON.")
@click.option(
    "--timeout", type=click.IntRange(1), default=CHECK_SECONDS, help="Seconds after which it counts as hung."
)
def check(plugin: str, lang: str, as_json: bool, timeout: int) -> None:
    """Run the conformance suite and the golden cases over a plugin; exit 1 where it does not conform.

    \b
    Example:  huifang plugin check ./jiangsu_life --lang zh-CN
              huifang plugin check shandong_life --json
    """
    command = [sys.executable, "-m", "huifang_core.conformance", plugin, "--lang", lang]
    _in_a_process_of_its_own([*command, "--json"] if as_json else command, timeout)


@click.command("replay")
@click.argument("case", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--plugin",
    metavar="PATH|DISTRIBUTION|ID",
    help="The plugin to play it through; default: the one it names.",
)
@click.option("--lang", type=click.Choice(["zh-CN", "en"]), default="en", help="Language of the steps.")
@click.option(
    "--timeout", type=click.IntRange(1), default=CHECK_SECONDS, help="Seconds after which it counts as hung."
)
def replay(case: Path, plugin: str | None, lang: str, timeout: int) -> None:
    """Play an exported contract through a plugin here, with every step of its rules; exit 1 where it comes out otherwise.

    \b
    Example:  huifang plugin replay case.yaml --plugin ./jiangsu_life
    """
    command = [sys.executable, "-m", "huifang_core.golden", str(case), "--lang", lang]
    _in_a_process_of_its_own([*command, "--plugin", plugin] if plugin else command, timeout)


def _in_a_process_of_its_own(command: list[str], timeout: int) -> None:
    """Run what loads a plugin's code, and cut it off when it hangs; exits 1 or says what is wrong with the use."""
    try:
        done = subprocess.run(  # noqa: S603
            command,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise click.ClickException(f"the plugin did not come to an end within {timeout} seconds") from error
    click.echo(done.stdout, nl=False)
    if done.returncode == 2:
        raise click.UsageError(done.stderr.strip())
    if done.returncode:
        if done.stderr:
            click.echo(done.stderr.strip().splitlines()[-1], err=True)
        raise SystemExit(1)
