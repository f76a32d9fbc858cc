"""From the end of a period to its draw: gathering, closing, and only then revealing the seed (DEC-14).

Each step is one transaction and leaves the draw where the next one goes on, so that a crash costs at most a batch.
"""

from datetime import timedelta
from typing import Final

import msgspec
from asyncpg.exceptions import UniqueViolationError
from huifang_core.catalogue import PlanEntry
from huifang_core.periods import span_named
from huifang_core.population import AmountWanted
from huifang_core.sampling import Amount, SamplingError, draw, population_hash, wanted_of
from huifang_core.windows import end_of_day

from huifang_tenants.plugin_host import HostBroken
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.draws.gathering import BATCH, look_at, next_contracts
from huifang_tenants.stores import alarms, draw_members, draws
from huifang_tenants.stores.draws import StoredDraw
from huifang_tenants.stores.ledger import SYSTEM, record
from huifang_tenants.stores.plugins import load_settings
from huifang_tenants.tables.draws import Draw
from huifang_tenants.tenant import Tenant

FAILED: Final = "draw_failed"
"""Kind of the alarm that stands while a draw can't be made."""

_LONGEST_PAUSE: Final = timedelta(hours=6)


async def step(services: Services, tenant: Tenant, found: StoredDraw) -> None:
    """Bring a draw one step on: begin it, gather the next contracts, close its population, or draw."""
    if found.status == "closed":
        await in_scope(services.db, tenant, lambda scope: _draw(scope, found))
        return
    catalogue = await services.catalogue()
    entry = catalogue.plugins.get(found.plugin)
    if entry is None:
        await _fail(services, tenant, found, "the plugin is not installed, or broken")
        return
    plan = next((plan for plan in entry.plans if plan.id == found.plan), None)
    if plan is None or not _fits(plan, found):
        await _skip(services, tenant, found, "plan_gone")
    elif found.status == "committed":
        await _begin(services, tenant, found, plan)
    else:
        await _gather(services, tenant, found, plan)


def _fits(plan: PlanEntry, found: StoredDraw) -> bool:
    """Whether a draw is of a period such as its plan has now."""
    try:
        span_named(plan.period, found.period)
    except ValueError:
        return False
    return True


async def _begin(services: Services, tenant: Tenant, found: StoredDraw, plan: PlanEntry) -> None:
    versions = await in_scope(services.db, tenant, load_settings, read_only=True)
    if not any(version.plugin == found.plugin for version in versions):
        await _skip(services, tenant, found, "plugin_off")
        return
    try:
        wanted = await services.host.amount(found.plugin, found.plan, versions, found.first_day)
        wanted_of(wanted.amount, 1)
    except (HostBroken, SamplingError) as error:
        await _fail(services, tenant, found, str(error))
        return
    await in_scope(services.db, tenant, lambda scope: _begun(scope, found, plan, wanted))


async def _begun(scope: Scope, found: StoredDraw, plan: PlanEntry, wanted: AmountWanted) -> None:
    if not await draws.lock_unchanged(scope, found):
        return
    await draw_members.clear_gathered(scope, found.id)
    document = msgspec.structs.replace(
        found.document,
        amount=wanted.amount,
        amount_trace=wanted.steps,
        gathered_to="",
        gathering_since=scope.wall_now,
        waiting=(),
    )
    await draws.save(scope, found.id, document, "gathering", {Draw.replaces: plan.replace})


async def _gather(services: Services, tenant: Tenant, found: StoredDraw, plan: PlanEntry) -> None:
    numbers = await next_contracts(services, tenant, found, plan)
    rows, read = await look_at(services, tenant, found, numbers) if numbers else ([], None)

    async def write(scope: Scope) -> None:
        if not await draws.lock_unchanged(scope, found):
            return
        await draw_members.add_members(scope, found.id, rows)
        document = msgspec.structs.replace(
            found.document,
            gathered_to=numbers[-1] if numbers else found.document.gathered_to,
            waiting=(*found.document.waiting, *sorted(read.waiting if read is not None else ())),
        )
        if len(numbers) == BATCH:
            await draws.save(scope, found.id, document, "gathering")
        else:
            await _close(scope, found, document)

    try:
        await in_scope(services.db, tenant, write)
    except UniqueViolationError:
        await _fail(services, tenant, found, "two events of the population would have the same name")


