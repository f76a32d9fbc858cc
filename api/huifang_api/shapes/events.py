"""Business events as the API shows them."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from huifang_api.shapes.fields import Document, Id, Instant, NextCursor, described

EventStatus = Literal["accepted", "parked"]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A business event (业务事件) as it came in, without its personal data."""

    id: Id
    source: Annotated[str, described("The source system; with `event_id` it makes the event unique.")]
    event_id: Annotated[str, described("The event's id in its source.")]
    type: Annotated[str, described("Event type, such as `contract.issued`.")]
    happened_at: Annotated[Instant, described("When it happened (发生时间), UTC.")]
    received_at: Annotated[Instant, described("When it came in (接收时间), UTC.")]
    contract_no: Annotated[str | None, described("Contract it is about.")]
    claim_no: Annotated[str | None, described("Claim it is about (赔案号).")]
    sequence: Annotated[int | None, described("Version of the entity it speaks of.")]
    corrects: Annotated[str | None, described("`event_id` of the event it replaces.")]
    retracts: Annotated[str | None, described("`event_id` of the event it takes back.")]
    payload: Annotated[
        Document | None, described("What happened, without personal data; null for a retraction.")
    ]
    has_personal: Annotated[bool, described("Whether it holds personal data, kept encrypted.")]
    status: Annotated[EventStatus, described("`accepted`, or `parked` until what is missing is there.")]
    park_reason: Annotated[str | None, described("Why it is parked, such as `unknown_contract`.")]
    park_detail: Annotated[str | None, described("What exactly is missing or failed.")]
    import_id: Annotated[UUID | None, described("The import it came with.")]


class EventPage(msgspec.Struct, frozen=True):
    """One page of events."""

    items: Annotated[list[Event], described("The events of this page.")]
    next_cursor: NextCursor
