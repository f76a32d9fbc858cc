"""Two records of one person: letting one stand for the other, and taking that back (DEC-10)."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from huifang_core.customers import Customer, CustomerKind

from huifang_tenants.scope import Scope
from huifang_tenants.stores.customers import identity_of


class Held(msgspec.Struct, frozen=True):
    """A record about to be merged or parted: what it is, and what stands for it since a merge."""

    kind: CustomerKind
    merged_into: UUID | None


class LastMerge(msgspec.Struct, frozen=True):
    """The last merge of a record: the (source, number)s that led to it, and whether somebody decided it."""

    numbers: tuple[tuple[str, str], ...] = ()
    by_hand: bool = False


async def lock(scope: Scope, ids: Iterable[UUID]) -> dict[UUID, Held]:
    """Lock records, and return those that there are."""
    rows = await scope.connection.fetch(
        "SELECT id, kind, merged_into FROM customer WHERE id = ANY($1) ORDER BY id FOR UPDATE", list(ids)
    )
    return {row["id"]: Held(row["kind"], row["merged_into"]) for row in rows}


async def merge(scope: Scope, merged: UUID, into: UUID, *, keeps_identity: bool = False) -> None:
    """Let one record stand for another of the same person.

    The merged record stays as it was, so that a merge can be taken back. Its ID no longer leads to it, unless it `keeps_identity`: an
    ID of its own by which the person goes on being known.
    """
    await scope.connection.execute(
        "UPDATE customer SET merged_into = $2, identity_blind = CASE WHEN $3 THEN identity_blind END,"
        " revision = revision + CASE WHEN $3 THEN 1 ELSE 0 END WHERE id = $1",
        merged,
        into,
        keeps_identity,
    )
    await scope.connection.execute(
        "UPDATE customer_ref SET customer_id = $2 WHERE customer_id = $1", merged, into
    )


async def last_merge(scope: Scope, id: UUID) -> LastMerge:
    """Return what is on record of the last merge of a record."""
    details: dict[str, Any] | None = await scope.connection.fetchval(
        "SELECT details FROM ledger WHERE subject_id = $1 AND action = 'customer.merged' ORDER BY id DESC LIMIT 1",
        id,
    )
    found = details or {}
    numbers = tuple((source, number) for source, number in found.get("numbers", ()))
    return LastMerge(numbers, found.get("by_hand", False))


async def part(
    scope: Scope, id: UUID, customer: Customer, person: UUID, numbers: Sequence[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Let a merged record stand for itself again; return those of its numbers that still led to `person`, and lead to it now.

    Whoever is working out what rows of either say has to start over. Raises UniqueViolationError when its ID has become
    somebody else's.
    """
    await scope.connection.execute("UPDATE customer SET revision = revision + 1 WHERE id = $1", person)
    await scope.connection.execute(
        "UPDATE customer SET merged_into = NULL, identity_blind = $2, revision = revision + 1 WHERE id = $1",
        id,
        identity_of(scope.cipher, customer),
    )
    if not numbers:
        return []
    sources, customer_numbers = zip(*numbers, strict=True)
    rows = await scope.connection.fetch(
        "UPDATE customer_ref r SET customer_id = $1 FROM unnest($3::text[], $4::text[]) AS n(source, customer_no)"
        " WHERE r.source = n.source AND r.customer_no = n.customer_no AND r.customer_id = $2"
        " RETURNING r.source, r.customer_no",
        id,
        person,
        sources,
        customer_numbers,
    )
    return sorted((row["source"], row["customer_no"]) for row in rows)


async def take_anew(scope: Scope, ids: Iterable[UUID]) -> None:
    """Let what comes in next under the numbers of these people be taken in, also where it is the same as before."""
    await scope.connection.execute(
        "UPDATE customer_ref SET content_hash = '' WHERE customer_id = ANY($1)", list(ids)
    )
