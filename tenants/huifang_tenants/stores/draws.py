"""Loading and saving draws: their commitments, where they stand, and what they come to."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from huifang_core.sampling import Amount, Pool
from huifang_core.trace import TraceStep

from huifang_tenants.scope import Scope

_json = msgspec.json.Encoder()

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


_DRAW: Final = (
    "id, plugin, plan, period, first_day, last_day, status, replaces, commitment, committed_at, committed_late, asked_at,"
    " population_hash, closed_at, closed_early, seed, drawn_at, seen_until, document"
)


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
    found = await scope.connection.fetchval(
        "INSERT INTO draw (id, plugin, plan, period, first_day, last_day, status, replaces, seed_enc, commitment, committed_at,"
        " committed_late) VALUES ($1, $2, $3, $4, $5, $6, 'committed', $7, $8, $9, $10, $11)"
        " ON CONFLICT ON CONSTRAINT draw_period_key DO NOTHING RETURNING true",
        id,
        plugin,
        plan,
        period,
        first,
        last,
        replaces,
        scope.cipher.encrypt(seed.hex(), "draw.seed", id),
        commitment,
        scope.now,
        late,
    )
    return found is not None


async def seed_of(scope: Scope, id: UUID) -> bytes:
    """Open the seed of a draw; to be revealed only once its population is closed."""
    sealed: bytes = await scope.connection.fetchval("SELECT seed_enc FROM draw WHERE id = $1", id)
    return bytes.fromhex(scope.cipher.decrypt(sealed, "draw.seed", id))


async def periods_committed(scope: Scope, since: date) -> set[tuple[str, str, str]]:
    """Return (plugin, plan, period) of the draws whose period ends on `since` or later."""
    rows = await scope.connection.fetch("SELECT plugin, plan, period FROM draw WHERE last_day >= $1", since)
    return {tuple(row) for row in rows}


async def next_to_do(scope: Scope, ended_before: date) -> StoredDraw | None:
    """Return the draw to go on with: begun, asked for, or with a period that ended before that day; the oldest first."""
    row = await scope.connection.fetchrow(
        f"SELECT {_DRAW} FROM draw WHERE status IN ('committed', 'gathering', 'closed')"  # noqa: S608
        " AND (status <> 'committed' OR asked_at IS NOT NULL OR last_day < $1) AND (try_at IS NULL OR try_at <= $2)"
        " ORDER BY status = 'closed' DESC, status = 'gathering' DESC, last_day, plugin, plan LIMIT 1",
        ended_before,
        scope.wall_now,
    )
    return None if row is None else _stored(row)


async def next_end(scope: Scope, ended_before: date) -> date | None:
    """Return the earliest last day, not before this one, of a draw that is not done yet."""
    found: date | None = await scope.connection.fetchval(
        "SELECT min(last_day) FROM draw WHERE status = 'committed' AND last_day >= $1", ended_before
    )
    return found


async def by_id(scope: Scope, id: UUID) -> StoredDraw | None:
    """Return a draw."""
    row = await scope.connection.fetchrow(f"SELECT {_DRAW} FROM draw WHERE id = $1", id)  # noqa: S608
    return None if row is None else _stored(row)


async def by_period(scope: Scope, plugin: str, plan: str, period: str) -> StoredDraw | None:
    """Return the draw of a plan in a period, locked."""
    row = await scope.connection.fetchrow(
        f"SELECT {_DRAW} FROM draw WHERE plugin = $1 AND plan = $2 AND period = $3 FOR UPDATE",  # noqa: S608
        plugin,
        plan,
        period,
    )
    return None if row is None else _stored(row)


async def lock_unchanged(scope: Scope, draw: StoredDraw) -> bool:
    """Lock a draw; tell whether it still is where it was when it was read."""
    row = await scope.connection.fetchrow(
        f"SELECT {_DRAW} FROM draw WHERE id = $1 FOR UPDATE",  # noqa: S608
        draw.id,
    )
    return row is not None and _stored(row) == draw


async def save(scope: Scope, id: UUID, document: DrawDocument, status: DrawStatus, **columns: Any) -> None:
    """Save where a draw stands; `columns` are further ones, by names from our own code."""
    names = ["document", "status", *columns]
    sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(names, 2))
    await scope.connection.execute(
        f"UPDATE draw SET {sets} WHERE id = $1",  # noqa: S608
        id,
        _json.encode(document).decode(),
        status,
        *columns.values(),
    )


async def closed(scope: Scope, since: date) -> list[StoredDraw]:
    """Return the draws whose population is closed, of periods that ended on `since` or later."""
    rows = await scope.connection.fetch(
        f"SELECT {_DRAW} FROM draw WHERE status = 'drawn' AND last_day >= $1 ORDER BY last_day, id",  # noqa: S608
        since,
    )
    return [_stored(row) for row in rows]


async def set_seen(scope: Scope, ids: Sequence[UUID], until: datetime) -> None:
    """Save up to when, wall time, what came in was held against these draws."""
    await scope.connection.execute("UPDATE draw SET seen_until = $2 WHERE id = ANY($1)", ids, until)


def _stored(row: Any) -> StoredDraw:
    return StoredDraw(**{**dict(row), "document": msgspec.convert(row["document"], DrawDocument)})
