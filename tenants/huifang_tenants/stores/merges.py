"""Two records of one person: letting one stand for the other, and taking that back (DEC-10)."""

from collections.abc import Sequence
from uuid import UUID

from huifang_core.customers import Customer

from huifang_tenants.scope import Scope
from huifang_tenants.stores.customers import identity_of
from huifang_tenants.tables.customers import Customer as CustomerTable
from huifang_tenants.tables.customers import CustomerRef
from huifang_tenants.tables.oversight import Ledger


async def merge(scope: Scope, merged: UUID, into: UUID) -> None:
    """Let one record stand for another of the same person.

    The merged record stays as it was but for its blind index of the ID, so that a merge can be taken back.
    """
    await CustomerTable.update({CustomerTable.merged_into: into, CustomerTable.identity_blind: None}).where(
        CustomerTable.id == merged
    )
    await CustomerRef.update({CustomerRef.customer_id: into}).where(CustomerRef.customer_id == merged)


async def merged_into(scope: Scope, id: UUID) -> UUID | None:
    """Lock a customer, and return the one that stands for it since a merge; None where there is none."""
    found = (
        await CustomerTable.select(CustomerTable.merged_into)
        .where(CustomerTable.id == id)
        .lock_rows("UPDATE")
        .first()
    )
    return found["merged_into"] if found else None


async def numbers_merged(scope: Scope, id: UUID) -> list[tuple[str, str]]:
    """Return the (source, number)s that led to a record when it was merged last."""
    entry = (
        await Ledger.select(Ledger.details)
        .where(Ledger.subject_id == id, Ledger.action == "customer.merged")
        .order_by(Ledger.id, ascending=False)
        .first()
    )
    details = entry["details"] if entry else None
    return [(source, number) for source, number in (details or {}).get("numbers", ())]


async def part(scope: Scope, id: UUID, customer: Customer, numbers: Sequence[tuple[str, str]]) -> None:
    """Let a merged record stand for itself again, known by these (source, number)s.

    Raises UniqueViolationError when its ID has become somebody else's.
    """
    await CustomerTable.update(
        {
            CustomerTable.merged_into: None,
            CustomerTable.identity_blind: identity_of(scope.cipher, customer),
            CustomerTable.revision: CustomerTable.revision + 1,
        }
    ).where(CustomerTable.id == id)
    for source, number in sorted(numbers):
        await CustomerRef.update({CustomerRef.customer_id: id}).where(
            CustomerRef.source == source, CustomerRef.customer_no == number
        )
