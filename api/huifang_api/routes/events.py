"""Business events (业务事件) as they came in."""

from typing import Annotated, Final
from uuid import UUID

from huifang_tenants.stores.reading import events as reading
from litestar import get
from litestar.params import FromPath, QueryParameter

from huifang_api.access import needs, tenant_scope
from huifang_api.paging import next_cursor, one, page, shaped
from huifang_api.parameters import (
    ContractNoParam,
    CursorParam,
    FromParam,
    LimitParam,
    OrderParam,
    UntilParam,
)
from huifang_api.shapes.events import Event, EventPage, EventStatus
from huifang_api.world import ApiRequest

_LIST: Final = "events"
_TAGS: Final = ("Events",)


@get("/events", opt=needs("events:read"), operation_id="list_events", tags=_TAGS)
async def list_events(
    request: ApiRequest,
    source: Annotated[
        str | None, QueryParameter(min_length=1, max_length=200, description="Source system, exact.")
    ] = None,
    event_id: Annotated[
        str | None, QueryParameter(min_length=1, max_length=200, description="The event's id in its source.")
    ] = None,
    type: Annotated[
        str | None,
        QueryParameter(min_length=1, max_length=100, description="Event type, such as `grace.entered`."),
    ] = None,
    contract_no: ContractNoParam = None,
    claim_no: Annotated[
        str | None, QueryParameter(min_length=1, max_length=64, description="Claim number (赔案号), exact.")
    ] = None,
    status: Annotated[EventStatus | None, QueryParameter(description="Accepted or parked.")] = None,
    park_reason: Annotated[
        str | None,
        QueryParameter(min_length=1, max_length=64, description="Why parked, such as `unknown_contract`."),
    ] = None,
    import_id: Annotated[UUID | None, QueryParameter(description="The import they came with.")] = None,
    happened_from: FromParam = None,
    happened_until: UntilParam = None,
    limit: LimitParam = 50,
    cursor: CursorParam = None,
    order: OrderParam = None,
) -> EventPage:
    """List events in the order in which they came in, without their personal data."""
    wanted = reading.EventFilter(
        source=source,
        event_id=event_id,
        type=type,
        contract_no=contract_no,
        claim_no=claim_no,
        status=status,
        park_reason=park_reason,
        import_id=import_id,
        happened_from=happened_from,
        happened_until=happened_until,
    )
    asked = page(_LIST, limit, cursor, order)
    async with tenant_scope(request, read_only=True) as scope:
        found = await reading.list_events(scope, wanted, asked)
    return EventPage(shaped(Event, found.rows), next_cursor(_LIST, asked, found))


@get("/events/{event_id:uuid}", opt=needs("events:read"), operation_id="get_event", tags=_TAGS)
async def get_event(request: ApiRequest, event_id: FromPath[UUID]) -> Event:
    """Read one event by its id here."""
    async with tenant_scope(request, read_only=True) as scope:
        return one(Event, await reading.get_event(scope, event_id), "event")


ROUTES: Final = (list_events, get_event)
