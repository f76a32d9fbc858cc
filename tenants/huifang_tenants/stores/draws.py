"""Loading and saving draws: their commitments, where they stand, and what they come to."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from huifang_core.sampling import Amount, Pool
from huifang_core.trace import TraceStep
from piccolo.columns import Column
from piccolo.query.functions.aggregate import Min

from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import json_text, together
from huifang_tenants.tables.draws import Draw

DrawStatus = Literal["committed", "gathering", "closed", "drawn", "skipped"]


class Asked(msgspec.Struct, frozen=True, omit_defaults=True):
    """That somebody asked for a draw at once, and why; `leave_out_failed`: without the events that the plan raised on."""

    by: str
    reason: str
    leave_out_failed: bool = False


class DrawDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a draw knows besides its columns.

    `gathered_to` is the contract up to which the population was gathered, in the run that began at `gathering_since`, wall time.
    `waiting` are contracts that can't be looked at, since something of them has not come in. `problem` is why it was not drawn yet,
    after so many `tries`. `skipped` is why it never is.
    """

    amount: Amount | None = None
    amount_trace: tuple[TraceStep, ...] = ()
    asked: Asked | None = None
    gathered_to: str = ""
    gathering_since: datetime | None = None
    waiting: tuple[str, ...] = ()
    pools: tuple[Pool, ...] = ()
    problem: str | None = None
    tries: int = 0
    skipped: str | None = None


class StoredDraw(msgspec.Struct, frozen=True):
    """A draw on file."""

    id: UUID
    plugin: str
    plan: str
    period: str
    first_day: date
    last_day: date
    status: DrawStatus
    replaces: bool
    commitment: str
    committed_at: datetime
    committed_late: bool
    asked_at: datetime | None
    population_hash: str | None
    closed_at: datetime | None
    closed_early: bool
    seed: str | None
    drawn_at: datetime | None
    seen_until: datetime | None
    document: DrawDocument

    @property
    def plan_id(self) -> str:
        """The plan as the draw's hashes name it: "plugin/plan"."""
        return f"{self.plugin}/{self.plan}"


_COLUMNS: Final = together(*Draw.all_columns(exclude=[Draw.seed_enc, Draw.try_at]))


async def commit(
    scope: Scope,
    id: UUID,
    *,
    plugin: str,
    plan: str,
    period: str,
    first: date,
    last: date,
    replaces: bool,
    seed: bytes,
    commitment: str,
    late: bool,
) -> bool:
    """Put a draw on file with its seed, sealed; tell whether there was none for this plan and period."""
    made = Draw(
        id=id,
        plugin=plugin,
        plan=plan,
        period=period,
        first_day=first,
        last_day=last,
        status="committed",
        replaces=replaces,
        seed_enc=scope.cipher.encrypt(seed.hex(), "draw.seed", id),
        commitment=commitment,
        committed_at=scope.now,
        committed_late=late,
    )
    return bool(await Draw.insert(made).on_conflict(action="DO NOTHING").returning(Draw.id))


async def seed_of(scope: Scope, id: UUID) -> bytes:
    """Open the seed of a draw; to be revealed only once its population is closed."""
    (row,) = await Draw.select(Draw.seed_enc).where(Draw.id == id)
    return bytes.fromhex(scope.cipher.decrypt(row["seed_enc"], "draw.seed", id))


async def periods_committed(scope: Scope, since: date) -> set[tuple[str, str, str]]:
    """Return (plugin, plan, period) of the draws whose period ends on `since` or later."""
    rows = await Draw.select(Draw.plugin, Draw.plan, Draw.period).where(Draw.last_day >= since)
    return {(row["plugin"], row["plan"], row["period"]) for row in rows}


async def next_to_do(scope: Scope, ended_before: date) -> StoredDraw | None:
    """Return the draw to go on with: begun, asked for, or with a period that ended before that day; the oldest first."""
    # A plan is one draw after the other: what was begun goes on before another begins.
    for status in ("closed", "gathering", "committed"):
        query = Draw.select(*_COLUMNS).where(
            Draw.status == status, Draw.try_at.is_null() | (Draw.try_at <= scope.wall_now)
        )
        if status == "committed":
            query = query.where(Draw.asked_at.is_not_null() | (Draw.last_day < ended_before))
        row = await query.order_by(Draw.last_day, Draw.plugin, Draw.plan).first()
        if row is not None:
            return _stored(row)
    return None


async def next_end(scope: Scope, ended_before: date) -> date | None:
    """Return the earliest last day, not before this one, of a draw that is not done yet."""
    (row,) = await Draw.select(Min(Draw.last_day).as_alias("day")).where(
        Draw.status == "committed", Draw.last_day >= ended_before
    )
    day: date | None = row["day"]
    return day


async def by_id(scope: Scope, id: UUID, *, lock: bool = False) -> StoredDraw | None:
    """Return a draw, locked if that is asked for."""
    query = Draw.select(*_COLUMNS).where(Draw.id == id)
    row = await (query.lock_rows("UPDATE") if lock else query).first()
    return None if row is None else _stored(row)


async def by_period(scope: Scope, plugin: str, plan: str, period: str) -> StoredDraw | None:
    """Return the draw of a plan in a period, locked."""
    row = (
        await Draw.select(*_COLUMNS)
        .where(Draw.plugin == plugin, Draw.plan == plan, Draw.period == period)
        .lock_rows("UPDATE")
        .first()
    )
    return None if row is None else _stored(row)


async def lock_unchanged(scope: Scope, draw: StoredDraw) -> bool:
    """Lock a draw; tell whether it still is where it was when it was read."""
    return await by_id(scope, draw.id, lock=True) == draw


async def save(
    scope: Scope,
    id: UUID,
    document: DrawDocument,
    status: DrawStatus,
    columns: Mapping[Column | str, Any] | None = None,
) -> None:
    """Save where a draw stands, and what else is new about it."""
    stands: dict[Column | str, Any] = {Draw.document: json_text(document), Draw.status: status}
    stands.update(columns or {})
    await Draw.update(stands).where(Draw.id == id)


async def closed(scope: Scope, since: date) -> list[StoredDraw]:
    """Return the draws that are done, of periods that ended on `since` or later."""
    query = Draw.select(*_COLUMNS).where(Draw.status == "drawn", Draw.last_day >= since)
    return [_stored(row) for row in await query.order_by(Draw.last_day, Draw.id)]


async def set_seen(scope: Scope, id: UUID, until: datetime) -> None:
    """Save up to when, wall time, what came in was held against a draw."""
    await Draw.update({Draw.seen_until: until}).where(Draw.id == id)


def _stored(row: Mapping[str, Any]) -> StoredDraw:
    return StoredDraw(**{**row, "document": msgspec.convert(row["document"], DrawDocument)})
