"""Two records of one person: letting one stand for the other, and taking that back (DEC-10)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from huifang_core.customers import Customer

from huifang_tenants.scope import Scope
from huifang_tenants.stores.customers import identity_of


async def merge(scope: Scope, merged: UUID, into: UUID) -> None:
    """Let one record stand for another of the same person.

    The merged record stays as it was but for its blind index of the ID, so that a merge can be taken back.
    """
    await scope.connection.execute(
        "UPDATE customer SET merged_into = $2, identity_blind = NULL WHERE id = $1", merged, into
    )
    await scope.connection.execute(
        "UPDATE customer_ref SET customer_id = $2 WHERE customer_id = $1", merged, into
    )


async def merged_into(scope: Scope, id: UUID) -> UUID | None:
    """Lock a customer, and return the one that stands for it since a merge; None where there is none."""
    found: UUID | None = await scope.connection.fetchval(
        "SELECT merged_into FROM customer WHERE id = $1 FOR UPDATE", id
    )
    return found


async def numbers_merged(scope: Scope, id: UUID) -> list[tuple[str, str]]:
    """Return the (source, number)s that led to a record when it was merged last."""
    details: dict[str, Any] | None = await scope.connection.fetchval(
        "SELECT details FROM ledger WHERE subject_id = $1 AND action = 'customer.merged' ORDER BY id DESC LIMIT 1",
        id,
    )
    return [(source, number) for source, number in (details or {}).get("numbers", ())]


async def part(scope: Scope, id: UUID, customer: Customer, numbers: Sequence[tuple[str, str]]) -> None:
    """Let a merged record stand for itself again, known by these (source, number)s.

    Raises UniqueViolationError when its ID has become somebody else's.
    """
    await scope.connection.execute(
        "UPDATE customer SET merged_into = NULL, identity_blind = $2, revision = revision + 1 WHERE id = $1",
        id,
        identity_of(scope.cipher, customer),
    )
    await scope.connection.executemany(
        "UPDATE customer_ref SET customer_id = $1 WHERE source = $2 AND customer_no = $3",
        [(id, source, number) for source, number in sorted(numbers)],
    )
