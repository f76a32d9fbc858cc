"""`huifang client`: OAuth clients of a tenant."""

from pathlib import Path

import click

from huifang_api.cli.installation import home_option, installation, json_option, run, tenant_option
from huifang_api.cli.root import print_json
from huifang_api.oauth.clients import NewClient, create_client, revoke_client
from huifang_api.oauth.scopes import SCOPES
from huifang_api.runtime import open_runtime


@click.group()
def command() -> None:
    """Create and revoke OAuth clients of a tenant.

    \b
    Example:  huifang client create --tenant demo --name core-system --all-scopes
    """


@command.command()
@click.option("--name", required=True, help="What the client is, for example core-system.")
@click.option(
    "--scope", "scopes", multiple=True, type=click.Choice(sorted(SCOPES)), help="May be given often."
)
@click.option("--all-scopes", is_flag=True, help="Every scope there is.")
@click.option(
    "--vendor", help="Outside vendor (as in the staff data) whose people it acts for, and no others."
)
@tenant_option
@home_option
@json_option
def create(
    name: str,
    scopes: tuple[str, ...],
    all_scopes: bool,
    vendor: str | None,
    slug: str,
    home: Path | None,
    as_json: bool,
) -> None:
    """Create a client and print its secret, which is shown this once.

    \b
    Example:  huifang client create --tenant demo --name core --scope events:write --scope contracts:read
              huifang client create --tenant demo --name hotline --vendor V-7 --scope contacts:write --scope obligations:read
    """
    wanted = tuple(SCOPES) if all_scopes else scopes
    if not wanted:
        raise click.UsageError("give --scope at least once, or --all-scopes")

    async def work() -> NewClient:
        async with open_runtime(here.settings) as runtime:
            tenant = await runtime.registry.by_slug(slug)
            return await create_client(runtime.database, tenant.id, name, wanted, vendor)  # type: ignore[arg-type]

    with installation(home) as here:
        client = run(work())
    if as_json:
        print_json({"client_id": client.client_id, "client_secret": client.secret, "scopes": wanted})
    else:
        click.echo(f"client_id      {client.client_id}\nclient_secret  {client.secret}")
        click.echo("Keep the secret now: it is not shown again.", err=True)


@command.command()
@click.argument("client_id")
@home_option
def revoke(client_id: str, home: Path | None) -> None:
    """Revoke a client: its tokens stop working within seconds.

    \b
    Example:  huifang client revoke CLIENT_ID
    """

    async def work() -> bool:
        async with open_runtime(here.settings) as runtime:
            return await revoke_client(runtime.database, client_id)

    with installation(home) as here:
        done = run(work())
    if not done:
        raise click.ClickException(f"no client {client_id} that could be revoked")
    click.echo(f"{client_id} is revoked")
