"""Loading and saving what plans made of events: populations, who was drawn of them, and what became of those."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from huifang_core.sampling import Member, Ranked, Standing
from huifang_core.trace import TraceStep
from huifang_core.windows import end_of_day, start_of_day
from piccolo.query.functions.aggregate import Count

from huifang_tenants.intake import OWN_SOURCE
from huifang_tenants.scope import Scope
from huifang_tenants.stores.bulk import copy, update
from huifang_tenants.stores.draws import StoredDraw
from huifang_tenants.stores.queries import Kept, any_of, json_text
from huifang_tenants.tables.draws import DrawMember

MemberStatus = Literal["reserve", "drawn", "left_out", "failed", "late"]


class MemberRow(msgspec.Struct, frozen=True):
    """An event that a plan looked at, to be put on file; `late` where it came in after the closing."""

    id: UUID
    member: str
    contract_no: str
    claim_no: str | None
    happened_at: datetime
    status: MemberStatus
    stratum: str = ""
    group: str = ""
    reason: str | None = None
    trace: tuple[TraceStep, ...] = ()
    late: str | None = None


class KnownMember(msgspec.Struct, frozen=True):
    """A member on file, as facts that came in later are held against it."""

    id: UUID
    member: str
    status: MemberStatus
    stratum: str
    group: str
    late: str | None


class Untaken(msgspec.Struct, frozen=True):
    """A member that was drawn and of which the rules have not been told yet."""

    id: UUID
    plugin: str
    plan: str
    period: str
    member: str
    contract_no: str
    claim_no: str | None
    stratum: str
    group: str
    rank: int
    substitutes: str | None
    drawn_at: datetime


class Place(msgspec.Struct, frozen=True):
    """A member of a pool in its order; `standing` and `ended` only where it was drawn."""

    id: UUID
    member: str
    status: MemberStatus
    substitutes: str | None
    watched: bool
    standing: Standing | None
    ended: str | None


STANDING: Final = (
    "CASE WHEN m.status <> 'drawn' THEN NULL WHEN s.successful THEN 'successful'"
    " WHEN m.event_id IS NULL OR s.going_on OR e.status = 'parked' THEN 'open' ELSE 'ended' END"
)
"""What has become of member `m`, by its event `e` and the obligations `s` that the rules made of it."""

ENDED: Final = "coalesce(s.ended, 'no_obligation')"
"""Why member `m` came to nothing, where it did."""

WITH_STANDING: Final = (
    "draw_member m LEFT JOIN event e ON e.id = m.event_id CROSS JOIN LATERAL ("
    "SELECT bool_or(o.status = 'completed' AND o.successful) IS TRUE AS successful,"
    " bool_or(o.status IN ('waiting', 'open')) IS TRUE AS going_on,"
    " (array_agg(CASE WHEN o.status = 'completed' THEN 'not_successful' ELSE concat_ws(': ', o.status, o.status_reason) END"
    " ORDER BY o.updated_at DESC, o.id DESC))[1] AS ended"
    " FROM contract c JOIN obligation o ON o.contract_id = c.id WHERE m.event_id IS NOT NULL"
    " AND c.contract_no = e.contract_no AND o.event_id = e.id AND o.status <> 'superseded') s"
)
"""Members with what `STANDING` and `ENDED` look at. SQL: LATERAL, and a join by a number that is no foreign key."""


_SOLD: Final = (
    "SELECT c.contract_no FROM event e JOIN contract c ON c.seller_no = e.payload ->> 'seller_no'"
    " WHERE e.type = 'seller.departed' AND e.contract_no IS NULL AND 'seller.departed' = ANY($1)"
)
_PLUGIN: Final[Any] = DrawMember.draw_id.plugin
_PLAN: Final[Any] = DrawMember.draw_id.plan
_PERIOD: Final[Any] = DrawMember.draw_id.period
_UNTAKEN: Final = Kept(
    DrawMember.select(
        DrawMember.id,
        _PLUGIN.as_alias("plugin"),
        _PLAN.as_alias("plan"),
        _PERIOD.as_alias("period"),
        DrawMember.member,
        DrawMember.contract_no,
        DrawMember.claim_no,
        DrawMember.stratum,
        DrawMember.group_name.as_alias("group"),
        DrawMember.rank,
        DrawMember.substitutes,
        DrawMember.drawn_at,
    )
    .where(DrawMember.status == "drawn", DrawMember.event_id.is_null())
    .order_by(DrawMember.id)
    .limit(500)
)


async def contracts_with(
    scope: Scope, kinds: Iterable[str], first: date, last: date, after: str, limit: int
) -> list[str]:
    """Return the next contract numbers after this one with an event of these kinds in `[first, last]`.

    A seller's departure is an event of all the contracts that were sold.
    """
    wanted = list(kinds)
    # SQL: joins by numbers that are no foreign keys.
    rows = await scope.connection.fetch(
        "SELECT contract_no FROM (SELECT DISTINCT e.contract_no FROM event e WHERE e.type = ANY($1)"  # noqa: S608
        " AND e.happened_at >= $2 AND e.happened_at < $3 AND e.contract_no > $4"
        f" UNION {_SOLD} AND e.happened_at >= $2 AND e.happened_at < $3 AND c.contract_no > $4) found ORDER BY 1 LIMIT $5",
        wanted,
        start_of_day(first),
        end_of_day(last),
        after,
        limit,
    )
    return [row["contract_no"] for row in rows]


async def clear_gathered(scope: Scope, id: UUID) -> None:
    """Forget what was gathered so far for a draw whose population is not closed."""
    await DrawMember.delete().where(DrawMember.draw_id == id)


async def add_members(scope: Scope, draw_id: UUID, rows: Sequence[MemberRow]) -> None:
    """Put on file what a plan made of events; raises UniqueViolationError where a member has the name of another."""
    await copy(
        scope,
        "draw_member",
        [
            "id",
            "draw_id",
            "member",
            "contract_no",
            "claim_no",
            "happened_at",
            "status",
            "stratum",
            "group_name",
            "reason",
            "trace",
            "late",
            "late_at",
        ],
        [
            (
                row.id,
                draw_id,
                row.member,
                row.contract_no,
                row.claim_no,
                row.happened_at,
                row.status,
                row.stratum,
                row.group,
                row.reason,
                json_text(row.trace) if row.trace else None,
                row.late,
                scope.now if row.late else None,
            )
            for row in rows
        ],
    )


async def counts(scope: Scope, id: UUID) -> dict[MemberStatus, int]:
    """Return how many events of a draw there are by what the plan made of them."""
    rows = (
        await DrawMember.select(DrawMember.status, Count().as_alias("number"))
        .where(DrawMember.draw_id == id)
        .group_by(DrawMember.status)
    )
    return {row["status"]: row["number"] for row in rows}


async def first_failure(scope: Scope, id: UUID) -> tuple[str, str]:
    """Return one event that a plan raised on, and the error."""
    row = (
        await DrawMember.select(DrawMember.member, DrawMember.reason)
        .where(DrawMember.draw_id == id, DrawMember.status == "failed")
        .order_by(DrawMember.id)
        .first()
    )
    if row is None:
        raise LookupError(f"the plan of draw {id} failed on nothing")
    return row["member"], row["reason"]


async def leave_out_failed(scope: Scope, id: UUID) -> None:
    """Leave out of a population what the plan raised on; the error stays as the reason."""
    await DrawMember.update({DrawMember.status: "left_out"}).where(
        DrawMember.draw_id == id, DrawMember.status == "failed"
    )


async def population_of(scope: Scope, id: UUID) -> dict[str, tuple[UUID, Member]]:
    """Return a gathered population, by the members' ids, with the ids of their rows."""
    rows = await DrawMember.select(
        DrawMember.id, DrawMember.member, DrawMember.stratum, DrawMember.group_name
    ).where(DrawMember.draw_id == id, DrawMember.status == any_of(("reserve", "drawn")))
    return {
        row["member"]: (row["id"], Member(row["member"], row["stratum"], row["group_name"])) for row in rows
    }


