"""The register of gifts: single ones as they are worked on, and what a person got in a year."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.gifts import COUNTED, GiftStatus
from piccolo.columns import Column
from piccolo.query.functions.aggregate import Sum

from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import any_of
from huifang_tenants.tables.customers import Customer, Gift


class StoredGift(msgspec.Struct, frozen=True):
    """A gift as it stands."""

    id: UUID
    customer_id: UUID
    unit: str
    status: GiftStatus
    requested_by: str


_COLUMNS: Final = [Gift.id, Gift.customer_id, Gift.unit, Gift.status, Gift.requested_by]


async def lock_person(scope: Scope, customer_id: UUID) -> bool:
    """Let nobody else ask for a gift for this person until the scope ends; False when there is no such customer."""
    row = await Customer.select(Customer.id).where(Customer.id == customer_id).lock_rows("UPDATE").first()
    return row is not None


async def counted(scope: Scope, records: Sequence[UUID], year: int) -> Decimal:
    """Return what the gifts of a year to a person, known by these records, come to."""
    row = (
        await Gift.select(Sum(Gift.value).as_alias("total"))
        .where(
            Gift.customer_id == any_of(records),
            Gift.counts_in == year,
            Gift.status.is_in(sorted(COUNTED)),
        )
        .first()
    )
    return (row and row["total"]) or Decimal(0)


async def insert(scope: Scope, gift: Gift) -> None:
    """Insert a gift."""
    await Gift.insert(gift)


async def lock(scope: Scope, id: UUID) -> StoredGift | None:
    """Lock a gift and return it, None when there is none."""
    row = await Gift.select(*_COLUMNS).where(Gift.id == id).lock_rows("UPDATE").first()
    return None if row is None else StoredGift(**row)


async def change(scope: Scope, id: UUID, changes: Mapping[Column | str, Any]) -> None:
    """Change a gift; its revision grows."""
    await Gift.update({**changes, Gift.revision: Gift.revision + 1}).where(Gift.id == id)
