"""Staff (人员), masked."""

from typing import Annotated, Final
from uuid import UUID

from huifang_core.units import Role
from huifang_tenants.stores.reading import organisation as reading
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
    UnitParam,
)
from huifang_api.shapes.organisation import StaffDetail, StaffPage, StaffSummary
from huifang_api.world import ApiRequest

_LIST: Final = "staff"
_TAGS: Final = ("Organisation",)


@get("/staff", opt=needs("organisation:read"), operation_id="list_staff", tags=_TAGS)
async def list_staff(
    request: ApiRequest,
    staff_no: StaffNoParam = None,
    role: Annotated[Role | None, QueryParameter(description="Role (角色).")] = None,
    vendor: CodeParam = None,
    unit: UnitParam = None,
    is_seller: FlagParam = None,
    is_trained: FlagParam = None,
    limit: LimitParam = 50,
    cursor: CursorParam = None,
    order: OrderParam = None,
) -> StaffPage:
    """List staff, masked, in the order in which they came in."""
    wanted = reading.StaffFilter(
        staff_no=staff_no, role=role, vendor=vendor, unit=unit, is_seller=is_seller, trained=is_trained
    )
    asked = page(_LIST, limit, cursor, order)
    async with tenant_scope(request, read_only=True) as scope:
        found = await reading.list_staff(scope, wanted, asked)
    return StaffPage(shaped(StaffSummary, found.rows), next_cursor(_LIST, asked, found))


@get("/staff/{staff_id:uuid}", opt=needs("organisation:read"), operation_id="get_staff", tags=_TAGS)
async def get_staff(request: ApiRequest, staff_id: FromPath[UUID]) -> StaffDetail:
    """Read one member of staff, masked, with the training on record."""
    async with tenant_scope(request, read_only=True) as scope:
        return one(StaffDetail, await reading.get_staff(scope, staff_id), "staff")


ROUTES: Final = (list_staff, get_staff)