async def save_ranks(
    scope: Scope, ids: Mapping[str, UUID], places: Sequence[Ranked], drawn: set[str], *, watched: bool
) -> None:
    """Save everybody's rank, and who is drawn now."""
    await update(
        scope,
        "draw_member",
        "id",
        [
            ("pool", "text"),
            ("rank", "int"),
            ("status", "text"),
            ("drawn_at", "timestamptz"),
            ("watched", "bool"),
        ],
        [
            (
                ids[place.member.id],
                place.pool,
                place.rank,
                "drawn" if place.member.id in drawn else "reserve",
                scope.now if place.member.id in drawn else None,
                watched and place.member.id in drawn,
            )
            for place in places
        ],
    )


async def untaken(scope: Scope) -> list[Untaken]:
    """Return some of the members that were drawn and of which the rules have not been told; none when all were."""
    return [Untaken(**dict(row)) for row in await _UNTAKEN.rows(scope)]


async def set_events(scope: Scope, events: Iterable[tuple[UUID, UUID]]) -> None:
    """Save which event told the rules of a member, as (member's row id, event's row id)."""
    await update(scope, "draw_member", "id", [("event_id", "uuid")], list(events))


async def pools_to_look_at(scope: Scope, limit: int) -> list[tuple[UUID, str]]:
    """Return (draw, pool) where a member that is watched has succeeded or come to nothing."""
    rows = await scope.connection.fetch(
        f"SELECT DISTINCT m.draw_id, m.pool FROM {WITH_STANDING} WHERE m.watched AND m.event_id IS NOT NULL"  # noqa: S608
        f" AND {STANDING} <> 'open' ORDER BY 1, 2 LIMIT $1",
        limit,
    )
    return [(row["draw_id"], row["pool"]) for row in rows]


