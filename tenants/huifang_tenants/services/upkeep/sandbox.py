"""The test clock of a sandbox tenant goes forward, and everything that falls due on the way is done in order."""

from datetime import datetime, timedelta

from huifang_core.windows import day_of, end_of_day, start_of_day
from huifang_core.workdays import WorkingCalendar

from huifang_tenants.errors import NoTestClock
from huifang_tenants.registry import TenantRegistry
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.draws import commit_seeds, next_draw_day, notice_late
from huifang_tenants.services.schedules import start_schedules
from huifang_tenants.services.upkeep.due import settle
from huifang_tenants.services.upkeep.parameters import watch_parameters
from huifang_tenants.services.upkeep.scripts import watch_scripts
from huifang_tenants.services.upkeep.shares import watch_shares
from huifang_tenants.services.written.opening import next_in_writing
from huifang_tenants.stores import appointments, schedules, upkeep
from huifang_tenants.tenant import Tenant
from huifang_tenants.tenant_settings import settings_of


async def advance_clock(services: Services, registry: TenantRegistry, tenant: Tenant, to: datetime) -> Tenant:
    """Set a test clock forward to `to`, stopping at each instant at which something falls due; return the tenant as it then is.

    So deadlines, warnings and alarms carry the times at which they came up. Raises NoTestClock for a tenant without one, and
    ClockGoesBack.
    """
    if not tenant.is_sandbox:
        raise NoTestClock(tenant.slug)
    calendar = await services.calendar()
    catalogue = await services.catalogue()

    async def next_stop(scope: Scope) -> datetime | None:
        await watch_parameters(scope, catalogue)
        await watch_scripts(scope, catalogue)
        await watch_shares(scope, catalogue)
        await commit_seeds(scope, catalogue)
        await start_schedules(scope, catalogue)
        return await _next_instant(scope, calendar)

    while True:
        await settle(services, tenant)
        stop = await in_scope(services.db, tenant, next_stop)
        arrived = stop is None or stop >= to
        tenant = await registry.set_test_clock(tenant.id, to if arrived or stop is None else stop)
        if arrived:
            await settle(services, tenant)
            await notice_late(services, tenant)
            await in_scope(services.db, tenant, next_stop)
            return tenant


async def _next_instant(scope: Scope, calendar: WorkingCalendar) -> datetime | None:
    instants = [await upkeep.next_deadline(scope), await next_in_writing(scope)]
    alarm_day = await upkeep.next_alarm_day(scope, day_of(scope.now))
    instants.append(start_of_day(alarm_day) if alarm_day else None)
    instants.append(await appointments.next_watch(scope))
    draw_day = await next_draw_day(scope)
    instants.append(start_of_day(draw_day) if draw_day else None)
    if await schedules.are_any(scope):
        instants.append(end_of_day(day_of(scope.now)))
    unwarned = await upkeep.next_at_risk(scope)
    if unwarned is not None:
        last_day = day_of(unwarned - timedelta(microseconds=1))
        from_day = start_of_day(calendar.before(last_day, 1).day)
        warning = settings_of(scope.tenant).calling_hours.next(max(from_day, scope.now))
        instants.append(warning if warning > scope.now else None)
    return min((instant for instant in instants if instant is not None), default=None)
