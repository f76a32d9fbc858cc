"""The look ahead: how many attempts each hour or day brings by unit and channel, against the people there are (ASK: capacity).

It is the agenda of what is open: all that would be tried if nobody answered. It is worked out in a thread of its own, since a hundred thousand
obligations take seconds.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import msgspec
from huifang_core.agenda import Agenda, make_agenda
from huifang_core.calling_hours import CallingHours
from huifang_core.obligations import ContactChannel
from huifang_core.shares import Share, period_of
from huifang_core.units import is_active, is_trained
from huifang_core.windows import SHANGHAI, day_of, end_of_day, start_of_day

from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.contacts.people import CHANNELS_OF
from huifang_tenants.services.contacts.shares import Standing
from huifang_tenants.services.context import Services
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import workload
from huifang_tenants.stores.workload import OpenWork, Person
from huifang_tenants.tenant import Tenant
from huifang_tenants.tenant_settings import settings_of

Step = Literal["hour", "day"]
MOST_DAYS: Final = 31


class Load(msgspec.Struct, frozen=True):
    """Attempts that begin in the hour or day at `at`, and how many people may make them; `unit` None: of all units asked for."""

    at: datetime
    unit: str | None
    channel: ContactChannel
    attempts: int
    staff: int


class Forecast(msgspec.Struct, frozen=True):
    """What comes from `now` until `until`: `loads` by unit, `totals` over all of them, oldest first.

    `overdue` obligations are to be worked at once, on top of that. `shortfalls` are obligations, by reason, of which no attempt, or not
    all, can be made before they are due.
    """

    now: datetime
    until: datetime
    step: Step
    loads: tuple[Load, ...]
    totals: tuple[Load, ...]
    overdue: int
    shortfalls: Mapping[str, int]


class _Known(msgspec.Struct, frozen=True):
    now: datetime
    hours: CallingHours
    calls_a_day: int
    work: Sequence[OpenWork]
    rung: Mapping[str, int]
    people: Sequence[Person] = ()
    paths: Mapping[str, tuple[str, ...]] = {}


async def look_ahead(
    services: Services, tenant: Tenant, *, days: int = 7, step: Step = "day", unit: str | None = None
) -> Forecast:
    """Return what the next days bring, today included, of a unit and those below it, or of all. Not inside a scope.

    Refuses `not_found` for an unknown unit.
    """

    async def read(scope: Scope) -> _Known:
        paths = await workload.paths(scope)
        if unit is not None and unit not in paths:
            raise Refused("not_found", kind="unit")
        return msgspec.structs.replace(
            await _read(scope, unit=unit), people=await workload.people(scope, unit), paths=paths
        )

    known = await in_scope(services.db, tenant, read, read_only=True)
    until = end_of_day(day_of(known.now) + timedelta(days - 1))
    return await asyncio.to_thread(_forecast, known, until, step)


async def forecast_shares(
    services: Services, tenant: Tenant, standings: Iterable[Standing]
) -> dict[tuple[str, str], Share]:
    """Return what each share would come to if all that is open went on to its next rungs, by plugin and limit. Not inside a scope."""
    found: dict[tuple[str, str], Share] = {}
    for standing in standings:
        declared = standing.declared

        async def read(scope: Scope, plugin: str = declared.plugin) -> _Known:
            return await _read(scope, plugin=plugin)

        known = await in_scope(services.db, tenant, read, read_only=True)
        ends = end_of_day(period_of(declared.limit, day_of(known.now)).last)
        agenda = await asyncio.to_thread(_agenda, known, ends)
        channels = declared.limit.channels
        reached = {
            id for attempt in agenda.attempts if attempt.channel in channels for id in attempt.obligations
        }
        reached |= {one.pending.id for one in known.work if one.overdue and one.channel in channels}
        share = standing.share
        found[declared.plugin, declared.limit.id] = Share(
            share.by_channels + len(reached), share.completed + len(known.work)
        )
    return found


async def _read(scope: Scope, *, unit: str | None = None, plugin: str | None = None) -> _Known:
    settings, today = settings_of(scope.tenant), start_of_day(day_of(scope.now))
    return _Known(
        scope.now,
        settings.calling_hours,
        settings.calls_a_day,
        await workload.open_work(scope, unit=unit, plugin=plugin),
        await workload.rung_today(scope, today, today - timedelta(days=1)),
    )


def _agenda(known: _Known, until: datetime) -> Agenda:
    return make_agenda(
        (one.pending for one in known.work),
        now=known.now,
        hours=known.hours,
        calls_a_day=known.calls_a_day,
        rung_today=known.rung,
        until=until,
    )


def _forecast(known: _Known, until: datetime, step: Step) -> Forecast:
    agenda = _agenda(known, until)
    units = {one.pending.id: one.unit for one in known.work}
    by_unit: Counter[tuple[datetime, str, ContactChannel]] = Counter()
    whole: Counter[tuple[datetime, ContactChannel]] = Counter()
    for attempt in agenda.attempts:
        at = _begin(attempt.at, step)
        # A contact for several is made by whoever takes the most pressing.
        by_unit[at, units[attempt.obligations[0]], attempt.channel] += 1
        whole[at, attempt.channel] += 1
    able = _Able(known)
    return Forecast(
        known.now,
        until,
        step,
        tuple(
            Load(at, unit, channel, attempts, able.of(at, channel, unit))
            for (at, unit, channel), attempts in sorted(by_unit.items())
        ),
        tuple(
            Load(at, None, channel, attempts, able.of(at, channel))
            for (at, channel), attempts in sorted(whole.items())
        ),
        sum(one.overdue for one in known.work),
        Counter(shortfall.reason for shortfall in agenda.shortfalls),
    )


def _begin(at: datetime, step: Step) -> datetime:
    if step == "day":
        return start_of_day(day_of(at))
    return at.astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0).astimezone(UTC)


class _Able:
    """How many people may work in a channel on a day: trained and here, of the unit or one above it."""

    def __init__(self, known: _Known) -> None:
        self._known = known
        self._counted: dict[object, int] = {}

    def of(self, at: datetime, channel: ContactChannel, unit: str | None = None) -> int:
        day = day_of(at)
        key = (day, channel, unit)
        if key not in self._counted:
            above = None if unit is None else self._known.paths.get(unit, ())
            self._counted[key] = sum(
                is_trained(one.trained_until, day)
                and is_active(one.active_until, day)
                and any(channel in CHANNELS_OF.get(role, ()) for role in one.roles)
                and (above is None or one.unit in above)
                for one in self._known.people
            )
        return self._counted[key]
