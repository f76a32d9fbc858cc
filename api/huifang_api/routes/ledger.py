"""The ledger (留痕): who did what, when, and the hash of the content."""

from typing import Annotated, Final
from uuid import UUID

from huifang_tenants.stores.reading import oversight as reading
from litestar import get
from litestar.params import FromPath, QueryParameter

from huifang_api.access import needs, tenant_scope
from huifang_api.paging import next_cursor, one, page, shaped
from huifang_api.parameters import (
    CodeParam,
    CursorParam,
    FromParam,
    LimitParam,
    OrderParam,
    StaffNoParam,
    UntilParam,
)
from huifang_api.shapes.oversight import LedgerEntry, LedgerPage
from huifang_api.world import ApiRequest

_LIST: Final = "ledger"
_TAGS: Final = ("Oversight",)


@get("/ledger", opt=needs("ledger:read"), operation_id="list_ledger_entries", tags=_TAGS)
async def list_ledger_entries(
    request: ApiRequest,
    actor: Annotated[
        str | None, QueryParameter(min_length=1, max_length=200, description="Who, such as `client:hfc_…`.")
    ] = None,
    on_behalf_of: StaffNoParam = None,
    action: CodeParam = None,
    subject_kind: CodeParam = None,
    subject_id: Annotated[UUID | None, QueryParameter(description="Id of what it was done to.")] = None,
    at_from: FromParam = None,
    at_until: UntilParam = None,
    limit: LimitParam = 50,
    cursor: CursorParam = None,
    order: OrderParam = None,
) -> LedgerPage:
    """List ledger entries, the latest first."""
    wanted = reading.LedgerFilter(
        actor=actor,
        on_behalf_of=on_behalf_of,
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        at_from=at_from,
        at_until=at_until,
    )
    asked = page(_LIST, limit, cursor, order, default="desc")
    async with tenant_scope(request, read_only=True) as scope:
        found = await reading.list_ledger(scope, wanted, asked)
    return LedgerPage(shaped(LedgerEntry, found.rows), next_cursor(_LIST, asked, found))


@get("/ledger/{entry_id:uuid}", opt=needs("ledger:read"), operation_id="get_ledger_entry", tags=_TAGS)
async def get_ledger_entry(request: ApiRequest, entry_id: FromPath[UUID]) -> LedgerEntry:
    """Read one ledger entry."""
    async with tenant_scope(request, read_only=True) as scope:
        return one(LedgerEntry, await reading.get_ledger_entry(scope, entry_id), "ledger_entry")


ROUTES: Final = (list_ledger_entries, get_ledger_entry)
