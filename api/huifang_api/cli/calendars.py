"""`huifang calendar`: working days, and years announced after this release."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path

import click
from huifang_core.workdays import AnnouncedDay
from huifang_tenants.services.upkeep import announce_calendar

from huifang_api.cli.installation import home_option, installation, json_option, run
from huifang_api.cli.root import print_json
from huifang_api.runtime import open_runtime


@click.group()
def command() -> None:
    """Show the working calendar, and enter an announced year.

    \b
    Example:  huifang calendar show 2026
    """


@command.command()
@click.argument("year", type=click.IntRange(2010, 2100))
@home_option
@json_option
def show(year: int, home: Path | None, as_json: bool) -> None:
    """Show the days of a year that depart from Monday to Friday.

    \b
    Example:  huifang calendar show 2026
    """

    async def work() -> tuple[bool, list[AnnouncedDay]]:
        async with open_runtime(here.settings) as runtime:
            calendar = await runtime.services.calendar()
            first = date(year, 1, 1)
            days = (first + timedelta(n) for n in range(366) if (first + timedelta(n)).year == year)
            odd = [
                AnnouncedDay(day, "workday" if calendar.is_working_day(day) else "holiday")
                for day in days
                if calendar.is_working_day(day) != (day.weekday() < 5)
            ]
            return calendar.is_announced(year), odd

    with installation(home) as here:
        announced, days = run(work())
    if as_json:
        print_json({"year": year, "announced": announced, "days": days})
        return
    click.echo(
        f"{year}: {'officially announced' if announced else 'not announced yet; dates are provisional'}"
    )
    for day in days:
        click.echo(f"{day.day} {day.day:%a} {'make-up working day' if day.kind == 'workday' else 'holiday'}")


@command.command()
@click.argument("year", type=click.IntRange(2010, 2100))
@click.argument("file", type=click.Path(exists=True, path_type=Path, dir_okay=False))
@click.option("--source", required=True, help="The announcement, for example 国办发明电〔2026〕N号.")
@home_option
def announce(year: int, file: Path, source: str, home: Path | None) -> None:
    """Enter an announced year from a CSV of `day,kind` (kind: holiday or workday); provisional dates are counted again.

    \b
    Example:  huifang calendar announce 2027 calendar-2027.csv --source "国务院办公厅通知"
    """
    days = _read(file, year)

    async def work() -> int:
        async with open_runtime(here.settings) as runtime:
            return await announce_calendar(runtime.services, runtime.registry, year, days, source)

    with installation(home) as here:
        tenants = run(work())
    click.echo(f"{year} is announced; provisional dates of {tenants} tenant(s) are being counted again")


def _read(file: Path, year: int) -> tuple[AnnouncedDay, ...]:
    days = []
    with file.open(encoding="utf-8-sig", newline="") as stream:
        for line, row in enumerate(csv.DictReader(stream), 2):
            kind = (row.get("kind") or "").strip()
            try:
                day = datetime.strptime((row.get("day") or "").strip(), "%Y-%m-%d").date()  # noqa: DTZ007
            except ValueError as error:
                raise click.UsageError(f"{file.name}:{line}: day: write it as YYYY-MM-DD") from error
            if kind not in ("holiday", "workday"):
                raise click.UsageError(f"{file.name}:{line}: kind: holiday or workday, not {kind!r}")
            if day.year != year and (day.year, day.month) != (year - 1, 12):
                raise click.UsageError(
                    f"{file.name}:{line}: day: {day} can't stand in the calendar of {year}"
                )
            days.append(AnnouncedDay(day, "holiday" if kind == "holiday" else "workday"))
    if not days:
        raise click.UsageError(f"{file.name} names no day")
    return tuple(days)
