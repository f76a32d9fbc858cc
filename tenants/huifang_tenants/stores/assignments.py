"""Lists given out (HT-8): finding what is to be given, saving to whom it was given, and what each has in hand."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.distribution import Work

from huifang_tenants.scope import Scope

OWN_LIST: Final = "(coalesce((o.draft ->> 'given_out')::boolean, false) OR o.draft ->> 'vendor' IS NOT NULL)"
"""Condition on obligation `o`: by its rule it is given out by a team leader."""

# SQL: units by their path, a join by a code that is no foreign key, counts under conditions.
_DRAW: Final = """
SELECT o.id, o.customer_id, o.channel, u.path, o.draft ->> 'vendor' AS vendor,
       CASE WHEN (o.draft ->> 'seller_may_visit')::boolean IS NOT TRUE THEN c.seller_no END AS not_by
FROM obligation o JOIN unit u ON u.code = o.unit JOIN contract c ON c.id = o.contract_id
LEFT JOIN staff a ON a.id = o.assignee
WHERE o.status = 'open' AND (o.lease_until IS NULL OR o.lease_until <= $1)
  AND ($2::uuid[] IS NULL OR o.id = ANY($2)) AND ($3::text IS NULL OR o.plugin = $3) AND ($4::text IS NULL OR o.kind = $4)
  AND ($5::text IS NULL OR o.script = $5) AND ($6::text IS NULL OR o.channel = $6)
  AND ($7::text IS NULL OR u.path @> ARRAY[$7]::text[]) AND ($8::timestamptz IS NULL OR o.due_by < $8)
  AND ($9::text IS NULL OR a.staff_no = $9) AND ($10 OR o.assignee IS NULL) AND ($11::text IS NULL OR u.path @> ARRAY[$11]::text[])
  AND ($12::text IS NULL OR o.draft ->> 'vendor' = $12) AND (NOT $13 OR o.listed)
ORDER BY o.priority DESC, o.due_by, o.id LIMIT $14 FOR NO KEY UPDATE OF o SKIP LOCKED
"""
_GIVE: Final = """
UPDATE obligation o SET assignee = given.staff, assigned_at = $3, listed = true, updated_at = $3
FROM unnest($1::uuid[], $2::uuid[]) AS given (id, staff) WHERE o.id = given.id
"""
_TAKE_BACK: Final = f"""
UPDATE obligation o SET assignee = NULL, assigned_at = NULL, listed = {OWN_LIST}, updated_at = $3,
    lease_staff = NULL, lease_until = NULL
WHERE o.status = 'open' AND o.assignee = $1 AND o.lease_contact IS NULL AND ($2::uuid[] IS NULL OR o.id = ANY($2))
RETURNING o.id
"""  # noqa: S608
_IN_HAND: Final = """
SELECT s.staff_no, count(*) AS number FROM obligation o JOIN staff s ON s.id = o.assignee
WHERE o.status = 'open' AND o.assignee = ANY($1) GROUP BY s.staff_no
"""
_LOADS: Final = """
SELECT s.staff_no, s.unit, s.vendor, s.active_until, s.trained_until, count(*) AS open,
       count(*) FILTER (WHERE o.due_by <= $1) AS overdue, min(o.due_by) AS earliest,
       count(*) FILTER (WHERE o.lease_until > $2) AS in_work
FROM obligation o JOIN staff s ON s.id = o.assignee JOIN unit u ON u.code = s.unit
WHERE o.status = 'open' AND ($3::text IS NULL OR u.path @> ARRAY[$3]::text[])
GROUP BY s.staff_no, s.unit, s.vendor, s.active_until, s.trained_until ORDER BY s.staff_no
"""


class ListWanted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which open obligations are given out; None means any. `unit` includes the units below it, `due_until` is not in the span.

    Without `assignee` it is what nobody has, unless `reassign`. With `listed_only` only what rules want given out.
    """

    obligation_ids: tuple[UUID, ...] | None = None
    plugin: str | None = None
    kind: str | None = None
    script: str | None = None
    channel: str | None = None
    unit: str | None = None
    due_until: datetime | None = None
    vendor: str | None = None
    assignee: str | None = None
    reassign: bool = False
    listed_only: bool = True


async def draw(scope: Scope, wanted: ListWanted, within: str | None, limit: int) -> list[Work]:
    """Lock and return what is to be given out, the most pressing first; what somebody is working on is left alone.

    `within` is the top of the subtree of whoever gives it out.
    """
    rows = await scope.connection.fetch(
        _DRAW,
        scope.wall_now,
        None if wanted.obligation_ids is None else list(wanted.obligation_ids),
        wanted.plugin,
        wanted.kind,
        wanted.script,
        wanted.channel,
        wanted.unit,
        wanted.due_until,
        wanted.assignee,
        wanted.reassign or wanted.assignee is not None,
        within,
        wanted.vendor,
        wanted.listed_only and wanted.obligation_ids is None,
        limit,
    )
    return [
        Work(
            str(row["id"]),
            str(row["customer_id"]),
            row["channel"],
            frozenset(row["path"]),
            row["vendor"],
            row["not_by"],
        )
        for row in rows
    ]


async def give(scope: Scope, given: Mapping[UUID, UUID]) -> None:
    """Save to whom obligations are given, as obligation and staff."""
    await scope.connection.execute(_GIVE, list(given), list(given.values()), scope.now)


async def take_back(scope: Scope, staff_id: UUID, obligation_ids: Sequence[UUID] | None) -> list[UUID]:
    """Take from somebody what is not in a contact, all of it or these; return what was taken."""
    ids = None if obligation_ids is None else list(obligation_ids)
    rows = await scope.connection.fetch(_TAKE_BACK, staff_id, ids, scope.now)
    return [row["id"] for row in rows]


async def in_hand(scope: Scope, staff_ids: Collection[UUID]) -> dict[str, int]:
    """Return how many open obligations each of these has been given, by staff number."""
    rows = await scope.connection.fetch(_IN_HAND, list(staff_ids))
    return {row["staff_no"]: row["number"] for row in rows}


async def loads(scope: Scope, unit: str | None) -> list[Any]:
    """Return what each assignee in a unit and below has in hand, in the order of their numbers."""
    return list(await scope.connection.fetch(_LOADS, scope.now, scope.wall_now, unit))
