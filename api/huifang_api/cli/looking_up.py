"""`huifang policy-lookup`: where a tenant's core system is asked for a policy's present data (SD-4)."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import msgspec
from huifang_core.windows import SHANGHAI
from huifang_tenants.policy_lookup import (
    SETTING,
    BearerToken,
    BrokenLookUp,
    ClientCredentials,
    LookUpSettings,
    check,
    seal,
    settings_of,
    shown,
)
from huifang_tenants.scope import scope
from huifang_tenants.services.look_up import MEANINGS, freshness, look_up
from huifang_tenants.stores import contracts
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.look_ups import Freshness
from huifang_tenants.tenant import Tenant

from huifang_api.cli.installation import (
    Installation,
    home_option,
    installation,
    json_option,
    run,
    tenant_option,
)
from huifang_api.cli.other_systems import check_callable, put_setting, secret_in
from huifang_api.cli.root import print_json
from huifang_api.core_system import CoreSystemClient
from huifang_api.runtime import Runtime, open_runtime

_ACTOR = Actor("cli:policy-lookup")
_WORKED = ("confirmed", "changed", "older")


@click.group()
def command() -> None:
    """Set where a tenant's core system is asked for a policy's present data, and try it. Off unless set.

    \b
    Example:  huifang policy-lookup set --tenant demo --address https://core.example.cn/api --token-file token.txt
              huifang policy-lookup try TY370120269000001 --tenant demo
    """


@command.command("set")
@click.option(
    "--address", required=True, help="Base of the core system, http(s); /policies/{contract_no} is below it."
)
@click.option(
    "--token-file", type=click.Path(allow_dash=True), help="File with a bearer token; - reads it from stdin."
)
@click.option("--token-address", help="Token endpoint, for OAuth 2 client credentials.")
@click.option("--client-id", help="Client at the token endpoint.")
@click.option(
    "--secret-file", type=click.Path(allow_dash=True), help="File with the client's secret; - for stdin."
)
@click.option("--token-scope", help="Scope to ask the token endpoint for.")
@click.option(
    "--timeout", type=float, default=2.0, show_default=True, help="Seconds for one question, 0.1 to 10."
)
@click.option("--fresh", type=int, default=300, show_default=True, help="Seconds an answer counts as fresh.")
@click.option("--most-bytes", type=int, default=262_144, show_default=True, help="Most bytes of an answer.")
@click.option(
    "--allow",
    "allowed",
    multiple=True,
    help="Network that may be called though it is this machine's or link-local, such as 127.0.0.1/32; may be given often.",
)
@tenant_option
@home_option
@json_option
def set_(slug: str, home: Path | None, as_json: bool, **given: Any) -> None:
    """Set where and how the core system is asked; a token or secret is kept encrypted with the tenant's key.

    \b
    Example:  huifang policy-lookup set --address https://core.example.cn/api --token-file - < token.txt
              huifang policy-lookup set --address https://core.example.cn/api --client-id huifang \\
                  --secret-file secret.txt --token-address https://login.example.cn/oauth/token
    """

    async def work() -> LookUpSettings:
        async with open_runtime(here.settings) as runtime:
            tenant = await runtime.registry.by_slug(slug)
            wanted = _wanted(tenant, given)
            await _check_addresses(wanted)
            await _change(here, runtime, tenant, wanted)
            return wanted

    with installation(home) as here:
        wanted = run(work())
    if as_json:
        print_json(shown(wanted))
    else:
        click.echo(
            f"{slug}: policies are looked up at {wanted.address}; running processes notice within seconds"
        )


@command.command()
@tenant_option
@home_option
@json_option
def show(slug: str, home: Path | None, as_json: bool) -> None:
    """Show how the core system is asked, without secrets.

    \b
    Example:  huifang policy-lookup show --tenant demo
    """

    async def work() -> LookUpSettings | None:
        async with open_runtime(here.settings) as runtime:
            return settings_of(await runtime.registry.by_slug(slug))

    with installation(home) as here:
        found = shown(run(work()))
    if as_json:
        print_json(found)
    elif found is None:
        click.echo(f"{slug}: there is no policy look-up")
    else:
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())


@command.command()
@tenant_option
@home_option
def off(slug: str, home: Path | None) -> None:
    """Ask the core system no more, and forget the token or secret.

    \b
    Example:  huifang policy-lookup off --tenant demo
    """

    async def work() -> None:
        async with open_runtime(here.settings) as runtime:
            await _change(here, runtime, await runtime.registry.by_slug(slug), None)

    with installation(home) as here:
        run(work())
    click.echo(f"{slug}: there is no policy look-up any more")


@command.command("try")
@click.argument("contract_no")
@tenant_option
@home_option
@json_option
def try_(contract_no: str, slug: str, home: Path | None, as_json: bool) -> None:
    """Look one contract up, take in what is newer, and say how it went. Exits 1 if there was no usable answer.

    \b
    Example:  huifang policy-lookup try TY370120269000001 --tenant demo
    """

    async def work() -> Freshness:
        async with open_runtime(here.settings) as runtime, CoreSystemClient() as core:
            tenant = await runtime.registry.by_slug(slug)
            async with scope(runtime.database, tenant, read_only=True) as opened:
                stored = (await contracts.by_numbers(opened, [contract_no])).get(contract_no)
            if stored is None:
                raise click.ClickException(f"no contract {contract_no} in tenant {slug}")
            outcomes = await look_up(runtime.services, core, tenant, [stored.id], anew=True)
            async with scope(runtime.database, tenant, read_only=True) as opened:
                [found] = await freshness(opened, [stored.id], outcomes)
                return found

    with installation(home) as here:
        found = run(work())
    if as_json:
        print_json(found)
    else:
        as_of = found.as_of.astimezone(SHANGHAI).isoformat(timespec="seconds")
        click.echo(f"{contract_no}: {found.look_up}: {MEANINGS[found.look_up].en}")
        click.echo(f"on file: version {found.version}, as of {as_of}, from {found.origin}")
    raise click.exceptions.Exit(0 if found.look_up in _WORKED else 1)


def _wanted(tenant: Tenant, given: dict[str, Any]) -> LookUpSettings:
    token_file, secret_file = given["token_file"], given["secret_file"]
    client = (given["token_address"], given["client_id"], secret_file)
    auth: BearerToken | ClientCredentials | None = None
    if token_file is not None and any(client):
        raise click.UsageError("give a token, or a client with its secret, not both")
    if token_file is not None:
        auth = BearerToken(seal(tenant, secret_in(token_file)))
    elif any(client):
        if not all(client):
            raise click.UsageError("a client needs --token-address, --client-id and --secret-file")
        auth = ClientCredentials(
            token_address=given["token_address"],
            client_id=given["client_id"],
            sealed=seal(tenant, secret_in(secret_file)),
            scope=given["token_scope"],
        )
    wanted = LookUpSettings(
        address=given["address"],
        auth=auth,
        timeout_seconds=given["timeout"],
        fresh_seconds=given["fresh"],
        bytes_at_most=given["most_bytes"],
        allowed_networks=tuple(given["allowed"]),
    )
    try:
        # Once through their own form: bounds are checked there.
        return check(msgspec.convert(msgspec.to_builtins(wanted), LookUpSettings))
    except (msgspec.ValidationError, BrokenLookUp) as error:
        raise click.UsageError(str(error)) from error


async def _check_addresses(wanted: LookUpSettings) -> None:
    """Refuse at once what would be refused at every look-up; a name that can't be resolved now may be one later."""
    addresses = [wanted.address]
    if isinstance(wanted.auth, ClientCredentials):
        addresses.append(wanted.auth.token_address)
    for address in addresses:
        parts = urlsplit(address)
        await check_callable(parts.hostname or "", parts.port or 0, wanted.allowed_networks)


async def _change(
    here: Installation, runtime: Runtime, tenant: Tenant, wanted: LookUpSettings | None
) -> None:
    """Write the setting, and leave a row in the tenant's ledger that says so without the secret."""
    action = "policy_lookup.set" if wanted is not None else "policy_lookup.off"
    await put_setting(here, runtime, tenant, SETTING, wanted, _ACTOR, action, shown(wanted))
