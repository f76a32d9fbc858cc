"""What routes that change something share: the unit of work, and who does it."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores.ledger import Actor

from huifang_api.world import ApiRequest, world_of

_T = TypeVar("_T")


async def in_tenant(request: ApiRequest, work: Callable[[Scope], Awaitable[_T]]) -> _T:
    """Run `work` in the world of the request's tenant, in one transaction.

    It is run again after a deadlock, so it may do nothing but database work.
    """
    return await in_scope(world_of(request).database, request.auth.tenant, work)


async def holder(request: ApiRequest, scope: Scope, contact_id: UUID) -> Actor:
    """Who works on a contact: the client, for the member of staff who started it.

    Refuses `not_found`, also to a vendor's client for contacts of others than the vendor's people (HT-3), and
    `written.customer_answers` for a contact in writing.
    """
    row = await scope.connection.fetchrow(
        "SELECT s.staff_no, s.vendor FROM contact t LEFT JOIN staff s ON s.id = t.staff_id WHERE t.id = $1",
        contact_id,
    )
    if row is None or (request.auth.vendor is not None and row["vendor"] != request.auth.vendor):
        raise Refused("not_found", kind="contact")
    if row["staff_no"] is None:
        raise Refused("written.customer_answers")
    return Actor(request.auth.actor, row["staff_no"])
