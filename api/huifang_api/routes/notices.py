"""Notices (通知): messages to roles and staff."""

from typing import Annotated, Final
from uuid import UUID

from huifang_core.units import Role
from huifang_tenants.stores.reading import oversight as reading
from litestar import get
from litestar.params import FromPath, QueryParameter

from huifang_api.access import needs, tenant_scope
from huifang_api.paging import next_cursor, one, page, shaped
from huifang_api.parameters import (
    CodeParam,
    CursorParam,
    FlagParam,
    LimitParam,
    OrderParam,
    StaffNoParam,
)
from huifang_api.shapes.oversight import Notice, NoticePage
from huifang_api.world import ApiRequest

_LIST: Final = "notices"
_TAGS: Final = ("Oversight",)


@get("/notices", opt=needs("alarms:read"), operation_id="list_notices", tags=_TAGS)
async def list_notices(
    request: ApiRequest,
    role: Annotated[Role | None, QueryParameter(description="The role they are for.")] = None,
    staff_no: StaffNoParam = None,
    kind: CodeParam = None,
    seen: FlagParam = None,
    limit: LimitParam = 50,
    cursor: CursorParam = None,
    order: OrderParam = None,
) -> NoticePage:
    """List notices, the latest first."""
    wanted = reading.NoticeFilter(role=role, staff_no=staff_no, kind=kind, seen=seen)
    asked = page(_LIST, limit, cursor, order, default="desc")
    async with tenant_scope(request, read_only=True) as scope:
        found = await reading.list_notices(scope, wanted, asked)
    return NoticePage(shaped(Notice, found.rows), next_cursor(_LIST, asked, found))


@get("/notices/{notice_id:uuid}", opt=needs("alarms:read"), operation_id="get_notice", tags=_TAGS)
async def get_notice(request: ApiRequest, notice_id: FromPath[UUID]) -> Notice:
    """Read one notice."""
    async with tenant_scope(request, read_only=True) as scope:
        return one(Notice, await reading.get_notice(scope, notice_id), "notice")


ROUTES: Final = (list_notices, get_notice)
