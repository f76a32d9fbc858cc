"""Business events as they came in, without their personal data."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from huifang_tenants.scope import Scope
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, page_by_id
from huifang_tenants.stores.reading.rows import fetch_one

_SELECT: Final = """
SELECT id, source, event_id, type, happened_at, received_at, contract_no, claim_no, sequence, corrects, retracts,
       payload, personal_enc IS NOT NULL AS has_personal, status, park_reason, park_detail, import_id
FROM event
"""


class EventFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which events; None means any. `happened_from` belongs to the span, `happened_until` does not."""

    source: str | None = None
    event_id: str | None = None
    type: str | None = None
    contract_no: str | None = None
    claim_no: str | None = None
    status: str | None = None
    park_reason: str | None = None
    import_id: UUID | None = None
    happened_from: datetime | None = None
    happened_until: datetime | None = None


async def list_events(scope: Scope, wanted: EventFilter, page: Page) -> Slice:
    """One page of events in the order in which they came in."""
    where = Where()
    for column in (
        "source", "event_id", "type", "contract_no", "claim_no", "status", "park_reason", "import_id"
    ):  # fmt: skip
        where.add(f"{column} = {{}}", getattr(wanted, column))
    where.add("happened_at >= {}", wanted.happened_from)
    where.add("happened_at < {}", wanted.happened_until)
    return await page_by_id(scope, _SELECT, where, page, id_column="id")


async def get_event(scope: Scope, event_id: UUID) -> Mapping[str, Any] | None:
    """One event; None when there is none."""
    return await fetch_one(scope, f"{_SELECT} WHERE id = $1", event_id)