async def _close(scope: Scope, found: StoredDraw, document: draws.DrawDocument) -> None:
    """Close a population that is gathered, with its hash in the ledger; not where the plan raised on something."""
    asked = document.asked
    counted = await draw_members.counts(scope, found.id)
    if counted.get("failed"):
        if asked is None or not asked.leave_out_failed:
            first = await draw_members.first_failure(scope, found.id)
            problem = f"the plan failed on {counted['failed']}, first on {first[0]}: {first[1]}"
            await _put_off(scope, found, document, problem)
            return
        await draw_members.leave_out_failed(scope, found.id)
    members = [member for _, member in (await draw_members.population_of(scope, found.id)).values()]
    hashed = population_hash(members, found.plan_id, found.period)
    early = scope.now < end_of_day(found.last_day)
    document = msgspec.structs.replace(document, problem=None, tries=0)
    await draws.save(
        scope,
        found.id,
        document,
        "closed",
        {
            Draw.population_hash: hashed,
            Draw.closed_at: scope.now,
            Draw.closed_early: early,
            Draw.seen_until: document.gathering_since,
            Draw.try_at: None,
        },
    )
    amount = document.amount or Amount("full")
    details = {
        "plan": found.plan_id,
        "period": found.period,
        "population_hash": hashed,
        "members": len(members),
        "left_out": counted.get("left_out", 0),
        "amount": {"kind": amount.kind, "value": None if amount.value is None else str(amount.value)},
        "closed_early": early,
    }
    await record(scope, SYSTEM, "draw.closed", "draw", found.id, details, details=details)
    await alarms.clear_alarm(scope, FAILED, _subject(found))


async def _draw(scope: Scope, found: StoredDraw) -> None:
    """Reveal the seed and draw; the population's hash has been in the ledger since an earlier transaction."""
    if not await draws.lock_unchanged(scope, found):
        return
    seed = await draws.seed_of(scope, found.id)
    population = await draw_members.population_of(scope, found.id)
    amount = found.document.amount or Amount("full")
    result = draw((member for _, member in population.values()), amount, seed, found.plan_id, found.period)
    drawn = {place.member.id for place in result.drawn}
    ids = {member: id for member, (id, _) in population.items()}
    await draw_members.save_ranks(scope, ids, result.ranked, drawn, watched=found.replaces)
    document = msgspec.structs.replace(found.document, pools=result.pools)
    await draws.save(scope, found.id, document, "drawn", {Draw.seed: seed.hex(), Draw.drawn_at: scope.now})
    details = {"plan": found.plan_id, "period": found.period, "seed": seed.hex(), "drawn": len(drawn)}
    content = [details, sorted(drawn)]
    await record(scope, SYSTEM, "draw.drawn", "draw", found.id, content, details=details)


async def _skip(services: Services, tenant: Tenant, found: StoredDraw, reason: str) -> None:
    """Let a period be that nothing is drawn for; it can still be asked for."""

    async def write(scope: Scope) -> None:
        if await draws.lock_unchanged(scope, found):
            document = msgspec.structs.replace(found.document, skipped=reason, asked=None)
            await draw_members.clear_gathered(scope, found.id)
            await draws.save(scope, found.id, document, "skipped", {Draw.asked_at: None})
            details = {"plan": found.plan_id, "period": found.period}
            await record(
                scope, SYSTEM, "draw.skipped", "draw", found.id, details, reason=reason, details=details
            )
            await alarms.clear_alarm(scope, FAILED, _subject(found))

    await in_scope(services.db, tenant, write)


async def _fail(services: Services, tenant: Tenant, found: StoredDraw, problem: str) -> None:
    async def write(scope: Scope) -> None:
        if await draws.lock_unchanged(scope, found):
            await _put_off(scope, found, found.document, problem)

    await in_scope(services.db, tenant, write)


async def _put_off(scope: Scope, found: StoredDraw, document: draws.DrawDocument, problem: str) -> None:
    """Show why a draw can't be made, and try again later from the beginning: after 2, 4, 8 … minutes."""
    tries = document.tries + 1
    pause = min(_LONGEST_PAUSE, timedelta(minutes=2 ** min(tries, 10)))
    document = msgspec.structs.replace(document, problem=problem[:1000], tries=tries)
    await draws.save(scope, found.id, document, "committed", {Draw.try_at: scope.wall_now + pause})
    details = {
        "draw": str(found.id),
        "plan": found.plan_id,
        "period": found.period,
        "problem": problem[:1000],
    }
    await alarms.raise_alarm(scope, FAILED, _subject(found), details)


def _subject(found: StoredDraw) -> str:
    return f"{found.plan_id}/{found.period}"
