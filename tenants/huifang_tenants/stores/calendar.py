"""Working calendars announced after this release; they hold for every tenant of the cell.

SQL: they stand in the registry, and Piccolo's tables are those of a tenant.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from huifang_core.workdays import AnnouncedDay

from huifang_tenants.database import Database
from huifang_tenants.scope import Control, control

Announced = Mapping[int, tuple[AnnouncedDay, ...]]


async def load_announced(db: Database) -> dict[int, tuple[AnnouncedDay, ...]]:
    """Return the announced days of each year entered as announced, those in the December before included."""
    async with control(db) as registry:
        years = await registry.connection.fetch("SELECT year FROM control.calendar_year ORDER BY year")
        days = await registry.connection.fetch(
            "SELECT year, day, kind FROM control.calendar_day ORDER BY year, day"
        )
    found: dict[int, list[AnnouncedDay]] = {row["year"]: [] for row in years}
    for row in days:
        found.setdefault(row["year"], []).append(AnnouncedDay(day=row["day"], kind=row["kind"]))
    return {year: tuple(known) for year, known in found.items()}


async def save_announced(
    registry: Control, year: int, days: Sequence[AnnouncedDay], source: str, announced_at: date
) -> bool:
    """Enter a year as announced, or anew with other days; False when it stands like that already."""
    known = await registry.connection.fetch(
        "SELECT day, kind FROM control.calendar_day WHERE year = $1 ORDER BY day", year
    )
    written = await registry.connection.fetchval(
        "INSERT INTO control.calendar_year AS y (year, source, announced_at) VALUES ($1, $2, $3)"
        " ON CONFLICT (year) DO UPDATE SET source = excluded.source, announced_at = excluded.announced_at"
        " RETURNING xmax = 0",
        year,
        source,
        announced_at,
    )
    wanted = sorted({day.day: day.kind for day in days}.items())
    if not written and [(row["day"], row["kind"]) for row in known] == wanted:
        return False
    await registry.connection.execute("DELETE FROM control.calendar_day WHERE year = $1", year)
    await registry.connection.executemany(
        "INSERT INTO control.calendar_day (year, day, kind) VALUES ($1, $2, $3)",
        [(year, day, kind) for day, kind in wanted],
    )
    return True
