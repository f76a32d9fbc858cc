"""Sellers' departures that name no contract: events of every contract that was sold (LN-2)."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from piccolo.columns.combination import WhereRaw

from huifang_tenants.scope import Scope
from huifang_tenants.stores.events import StoredEvent, stored
from huifang_tenants.stores.queries import any_of
from huifang_tenants.tables.contracts import Contract
from huifang_tenants.tables.events import Event

# SQL: recursive. What corrects or retracts a departure, or is corrected by one, may name another seller, or none.
_TOLD: Final = """
WITH RECURSIVE told AS (
    SELECT id, source, event_id, corrects, retracts FROM event
    WHERE type = 'seller.departed' AND contract_no IS NULL AND {first}
    UNION
    SELECT e.id, e.source, e.event_id, e.corrects, e.retracts FROM told t JOIN event e ON e.source = t.source
        AND e.type = 'seller.departed' AND e.contract_no IS NULL
        AND (coalesce(e.corrects, e.retracts) = t.event_id OR e.event_id = coalesce(t.corrects, t.retracts))
)
SELECT {columns} FROM event WHERE id IN (SELECT id FROM told)
"""
_COLUMNS: Final = (
    "id, source, event_id, type, happened_at, received_at, contract_no, claim_no, sequence, corrects, retracts, payload,"
    " park_reason, park_detail"
)
_BY_SELLER: Final = "payload ->> 'seller_no' = ANY($1)"
_OF_SELLERS: Final = _TOLD.format(first=_BY_SELLER, columns=_COLUMNS)
_IDS_OF_SELLERS: Final = _TOLD.format(first=_BY_SELLER, columns="id")
_SELLERS_OF: Final = _TOLD.format(first="id = $1", columns="payload ->> 'seller_no' AS seller_no")


async def of_sellers(scope: Scope, sellers: Iterable[str]) -> list[StoredEvent]:
    """Return all that was said of the departure of these sellers, corrections and retractions included."""
    wanted = list(sellers)
    if not wanted:
        return []
    return [stored(row) for row in await scope.connection.fetch(_OF_SELLERS, wanted)]


async def still_all(scope: Scope, sellers: Iterable[str], known: Iterable[UUID]) -> bool:
    """Tell whether nothing else was said of these sellers since."""
    wanted = list(sellers)
    if not wanted:
        return True
    rows = await scope.connection.fetch(_IDS_OF_SELLERS, wanted)
    return {row["id"] for row in rows} == set(known)


async def sellers_of(scope: Scope, event_id: UUID) -> set[str]:
    """Return the sellers whose contracts an event concerns: those it names, and those that what it speaks of names."""
    rows = await scope.connection.fetch(_SELLERS_OF, event_id)
    return {row["seller_no"] for row in rows if row["seller_no"] is not None}


async def contracts_of(
    scope: Scope, sellers: Iterable[str], after: UUID | None, limit: int
) -> list[tuple[UUID, str]]:
    """Return the next contracts that these sellers sold, as (id, contract number), in the order of their ids."""
    query = Contract.select(Contract.id, Contract.contract_no).where(Contract.seller_no == any_of(sellers))
    if after is not None:
        query = query.where(Contract.id > after)
    rows = await query.order_by(Contract.id).limit(limit)
    return [(row["id"], row["contract_no"]) for row in rows]


async def failed(scope: Scope, reason: str) -> list[UUID]:
    """Return the departures that are parked for `reason`, since a rule failed on one of their contracts."""
    rows: list[dict[str, Any]] = await Event.select(Event.id).where(
        # Written out, not a parameter, for the index over what is parked.
        WhereRaw("status = 'parked' AND type = 'seller.departed' AND contract_no IS NULL"),
        Event.park_reason == reason,
    )
    return [row["id"] for row in rows]
