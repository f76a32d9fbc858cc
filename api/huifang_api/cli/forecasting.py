"""`huifang forecast`: the work of the next days on the screen."""

from pathlib import Path

import click
from huifang_core.windows import SHANGHAI
from huifang_tenants.services.forecast import MOST_DAYS, Forecast, Load, Step, look_ahead
from rich.table import Table

from huifang_api.cli.installation import home_option, installation, json_option, run, tenant_option
from huifang_api.cli.root import print_json
from huifang_api.cli.screen import console
from huifang_api.runtime import open_runtime


@click.command()
@click.option(
    "--days",
    type=click.IntRange(1, MOST_DAYS),
    default=7,
    show_default=True,
    help="Days to look ahead, today included.",
)
@click.option("--by", "step", type=click.Choice(["hour", "day"]), default="day", show_default=True)
@click.option("--unit", help="Code of a unit: only it and those below it.")
@click.option("--totals", is_flag=True, help="Only the figures over all units.")
@tenant_option
@home_option
@json_option
def command(
    days: int, step: Step, unit: str | None, totals: bool, slug: str, home: Path | None, as_json: bool
) -> None:
    """Show how many attempts the next days bring if nobody answers, and how many people may make them.

    \b
    Example:  huifang forecast --days 14
              huifang forecast --by hour --days 2 --unit JN
              huifang forecast --totals --json
    """

    async def work() -> Forecast:
        async with open_runtime(here.settings) as runtime:
            tenant = await runtime.registry.by_slug(slug)
            return await look_ahead(runtime.services, tenant, days=days, step=step, unit=unit)

    with installation(home) as here:
        found = run(work())
    if as_json:
        print_json(found)
        return
    form = "%Y-%m-%d %H:%M" if step == "hour" else "%Y-%m-%d"
    shown = Table(step, "unit", "channel", "attempts", "staff", "each")
    for load in (*(() if totals else found.loads), *found.totals):
        shown.add_row(
            load.at.astimezone(SHANGHAI).strftime(form),
            load.unit or "all",
            load.channel,
            str(load.attempts),
            str(load.staff),
            _each(load),
            style="bold" if load.unit is None else None,
        )
    screen = console()
    screen.print(shown)
    screen.print(f"{found.overdue} overdue, to be worked at once on top of that")
    for reason, number in sorted(found.shortfalls.items()):
        screen.print(f"{number} can't be tried as often as they should before they are due: {reason}")


def _each(load: Load) -> str:
    return f"{load.attempts / load.staff:.1f}" if load.staff else "nobody"
