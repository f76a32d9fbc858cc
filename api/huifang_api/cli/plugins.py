"""`huifang plugin`: what is installed, and what is on in a tenant."""

import json
from pathlib import Path

import click
from huifang_core.catalogue import Catalogue, stale_parameters
from huifang_core.derive import SettingsVersion
from huifang_core.registry import installed
from huifang_tenants.clock import wall_now
from huifang_tenants.plugin_allow_list import pin
from huifang_tenants.scope import scope
from huifang_tenants.services.plugins import configure
from huifang_tenants.stores.ledger import Actor
from rich.table import Table

from huifang_api.cli.installation import home_option, installation, json_option, run, tenant_option
from huifang_api.cli.plugin_authoring import check, new, replay
from huifang_api.cli.root import print_json
from huifang_api.cli.screen import console
from huifang_api.runtime import open_runtime


@click.group()
def command() -> None:
    """List installed plugins, switch them on in a tenant, and write new ones.

    \b
    Example:  huifang plugin list
              huifang plugin new jiangsu_life
    """


command.add_command(new)
command.add_command(check)
command.add_command(replay)


@command.command("list")
@home_option
@json_option
def list_(home: Path | None, as_json: bool) -> None:
    """List the installed plugins with their rules; broken ones with the reason.

    \b
    Example:  huifang plugin list --json
    """

    async def work() -> Catalogue:
        async with open_runtime(here.settings) as runtime:
            return await runtime.services.catalogue()

    with installation(home) as here:
        catalogue = run(work())
    if as_json:
        print_json(catalogue)
        return
    table = Table("plugin", "version", "title", "rules", "scripts", "reports", "state")
    today = wall_now().date()
    for id, entry in catalogue.plugins.items():
        stale = stale_parameters(entry, today)
        table.add_row(
            id,
            entry.manifest.version,
            f"{entry.manifest.title.zh_cn} / {entry.manifest.title.en}",
            str(len(entry.rules)),
            str(len(entry.scripts)),
            str(len(entry.reports)),
            f"check the source of {', '.join(stale)}" if stale else "ready",
        )
    for broken in catalogue.broken:
        table.add_row(broken.id, "—", "—", "—", "—", "—", f"broken: {broken.reason}")
    if not catalogue.plugins and not catalogue.broken:
        click.echo("no plugins are installed, so no obligation will be made")
        return
    console().print(table)


@command.command("pin")
@click.argument("plugins", nargs=-1)
def pin_(plugins: tuple[str, ...]) -> None:
    """Print what pins the installed plugins, or these, by version and hash: the list that HUIFANG_PLUGINS names.

    \b
    Example:  huifang plugin pin shandong_life > plugins.toml
              HUIFANG_PLUGINS=plugins.toml huifang plugin list
    """
    points = {point.name: point for point in installed()}
    unknown = [plugin for plugin in plugins if plugin not in points]
    if unknown:
        raise click.UsageError(f"{unknown[0]} is not installed; installed: {', '.join(points) or 'none'}")
    for name in plugins or points:
        found = pin(points[name])
        click.echo(f'[{name}]\nversion = "{found.version}"\nsha256 = "{found.sha256}"\n')


@command.command()
@click.argument("plugin")
@click.option("--settings", help="Settings that differ from the defaults, as a JSON object.")
@click.option("--parameters", help="Parameters stricter than the law, as a JSON object.")
@click.option("--off", is_flag=True, help="Switch it off.")
@tenant_option
@home_option
def enable(
    plugin: str, settings: str | None, parameters: str | None, off: bool, slug: str, home: Path | None
) -> None:
    """Switch a plugin on in a tenant, or change its settings; earlier versions of them are kept.

    \b
    Example:  huifang plugin enable shandong_life --tenant demo
              huifang plugin enable shandong_life --parameters '{"grace_period.before_end_working_days": 20}'
    """
    chosen, stricter = json_object(settings, "--settings"), json_object(parameters, "--parameters")

    async def work() -> SettingsVersion:
        async with open_runtime(here.settings) as runtime:
            tenant = await runtime.registry.by_slug(slug)
            catalogue = await runtime.services.catalogue()
            async with scope(runtime.database, tenant) as opened:
                return await configure(
                    opened,
                    catalogue,
                    plugin,
                    Actor("cli:plugin"),
                    enabled=not off,
                    settings=chosen,
                    parameters=stricter,
                )

    with installation(home) as here:
        version = run(work())
    click.echo(f"{plugin} is {'off' if off else 'on'} in {slug} (settings version {version.version})")
    if not off:
        click.echo("The worker now looks at the contracts that are there already.", err=True)


def json_object(words: str | None, option: str) -> dict[str, object]:
    """Read an option that holds a JSON object."""
    if words is None:
        return {}
    try:
        value = json.loads(words)
    except ValueError as error:
        raise click.UsageError(f"{option} is not valid JSON: {error}") from error
    if not isinstance(value, dict):
        raise click.UsageError(f"{option} must be a JSON object")
    return value
