"""`huifang simulate`: other settings, or another release of a plugin, on a tenant's real history, changing nothing."""

from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import click
from huifang_tenants.clock import wall_now
from huifang_tenants.plugin_host import PluginHost
from huifang_tenants.services.whatif import Simulation, simulate
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from huifang_api.cli.installation import home_option, installation, json_option, run, tenant_option
from huifang_api.cli.plugins import json_object
from huifang_api.cli.root import print_json
from huifang_api.cli.screen import console, last_day
from huifang_api.runtime import open_runtime


@click.command()
@click.argument("plugin")
@click.option("--settings", help="Settings that differ from the defaults, as a JSON object.")
@click.option("--parameters", help="Parameters stricter than the law, as a JSON object.")
@click.option(
    "--release",
    type=click.Path(exists=True, path_type=Path),
    help="Folder or wheel of another release of the plugin, tried beside the installed one.",
)
@click.option("--show", default=20, show_default=True, help="Differences to show.")
@tenant_option
@home_option
@json_option
def command(
    plugin: str,
    settings: str | None,
    parameters: str | None,
    release: Path | None,
    show: int,
    slug: str,
    home: Path | None,
    as_json: bool,
) -> None:
    """Try settings or a release of a plugin on all contracts of a tenant: which obligations would appear, vanish or move.

    \b
    Example:  huifang simulate shandong_life --parameters '{"grace_period.before_end_working_days": 20}'
              huifang simulate shandong_life --release dist/huifang_shandong_life-0.2.0-py3-none-any.whl
    """
    chosen = None if settings is None else json_object(settings, "--settings")
    stricter = None if parameters is None else json_object(parameters, "--parameters")

    async def work() -> Simulation:
        async with open_runtime(here.settings) as runtime, AsyncExitStack() as opened:
            other = None if release is None else await opened.enter_async_context(PluginHost(release=release))
            tenant = await runtime.registry.by_slug(slug)
            catalogue = await runtime.services.catalogue()
            result = Simulation()
            with Progress(disable=as_json, console=Console(stderr=True)) as progress:
                bar = progress.add_task("contracts", total=None)
                async for result in simulate(
                    runtime.services,
                    tenant,
                    catalogue,
                    plugin,
                    settings=chosen,
                    parameters=stricter,
                    today=wall_now().date(),
                    other=other,
                ):
                    progress.update(bar, completed=result.contracts)
            return result

    with installation(home) as here:
        result = run(work())
    if as_json:
        print_json(result)
        return
    counts = Counter(difference.change for difference in result.differences)
    click.echo(
        f"{result.contracts} contracts: {result.unchanged} obligations stay as they are, {counts['appears']} appear, "
        f"{counts['vanishes']} vanish, {counts['moves']} move; {result.failed} contracts could not be derived"
    )
    table = Table("change", "contract", "kind", "due on", "instead")
    for one in result.differences[:show]:
        table.add_row(
            one.change,
            one.contract_no,
            one.kind,
            last_day(one.due_by),
            last_day(one.due_by_instead),
        )
    if result.differences:
        console().print(table)
