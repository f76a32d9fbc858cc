"""A seller left: every contract that was sold is looked at anew, in batches (LN-2)."""

from typing import Final
from uuid import UUID

from huifang_tenants.outbox import FAN_OUT, NewJob, enqueue_many
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.intake.batch import Batch, ParkReason
from huifang_tenants.services.intake.service import take_in
from huifang_tenants.stores import departures, events
from huifang_tenants.stores.ledger import SYSTEM
from huifang_tenants.tenant import Tenant

_BATCH: Final = 500


async def fan_out(
    services: Services, tenant: Tenant, event_id: UUID, after: UUID | None = None
) -> UUID | None:
    """Derive some of the contracts that a departure concerns, in the order of their ids; return where to go on, None at the end.

    Where a rule fails on one of them the departure is parked with the error, until it is tried again.
    """

    async def find(scope: Scope) -> list[tuple[UUID, str]]:
        if after is None:
            await events.set_parking(scope, [(event_id, None, None)])
        sellers = await departures.sellers_of(scope, event_id)
        return await departures.contracts_of(scope, sellers, after, _BATCH)

    found = await in_scope(services.db, tenant, find)
    if found:
        await take_in(services, tenant, Batch(refresh=tuple(number for _, number in found)), SYSTEM)
    return found[-1][0] if len(found) == _BATCH else None


async def retry_departures(scope: Scope, reason: ParkReason) -> None:
    """Have the departures parked for `reason` tried again, in the background."""
    failed = await departures.failed(scope, reason)
    await enqueue_many(scope, [NewJob(FAN_OUT, {"event": str(id)}, dedupe=str(id)) for id in failed])
