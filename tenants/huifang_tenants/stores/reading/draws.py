"""Draws and their members, with what has become of those drawn."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from huifang_tenants.scope import Scope
from huifang_tenants.stores.draw_members import ENDED, STANDING, WITH_STANDING
from huifang_tenants.stores.queries import together
from huifang_tenants.stores.reading.keyset import Page, Position, Slice, Where, page_by_id
from huifang_tenants.stores.reading.rows import fetch_all
from huifang_tenants.tables.draws import Draw, DrawMember
from huifang_tenants.tables.oversight import Ledger

_NAME: Final = QueryString("{} || '/' || {}", Draw.plugin, Draw.plan)
_DRAW: Final = together(
    *Draw.all_columns(
        exclude=[Draw.plugin, Draw.plan, Draw.seed_enc, Draw.try_at, Draw.seen_until, Draw.document]
    ),
    QueryString("{} || '/' || {}", Draw.plugin, Draw.plan, alias="plan"),
    *(
        QueryString(f"{{}} {'->' if is_json else '->>'} '{name}'", Draw.document, alias=name)
        for name, is_json in (("amount", True), ("asked", True), ("problem", False), ("skipped", False))
    ),
)
_MORE: Final = together(
    QueryString("coalesce({} -> 'amount_trace', '[]')", Draw.document, alias="amount_trace"),
    QueryString("coalesce(json_array_length({} -> 'waiting'), 0)", Draw.document, alias="waiting"),
)
# SQL from here on: counts under conditions, and what LATERAL joins.
_COUNTS: Final = """
SELECT count(*) FILTER (WHERE status IN ('reserve', 'drawn')) AS members, count(*) FILTER (WHERE status = 'drawn') AS drawn,
       count(*) FILTER (WHERE status = 'left_out') AS left_out, count(*) FILTER (WHERE status = 'failed') AS failed,
       count(late) AS late, count(substitutes) AS substituted
FROM draw_member WHERE draw_id = $1
"""
_POOLS: Final = f"""
WITH wanted AS (
    SELECT pool, members, wanted FROM draw d, json_to_recordset(d.document -> 'pools')
        AS p (pool text, members integer, wanted integer) WHERE d.id = $1
), standing AS (
    SELECT m.pool, {STANDING} AS standing FROM {WITH_STANDING} WHERE m.draw_id = $1 AND m.status = 'drawn'
)
SELECT w.pool, w.members, w.wanted, count(s.standing) AS drawn, count(*) FILTER (WHERE s.standing = 'open') AS open,
       count(*) FILTER (WHERE s.standing = 'successful') AS successful, count(*) FILTER (WHERE s.standing = 'ended') AS ended
FROM wanted w LEFT JOIN standing s USING (pool) GROUP BY 1, 2, 3 ORDER BY 1
"""  # noqa: S608
_MEMBER: Final = f"""
SELECT m.id, m.member, m.contract_no, m.claim_no, m.happened_at, m.status, m.stratum, m.group_name AS "group", m.pool, m.rank,
       m.drawn_at, m.substitutes, m.reason, coalesce(m.trace, '[]') AS trace, m.event_id, m.late, m.late_at,
       {STANDING} AS standing, CASE WHEN {STANDING} = 'ended' THEN {ENDED} END AS ended
FROM {WITH_STANDING}
"""  # noqa: S608


class DrawFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which draws; None means any. `plan` is "plugin/plan"."""

    plan: str | None = None
    period: str | None = None
    status: str | None = None


class MemberFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which members of a draw; None means any. `late`: those that facts which came in late would change."""

    status: str | None = None
    standing: str | None = None
    pool: str | None = None
    contract_no: str | None = None
    late: bool | None = None


async def list_draws(scope: Scope, wanted: DrawFilter, page: Page) -> Slice:
    """One page of draws, in the order in which they were committed to."""
    where = Where()
    if wanted.plan is not None:
        where.conditions.append(QueryString("{} = {}", _NAME, wanted.plan))
    where.equals(Draw.period, wanted.period)
    where.equals(Draw.status, wanted.status)
    return await page_by_id(Draw, _DRAW, where, page)


async def get_draw(scope: Scope, id: UUID) -> Mapping[str, Any] | None:
    """One draw with its pools, and what each still lacks; None when there is none."""
    row = await Draw.select(*_DRAW, *_MORE).where(Draw.id == id).first()
    if row is None:
        return None
    (counts,) = await fetch_all(scope, _COUNTS, id)
    pools = [
        {**pool, "shortfall": max(0, pool["wanted"] - pool["open"] - pool["successful"])}
        if row["replaces"]
        else {**pool, "shortfall": max(0, pool["wanted"] - pool["members"])}
        for pool in await fetch_all(scope, _POOLS, id)
    ]
    return {**row, "amount_trace": _whole(row["amount_trace"]), "counts": counts, "pools": pools}


async def list_members(scope: Scope, draw_id: UUID, wanted: MemberFilter, page: Page) -> Slice | None:
    """One page of what a plan made of events, in the order in which they were gathered; None when there is no such draw."""
    if not await Draw.exists().where(Draw.id == draw_id):
        return None
    direction, comparison = ("DESC", "<") if page.descending else ("ASC", ">")
    rows = await fetch_all(
        scope,
        f"{_MEMBER} WHERE m.draw_id = $1 AND ($2::text IS NULL OR m.status = $2) AND ($3::text IS NULL OR {STANDING} = $3)"
        " AND ($4::text IS NULL OR m.pool = $4) AND ($5::text IS NULL OR m.contract_no = $5)"
        f" AND ($6::bool IS NULL OR (m.late IS NOT NULL) = $6) AND ($7::uuid IS NULL OR m.id {comparison} $7)"
        f" ORDER BY m.id {direction} LIMIT $8",
        draw_id,
        wanted.status,
        wanted.standing,
        wanted.pool,
        wanted.contract_no,
        wanted.late,
        None if page.after is None else page.after.id,
        page.limit + 1,
    )
    shown = [{**row, "trace": _whole(row["trace"])} for row in rows[: page.limit]]
    return Slice(shown, Position(None, shown[-1]["id"]) if len(rows) > page.limit else None)


async def whole_population(scope: Scope, draw_id: UUID) -> list[dict[str, Any]]:
    """Everything a plan made of events, by pool and rank."""
    found: list[dict[str, Any]] = (
        await DrawMember.select(
            DrawMember.member,
            DrawMember.stratum,
            DrawMember.group_name,
            DrawMember.status,
            DrawMember.rank,
            DrawMember.drawn_at,
            DrawMember.substitutes,
            DrawMember.reason,
            DrawMember.trace,
            DrawMember.late,
            DrawMember.late_at,
        )
        .where(DrawMember.draw_id == draw_id)
        .order_by(DrawMember.pool, DrawMember.rank, DrawMember.member)
    )
    return found


async def ledger_of(scope: Scope, draw_id: UUID) -> list[dict[str, Any]]:
    """What the ledger says of a draw, oldest first."""
    rows = (
        await Ledger.select(Ledger.id, Ledger.at, Ledger.action, Ledger.details)
        .where(Ledger.subject_id == draw_id)
        .order_by(Ledger.at, Ledger.id)
    )
    return [{**row, "id": str(row["id"])} for row in rows]


def _whole(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Steps of a trace with what is left out in writing where it is empty."""
    return [{"values": {}, **step} for step in steps]
