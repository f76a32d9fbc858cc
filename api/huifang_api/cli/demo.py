"""`huifang demo`: the main job on real input, from the core system's export to proven contacts."""

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from huifang_core.windows import SHANGHAI
from huifang_tenants.errors import UnknownTenant
from huifang_tenants.provisioning import create_tenant
from huifang_tenants.scope import scope
from huifang_tenants.services.plugins import configure
from huifang_tenants.services.upkeep import settle
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.plugins import load_settings
from huifang_tenants.tenant import Tenant
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from huifang_api.cli.importing import Refusal, collect, import_files, print_reports
from huifang_api.cli.installation import Installation, home_option, json_option, run
from huifang_api.cli.root import print_json
from huifang_api.cli.screen import last_day
from huifang_api.cli.stack import Stack, running
from huifang_api.demo.client import Client
from huifang_api.demo.day import Day, work
from huifang_api.oauth.clients import NewClient, create_client
from huifang_api.oauth.scopes import SCOPES
from huifang_api.runtime import Runtime, open_runtime

NOW = datetime(2026, 10, 12, 9, 0, tzinfo=SHANGHAI)
"""Business time of the demo tenant: the Monday after the National Day holiday, whose data `examples/` holds."""

CUT_OVER = date(2026, 9, 1)

PLUGINS = ("shandong_life", "health")
"""What binds the insurer of the examples: the guide of the bureau that supervises it, and the rules for its health policies."""
_ACTOR = Actor("cli:demo")


@click.command()
@click.option("--once", is_flag=True, help="Stop after the day's work, with exit code 0.")
@click.option(
    "--examples",
    type=click.Path(exists=True, path_type=Path),
    default=Path("examples/core_export"),
    show_default=True,
    help="Files to import.",
)
@click.option(
    "--plugin",
    "plugins",
    multiple=True,
    help=f"A plugin to switch on, may be given several times; default {' and '.join(PLUGINS)}.",
)
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the API; default HUIFANG_PORT or 8080.")
@home_option
@json_option
def command(
    once: bool, examples: Path, plugins: tuple[str, ...], port: int | None, home: Path | None, as_json: bool
) -> None:
    """Create a demo tenant, import the example export, work the day through the API, and show what happened.

    The tenant is a sandbox whose clock stands on Monday, 12 October 2026, 09:00. Keeps serving until Ctrl-C unless --once.

    \b
    Example:  huifang demo --once
              huifang demo --examples my_export --plugin liaoning_life --port 8081
    """
    files = collect([examples])
    with running(home, port=port) as stack:
        prepared = run(_prepare(stack.here, files, plugins, quiet=as_json))
        result = run(_day(stack, prepared, quiet=as_json))
        if as_json:
            print_json(result)
        else:
            _show(result)
        if once:
            return
        _invite(stack, prepared[1])
        stack.supervisor.wait()


async def _prepare(
    here: Installation, files: list[Any], plugins: tuple[str, ...], *, quiet: bool
) -> tuple[Tenant, NewClient, list[str]]:
    async with open_runtime(here.settings) as runtime:
        tenant = await _tenant(here, runtime)
        await _switch_on(runtime, tenant, plugins, quiet=quiet)
        reports = await import_files(runtime, tenant.slug, files, quiet=quiet)
        if not quiet:
            print_reports(reports, 5)
        for report in reports:
            if isinstance(report, Refusal):
                raise click.ClickException(f"{report.file_name}: {report.message}")
        await settle(runtime.services, tenant)
        client = await create_client(runtime.database, tenant.id, "demo", tuple(SCOPES))
        async with scope(runtime.database, tenant, read_only=True) as opened:
            rows = await opened.connection.fetch(
                "SELECT staff_no FROM staff WHERE roles && ARRAY['caller', 'vendor_caller', 'visitor', 'team_leader']"
                " ORDER BY staff_no"
            )
        return tenant, client, [row["staff_no"] for row in rows]


async def _tenant(here: Installation, runtime: Runtime) -> Tenant:
    try:
        return await runtime.registry.by_slug("demo")
    except UnknownTenant:
        return await create_tenant(
            here.admin_url,
            here.keys,
            "demo",
            "泰岳人寿保险股份有限公司",
            cut_over_on=CUT_OVER,
            clock_at=NOW.astimezone(UTC),
            settings={"insurer_name": "泰岳人寿"},
        )


async def _switch_on(runtime: Runtime, tenant: Tenant, wanted: tuple[str, ...], *, quiet: bool) -> None:
    """Switch on the plugins wanted, or those of the demo that are installed, where they are not on yet."""
    catalogue = await runtime.services.catalogue()
    unknown = [plugin for plugin in wanted if plugin not in catalogue.plugins]
    if unknown:
        known = ", ".join(sorted(catalogue.plugins)) or "none"
        raise click.UsageError(f"--plugin {unknown[0]}: not installed; installed: {known}")
    chosen = wanted or tuple(plugin for plugin in PLUGINS if plugin in catalogue.plugins)
    if not chosen and not quiet:
        click.echo("No plugin is switched on, so no obligation will be made.", err=True)
    async with scope(runtime.database, tenant) as opened:
        on = {version.plugin for version in await load_settings(opened)}
        for plugin in chosen:
            if plugin not in on:
                await configure(opened, catalogue, plugin, _ACTOR)


