"""A year's working calendar is announced: provisional deadlines are counted again, and move where they must (GEN-1)."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from huifang_core.windows import day_of, start_of_day
from huifang_core.workdays import AnnouncedDay, WorkingCalendar

from huifang_tenants.outbox import NewJob, enqueue_for
from huifang_tenants.registry import TenantRegistry
from huifang_tenants.scope import Scope, control, in_scope
from huifang_tenants.services.context import CALENDAR_SECONDS, Services
from huifang_tenants.services.intake.batch import Batch
from huifang_tenants.services.intake.service import take_in
from huifang_tenants.stores import upkeep
from huifang_tenants.stores.calendar import save_announced
from huifang_tenants.stores.ledger import SYSTEM
from huifang_tenants.tenant import Tenant

RECOUNT: Final = "calendar.recount"
"""Kind of the job that counts a tenant's provisional deadlines again."""

_BATCH: Final = 100
_MARGIN: Final = timedelta(seconds=5)


async def announce_calendar(
    services: Services, registry: TenantRegistry, year: int, days: Sequence[AnnouncedDay], source: str
) -> int:
    """Enter a year as officially announced, or anew; return in how many tenants deadlines are counted again, 0 when nothing changed.

    `days` are all that depart from Monday to Friday, those that the announcement moves in the December before included.
    They are counted again once every process is sure to know the new calendar. Raises ValueError for a day elsewhere.
    """
    first = date(year - 1, 12, 1)
    for day in days:
        if not first <= day.day <= date(year, 12, 31):
            raise ValueError(f"{day.day} can't stand in the announcement for {year}")
    tenants = await registry.all()
    async with control(services.db) as opened:
        announced_at = day_of(opened.wall_now)
        if not await save_announced(opened, year, days, source, announced_at):
            return 0
        run_at = opened.wall_now + timedelta(seconds=CALENDAR_SECONDS) + _MARGIN
        for tenant in tenants:
            await enqueue_for(opened, tenant.id, [NewJob(RECOUNT, {}, run_at=run_at)])
    return len(tenants)


async def recount(services: Services, tenant: Tenant, after: UUID | None = None) -> UUID | None:
    """Derive some contracts with provisional deadlines anew; return where to go on, None when all were done.

    An obligation whose window moves, or is provisional no longer, is superseded by one that says so.
    """

    async def find(scope: Scope) -> list[tuple[UUID, str]]:
        return await upkeep.provisional_contracts(scope, after, _BATCH)

    found = await in_scope(services.db, tenant, find, read_only=True)
    if found:
        numbers = tuple(number for _, number in found)
        await take_in(services, tenant, Batch(refresh=numbers, recount=True), SYSTEM)
    return found[-1][0] if len(found) == _BATCH else None


async def needs_recount(scope: Scope, calendar: WorkingCalendar) -> bool:
    """Tell whether deadlines are provisional that need not be, as after a release that knows more years."""
    year = day_of(scope.now).year
    while calendar.is_announced(year):
        year += 1
    # The last days of a year may still be moved by the announcement for the next one.
    before = start_of_day(date(year, 1, 1) - timedelta(7))
    return await upkeep.counted_by_another_calendar(scope, calendar.fingerprint, before)
