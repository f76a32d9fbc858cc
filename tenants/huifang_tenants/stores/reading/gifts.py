"""The register of gifts."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec

from huifang_tenants.scope import Scope
from huifang_tenants.stores.people import OF_PERSON
from huifang_tenants.stores.queries import together
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, page_by_key
from huifang_tenants.tables.customers import Gift

_COLUMNS: Final = together(*Gift.all_columns())


class GiftFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which gifts; None means any. `unit` includes the units below it, `customer_id` is any record of the person."""

    customer_id: UUID | None = None
    unit: str | None = None
    status: str | None = None
    year: int | None = None


async def list_gifts(scope: Scope, wanted: GiftFilter, page: Page) -> Slice:
    """One page of gifts by when they were asked for."""
    where = Where()
    where.add(OF_PERSON, Gift.customer_id, wanted.customer_id)
    where.below(Gift.unit, wanted.unit)
    where.equals(Gift.status, wanted.status)
    where.equals(Gift.counts_in, wanted.year)
    return await page_by_key(Gift, _COLUMNS, where, page, key=Gift.requested_at)


async def get_gift(scope: Scope, gift_id: UUID) -> Mapping[str, Any] | None:
    """One gift; None when there is none."""
    return await Gift.select(*_COLUMNS).where(Gift.id == gift_id).first()
