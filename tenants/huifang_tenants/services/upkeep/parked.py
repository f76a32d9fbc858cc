"""Parked events: taken up when what they waited for has come in, or tried again on demand."""

from typing import Final
from uuid import UUID

from huifang_tenants.outbox import enqueue
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.intake.batch import Batch, ParkReason
from huifang_tenants.services.intake.service import take_in
from huifang_tenants.services.upkeep.departed import retry_departures
from huifang_tenants.stores import events
from huifang_tenants.stores.ledger import SYSTEM
from huifang_tenants.tenant import Tenant

RETRY: Final = "intake.retry_parked"
"""Kind of the job that tries parked events again."""

_BATCH: Final = 200
_BATCHES: Final = 5


async def take_up_parked(services: Services, tenant: Tenant) -> bool:
    """Take up events whose contract, policyholder or unit has come in meanwhile; tell whether there may be more."""

    async def find(scope: Scope) -> list[str]:
        return await events.parked_contracts(scope, _BATCH)

    for _ in range(_BATCHES):
        numbers = await in_scope(services.db, tenant, find, read_only=True)
        if numbers:
            await take_in(services, tenant, Batch(refresh=tuple(numbers)), SYSTEM)
        if len(numbers) < _BATCH:
            return False
    return True


async def ask_retry(scope: Scope, reason: ParkReason = "rule_failed") -> UUID:
    """Have the events parked for `reason` tried again in the background, as after a plugin was mended; return the job's id."""
    return await enqueue(scope, RETRY, {"reason": reason}, dedupe=reason)


async def retry_parked(
    services: Services, tenant: Tenant, *, reason: ParkReason = "rule_failed", after: UUID | None = None
) -> UUID | None:
    """Derive some contracts with events parked for `reason` anew; return where to go on, None when all were tried.

    Contracts are taken in the order of their ids, those after `after`: one whose rule fails again doesn't come up twice.
    """

    async def find(scope: Scope) -> list[tuple[UUID, str]]:
        if after is None:
            await retry_departures(scope, reason)
        return await events.failed_contracts(scope, reason, after, _BATCH)

    found = await in_scope(services.db, tenant, find)
    if found:
        await take_in(services, tenant, Batch(refresh=tuple(number for _, number in found)), SYSTEM)
    return found[-1][0] if len(found) == _BATCH else None
