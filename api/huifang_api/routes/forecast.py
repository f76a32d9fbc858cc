"""The forecast (工作量预测): attempts of the next hours and days against the people there are."""

from typing import Annotated, Final

import msgspec
from huifang_tenants.services.forecast import MOST_DAYS, Step, look_ahead
from litestar import get
from litestar.params import QueryParameter

from huifang_api.access import needs
from huifang_api.parameters import UnitParam
from huifang_api.shapes.forecast import Forecast
from huifang_api.world import ApiRequest, world_of

_TAGS: Final = ("Limits",)


@get("/forecast", opt=needs("limits:read", raises=("not_found",)), operation_id="get_forecast", tags=_TAGS)
async def get_forecast(
    request: ApiRequest,
    days: Annotated[
        int, QueryParameter(ge=1, le=MOST_DAYS, description="How many days to look ahead, today included.")
    ] = 7,
    step: Annotated[Step, QueryParameter(description="Told by hours or by days.")] = "day",
    unit: UnitParam = None,
) -> Forecast:
    """Look ahead: attempts per hour or day, unit and channel if nobody answered, against the people who may make them.

    Made of the same rules as the queue: ladders, calling hours, and so many calls to one person a day.
    """
    services = world_of(request).services
    found = await look_ahead(services, request.auth.tenant, days=days, step=step, unit=unit)
    return msgspec.convert(found, Forecast, from_attributes=True)


ROUTES: Final = (get_forecast,)
