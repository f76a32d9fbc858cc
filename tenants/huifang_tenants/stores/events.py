"""Loading and saving business events; personal fields of a payload are sealed apart from the rest."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.accounts import ABOUT_SOMEBODY, OF_PAYERS
from huifang_core.events import AnyPayload, BusinessEvent
from huifang_core.windows import end_of_day, start_of_day
from piccolo.columns.combination import WhereRaw
from piccolo.querystring import QueryString

from huifang_tenants.scope import Scope
from huifang_tenants.stores.bulk import copy, update
from huifang_tenants.stores.queries import Kept, Slot, any_of, json_text, pair_in
from huifang_tenants.tables.contracts import Contract
from huifang_tenants.tables.events import ControlTotal, Event


class StoredEvent(msgspec.Struct, frozen=True):
    """An event on file, its payload without personal data, and whether it is parked and why."""

    id: UUID
    event: BusinessEvent
    park_reason: str | None = None
    park_detail: str | None = None


class EventRow(msgspec.Struct, frozen=True):
    """An event to be saved: `plain` is its payload without the personal fields, which are in `personal`."""

    id: UUID
    event: BusinessEvent
    plain: dict[str, Any] | None
    personal: dict[str, Any] | None
    content_hash: bytes
    park_reason: str | None
    park_detail: str | None
    import_id: UUID | None


_BY_KEY: Final = pair_in((Event.source, Event.event_id), Slot("sources"), Slot("ids"))
_HASHES: Final = Kept(Event.select(Event.source, Event.event_id, Event.content_hash).where(_BY_KEY))
_IDS: Final = Kept(Event.select(Event.source, Event.event_id, Event.id).where(_BY_KEY))
_READ: Final = Event.all_columns(
    exclude=[Event.personal_enc, Event.content_hash, Event.status, Event.import_id]
)
_OF_CONTRACTS: Final = Kept(Event.select(*_READ).where(Event.contract_no == any_of(Slot("numbers"))))
_BY_KEYS: Final = Kept(Event.select(*_READ).where(_BY_KEY))
_SPEAKING_OF: Final = Kept(
    Event.select(*_READ).where(
        QueryString("coalesce({}, {}) IS NOT NULL", Event.retracts, Event.corrects),
        QueryString(
            "({}, coalesce({}, {})) IN (SELECT * FROM unnest({}::text[], {}::text[]))",
            Event.source,
            Event.retracts,
            Event.corrects,
            Slot("sources"),
            Slot("ids"),
        ),
    )
)
_SET_PARKING: Final = Kept(
    Event.update(
        {
            Event.status: Slot("status"),
            Event.park_reason: Slot("reason"),
            Event.park_detail: Slot("detail"),
        }
    ).where(Event.id == Slot("id"))
)
_SAVE_CONTROL_TOTAL: Final = Kept(
    ControlTotal.insert(
        ControlTotal(
            source=Slot("source"),
            type=Slot("type"),
            day=Slot("day"),
            announced=Slot("announced"),
            event_id=Slot("event_id"),
            updated_at=Slot("updated_at"),
        )
    ).on_conflict(
        target="control_total_pkey",
        action="DO UPDATE",
        values=[
            ControlTotal.announced,
            ControlTotal.event_id,
            ControlTotal.updated_at,
            (ControlTotal.taken, None),
        ],
        where=WhereRaw(
            "(SELECT (n.happened_at, n.sequence, n.event_id) >= (e.happened_at, e.sequence, e.event_id)"
            " FROM event n, event e WHERE n.id = excluded.event_id AND e.id = control_total.event_id) IS NOT FALSE"
        ),
    )
)

# As `resolve` finds a policyholder: one it can't tell would come up again with every run, and for nothing.
CAN_GO_ON = (
    "e.status = 'parked' AND (e.park_reason = 'unknown_contract' AND (c.id IS NOT NULL OR"  # noqa: S608
    f" (e.type IN ({', '.join(repr(kind) for kind in sorted(OF_PAYERS | ABOUT_SOMEBODY))})"
    " AND (EXISTS (SELECT FROM customer_ref r WHERE r.customer_no = e.contract_no)"
    " OR EXISTS (SELECT FROM unit u WHERE u.code = e.contract_no))))"
    " OR (e.park_reason = 'unknown_policyholder' AND (SELECT count(DISTINCT r.customer_id) = 1 OR bool_or(r.source = c.source)"
    " FROM customer_ref r WHERE r.customer_no = c.policyholder_no))"
    " OR (e.park_reason = 'unknown_unit' AND EXISTS (SELECT FROM unit u WHERE u.code = c.unit)))"
)
"""Condition on event `e` and its contract `c`, if there is one: what the event was parked for has come in meanwhile."""


async def content_hashes(scope: Scope, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
    """Return the content hash of each event on file with one of these (source, event id) pairs."""
    wanted = list(keys)
    if not wanted:
        return {}
    sources, ids = zip(*wanted, strict=True)
    rows = await _HASHES.rows(scope, sources=sources, ids=ids)
    return {(row["source"], row["event_id"]): row["content_hash"] for row in rows}


async def ids_of(scope: Scope, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], UUID]:
    """Return the id of each event on file with one of these (source, event id) pairs."""
    wanted = list(keys)
    rows = await _IDS.rows(scope, sources=[source for source, _ in wanted], ids=[id for _, id in wanted])
    return {(row["source"], row["event_id"]): row["id"] for row in rows}


async def of_contracts(scope: Scope, numbers: Iterable[str]) -> dict[str, list[StoredEvent]]:
    """Return all events of these contracts, by contract number."""
    wanted = list(numbers)
    if not wanted:
        return {}
    rows = await _OF_CONTRACTS.rows(scope, numbers=wanted)
    found: dict[str, list[StoredEvent]] = {}
    for row in rows:
        found.setdefault(row["contract_no"], []).append(stored(row))
    return found


async def by_keys(scope: Scope, keys: Iterable[tuple[str, str]]) -> list[StoredEvent]:
    """Return the events on file with one of these (source, event id) pairs."""
    return await _of_keys(scope, _BY_KEYS, keys)


async def speaking_of(scope: Scope, keys: Iterable[tuple[str, str]]) -> list[StoredEvent]:
    """Return the events on file that correct or retract one with these (source, event id) pairs."""
    return await _of_keys(scope, _SPEAKING_OF, keys)


async def _of_keys(scope: Scope, query: Kept, keys: Iterable[tuple[str, str]]) -> list[StoredEvent]:
    wanted = list(keys)
    if not wanted:
        return []
    sources, ids = zip(*wanted, strict=True)
    return [stored(row) for row in await query.rows(scope, sources=sources, ids=ids)]


def stored(row: Any) -> StoredEvent:
    """Return the event of a row; its payload lacks the personal fields."""
    payload = row["payload"]
    return StoredEvent(
        id=row["id"],
        event=BusinessEvent(
            source=row["source"],
            event_id=row["event_id"],
            type=row["type"],
            time=row["happened_at"].astimezone(UTC),
            received_at=row["received_at"].astimezone(UTC),
            payload=None if payload is None else msgspec.convert(payload, AnyPayload),
            contract_no=row["contract_no"],
            claim_no=row["claim_no"],
            sequence=row["sequence"],
            corrects=row["corrects"],
            retracts=row["retracts"],
        ),
        park_reason=row["park_reason"],
        park_detail=row["park_detail"],
    )


async def insert(scope: Scope, rows: Sequence[EventRow]) -> None:
    """Insert new events; raises UniqueViolationError when one of them came in meanwhile."""
    cipher = scope.cipher
    await copy(
        scope,
        "event",
        [
            "id",
            "source",
            "event_id",
            "type",
            "happened_at",
            "received_at",
            "contract_no",
            "claim_no",
            "sequence",
            "corrects",
            "retracts",
            "payload",
            "personal_enc",
            "content_hash",
            "status",
            "park_reason",
            "park_detail",
            "import_id",
        ],
        [
            (
                row.id,
                row.event.source,
                row.event.event_id,
                row.event.type,
                row.event.time,
                row.event.received_at,
                row.event.contract_no,
                row.event.claim_no,
                row.event.sequence,
                row.event.corrects,
                row.event.retracts,
                None if row.plain is None else json_text(row.plain),
                cipher.encrypt_json(row.personal, "event.personal", row.id) if row.personal else None,
                row.content_hash,
                "parked" if row.park_reason else "accepted",
                row.park_reason,
                row.park_detail,
                row.import_id,
            )
            # In one order everywhere: two writers of the same events then wait, and never for each other.
            for row in sorted(rows, key=lambda row: (row.event.source, row.event.event_id))
        ],
    )


async def move(scope: Scope, numbers: Mapping[UUID, str]) -> None:
    """Let events, by id, be those of other contract numbers: the account they belong to has got its own."""
    await update(scope, "event", "id", [("contract_no", "text")], list(numbers.items()))


async def set_parking(scope: Scope, changes: Sequence[tuple[UUID, str | None, str | None]]) -> None:
    """Park events, or take them up again, as (id, reason, detail); no reason means accepted."""
    await _SET_PARKING.run_each(
        scope,
        [
            {"id": id, "status": "parked" if reason else "accepted", "reason": reason, "detail": detail}
            for id, reason, detail in changes
        ],
    )


async def parked_contracts(scope: Scope, limit: int) -> list[str]:
    """Return numbers of contracts with parked events that may be taken up now, oldest first.

    That is: the contract has come in meanwhile, its policyholder and unit too, or else the payer or office that stands in its place.
    """
    # SQL: events name contracts by number, and Piccolo joins along foreign keys.
    rows = await scope.connection.fetch(
        "SELECT e.contract_no, min(e.received_at) AS since FROM event e"  # noqa: S608
        f" LEFT JOIN contract c ON c.contract_no = e.contract_no WHERE {CAN_GO_ON}"
        " GROUP BY e.contract_no ORDER BY since LIMIT $1",
        limit,
    )
    return [row["contract_no"] for row in rows]


async def failed_contracts(
    scope: Scope, reason: str, after: UUID | None, limit: int
) -> list[tuple[UUID, str]]:
    """Return (id, number) of contracts with events parked for `reason`, in the order of their ids after `after`."""
    # Written out, not a parameter, for the index over what is parked.
    parked = QueryString("{} = 'parked'", Event.status)
    failed = Event.select(Event.contract_no).where(parked, Event.park_reason == reason)
    query = Contract.select(Contract.id, Contract.contract_no).where(Contract.contract_no.is_in(failed))
    if after is not None:
        query = query.where(Contract.id > after)
    rows = await query.order_by(Contract.id).limit(limit)
    return [(row["id"], row["contract_no"]) for row in rows]


async def save_control_total(
    scope: Scope, source: str, type: str, day: date, announced: int, event_id: UUID
) -> None:
    """Keep what the core system says it sent; of two statements for one day the one made later counts, whichever comes first."""
    await _SAVE_CONTROL_TOTAL.run(
        scope,
        source=source,
        type=type,
        day=day,
        announced=announced,
        event_id=event_id,
        updated_at=scope.wall_now,
    )


async def recount_totals(scope: Scope, days: Iterable[tuple[str, str, date]]) -> None:
    """Have the control totals of these (source, type, day) held against what came in once more."""
    wanted = list(days)
    if wanted:
        # SQL: an UPDATE of rows locked in a query of its own.
        # Locked in one order: two batches of the same days then wait, and never for each other.
        await scope.connection.execute(
            "WITH counted AS (SELECT t.source, t.type, t.day FROM control_total t"
            " JOIN unnest($1::text[], $2::text[], $3::date[]) AS n(source, type, day) USING (source, type, day)"
            " ORDER BY t.source, t.type, t.day FOR NO KEY UPDATE OF t)"
            " UPDATE control_total t SET taken = NULL FROM counted c"
            " WHERE t.source = c.source AND t.type = c.type AND t.day = c.day",
            *(list(column) for column in zip(*wanted, strict=True)),
        )


async def taken_in(scope: Scope, source: str, type: str, day: date) -> int:
    """Count the events of a type and source that happened on `day` in Asia/Shanghai."""
    first: datetime = start_of_day(day)
    count: int = await Event.count().where(
        Event.source == source,
        Event.type == type,
        Event.happened_at >= first,
        Event.happened_at < (end_of_day(day) if day < date.max - timedelta(1) else first),
    )
    return count
