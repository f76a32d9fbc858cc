"""`huifang import`: files of a core system into a tenant."""

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TextIO

import click
import msgspec
from huifang_tenants.intake import KINDS, Kind, SourceError, open_source
from huifang_tenants.scope import scope
from huifang_tenants.services import failed_rows
from huifang_tenants.services.import_run import ImportReport
from huifang_tenants.services.importing import import_source
from huifang_tenants.services.upkeep import after_import
from huifang_tenants.stores.imports import Counts
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.tenant import Tenant
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from huifang_api.cli.installation import home_option, installation, json_option, run, tenant_option
from huifang_api.cli.root import print_json
from huifang_api.cli.screen import console
from huifang_api.runtime import Runtime, open_runtime

_ACTOR = Actor("cli:import")


class Refusal(msgspec.Struct, frozen=True):
    """A file that could not be read at all."""

    file_name: str
    code: str
    message: str


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--strict", is_flag=True, help="Take in nothing of a file in which anything is wrong.")
@click.option("--kind", type=click.Choice(KINDS), help="What the files hold, where it can't be told.")
@click.option(
    "--source", "origin", default="core", show_default=True, help="Source of customers and contracts."
)
@click.option("--show", default=20, show_default=True, help="Problems to show per file; all are on record.")
@click.option(
    "--failed-rows",
    "to_correct",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for files of the refused rows as they came, one per file, to correct and import again.",
)
@tenant_option
@home_option
@json_option
def command(
    paths: Sequence[Path],
    strict: bool,
    kind: Kind | None,
    origin: str,
    show: int,
    to_correct: Path | None,
    slug: str,
    home: Path | None,
    as_json: bool,
) -> None:
    """Import files, or whole directories, of a core system: CSV, NDJSON, JSON or XLSX, gzipped or not.

    Good rows go in though others are broken; the same file again changes nothing. Exits 1 if any row was refused.

    \b
    Example:  huifang import examples/core_export --tenant demo
              huifang import contracts.csv events.ndjson --tenant taiyue --strict
              huifang import export/ --failed-rows to_correct/
    """
    files = list(collect(paths, kind))
    if not files:
        raise click.UsageError("no files to import there: .csv, .ndjson, .jsonl, .json, .xlsx, each also .gz")

    async def work() -> list[ImportReport | Refusal]:
        async with open_runtime(here.settings) as runtime:
            return await import_files(
                runtime, slug, files, strict=strict, origin=origin, quiet=as_json, to_correct=to_correct
            )

    with installation(home) as here:
        reports = run(work())
    if as_json:
        print_json(reports)
    else:
        print_reports(reports, show)
    bad = any(isinstance(r, Refusal) or r.counts.refused or r.status != "done" for r in reports)
    raise click.exceptions.Exit(1 if bad else 0)


def collect(paths: Sequence[Path], kind: Kind | None = None) -> list[tuple[Path, Kind | None]]:
    """Return the files to import in the order in which they need each other: units first, control totals last."""
    suffixes = (".csv", ".ndjson", ".jsonl", ".json", ".xlsx")
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += [f for f in sorted(path.iterdir()) if f.name.removesuffix(".gz").endswith(suffixes)]
        else:
            files.append(path)

    def place(path: Path) -> tuple[int, str]:
        for position, stem in enumerate((*KINDS, "callbacks", "control_totals")):
            if path.name.startswith(stem):
                return position, path.name
        return len(KINDS), path.name

    return [(path, kind) for path in sorted(files, key=place)]


async def import_files(
    runtime: Runtime,
    slug: str,
    files: Sequence[tuple[Path, Kind | None]],
    *,
    strict: bool = False,
    origin: str = "core",
    quiet: bool = False,
    to_correct: Path | None = None,
) -> list[ImportReport | Refusal]:
    """Import files one after the other, with a progress bar unless `quiet`; refused rows go into files in `to_correct`."""
    tenant = await runtime.registry.by_slug(slug)
    reports: list[ImportReport | Refusal] = []
    columns = (
        TextColumn("{task.description:<22}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("rows"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, disable=quiet, console=Console(stderr=True)) as progress:
        for path, kind in files:
            bar = progress.add_task(path.name, total=await asyncio.to_thread(_rows_in, path))

            def seen(counts: Counts, bar: object = bar) -> None:
                progress.update(bar, completed=counts.rows)  # type: ignore[arg-type]

            try:
                with open_source(path, kind=kind) as source:
                    report = await import_source(
                        runtime.services,
                        tenant,
                        source,
                        file_name=path.name,
                        actor=_ACTOR,
                        origin=origin,
                        strict=strict,
                        progress=seen,
                    )
            except SourceError as error:
                reports.append(Refusal(path.name, error.code, error.message.en))
            else:
                progress.update(bar, total=report.counts.rows, completed=report.counts.rows)
                if to_correct is not None and report.failed_rows:
                    written = await _write_failed_rows(runtime, tenant, report, to_correct)
                    click.echo(
                        f"{path.name}: {report.failed_rows} rows to correct are in {written}", err=True
                    )
                reports.append(report)
        await after_import(runtime.services, tenant)
    return reports


async def _write_failed_rows(runtime: Runtime, tenant: Tenant, report: ImportReport, folder: Path) -> Path:
    """Write the refused rows of an import into a new file that ours alone may read; return its path."""
    async with scope(runtime.database, tenant) as opened:
        asked = await failed_rows.ask_for(opened, report.id, _ACTOR)
    path, file = _new_file(folder, report.file_name.split(".", 1)[0], asked.format)
    with file:
        async with scope(runtime.database, tenant, read_only=True) as opened:
            async for line in failed_rows.lines(opened, asked):
                file.write(line)
    return path


def _new_file(folder: Path, stem: str, ending: str) -> tuple[Path, TextIO]:
    """Make a file that did not exist before, and the folder where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in count():
        path = folder / f"{stem}.failed{f'-{number}' if number else ''}.{ending}"
        # One from before may be in correction, or be what is being imported: it is not written over.
        with suppress(FileExistsError):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            # The lines bring their ends.
            return path, open(handle, "w", encoding="utf-8", newline="")
    raise AssertionError


def print_reports(reports: Sequence[ImportReport | Refusal], show: int) -> None:
    """Print what became of each file, and the first problems of each."""
    table = Table(
        "file", "kind", "status", "rows", "accepted", "unchanged", "parked", "refused", "obligations"
    )
    for report in reports:
        if isinstance(report, Refusal):
            table.add_row(report.file_name, "—", "unreadable")
            continue
        counts = report.counts
        table.add_row(
            report.file_name,
            report.kind,
            report.status,
            *(
                str(n)
                for n in (
                    counts.rows,
                    counts.accepted,
                    counts.unchanged,
                    counts.parked,
                    counts.refused,
                    report.obligations_made,
                )
            ),
        )
    console().print(table)
    for report in reports:
        if isinstance(report, Refusal):
            click.echo(f"{report.file_name}: {report.message}", err=True)
            continue
        for line, problem in report.problems[:show]:
            value = f" (found {problem.value_shown})" if problem.value_shown else ""
            click.echo(
                f"{report.file_name}:{line}: {problem.severity}: {problem.field}: {problem.message.en}"
                f" / {problem.message.zh_cn}{value}",
                err=True,
            )
        if len(report.problems) > show:
            click.echo(f"{report.file_name}: … and {len(report.problems) - show} more", err=True)


def _rows_in(path: Path) -> int | None:
    """A rough count for the progress bar; None where it would cost as much as reading."""
    if path.suffix in (".gz", ".xlsx"):
        return None
    with path.open("rb") as file:
        return max(0, sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")) - 1)
