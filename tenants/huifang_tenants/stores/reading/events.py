"""Business events as they came in, without their personal data."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import together
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, page_by_id
from huifang_tenants.tables.events import Event

_COLUMNS: Final = together(
    *Event.all_columns(exclude=[Event.personal_enc, Event.content_hash]),
    QueryString("{} IS NOT NULL", Event.personal_enc, alias="has_personal"),
)


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
    where.equals(Event.source, wanted.source)
    where.equals(Event.event_id, wanted.event_id)
    where.equals(Event.type, wanted.type)
    where.equals(Event.contract_no, wanted.contract_no)
    where.equals(Event.claim_no, wanted.claim_no)
    where.equals(Event.status, wanted.status)
    where.equals(Event.park_reason, wanted.park_reason)
    where.equals(Event.import_id, wanted.import_id)
    where.span(Event.happened_at, wanted.happened_from, wanted.happened_until)
    return await page_by_id(Event, _COLUMNS, where, page)


async def get_event(scope: Scope, event_id: UUID) -> Mapping[str, Any] | None:
    """One event; None when there is none."""
    return await Event.select(*_COLUMNS).where(Event.id == event_id).first()
