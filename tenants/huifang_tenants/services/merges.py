"""Two customer records found to be one person, by somebody's judgement, and merges taken back (DEC-10).

Intake merges records by itself where they have one ID number. Either kind can be undone: a merged record keeps what was recorded for
it, and whoever reads looks at all records of the person (`stores/people.py`).
"""

from collections.abc import Sequence
from uuid import UUID

from asyncpg.exceptions import UniqueViolationError

from huifang_tenants.outbox import REFRESH, enqueue
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.intake import Batch, IntakeBusy, take_in
from huifang_tenants.stores import contracts, customers, merges, obligations, people
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.tenant import Tenant


async def merge(
    services: Services, tenant: Tenant, merged: UUID, into: UUID, actor: Actor, reason: str
) -> None:
    """Let one record stand for another that somebody found to be the same person, with all its numbers and contracts.

    Both ID numbers, where they have any, lead to the person from then on. An ID number that comes in later for one of the numbers, and
    is neither, sets that number apart again, as for any two records. Not inside a scope. Refuses `not_found`,
    `customer.same_record`, `customer.kinds_differ`, and `customer.merged_already` where one of the two does not stand for
    itself.
    """

    async def join(scope: Scope) -> list[str]:
        held = await merges.lock(scope, (merged, into))
        if not held.keys() >= {merged, into}:
            raise Refused("not_found", kind="customer")
        if merged == into:
            raise Refused("customer.same_record")
        for id in (merged, into):
            stands = held[id].merged_into
            if stands is not None:
                raise Refused("customer.merged_already", customer=str(id), into=str(stands))
        if held[merged].kind != held[into].kind:
            raise Refused("customer.kinds_differ")
        numbers = sorted(
            (ref.source, ref.customer_no) for ref in await customers.refs_of_people(scope, [merged])
        )
        await merges.merge_by_hand(scope, merged, into)
        await obligations.follow(scope, await contracts.hand_over_all(scope, merged, into))
        details = {"into": str(into), "numbers": numbers, "by_hand": True}
        await record(
            scope, actor, "customer.merged", "customer", merged, details, reason=reason, details=details
        )
        return await contracts.held_under(scope, (into,), {number for _, number in numbers})

    await _derive(services, tenant, await in_scope(services.db, tenant, join), actor)


async def unmerge(services: Services, tenant: Tenant, merged: UUID, actor: Actor, reason: str) -> None:
    """Let a merged record stand for itself again, with its numbers, its contracts and what is still to be done for them.

    It holds what it held before the merge; what was recorded while both were one person stays with the record that stood for it. A
    number that was given to somebody else since stays there. Rows that come in later under its numbers change it again, and if one
    names the other's ID once more, they are merged once more. Not inside a scope. Refuses `not_found`,
    `customer.not_merged`, and `customer.identity_taken` when its ID has become somebody else's.
    """

    async def part(scope: Scope) -> list[str]:
        held = (await merges.lock(scope, [merged])).get(merged)
        customer = await customers.read(scope, merged)
        if held is None or customer is None:
            raise Refused("not_found", kind="customer")
        if held.merged_into is None:
            raise Refused("customer.not_merged")
        person = await people.standing_record(scope, merged)
        await merges.lock(scope, [person])
        last = await merges.last_merge(scope, merged)
        numbers = await merges.part(scope, merged, customer, person, last.numbers)
        known_as = {number for _, number in numbers}
        await obligations.follow(scope, await contracts.hand_back(scope, person, merged, known_as))
        # The one's rows may have overwritten the other's data: the next ones say whose is what. Not those by which the
        # records were merged, which would merge them again.
        await merges.take_anew(scope, (person, merged) if last.by_hand else (person,))
        details = {"from": str(person), "numbers": numbers}
        await record(
            scope, actor, "customer.unmerged", "customer", merged, details, reason=reason, details=details
        )
        return await contracts.held_under(scope, (person, merged), known_as)

    try:
        affected = await in_scope(services.db, tenant, part)
    except UniqueViolationError:
        raise Refused("customer.identity_taken") from None
    await _derive(services, tenant, affected, actor)


async def _derive(services: Services, tenant: Tenant, affected: Sequence[str], actor: Actor) -> None:
    """Derive contracts anew that changed hands; what others are just changing is left to the background."""
    try:
        await take_in(services, tenant, Batch(refresh=tuple(affected)), actor)
    except IntakeBusy:
        await in_scope(services.db, tenant, lambda scope: enqueue(scope, REFRESH, {}, dedupe=REFRESH))