async def _day(stack: Stack, prepared: tuple[Tenant, NewClient, list[str]], *, quiet: bool) -> dict[str, Any]:
    _, credentials, staff = prepared
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:.0f} contacts"))
    async with Client(stack.address, credentials.client_id, credentials.secret) as client:
        with Progress(*columns, TimeElapsedColumn(), disable=quiet, console=Console(stderr=True)) as progress:
            bar = progress.add_task("working the day", total=None)
            day = await work(client, staff, NOW, lambda: progress.advance(bar))
        return {
            "business_time": NOW.isoformat(),
            "obligations": await _all(client, "/obligations"),
            "contacts": await _all(client, "/contacts"),
            "cases": await _all(client, "/cases"),
            "alarms": await _all(client, "/alarms"),
            "report": await _report(client),
            "outcomes": dict(day.outcomes),
            "problems": _problems(day),
        }


async def _all(client: Client, path: str) -> list[dict[str, Any]]:
    """Walk a list to its end."""
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        params = {"limit": 200} if cursor is None else {"limit": 200, "cursor": cursor}
        page = await client.get(path, **params)
        items += page["items"]
        cursor = page.get("next_cursor")
        if cursor is None:
            return items


async def _report(client: Client) -> dict[str, Any] | None:
    declared = (await client.get("/reports"))["items"]
    if not declared:
        return None
    report = declared[0]
    found: dict[str, Any] = await client.get(
        f"/reports/{report['plugin']}/{report['id']}", **{"from": "2026-09-01", "to": "2026-10-31"}
    )
    return found


def _problems(day: Day) -> list[str]:
    return sorted(day.problems)


def _show(result: dict[str, Any]) -> None:
    console = Console(width=150)
    obligations = Table(
        "contract", "kind", "due on (Shanghai)", "status", "channel", "late", title="Obligations 回访任务"
    )
    for item in result["obligations"]:
        if (
            item["status"] in ("superseded", "cancelled", "historic")
            or item.get("status_reason") == "imported"
        ):
            continue
        late = "overdue" if item.get("overdue") else (item.get("born_late") or "")
        obligations.add_row(
            item.get("contract_no") or "",
            item["kind"],
            item.get("due_on") or "—",
            item["status"],
            item["channel"],
            late,
        )
    console.print(obligations)
    contacts = Table(
        "started", "staff", "channel", "outcome", "five facts", title="Contacts of the day 当日回访"
    )
    for item in result["contacts"]:
        facts = [
            name
            for name in ("attempted", "connected", "right_party", "completed", "successful")
            if item.get(name)
        ]
        contacts.add_row(
            _local(item["started_at"]),
            item.get("staff_no") or "",
            item["channel"],
            item.get("outcome") or item["status"],
            " ".join(facts),
        )
    console.print(contacts)
    cases = Table("no.", "contract", "class", "severity", "unit", "status", "due on", title="Cases 问题件")
    for item in result["cases"]:
        cases.add_row(
            str(item["number"]),
            item.get("contract_no") or "",
            item["case_class"],
            str(item["severity"]),
            item["unit"],
            item["status"],
            last_day(_instant(item.get("due_by"))),
        )
    console.print(cases)
    if result["report"] is not None:
        console.print(_readiness(result["report"]["tables"][0]))
    alarms = Counter(item["kind"] for item in result["alarms"])
    summary = Table("figure", "count", title="The day 当日汇总")
    by_status = Counter(item["status"] for item in result["obligations"])
    for name, counts in (
        ("obligations", by_status),
        ("contacts", Counter(result["outcomes"])),
        ("alarms", alarms),
    ):
        for key, count in sorted(counts.items()):
            summary.add_row(f"{name}: {key}", str(count))
    console.print(summary)
    for problem in result["problems"]:
        click.echo(f"problem: {problem}", err=True)


def _readiness(found: dict[str, Any]) -> Table:
    """The product's own report on what each unit has for its callbacks."""
    shown = (
        "policy_on_file", "callback_department", "posts", "workers", "trained", "trained_share", "due", "overdue",
    )  # fmt: skip
    headings = {measure["id"]: measure["title"]["en"] for measure in found["measures"]}
    table = Table("unit", *(headings[id] for id in shown), title="Readiness by unit 回访准备情况")
    unit = [dimension["id"] for dimension in found["dimensions"]].index("unit")
    for row in found["rows"]:
        values = dict(zip(headings, row["values"], strict=True))
        table.add_row(row["dimensions"][unit]["label"]["zh-CN"], *(_figure(id, values[id]) for id in shown))
    return table


def _figure(id: str, value: int | str | None) -> str:
    if id in ("policy_on_file", "callback_department"):
        return "yes" if value else "no"
    if value is None:
        return "—"
    return f"{Decimal(value):.0%}" if isinstance(value, str) else str(value)


def _invite(stack: Stack, client: NewClient) -> None:
    click.echo()
    click.echo(f"Serving. API {stack.address}/api/v1   reference {stack.address}/docs")
    click.echo("Try it:")
    click.echo(
        f"  TOKEN=$(curl -s -u {client.client_id}:{client.secret} -d grant_type=client_credentials "
        f"{stack.address}/oauth/token | python3 -c 'import json,sys; print(json.load(sys.stdin)[\"access_token\"])')"
    )
    click.echo(
        f"  curl -s -H \"Authorization: Bearer $TOKEN\" '{stack.address}/api/v1/obligations?overdue=true'"
    )
    click.echo("Stop with Ctrl-C.")


def _instant(words: str | None) -> datetime | None:
    return None if words is None else datetime.fromisoformat(words)


def _local(words: str | None) -> str:
    at = _instant(words)
    return "—" if at is None else at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
