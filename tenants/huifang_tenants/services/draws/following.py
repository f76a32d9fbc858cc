"""After the draw: the rules are told of each member, and who comes to nothing is replaced by the next in rank (HT-5)."""

from typing import Final
from uuid import UUID

from huifang_core.events import SampleDrawn
from huifang_core.sampling import Drawn, substitutions

from huifang_tenants.intake import OWN_SOURCE, IncomingEvent, content_hash
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.intake import Batch, EventIn, take_in
from huifang_tenants.stores import draw_members, draws, events
from huifang_tenants.stores.draw_members import Untaken
from huifang_tenants.stores.ledger import SYSTEM, Entry, record_many
from huifang_tenants.tenant import Tenant

_POOLS: Final = 50


async def take_in_drawn(services: Services, tenant: Tenant) -> bool:
    """Take in a `sample.drawn` event for members that were drawn; tell whether there were any."""

    async def find(scope: Scope) -> list[Untaken]:
        return await draw_members.untaken(scope)

    found = await in_scope(services.db, tenant, find, read_only=True)
    if not found:
        return False
    made = [_event(one) for one in found]
    batch = Batch(events=tuple(EventIn(line, event) for line, event in enumerate(made)))
    await take_in(services, tenant, batch, SYSTEM)

    async def note(scope: Scope) -> None:
        ids = await events.ids_of(scope, [(event.source, event.event_id) for event in made])
        await draw_members.set_events(
            scope,
            [(one.id, ids[event.source, event.event_id]) for one, event in zip(found, made, strict=True)],
        )

    await in_scope(services.db, tenant, note)
    return True


def _event(one: Untaken) -> IncomingEvent:
    """The event of a member; the same again for the same member, so that it counts once."""
    plan = f"{one.plugin}/{one.plan}"
    payload = SampleDrawn(
        plan=plan,
        period=one.period,
        member=one.member,
        rank=one.rank,
        stratum=one.stratum or None,
        group=one.group or None,
        substitutes=one.substitutes,
    )
    return IncomingEvent(
        source=OWN_SOURCE,
        event_id=f"sample.drawn/{plan}/{one.period}/{one.member}",
        type="sample.drawn",
        time=one.drawn_at,
        subject=None,
        contract_no=one.contract_no,
        claim_no=one.claim_no,
        sequence=None,
        corrects=None,
        retracts=None,
        payload=payload,
        contract=None,
        customer=None,
        content_hash=content_hash((one.drawn_at, one.contract_no, one.claim_no, payload)),
    )


async def replace_ended(services: Services, tenant: Tenant) -> bool:
    """Draw the next in rank for members that came to nothing, until so many as are wanted have succeeded or still may.

    Tells whether anything was looked at.
    """

    async def find(scope: Scope) -> list[tuple[UUID, str]]:
        return await draw_members.pools_to_look_at(scope, _POOLS)

    found = await in_scope(services.db, tenant, find, read_only=True)
    for draw_id, pool in found:

        async def look(scope: Scope, draw_id: UUID = draw_id, pool: str = pool) -> None:
            await _replace_in(scope, draw_id, pool)

        await in_scope(services.db, tenant, look)
    return bool(found)


async def _replace_in(scope: Scope, draw_id: UUID, pool: str) -> None:
    draw = await draws.by_id(scope, draw_id, lock=True)
    if draw is None:
        return
    places = await draw_members.places_in(scope, draw_id, pool)
    wanted = next(one.wanted for one in draw.document.pools if one.pool == pool)
    drawn = [
        Drawn(one.member, one.standing or "open", one.substitutes) for one in places if one.status == "drawn"
    ]
    by_member = {one.member: one for one in places}
    standing_in = substitutions([one.member for one in places], drawn, wanted)
    await draw_members.watch_no_more(
        scope, [one.id for one in places if one.watched and one.standing != "open"]
    )
    reasons = {one.member: by_member[one.substitutes].ended or "" for one in standing_in}
    await draw_members.draw_substitutes(
        scope, [(by_member[one.member].id, one.substitutes, reasons[one.member]) for one in standing_in]
    )
    await record_many(
        scope,
        SYSTEM,
        [
            Entry(
                "draw.substituted",
                "draw",
                draw_id,
                f"{one.member} {one.substitutes}".encode(),
                reason=reasons[one.member],
                details={"member": one.member, "substitutes": one.substitutes, "pool": pool},
            )
            for one in standing_in
        ],
    )
