"""Draws and their members, with what has become of those drawn."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec

from huifang_tenants.scope import Scope
from huifang_tenants.stores.draw_members import ENDED, STANDING, WITH_STANDING
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, page_by_id
from huifang_tenants.stores.reading.rows import fetch_all, fetch_one

_DRAW: Final = """
SELECT d.id, d.plugin || '/' || d.plan AS plan, d.period, d.first_day, d.last_day, d.status, d.replaces, d.commitment,
       d.committed_at, d.committed_late, d.asked_at, d.population_hash, d.closed_at, d.closed_early, d.seed, d.drawn_at,
       d.document -> 'amount' AS amount, d.document -> 'asked' AS asked, d.document ->> 'problem' AS problem,
       d.document ->> 'skipped' AS skipped, coalesce(d.document -> 'amount_trace', '[]') AS amount_trace,
       coalesce(json_array_length(d.document -> 'waiting'), 0) AS waiting
FROM draw d
"""
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
    where.add("d.plugin || '/' || d.plan = {}", wanted.plan)
    where.add("d.period = {}", wanted.period)
    where.add("d.status = {}", wanted.status)
    return await page_by_id(scope, _DRAW, where, page, id_column="d.id")


async def get_draw(scope: Scope, id: UUID) -> Mapping[str, Any] | None:
    """One draw with its pools, and what each still lacks; None when there is none."""
    row = await fetch_one(scope, f"{_DRAW} WHERE d.id = $1", id)
    if row is None:
        return None
    counts = await fetch_one(scope, _COUNTS, id)
    pools = [
        {**pool, "shortfall": max(0, pool["wanted"] - pool["open"] - pool["successful"])}
        if row["replaces"]
        else {**pool, "shortfall": max(0, pool["wanted"] - pool["members"])}
        for pool in await fetch_all(scope, _POOLS, id)
    ]
    return {**row, "amount_trace": _whole(row["amount_trace"]), "counts": counts, "pools": pools}


async def list_members(scope: Scope, draw_id: UUID, wanted: MemberFilter, page: Page) -> Slice | None:
    """One page of what a plan made of events, in the order in which they were gathered; None when there is no such draw."""
    if not await scope.connection.fetchval("SELECT true FROM draw WHERE id = $1", draw_id):
        return None
    where = Where()
    where.add("m.draw_id = {}", draw_id)
    where.add("m.status = {}", wanted.status)
    where.add(f"{STANDING} = {{}}", wanted.standing)
    where.add("m.pool = {}", wanted.pool)
    where.add("m.contract_no = {}", wanted.contract_no)
    where.flag(wanted.late, "m.late IS NOT NULL")
    found = await page_by_id(scope, _MEMBER, where, page, id_column="m.id")
    return Slice([{**row, "trace": _whole(row["trace"])} for row in found.rows], found.last)


async def whole_population(scope: Scope, draw_id: UUID) -> list[dict[str, Any]]:
    """Everything a plan made of events, by pool and rank."""
    return await fetch_all(
        scope,
        "SELECT member, stratum, group_name, status, rank, drawn_at, substitutes, reason, trace, late, late_at"
        " FROM draw_member WHERE draw_id = $1 ORDER BY pool, rank, member",
        draw_id,
    )


async def ledger_of(scope: Scope, draw_id: UUID) -> list[dict[str, Any]]:
    """What the ledger says of a draw, oldest first."""
    return await fetch_all(
        scope,
        "SELECT id::text AS id, at, action, details FROM ledger WHERE subject_id = $1 ORDER BY at, id",
        draw_id,
    )


def _whole(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Steps of a trace with what is left out in writing where it is empty."""
    return [{"values": {}, **step} for step in steps]
