"""What is due in a tenant, and doing it: by job in the background, or at once after an import or a step of a test clock."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from huifang_core.windows import day_of
from huifang_core.workdays import WorkingCalendar

from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.draws import DRAWS, draws_ended_before, work_on_draws
from huifang_tenants.services.papers.letters import give_up_waiting
from huifang_tenants.services.schedules import SCHEDULES, reach_days
from huifang_tenants.services.second_callbacks import SECOND_CALLBACKS, ask_about_solved
from huifang_tenants.services.upkeep.appointments import watch_appointments
from huifang_tenants.services.upkeep.at_risk import announce_at_risk, at_risk_until
from huifang_tenants.services.upkeep.deliveries import watch_deliveries
from huifang_tenants.services.upkeep.failed_rows import erase_failed_rows
from huifang_tenants.services.upkeep.late_births import announce_late_births
from huifang_tenants.services.upkeep.late_cases import look_after_cases
from huifang_tenants.services.upkeep.leases import end_leases
from huifang_tenants.services.upkeep.overdue import escalate_overdue
from huifang_tenants.services.upkeep.parked import take_up_parked
from huifang_tenants.services.upkeep.silent_imports import SILENCE, end_silent_imports
from huifang_tenants.services.upkeep.totals import count_totals
from huifang_tenants.services.written.delivering import WRITE, write_due
from huifang_tenants.services.written.unanswered import UNANSWERED, close_unanswered
from huifang_tenants.stores import upkeep
from huifang_tenants.tenant import Tenant

AT_RISK: Final = "upkeep.at_risk"
PARKED: Final = "upkeep.parked"
TOTALS: Final = "upkeep.totals"
APPOINTMENTS: Final = "upkeep.appointments"
BORN_LATE: Final = "obligations.born_late"

Step = Callable[[Scope], Awaitable[bool]]
"""One bounded piece of upkeep in an open scope; it tells whether there may be more to do."""

STEPS: Final[Mapping[str, Step]] = {
    "upkeep.leases": end_leases,
    UNANSWERED: close_unanswered,
    APPOINTMENTS: watch_appointments,
    TOTALS: count_totals,
    "upkeep.deliveries": watch_deliveries,
    BORN_LATE: announce_late_births,
    "upkeep.overdue": escalate_overdue,
    "upkeep.imports": end_silent_imports,
    "upkeep.letters": give_up_waiting,
    "upkeep.failed_rows": erase_failed_rows,
}
"""Upkeep that needs nothing but the tenant's tables, by kind of job; in the order in which one may cause the next."""

CountingStep = Callable[[Scope, WorkingCalendar], Awaitable[bool]]
"""The same, where working days are counted."""

COUNTING: Final[Mapping[str, CountingStep]] = {
    AT_RISK: announce_at_risk,
    "upkeep.cases": look_after_cases,
}
"""Upkeep that counts working days, by kind of job."""

_IN_SCOPES_OF_THEIR_OWN: Final[Mapping[str, Callable[[Services, Tenant], Awaitable[bool]]]] = {
    PARKED: take_up_parked,
    SCHEDULES: reach_days,
    DRAWS: work_on_draws,
    WRITE: write_due,
    SECOND_CALLBACKS: ask_about_solved,
}
"""Upkeep that takes things in, so that rules and plans run outside any scope, or opens contacts one by one."""


async def due_now(scope: Scope, calendar: WorkingCalendar) -> tuple[str, ...]:
    """Return the kinds of upkeep that would find something to do, by one query."""
    found = await upkeep.due(
        scope,
        day_of(scope.now),
        at_risk_until(scope, calendar),
        scope.wall_now - SILENCE,
        draws_ended_before(scope),
    )
    answers = {
        PARKED: found.parked,
        SCHEDULES: found.schedules,
        DRAWS: found.draws,
        SECOND_CALLBACKS: found.solved,
        "upkeep.leases": found.leases,
        UNANSWERED: found.unanswered,
        APPOINTMENTS: found.appointments,
        TOTALS: found.totals,
        "upkeep.deliveries": found.waiting,
        BORN_LATE: found.born_late,
        AT_RISK: found.at_risk,
        "upkeep.overdue": found.overdue,
        "upkeep.cases": found.cases,
        "upkeep.imports": found.imports,
        "upkeep.letters": found.letters,
        "upkeep.failed_rows": found.failed_rows,
    }
    return tuple(kind for kind, is_due in answers.items() if is_due)


async def run_upkeep(services: Services, tenant: Tenant, kind: str) -> None:
    """Do all that is due of one kind, in as many scopes as it takes."""
    calendar = await services.calendar()

    async def once(scope: Scope) -> bool:
        counting = COUNTING.get(kind)
        return await (STEPS[kind](scope) if counting is None else counting(scope, calendar))

    more = True
    while more:
        if kind in _IN_SCOPES_OF_THEIR_OWN:
            more = await _IN_SCOPES_OF_THEIR_OWN[kind](services, tenant)
        else:
            more = await in_scope(services.db, tenant, once)


async def settle(services: Services, tenant: Tenant) -> None:
    """Do everything that is due in a tenant now."""
    # Events taken up may make obligations that are late at birth, so these are looked for afterwards.
    await run_upkeep(services, tenant, PARKED)
    calendar = await services.calendar()

    async def probe(scope: Scope) -> tuple[str, ...]:
        return await due_now(scope, calendar)

    for kind in await in_scope(services.db, tenant, probe, read_only=True):
        await run_upkeep(services, tenant, kind)
    # What a deadline or an unanswered message has moved on to a channel in writing goes out at once.
    await run_upkeep(services, tenant, WRITE)


async def after_import(services: Services, tenant: Tenant) -> None:
    """Do at once what an import makes due, and what the worker would do within a minute."""
    for kind in (PARKED, TOTALS, BORN_LATE):
        await run_upkeep(services, tenant, kind)
