"""Asking the core system for a contract's present data, on demand (SD-4)."""

from typing import Final
from uuid import UUID

from huifang_tenants.scope import Scope
from huifang_tenants.services.look_up import freshness, look_up, put_on_record
from huifang_tenants.stores.look_ups import Freshness
from litestar import post
from litestar.params import FromPath

from huifang_api.access import acting, needs, tenant_scope
from huifang_api.parameters import OnBehalfOfParam
from huifang_api.problems import Problem
from huifang_api.shapes.look_up import ContractFreshness, shown
from huifang_api.world import ApiRequest, world_of
from huifang_api.writing import in_tenant


@post(
    "/contracts/{contract_id:uuid}/look-up",
    opt=needs("contracts:look_up", raises=("staff.not_found",)),
    operation_id="look_up_contract",
    tags=("Contracts",),
    status_code=200,
)
async def look_up_contract(
    request: ApiRequest, contract_id: FromPath[UUID], on_behalf_of: OnBehalfOfParam = None
) -> ContractFreshness:
    """Ask the core system for a contract's present data, and take in what is newer than what is on file.

    Answers how fresh the data on file is then. Where the core system is slow, down or not set up, `look_up` says so; that
    is no error.
    """
    world, tenant = world_of(request), request.auth.tenant
    async with tenant_scope(request, read_only=True) as scope:
        actor = await acting(request, scope, on_behalf_of)
        if not await freshness(scope, [contract_id], {}):
            raise Problem("not_found", kind="contract")
    outcomes = await look_up(
        world.services, world.core_system, tenant, [contract_id], on_behalf_of=on_behalf_of, anew=True
    )

    async def note(scope: Scope) -> Freshness:
        [found] = await freshness(scope, [contract_id], outcomes)
        await put_on_record(scope, found, actor)
        return found

    return shown(await in_tenant(request, note))


ROUTES: Final = (look_up_contract,)
"""Beside the lists of contracts."""
