"""Two records of one person: letting one stand for the other, and taking that back (DEC-10)."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec
from huifang_core.customers import Customer, CustomerKind

from huifang_tenants.scope import Scope
from huifang_tenants.stores.customers import identity_of
from huifang_tenants.stores.people import carry_hold
from huifang_tenants.stores.queries import any_of, pair_in
from huifang_tenants.tables.customers import Customer as CustomerTable
from huifang_tenants.tables.customers import CustomerRef
from huifang_tenants.tables.oversight import Ledger


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
    table = CustomerTable
    rows = (
        await table.select(table.id, table.kind, table.merged_into)
        .where(table.id == any_of(ids))
        .order_by(table.id)
        .lock_rows("UPDATE")
    )
    return {row["id"]: Held(row["kind"], row["merged_into"]) for row in rows}


async def merge(scope: Scope, merged: UUID, into: UUID) -> None:
    """Let one record stand for another of the same person, since both have one ID number.

    The merged record stays as it was but for its blind index of the ID, so that a merge can be taken back. Whoever is working out what
    rows of it say has to start over.
    """
    table = CustomerTable
    await table.update(
        {table.merged_into: into, table.identity_blind: None, table.revision: table.revision + 1}
    ).where(table.id == merged)
    await CustomerRef.update({CustomerRef.customer_id: into}).where(CustomerRef.customer_id == merged)
    await carry_hold(scope, merged, into)


async def merge_by_hand(scope: Scope, merged: UUID, into: UUID) -> None:
    """Let one record stand for another of the same person, as somebody found.

    The merged record keeps its ID, if it has one, as one more by which the person is known. Whoever is working out what rows of it say
    has to start over.
    """
    table = CustomerTable
    await table.update({table.merged_into: into, table.revision: table.revision + 1}).where(
        table.id == merged
    )
    await CustomerRef.update({CustomerRef.customer_id: into}).where(CustomerRef.customer_id == merged)
    await carry_hold(scope, merged, into)


async def last_merge(scope: Scope, id: UUID) -> LastMerge:
    """Return what is on record of the last merge of a record."""
    entry = (
        await Ledger.select(Ledger.details)
        .where(Ledger.subject_id == id, Ledger.action == "customer.merged")
        .order_by(Ledger.id, ascending=False)
        .first()
    )
    details = (entry["details"] if entry else None) or {}
    numbers = tuple((source, number) for source, number in details.get("numbers", ()))
    return LastMerge(numbers, details.get("by_hand", False))


async def part(
    scope: Scope, id: UUID, customer: Customer, person: UUID, numbers: Sequence[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Let a merged record stand for itself again; return those of its numbers that still led to `person`, and lead to it now.

    Whoever is working out what rows of either say has to start over. Raises UniqueViolationError when its ID has become
    somebody else's.
    """
    table, ref = CustomerTable, CustomerRef
    await table.update({table.revision: table.revision + 1}).where(table.id == any_of((id, person)))
    await table.update(
        {table.merged_into: None, table.identity_blind: identity_of(scope.cipher, customer)}
    ).where(table.id == id)
    rows = (
        await ref.update({ref.customer_id: id})
        .where(
            pair_in(
                (ref.source, ref.customer_no),
                [source for source, _ in numbers],
                [number for _, number in numbers],
            ),
            ref.customer_id == person,
        )
        .returning(ref.source, ref.customer_no)
    )
    return sorted((row["source"], row["customer_no"]) for row in rows)


async def take_anew(scope: Scope, ids: Iterable[UUID]) -> None:
    """Let what comes in next under the numbers of these people be taken in, also where it is the same as before."""
    await CustomerRef.update({CustomerRef.content_hash: b""}).where(CustomerRef.customer_id == any_of(ids))
