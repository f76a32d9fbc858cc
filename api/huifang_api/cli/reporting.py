"""`huifang report`: a report on the screen, or as a file."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import click
from huifang_core.texts import Language
from huifang_tenants.scope import scope
from huifang_tenants.services.report_tables import ColumnKind, ReportResult, Value
from huifang_tenants.services.report_tables import Table as ReportTable
from huifang_tenants.services.reports import run_report
from huifang_tenants.stores.plugins import load_settings
from rich.console import Console
from rich.table import Table

from huifang_api.cli.installation import home_option, installation, json_option, run, tenant_option
from huifang_api.cli.root import print_json
from huifang_api.reports.csv_file import render_long
from huifang_api.reports.shape import document_of
from huifang_api.reports.xlsx_file import render_xlsx
from huifang_api.runtime import open_runtime


@click.command()
@click.argument("report", default="callback_overview")
@click.option("--plugin", help="Plugin that declares it; default: the one that does.")
@click.option(
    "--from", "first", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day, YYYY-MM-DD."
)
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last day, included.")
@click.option("--unit", help="Code of a unit: only it and those below it.")
@click.option("--lang", type=click.Choice(["zh-CN", "en"]), default="zh-CN", show_default=True)
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="A .csv or .xlsx file.")
@tenant_option
@home_option
@json_option
def command(
    report: str,
    plugin: str | None,
    first: datetime,
    last: datetime,
    unit: str | None,
    lang: Language,
    output: Path | None,
    slug: str,
    home: Path | None,
    as_json: bool,
) -> None:
    """Print a report over a period, or save it as CSV or XLSX.

    \b
    Example:  huifang report callback_overview --from 2026-09-01 --to 2026-10-31 -o overview.xlsx
    """
    if output is not None and output.suffix not in (".csv", ".xlsx"):
        raise click.UsageError("--output takes a file that ends in .csv or .xlsx")

    async def work() -> ReportResult:
        async with open_runtime(here.settings) as runtime:
            tenant = await runtime.registry.by_slug(slug)
            catalogue = await runtime.services.catalogue()
            async with scope(runtime.database, tenant, read_only=True) as opened:
                on = {version.plugin for version in await load_settings(opened)}
                entries = [e for e in catalogue.plugins.values() if e.manifest.id in on]
                found = [
                    e
                    for e in entries
                    if plugin in (None, e.manifest.id) and any(r.id == report for r in e.reports)
                ]
                return await run_report(
                    opened, found[0] if found else None, report, first.date(), last.date(), unit
                )

    with installation(home) as here:
        result = run(work())
    if output is not None:
        render = render_long if output.suffix == ".csv" else render_xlsx
        output.write_bytes(render(result, lang))
        click.echo(f"{output} written")
    elif as_json:
        print_json(document_of(result))
    else:
        _show(result, lang)


def _show(result: ReportResult, lang: Language) -> None:
    console = Console(width=170)
    console.print(f"[bold]{result.title.in_language(lang)}[/] {result.period_first} … {result.period_last}")
    for table in result.tables:
        headings = [column.title.in_language(lang) for column in (*table.dimensions, *table.measures)]
        shown = Table(*headings, title=table.title.in_language(lang), show_footer=False)
        for row in table.rows:
            codes = [code.label.in_language(lang) for code in row.dimensions]
            shown.add_row(*codes, *_figures(table, row.values))
        total = "合计" if lang == "zh-CN" else "total"
        blank = [""] * (len(table.dimensions) - 1)
        shown.add_row(total, *blank, *_figures(table, table.totals), style="bold")
        console.print(shown)
        if table.formula is not None:
            console.print(table.formula.in_language(lang))


def _figures(table: ReportTable, values: tuple[Value, ...]) -> list[str]:
    return [_figure(value, column.kind) for column, value in zip(table.measures, values, strict=True)]


def _figure(value: Value, kind: ColumnKind) -> str:
    match value:
        case None:
            return "—"
        case Decimal() if kind == "ratio":
            return f"{value:.1%}"
        case _:
            return str(value)
