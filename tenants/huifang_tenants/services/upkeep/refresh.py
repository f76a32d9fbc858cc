"""Deriving every contract of a tenant anew: after a plugin was switched on, or the organisation changed."""

from typing import Final
from uuid import UUID

from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.intake import Batch, take_in
from huifang_tenants.stores import contracts
from huifang_tenants.stores.ledger import SYSTEM
from huifang_tenants.tenant import Tenant

_BATCH: Final = 500


async def refresh(services: Services, tenant: Tenant, after: UUID | None = None) -> UUID | None:
    """Derive some contracts anew, in the order of their ids; return where to go on, None when all were done.

    What the rules were given before stays as it was made (GEN-4), so only what is new comes of it.
    """

    async def find(scope: Scope) -> list[tuple[UUID, str]]:
        return await contracts.following(scope, after, _BATCH)

    found = await in_scope(services.db, tenant, find, read_only=True)
    if found:
        numbers = tuple(number for _, number in found)
        await take_in(services, tenant, Batch(refresh=numbers), SYSTEM)
    return found[-1][0] if len(found) == _BATCH else None
