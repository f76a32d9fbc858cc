"""`huifang sampling`: the draws of a tenant, drawing on demand, and repeating a draw from its bundle."""

from pathlib import Path

import click
import msgspec
from huifang_core.sampling_proof import Bundle, problems
from huifang_tenants.scope import scope
from huifang_tenants.services.draws import ask_for_draw, bundle_of, work_on_draws
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.reading import draws as reading
from huifang_tenants.stores.reading.keyset import Page
from rich.table import Table

from huifang_api.cli.installation import home_option, installation, json_option, run, tenant_option
from huifang_api.cli.root import print_json
from huifang_api.cli.screen import console
from huifang_api.paging import shaped
from huifang_api.runtime import open_runtime
from huifang_api.shapes.draws import DrawSummary

_MOST: int = 200


@click.group()
def command() -> None:
    """Show draws, make one on demand, and verify that one holds.

    \b
    Example:  huifang sampling list --tenant demo
    """


@command.command("list")
@click.option("--plan", help="Only this plan, as PLUGIN/PLAN.")
@tenant_option
@home_option
@json_option
def list_(plan: str | None, slug: str, home: Path | None, as_json: bool) -> None:
    """List a tenant's draws, those committed to last first.

    \b
    Example:  huifang sampling list --plan motor/assessment
    """

    async def work() -> list[DrawSummary]:
        async with open_runtime(here.settings) as runtime:
            tenant = await runtime.registry.by_slug(slug)
            async with scope(runtime.database, tenant, read_only=True) as opened:
                asked = Page(limit=_MOST, descending=True)
                found = await reading.list_draws(opened, reading.DrawFilter(plan=plan), asked)
        return shaped(DrawSummary, found.rows)

    with installation(home) as here:
        found = run(work())
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("no draws: no plugin that is on declares a plan")
        return
    table = Table("plan", "period", "state", "committed", "population hash", "problem")
    for draw in found:
        table.add_row(
            draw.plan,
            draw.period,
            draw.status,
            "late" if draw.committed_late else "before it began",
            (draw.population_hash or "—")[:16],
            draw.problem or draw.skipped or "—",
        )
    console().print(table)


@command.command("run")
@click.argument("plan")
@click.argument("period")
@click.option("--reason", required=True, help="Why it is drawn now; stands in the ledger.")
@click.option("--staff", help="Staff number of whoever wants it; needs a role that may.")
@click.option("--leave-out-failed", is_flag=True, help="Leave out what the plan fails on.")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File for the bundle; else printed.",
)
@tenant_option
@home_option
def run_(
    plan: str,
    period: str,
    reason: str,
    staff: str | None,
    leave_out_failed: bool,
    output: Path | None,
    slug: str,
    home: Path | None,
) -> None:
    """Draw a period now, early or long past, and write the bundle; of one drawn before, only write it.

    \b
    Example:  huifang sampling run motor/assessment 2026-03 --reason "imported history" -o draw.json
    """

    async def work() -> Bundle:
        async with open_runtime(here.settings) as runtime:
            tenant = await runtime.registry.by_slug(slug)
            catalogue = await runtime.services.catalogue()
            async with scope(runtime.database, tenant) as opened:
                wanted = reading.DrawFilter(plan=plan, period=period, status="drawn")
                known = await reading.list_draws(opened, wanted, Page(limit=1))
                if known.rows:
                    id = known.rows[0]["id"]
                else:
                    actor = Actor("cli:sampling", staff)
                    id = await ask_for_draw(
                        opened, catalogue, plan, period, actor, reason, leave_out_failed=leave_out_failed
                    )
            while await work_on_draws(runtime.services, tenant):
                pass
            async with scope(runtime.database, tenant, read_only=True) as opened:
                row = await reading.get_draw(opened, id)
                if row is not None and row["problem"]:
                    raise click.ClickException(row["problem"])
                return await bundle_of(opened, id)

    with installation(home) as here:
        bundle = run(work())
    if output is None:
        print_json(bundle)
    else:
        output.write_bytes(msgspec.json.format(msgspec.json.encode(bundle), indent=1))
        drawn = sum(member.drawn for member in bundle.members)
        click.echo(f"{output} written: {drawn} drawn of {len(bundle.members)}")


@command.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@json_option
def verify(file: Path, as_json: bool) -> None:
    """Repeat a draw from its bundle, without a server; exits with 1 where anything does not hold.

    \b
    Example:  huifang sampling verify draw.json
    """
    try:
        bundle = msgspec.json.decode(file.read_bytes(), type=Bundle)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file} is no bundle of a draw: {error}") from error
    found = problems(bundle)
    if as_json:
        print_json({"holds": not found, "problems": found})
    elif found:
        for problem in found:
            click.echo(problem)
    else:
        drawn = sum(member.drawn for member in bundle.members)
        late = ", the seed was committed to late" if bundle.committed_late else ""
        click.echo(f"holds: {drawn} drawn of {len(bundle.members)} by {bundle.plan} in {bundle.period}{late}")
    if found:
        raise click.exceptions.Exit(1)
