"""The work queue: taking the next obligation, never the same to two people.

A lease is two columns of the obligation and ends by itself: what has run out counts as free, whether or not any job has run.
Leases count in wall time, windows and call-backs in business time.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from huifang_tenants.scope import Scope

_PICK = """
SELECT picked.id, picked.customer_id, picked.channel,
       pg_try_advisory_xact_lock(hashtextextended(picked.customer_id::text, 20121)) AS alone
FROM (
    SELECT o.id, o.customer_id, o.channel
    FROM obligation o JOIN unit u ON u.code = o.unit
    WHERE o.status = 'open' AND o.channel = ANY($1) AND o.callable_from <= $2
      AND (o.lease_until IS NULL OR o.lease_until <= $3)
      AND (o.after_due = 'continue' OR o.due_by > $2)
      AND u.path @> ARRAY[$4]::text[]
      AND o.customer_id <> ALL($5)
      AND ($6::text IS NULL OR o.channel <> 'on_site' OR NOT EXISTS
           (SELECT 1 FROM contract c WHERE c.id = o.contract_id AND c.seller_no = $6))
    ORDER BY o.priority DESC, o.due_by, o.id
    LIMIT 1 FOR UPDATE OF o SKIP LOCKED
) picked
"""

_BUNDLE = """
UPDATE obligation o SET lease_staff = $1, lease_until = $2, lease_contact = NULL
FROM unit u
WHERE u.code = o.unit AND o.customer_id = $3 AND o.channel = $4 AND o.status = 'open' AND o.callable_from <= $5
  AND (o.after_due = 'continue' OR o.due_by > $5)
  AND (o.lease_until IS NULL OR o.lease_until <= $6) AND u.path @> ARRAY[$7]::text[]
  AND NOT EXISTS (SELECT 1 FROM obligation held WHERE held.customer_id = $3 AND held.status = 'open'
                  AND held.lease_until > $6 AND held.lease_staff <> $1)
RETURNING o.id
"""


async def claim(
    scope: Scope,
    *,
    staff_id: UUID,
    staff_no: str,
    unit: str,
    channels: Sequence[str],
    lease_until: datetime,
    attempts: int = 8,
) -> list[UUID]:
    """Lease the most pressing obligation and whatever else the same person can be asked in the same contact (DEC-5).

    Highest priority first, then the earliest deadline. `channels` are those the member of staff works in; `unit` is the top of
    the subtree. A visit is never given to the seller (DEC-7). Returns no ids when there is nothing to do.
    """
    passed_over: list[UUID] = []
    for _ in range(attempts):
        picked = await scope.connection.fetchrow(
            _PICK, list(channels), scope.now, scope.wall_now, unit, passed_over, staff_no
        )
        if picked is None:
            return []
        if picked["alone"]:
            leased = await scope.connection.fetch(
                _BUNDLE,
                staff_id,
                lease_until,
                picked["customer_id"],
                picked["channel"],
                scope.now,
                scope.wall_now,
                unit,
            )
            if leased:
                return [row["id"] for row in leased]
        passed_over.append(picked["customer_id"])
    return []


async def leased_with(scope: Scope, obligation_id: UUID, staff_id: UUID) -> list[Any]:
    """Lock and return the obligations leased to this member of staff together with `obligation_id`, itself among them."""
    return list(
        await scope.connection.fetch(
            "SELECT o.* FROM obligation o JOIN obligation asked ON asked.id = $1 AND asked.customer_id = o.customer_id"
            " AND asked.channel = o.channel WHERE o.status = 'open' AND o.lease_staff = $2 AND o.lease_until > $3"
            " AND asked.lease_staff = $2 AND asked.lease_until > $3 AND o.lease_contact IS NULL"
            " ORDER BY o.priority DESC, o.due_by, o.id FOR UPDATE OF o",
            obligation_id,
            staff_id,
            scope.wall_now,
        )
    )


async def extend(scope: Scope, contact_id: UUID, lease_until: datetime) -> None:
    """Let the lease of a contact's obligations run on."""
    await scope.connection.execute(
        "UPDATE obligation SET lease_until = $2 WHERE lease_contact = $1 AND status = 'open'",
        contact_id,
        lease_until,
    )


async def release(scope: Scope, contact_id: UUID) -> None:
    """End the lease of a contact's obligations."""
    await scope.connection.execute(
        "UPDATE obligation SET lease_staff = NULL, lease_until = NULL, lease_contact = NULL WHERE lease_contact = $1",
        contact_id,
    )


async def give_back(scope: Scope, staff_id: UUID) -> int:
    """End the leases a member of staff holds without a contact; return how many obligations are free again."""
    status = await scope.connection.execute(
        "UPDATE obligation SET lease_staff = NULL, lease_until = NULL"
        " WHERE lease_staff = $1 AND lease_contact IS NULL AND status = 'open'",
        staff_id,
    )
    return int(status.rsplit(" ", 1)[1])
