"""`huifang telephone`: the telephone system (CTI) through which a tenant's callers dial (LN-4a)."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import msgspec
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.telephone import (
    SETTING,
    BrokenTelephone,
    TelephoneSettings,
    check,
    seal,
    settings_of,
    shown,
)
from huifang_tenants.tenant import Tenant

from huifang_api.channels.exchange import Exchange
from huifang_api.channels.telephone import TelephoneFailed
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
from huifang_api.runtime import Runtime, open_runtime

_ACTOR = Actor("cli:telephone")


@click.group()
def command() -> None:
    """Set the telephone system through which a tenant's callers dial, and try it. Calls are made by hand unless set.

    \b
    Example:  huifang telephone set --tenant demo --address https://pbx.example.cn:8089 --username huifang --password-file pw.txt
              huifang telephone try --tenant demo
    """


@command.command("set")
@click.option("--address", required=True, help="Base of the Asterisk, http(s); /ari is below it.")
@click.option("--username", required=True, help="User of ARI.")
@click.option(
    "--password-file",
    required=True,
    type=click.Path(allow_dash=True),
    help="File with its password; - for stdin.",
)
@click.option("--app", default="huifang", show_default=True, help="Name of the app; one for each tenant.")
@click.option(
    "--caller-endpoint",
    default="PJSIP/{staff_no}",
    show_default=True,
    help="How a caller is rung; {staff_no}, {extension}.",
)
@click.option(
    "--customer-endpoint",
    default="PJSIP/{number}@trunk",
    show_default=True,
    help="How a customer is rung; {number}.",
)
@click.option("--caller-id", help="Number that customers see.")
@click.option(
    "--format", "recording_format", type=click.Choice(["wav", "ogg"]), default="wav", show_default=True
)
@click.option(
    "--timeout", type=float, default=5.0, show_default=True, help="Seconds for one request, 0.1 to 30."
)
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
    """Set where and how the telephone system is reached; the password is kept encrypted with the tenant's key.

    \b
    Example:  huifang telephone set --address https://pbx.example.cn:8089 --username huifang --password-file - < pw.txt
    """

    async def work() -> TelephoneSettings:
        async with open_runtime(here.settings) as runtime:
            tenant = await runtime.registry.by_slug(slug)
            wanted = _wanted(tenant, given)
            await _check_address(wanted)
            await _change(here, runtime, tenant, wanted)
            return wanted

    with installation(home) as here:
        wanted = run(work())
    if as_json:
        print_json(shown(wanted))
    else:
        click.echo(f"{slug}: calls go by {wanted.address}; running processes notice within seconds")


@command.command()
@tenant_option
@home_option
@json_option
def show(slug: str, home: Path | None, as_json: bool) -> None:
    """Show the telephone system, without its password.

    \b
    Example:  huifang telephone show --tenant demo
    """

    async def work() -> TelephoneSettings | None:
        async with open_runtime(here.settings) as runtime:
            return settings_of(await runtime.registry.by_slug(slug))

    with installation(home) as here:
        found = shown(run(work()))
    if as_json:
        print_json(found)
    elif found is None:
        click.echo(f"{slug}: calls are made by hand")
    else:
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())


@command.command()
@tenant_option
@home_option
def off(slug: str, home: Path | None) -> None:
    """Use the telephone system no more, and forget its password.

    \b
    Example:  huifang telephone off --tenant demo
    """

    async def work() -> None:
        async with open_runtime(here.settings) as runtime:
            await _change(here, runtime, await runtime.registry.by_slug(slug), None)

    with installation(home) as here:
        run(work())
    click.echo(f"{slug}: calls are made by hand")


@command.command("try")
@tenant_option
@home_option
def try_(slug: str, home: Path | None) -> None:
    """Ask the telephone system which of our lines there are; nobody is rung. Exits 1 if it gave no usable answer.

    \b
    Example:  huifang telephone try --tenant demo
    """

    async def work() -> int | None:
        async with open_runtime(here.settings) as runtime, Exchange() as exchange:
            telephone = await exchange.of(await runtime.registry.by_slug(slug))
            return None if telephone is None else len(await telephone.standing())

    with installation(home) as here:
        try:
            lines = run(work())
        except TelephoneFailed as failed:
            raise click.ClickException(f"{slug}: {failed}") from None
    if lines is None:
        raise click.ClickException(f"{slug}: calls are made by hand")
    click.echo(f"{slug}: the telephone system answers; {lines} of our lines are open")


def _wanted(tenant: Tenant, given: dict[str, Any]) -> TelephoneSettings:
    plain = {
        name: value for name, value in given.items() if name not in ("password_file", "allowed", "timeout")
    }
    sealed = seal(tenant, secret_in(given["password_file"], "password"))
    try:
        return check(
            msgspec.convert(
                {
                    **plain,
                    "sealed": sealed,
                    "timeout_seconds": given["timeout"],
                    "allowed_networks": list(given["allowed"]),
                },
                TelephoneSettings,
            )
        )
    except (msgspec.ValidationError, BrokenTelephone) as error:
        raise click.UsageError(str(error)) from error


async def _check_address(wanted: TelephoneSettings) -> None:
    """Refuse at once what would be refused at every call; a name that can't be resolved now may be one later."""
    parts = urlsplit(wanted.address)
    await check_callable(parts.hostname or "", parts.port or 0, wanted.allowed_networks)


async def _change(
    here: Installation, runtime: Runtime, tenant: Tenant, wanted: TelephoneSettings | None
) -> None:
    """Write the setting, and leave a row in the tenant's ledger that says so without the password."""
    action = "telephone.set" if wanted is not None else "telephone.off"
    await put_setting(here, runtime, tenant, SETTING, wanted, _ACTOR, action, shown(wanted))