async def places_in(scope: Scope, draw_id: UUID, pool: str) -> list[Place]:
    """Return the members of a pool by rank, with what has become of those drawn."""
    rows = await scope.connection.fetch(
        f"SELECT m.id, m.member, m.status, m.substitutes, m.watched, {STANDING} AS standing, {ENDED} AS ended"  # noqa: S608
        f" FROM {WITH_STANDING} WHERE m.draw_id = $1 AND m.pool = $2 ORDER BY m.rank",
        draw_id,
        pool,
    )
    return [Place(**dict(row)) for row in rows]


async def watch_no_more(scope: Scope, ids: Sequence[UUID]) -> None:
    """Let members be that have succeeded or come to nothing."""
    await DrawMember.update({DrawMember.watched: False}).where(DrawMember.id == any_of(ids))


async def draw_substitutes(scope: Scope, rows: Sequence[tuple[UUID, str, str]]) -> None:
    """Draw members in the place of others, as (row id, whom it substitutes, why that one came to nothing)."""
    await update(
        scope,
        "draw_member",
        "id",
        [
            ("substitutes", "text"),
            ("reason", "text"),
            ("status", "text"),
            ("drawn_at", "timestamptz"),
            ("watched", "bool"),
        ],
        [(*row, "drawn", scope.now, True) for row in rows],
    )


async def contracts_with_news(
    scope: Scope, draw: StoredDraw, kinds: Iterable[str], since: UUID, after: str, limit: int
) -> list[str]:
    """Return the next contracts of which something came in that may bear on a closed population.

    `since` is the lowest id that an event may have which came in after the closing.
    """
    # SQL: joins by numbers that are no foreign keys, and a UNION of them.
    rows = await scope.connection.fetch(
        "SELECT contract_no FROM (SELECT DISTINCT e.contract_no FROM event e"  # noqa: S608
        " WHERE e.id >= $3 AND e.contract_no > $6"
        " AND e.source <> $8 AND ((e.type = ANY($1) AND e.happened_at >= $4 AND e.happened_at < $5)"
        " OR EXISTS (SELECT FROM draw_member m WHERE m.draw_id = $2 AND m.contract_no = e.contract_no))"
        f" UNION {_SOLD} AND e.id >= $3 AND c.contract_no > $6) found ORDER BY 1 LIMIT $7",
        list(kinds),
        draw.id,
        since,
        start_of_day(draw.first_day),
        end_of_day(draw.last_day),
        after,
        limit,
        OWN_SOURCE,
    )
    return [row["contract_no"] for row in rows]


async def known_members(scope: Scope, draw_id: UUID, contracts: Sequence[str]) -> list[KnownMember]:
    """Return what a draw has on file of these contracts."""
    rows = await DrawMember.select(
        DrawMember.id,
        DrawMember.member,
        DrawMember.status,
        DrawMember.stratum,
        DrawMember.group_name.as_alias("group"),
        DrawMember.late,
    ).where(DrawMember.draw_id == draw_id, DrawMember.contract_no == any_of(contracts))
    return [KnownMember(**row) for row in rows]


async def mark_late(scope: Scope, changes: Sequence[tuple[UUID, str | None]]) -> None:
    """Save what facts that came in late would have changed of members, as (row id, change), None where that is over."""
    await update(
        scope,
        "draw_member",
        "id",
        [("late", "text"), ("late_at", "timestamptz")],
        [(id, change, None if change is None else scope.now) for id, change in changes],
    )
