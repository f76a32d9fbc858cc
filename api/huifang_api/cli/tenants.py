"""`huifang tenant`: create, list and migrate tenants, and move the clock of a sandbox."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import click
import msgspec
from huifang_core.windows import SHANGHAI
from huifang_tenants.errors import IllegalSlug
from huifang_tenants.migrate import TenantOutcome, migrate_tenants
from huifang_tenants.provisioning import change_setting, create_tenant, list_tenants
from huifang_tenants.scope import scope
from huifang_tenants.services.tenant_settings import change_settings
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.tenant import PLUGINS_ALLOWED, Tenant
from huifang_tenants.tenant_settings import TenantSettings, settings_of, stored
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from huifang_api.cli.installation import home_option, installation, json_option, run
from huifang_api.cli.root import print_json
from huifang_api.cli.screen import console
from huifang_api.runtime import open_runtime

_HOURS_AND_MINUTES: Final = re.compile(r"\d\d:\d\d")


@click.group()
def command() -> None:
    """Create, list and migrate tenants.

    \b
    Example:  huifang tenant create taiyue --name "泰岳人寿" --cut-over 2026-09-01
    """


@command.command()
@click.argument("slug")
@click.option("--name", required=True, help="The tenant's name, as people read it.")
@click.option("--cut-over", type=click.DateTime(["%Y-%m-%d"]), help="First day of going live, YYYY-MM-DD.")
@click.option("--clock", help="Make a sandbox whose business time stands here, for example 2026-10-12T09:00.")
@home_option
@json_option
def create(
    slug: str, name: str, cut_over: datetime | None, clock: str | None, home: Path | None, as_json: bool
) -> None:
    """Create a tenant: its schema, role, rights and key, all or nothing.

    \b
    Example:  huifang tenant create taiyue --name "泰岳人寿" --cut-over 2026-09-01
    """
    clock_at = _instant(clock) if clock else None
    with installation(home) as here:
        try:
            tenant = run(
                create_tenant(
                    here.admin_url,
                    here.keys,
                    slug,
                    name,
                    cut_over_on=cut_over.date() if cut_over else None,
                    clock_at=clock_at,
                )
            )
        except IllegalSlug as error:
            raise click.UsageError(str(error)) from error
    if as_json:
        print_json(_view(tenant))
    else:
        click.echo(f"tenant {tenant.slug} stands ready (schema {tenant.schema_name})")


@command.command("list")
@home_option
@json_option
def list_(home: Path | None, as_json: bool) -> None:
    """List the tenants with their state.

    \b
    Example:  huifang tenant list --json
    """
    with installation(home) as here:
        tenants = run(list_tenants(here.admin_url))
    if as_json:
        print_json(tenants)
        return
    if not tenants:
        click.echo("no tenants yet: `huifang tenant create SLUG --name NAME` makes one")
        return
    table = Table("slug", "name", "state", "cut-over", "sandbox clock")
    for tenant in tenants:
        table.add_row(
            tenant.slug,
            tenant.name,
            tenant.state,
            tenant.cut_over_on.isoformat() if tenant.cut_over_on else "—",
            tenant.clock_at.astimezone(SHANGHAI).isoformat() if tenant.clock_at else "—",
        )
    console().print(table)


@command.command()
@home_option
@json_option
def migrate(home: Path | None, as_json: bool) -> None:
    """Bring every tenant's tables up to date; one that fails doesn't stop the others, and running it again finishes.

    \b
    Example:  huifang tenant migrate
    """
    with installation(home) as here, Progress(disable=as_json, console=Console(stderr=True)) as progress:
        bar = progress.add_task("migrating tenants", total=len(run(list_tenants(here.admin_url))))

        def step(outcome: TenantOutcome) -> None:
            progress.advance(bar)

        outcomes = run(migrate_tenants(here.admin_url, progress=step))
    if as_json:
        print_json(outcomes)
    else:
        for outcome in outcomes:
            click.echo(f"{outcome.slug}: {outcome.error or 'up to date'}")
    if any(outcome.error for outcome in outcomes):
        raise click.exceptions.Exit(1)


@command.command()
@click.argument("slug")
@click.argument("to")
@home_option
def clock(slug: str, to: str, home: Path | None) -> None:
    """Move the clock of a sandbox tenant forward; what falls due on the way is done in order.

    \b
    Example:  huifang tenant clock demo 2026-10-13T09:00
    """
    from huifang_tenants.services.upkeep import advance_clock

    at = _instant(to)

    async def move() -> Tenant:
        async with open_runtime(here.settings) as runtime:
            tenant = await runtime.registry.by_slug(slug)
            return await advance_clock(runtime.services, runtime.registry, tenant, at)

    with installation(home) as here:
        moved = run(move())
    click.echo(
        f"{slug}: it is now {moved.clock_at.astimezone(SHANGHAI).isoformat() if moved.clock_at else '—'}"
    )


@command.command()
@click.argument("slug")
@click.argument("changes", nargs=-1, metavar="[NAME=VALUE]...")
@home_option
@json_option
def settings(slug: str, changes: tuple[str, ...], home: Path | None, as_json: bool) -> None:
    """Show a tenant's settings, changed first where any are given; an empty value sets the default again.

    \b
    Example:  huifang tenant settings demo
              huifang tenant settings demo draws_wait_days=2 calling_hours.opens=08:30 insurer_name=泰岳人寿
    """

    async def work() -> TenantSettings:
        async with open_runtime(here.settings) as runtime:
            tenant = await runtime.registry.by_slug(slug)
            found = settings_of(tenant)
            if not changes:
                return found
            wanted = _with_changes(found, changes)
            async with scope(runtime.database, tenant) as opened:
                await change_settings(opened, wanted, Actor("cli:tenant-settings"))
            return wanted

    with installation(home) as here:
        found = run(work())
    if as_json:
        print_json(found)
        return
    for name, value in _lines(stored(found)):
        click.echo(f"{name} = {value}")


@command.command()
@click.argument("slug")
@click.option("--allow", "allowed", multiple=True, help="A plugin that it may use; may be given often.")
@click.option("--any", "anything", is_flag=True, help="Let it use every plugin that is installed.")
@home_option
def plugins(slug: str, allowed: tuple[str, ...], anything: bool, home: Path | None) -> None:
    """Show which plugins a tenant may use, changed first where any are given; what is left out is off for it.

    \b
    Example:  huifang tenant plugins demo --allow shandong_life --allow health
              huifang tenant plugins demo --any
    """
    if allowed and anything:
        raise click.UsageError("give --allow or --any, not both")

    async def work() -> list[str] | None:
        async with open_runtime(here.settings) as runtime:
            tenant = await runtime.registry.by_slug(slug)
            known = (await runtime.services.catalogue()).plugins
            unknown = [plugin for plugin in allowed if plugin not in known]
            if unknown:
                raise click.UsageError(
                    f"{unknown[0]} is not installed; installed: {', '.join(known) or 'none'}"
                )
            if not allowed and not anything:
                present: list[str] | None = tenant.settings.get(PLUGINS_ALLOWED)
                return present
            wanted = sorted(allowed) or None
            await change_setting(here.admin_url, tenant.id, PLUGINS_ALLOWED, wanted)
            async with scope(runtime.database, tenant) as opened:
                details = {"allowed": wanted}
                actor = Actor("cli:tenant-plugins")
                await record(
                    opened, actor, "tenant.plugins_allowed", "tenant", tenant.id, details, details=details
                )
            return wanted

    with installation(home) as here:
        found = run(work())
    click.echo(f"{slug} may use {'every plugin' if found is None else ', '.join(found)}")


def _with_changes(present: TenantSettings, changes: Iterable[str]) -> TenantSettings:
    wanted = dict(_lines(stored(present)))
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals or name not in wanted:
            known = ", ".join(sorted(wanted))
            raise click.UsageError(f"{change!r}: write NAME=VALUE, with one of {known}")
        if value:
            wanted[name] = f"{value}:00" if _HOURS_AND_MINUTES.fullmatch(value) else value
        else:
            del wanted[name]
    nested: dict[str, Any] = {}
    for name, value in wanted.items():
        outer, _, inner = name.rpartition(".")
        place = nested.setdefault(outer, {}) if outer else nested
        place[inner] = value
    try:
        return msgspec.convert(nested, TenantSettings, strict=False)
    except msgspec.ValidationError as error:
        raise click.UsageError(str(error)) from error


def _lines(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _lines(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)


def _instant(words: str) -> datetime:
    try:
        at = datetime.fromisoformat(words)
    except ValueError as error:
        raise click.UsageError(f"{words!r} is no instant; write it as 2026-10-12T09:00") from error
    return (at if at.tzinfo else at.replace(tzinfo=SHANGHAI)).astimezone(UTC)


def _view(tenant: Tenant) -> dict[str, str | date | datetime | None]:
    return {
        "id": str(tenant.id),
        "slug": tenant.slug,
        "name": tenant.name,
        "schema": tenant.schema_name,
        "state": tenant.state,
        "cut_over_on": tenant.cut_over_on,
        "clock_at": tenant.clock_at,
    }
