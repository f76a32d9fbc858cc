"""Facts that come in after a population was closed: they are shown beside the draw and never change it (DEC-14)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from huifang_core.catalogue import PlanEntry
from huifang_core.windows import day_of

from huifang_tenants.ids import first_id_at
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.draws.gathering import BATCH, look_at
from huifang_tenants.stores import draw_members, draws
from huifang_tenants.stores.draw_members import KnownMember, MemberRow
from huifang_tenants.stores.draws import StoredDraw
from huifang_tenants.stores.ledger import SYSTEM, record
from huifang_tenants.tenant import Tenant

_LOOK_BACK: Final = timedelta(days=400)
# A batch of intake gives its events their ids before it is saved: what was under way then is looked at once more.
_UNDER_WAY: Final = timedelta(minutes=10)


async def notice_late(services: Services, tenant: Tenant) -> int:
    """Hold what has come in since against the closed populations of the last year or so; return how much is new.

    A member may have been taken back or belong elsewhere now, an event may have come in that would have been a member.
    """

    async def find(scope: Scope) -> list[StoredDraw]:
        return await draws.closed(scope, day_of(scope.now) - _LOOK_BACK)

    noticed = 0
    catalogue = await services.catalogue()
    for draw in await in_scope(services.db, tenant, find, read_only=True):
        entry = catalogue.plugins.get(draw.plugin)
        plan = next((p for p in entry.plans if p.id == draw.plan), None) if entry is not None else None
        if plan is not None:
            noticed += await _notice(services, tenant, draw, plan)
    return noticed


async def _notice(services: Services, tenant: Tenant, draw: StoredDraw, plan: PlanEntry) -> int:
    since = first_id_at((draw.seen_until or draw.committed_at) - _UNDER_WAY)
    waiting = set(draw.document.waiting)
    after, noticed = "", 0

    async def begin(scope: Scope) -> datetime:
        return scope.wall_now

    until = await in_scope(services.db, tenant, begin, read_only=True)
    more = True
    while more:

        async def find(scope: Scope, after: str = after) -> list[str]:
            return await draw_members.contracts_with_news(scope, draw, plan.events, since, after, BATCH)

        numbers = await in_scope(services.db, tenant, find, read_only=True)
        more = len(numbers) == BATCH
        after = numbers[-1] if numbers else after
        # Those that could not be looked at then may have become complete without any event.
        numbers = sorted({*numbers, *waiting})
        waiting = set()
        if numbers:
            rows, read = await look_at(services, tenant, draw, numbers)
            complete = [number for number in numbers if number not in read.waiting]

            async def write(
                scope: Scope, rows: Sequence[MemberRow] = rows, complete: Sequence[str] = complete
            ) -> int:
                return await _compare(scope, draw, complete, rows)

            noticed += await in_scope(services.db, tenant, write)

    async def end(scope: Scope) -> None:
        await draws.set_seen(scope, draw.id, until)

    await in_scope(services.db, tenant, end)
    return noticed


async def _compare(
    scope: Scope, draw: StoredDraw, contracts: Sequence[str], rows: Sequence[MemberRow]
) -> int:
    known = {one.member: one for one in await draw_members.known_members(scope, draw.id, contracts)}
    found = {row.member: row for row in rows}
    changes = [
        (one.id, change)
        for member, one in known.items()
        if (change := _change(one, found.get(member))) != one.late
    ]
    new = [
        msgspec.structs.replace(row, status="late", late="came_late")
        for member, row in found.items()
        if member not in known and row.status == "reserve"
    ]
    await draw_members.mark_late(scope, changes)
    await draw_members.add_members(scope, draw.id, new)
    if changes or new:
        details: Mapping[str, object] = {
            "plan": draw.plan_id,
            "period": draw.period,
            "came_late": len(new),
            "changed": len(changes),
        }
        content = [details, sorted(row.member for row in new), sorted(str(id) for id, _ in changes)]
        await record(scope, SYSTEM, "draw.late", "draw", draw.id, content, details=dict(details))
    return len(changes) + len(new)


def _change(known: KnownMember, now: MemberRow | None) -> str | None:
    """What would be otherwise for a member if the population were closed now; None where nothing would."""
    if now is not None and now.status == "failed":
        return known.late
    if known.status == "late":
        return "came_late" if now is not None and now.status == "reserve" else "taken_back"
    if now is None:
        return "taken_back"
    if known.status == "left_out":
        return "would_be_member" if now.status == "reserve" else None
    if now.status == "left_out":
        return "would_be_left_out"
    return None if (now.stratum, now.group) == (known.stratum, known.group) else "would_be_elsewhere"
