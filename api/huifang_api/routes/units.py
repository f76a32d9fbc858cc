"""Units (机构) of the tenant's organisation."""

from typing import Annotated, Final
from uuid import UUID

from huifang_core.units import Level
from huifang_tenants.stores.reading import organisation as reading
from litestar import get
from litestar.params import FromPath, QueryParameter

from huifang_api.access import needs, tenant_scope
from huifang_api.paging import next_cursor, one, page, shaped
from huifang_api.parameters import CodeParam, CursorParam, LimitParam, OrderParam, UnitParam
from huifang_api.shapes.organisation import UnitDetail, UnitPage, UnitSummary
from huifang_api.world import ApiRequest

_LIST: Final = "units"
_TAGS: Final = ("Organisation",)


@get("/units", opt=needs("organisation:read"), operation_id="list_units", tags=_TAGS)
async def list_units(
    request: ApiRequest,
    code: CodeParam = None,
    level: Annotated[Level | None, QueryParameter(description="Level (层级).")] = None,
    parent: CodeParam = None,
    supervisor: CodeParam = None,
    unit: UnitParam = None,
    limit: LimitParam = 50,
    cursor: CursorParam = None,
    order: OrderParam = None,
) -> UnitPage:
    """List units in the order in which they came in."""
    wanted = reading.UnitFilter(code=code, level=level, parent=parent, supervisor=supervisor, unit=unit)
    asked = page(_LIST, limit, cursor, order)
    async with tenant_scope(request, read_only=True) as scope:
        found = await reading.list_units(scope, wanted, asked)
    return UnitPage(shaped(UnitSummary, found.rows), next_cursor(_LIST, asked, found))


@get("/units/{unit_id:uuid}", opt=needs("organisation:read"), operation_id="get_unit", tags=_TAGS)
async def get_unit(request: ApiRequest, unit_id: FromPath[UUID]) -> UnitDetail:
    """Read one unit with its staff against the work due (SD-3)."""
    async with tenant_scope(request, read_only=True) as scope:
        return one(UnitDetail, await reading.get_unit(scope, unit_id), "unit")


ROUTES: Final = (list_units, get_unit)
