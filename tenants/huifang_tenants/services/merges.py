"""Taking back the merge of two customer records that were not one person after all (DEC-10)."""

from uuid import UUID

from asyncpg.exceptions import UniqueViolationError

from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.intake import Batch, take_in
from huifang_tenants.stores import contracts, customers, merges, obligations
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.tenant import Tenant


async def unmerge(services: Services, tenant: Tenant, merged: UUID, actor: Actor, reason: str) -> None:
    """Let a merged record stand for itself again, with its numbers, its contracts and what is still to be done for them.

    It holds what it held before the merge; rows that come in later under its numbers change it again, and if one of them
    names the other's ID once more, they are merged once more. Refuses `not_found`, and `state.conflict` when it is not merged
    or its ID has become somebody else's.
    """

    async def part(scope: Scope) -> list[str]:
        customer = await customers.read(scope, merged)
        if customer is None:
            raise Refused("not_found", kind="customer")
        into = await merges.merged_into(scope, merged)
        if into is None:
            raise Refused("state.conflict", current="separate", wanted="separate")
        numbers = await merges.numbers_merged(scope, merged)
        await merges.part(scope, merged, customer, numbers)
        moved: list[UUID] = []
        for source, number in numbers:
            moved += await contracts.hand_over(scope, into, merged, source, number)
        await obligations.follow(scope, moved)
        await record(
            scope,
            actor,
            "customer.unmerged",
            "customer",
            merged,
            [str(into), numbers],
            reason=reason,
            details={"from": str(into), "numbers": numbers},
        )
        return await contracts.held_under(scope, (into, merged), {number for _, number in numbers})

    try:
        affected = await in_scope(services.db, tenant, part)
    except UniqueViolationError:
        raise Refused("state.conflict", current="merged", wanted="separate") from None
    await take_in(services, tenant, Batch(refresh=tuple(affected)), actor)
