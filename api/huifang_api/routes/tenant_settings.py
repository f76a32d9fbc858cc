"""What the tenant sets for all its work (机构设置), whatever plugins it has on."""

from typing import Final

import msgspec
from huifang_tenants.scope import Scope
from huifang_tenants.services.tenant_settings import change_settings
from huifang_tenants.tenant_settings import TenantSettings, settings_of
from litestar import get, put
from litestar.params import JSONBody

from huifang_api.access import acting, needs
from huifang_api.shapes.tenant_settings import SetSettings
from huifang_api.world import ApiRequest, world_of
from huifang_api.writing import in_tenant

_TAGS: Final = ("Organisation",)


@get("/settings", opt=needs("settings:read"), operation_id="get_settings", tags=_TAGS)
async def get_settings(request: ApiRequest) -> TenantSettings:
    """Read the tenant's settings; every one has a default."""
    return settings_of(request.auth.tenant)


@put(
    "/settings",
    opt=needs("settings:write", raises=("staff.not_found",)),
    operation_id="set_settings",
    tags=_TAGS,
)
async def set_settings(request: ApiRequest, data: JSONBody[SetSettings]) -> TenantSettings:
    """Set all settings anew; what is left out falls back to its default. What changed stands in the ledger."""
    settings = msgspec.convert(data, TenantSettings, from_attributes=True)

    async def write(scope: Scope) -> None:
        await change_settings(scope, settings, await acting(request, scope, data.staff_no))

    await in_tenant(request, write)
    world_of(request).registry.forget(request.auth.tenant)
    return settings


ROUTES: Final = (get_settings, set_settings)
"""The tenant's settings."""
