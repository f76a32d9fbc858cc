"""Working calendars announced after this release; they hold for every tenant of the cell."""

from collections.abc import Mapping

from huifang_core.workdays import AnnouncedDay

from huifang_tenants.database import Database
from huifang_tenants.scope import control

Announced = Mapping[int, tuple[AnnouncedDay, ...]]


async def load_announced(db: Database) -> dict[int, tuple[AnnouncedDay, ...]]:
    """Return the announced days of each year entered as announced."""
    async with control(db) as registry:
        years = await registry.connection.fetch("SELECT year FROM control.calendar_year")
        days = await registry.connection.fetch("SELECT day, kind FROM control.calendar_day ORDER BY day")
    return {
        row["year"]: tuple(
            AnnouncedDay(day=day["day"], kind=day["kind"]) for day in days if day["day"].year == row["year"]
        )
        for row in years
    }
