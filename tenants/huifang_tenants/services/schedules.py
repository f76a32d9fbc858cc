"""Schedules: on each day of business time a `schedule.reached` event for all it is due for, in order and never twice (HI-2, CARE-1).

A schedule begins on the day its plugin is switched on. After downtime the days that were missed are made up for, the oldest first. A
contract that comes in after its day is told of it where the schedule says so.
"""

from datetime import date
from typing import Final

from huifang_core.catalogue import Catalogue, PluginEntry
from huifang_core.derive import settings_on
from huifang_core.events import ScheduleReached
from huifang_core.schedules import Schedule
from huifang_core.windows import day_of, start_of_day

from huifang_tenants.intake import OWN_SOURCE, IncomingEvent, content_hash
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.intake.batch import Batch, EventIn
from huifang_tenants.services.intake.service import take_in
from huifang_tenants.stores import schedules
from huifang_tenants.stores.ledger import SYSTEM
from huifang_tenants.stores.plugins import load_settings
from huifang_tenants.stores.schedules import Due, Progress
from huifang_tenants.tenant import Tenant

SCHEDULES: Final = "schedules.due"
"""Kind of the job that takes in the events of the days that have come."""

_BATCH: Final = 500
_STEPS: Final = 20
_BIRTHDAYS: Final = 2000


async def start_schedules(scope: Scope, catalogue: Catalogue) -> None:
    """Let the schedules of the plugins that are on be looked at, new ones from today on, and those of others no more."""
    on = {version.plugin for version in await load_settings(scope)}
    wanted = [
        (plugin, schedule.id)
        for plugin in sorted(on)
        if plugin in catalogue.plugins
        for schedule in catalogue.plugins[plugin].schedules
    ]
    await schedules.keep_progress(scope, wanted, day_of(scope.now))


async def reach_days(services: Services, tenant: Tenant) -> bool:
    """Take in some of the events that are due by today; tell whether there may be more."""
    catalogue = await services.catalogue()
    declared = {
        (plugin, schedule.id): schedule
        for plugin, entry in catalogue.plugins.items()
        for schedule in entry.schedules
    }

    async def find(scope: Scope) -> Progress | None:
        return await schedules.next_to_look_at(scope, declared, day_of(scope.now))

    for _ in range(_STEPS):
        progress = await in_scope(services.db, tenant, find, read_only=True)
        if progress is None:
            return False
        entry = catalogue.plugins[progress.plugin]
        await _look_at(services, tenant, entry, declared[progress.plugin, progress.schedule], progress)
    return True


async def _look_at(
    services: Services, tenant: Tenant, entry: PluginEntry, schedule: Schedule, progress: Progress
) -> None:
    """Take in the events of the next contracts for which a schedule is due on its day."""
    on = progress.day
    # The days that are due have no other name than the day itself; see `occurrences`.
    name = f"{progress.plugin}/{schedule.id}"
    prefix = f"schedule.reached/{name}/"

    async def index(scope: Scope) -> int:
        return await schedules.index_birthdays(scope, _BIRTHDAYS)

    if schedule.anchor == "customer.birth_date":
        while await in_scope(services.db, tenant, index):
            pass

    async def find(scope: Scope) -> tuple[list[Due], str | None]:
        version = settings_on(await load_settings(scope), progress.plugin, on)
        settings = entry.settings_from(version.settings if version is not None else {})
        return await schedules.due_contracts(scope, schedule, on, prefix, progress.done_to, _BATCH, settings)

    due, rest = await in_scope(services.db, tenant, find, read_only=True)
    if due:
        events = tuple(
            EventIn(line, _event(name, told.day, f"{prefix}{told.day}/{told.contract_no}", told.contract_no))
            for line, told in enumerate(due)
        )
        await take_in(services, tenant, Batch(events=events), SYSTEM)

    async def move_on(scope: Scope) -> None:
        await schedules.move_on(scope, progress, rest)

    await in_scope(services.db, tenant, move_on)


def _event(schedule: str, on: date, event_id: str, contract_no: str) -> IncomingEvent:
    payload = ScheduleReached(schedule=schedule, period=on.isoformat(), on=on)
    time = start_of_day(on)
    return IncomingEvent(
        source=OWN_SOURCE,
        event_id=event_id,
        type="schedule.reached",
        time=time,
        subject=None,
        contract_no=contract_no,
        claim_no=None,
        sequence=None,
        corrects=None,
        retracts=None,
        payload=payload,
        contract=None,
        customer=None,
        content_hash=content_hash((time, contract_no, payload)),
    )
