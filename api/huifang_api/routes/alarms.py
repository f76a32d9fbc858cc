"""Alarms (预警): what must not stay unnoticed."""

from typing import Annotated, Final
from uuid import UUID

from huifang_tenants.stores.reading import oversight as reading
from litestar import get
from litestar.params import FromPath, QueryParameter

from huifang_api.access import needs, tenant_scope
from huifang_api.paging import next_cursor, one, page, shaped
from huifang_api.parameters import CodeParam, CursorParam, FlagParam, LimitParam, OrderParam
from huifang_api.shapes.oversight import Alarm, AlarmPage
from huifang_api.world import ApiRequest

_LIST: Final = "alarms"
_TAGS: Final = ("Oversight",)


@get("/alarms", opt=needs("alarms:read"), operation_id="list_alarms", tags=_TAGS)
async def list_alarms(
    request: ApiRequest,
    kind: CodeParam = None,
    subject: Annotated[
        str | None, QueryParameter(min_length=1, max_length=200, description="What it is about, exact.")
    ] = None,
    standing: FlagParam = None,
    limit: LimitParam = 50,
    cursor: CursorParam = None,
    order: OrderParam = None,
) -> AlarmPage:
    """List alarms, the latest first."""
    wanted = reading.AlarmFilter(kind=kind, subject=subject, standing=standing)
    asked = page(_LIST, limit, cursor, order, default="desc")
    async with tenant_scope(request, read_only=True) as scope:
        found = await reading.list_alarms(scope, wanted, asked)
    return AlarmPage(shaped(Alarm, found.rows), next_cursor(_LIST, asked, found))


@get("/alarms/{alarm_id:uuid}", opt=needs("alarms:read"), operation_id="get_alarm", tags=_TAGS)
async def get_alarm(request: ApiRequest, alarm_id: FromPath[UUID]) -> Alarm:
    """Read one alarm."""
    async with tenant_scope(request, read_only=True) as scope:
        return one(Alarm, await reading.get_alarm(scope, alarm_id), "alarm")


ROUTES: Final = (list_alarms, get_alarm)
