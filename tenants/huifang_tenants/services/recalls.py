"""Recalling obligations that were made wrongly (撤回), many at once: looked at first, then taken off the books, each with the reason.

What was recalled is not made again, however often its contract is derived, until the recall is lifted (`huifang_core.reconcile`). Its
contacts stay, and a call under way may be finished.
"""

from typing import Final
from uuid import UUID

import msgspec
from huifang_core.units import Role

from huifang_tenants.outbox import REFRESH, enqueue
from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.people import permitted
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import recalls
from huifang_tenants.stores.ledger import Actor, Entry, record, record_many
from huifang_tenants.stores.recalls import Wanted

MAY_RECALL: Final[frozenset[Role]] = frozenset({"tenant_admin", "compliance_officer"})
"""Roles whose holders may take obligations off the books, and let them be made again."""

AT_MOST: Final = 20_000
"""Obligations that one recall takes off."""

_SAMPLE: Final = 20


class Preview(msgspec.Struct, frozen=True):
    """What a recall would take off: how many, by status, and the first of them."""

    count: int
    by_status: dict[str, int]
    sample: tuple[UUID, ...]


async def preview(scope: Scope, wanted: Wanted) -> Preview:
    """Return what a recall would take off, changing nothing. Refuses `recall.without_filter`."""
    _check(wanted)
    by_status = await recalls.count(scope, wanted)
    sample = await recalls.sample(scope, wanted, _SAMPLE)
    return Preview(sum(by_status.values()), by_status, tuple(sample))


async def recall(scope: Scope, wanted: Wanted, expected: int, reason: str, actor: Actor) -> UUID:
    """Take obligations off the books; return the recall's id.

    `expected` is how many the preview counted. Refuses `recall.without_filter`, `recall.count_differs` where there are more or
    fewer by now, `recall.too_many`, and `staff.not_permitted`; nothing has changed then.
    """
    await permitted(scope, actor, MAY_RECALL)
    _check(wanted)
    found = await recalls.lock(scope, wanted, AT_MOST + 1)
    if len(found) > AT_MOST:
        raise Refused("recall.too_many", limit=AT_MOST)
    if len(found) != expected:
        raise Refused("recall.count_differs", expected=expected, found=len(found))
    id = await recalls.insert(scope, wanted, len(found), reason, actor.on_behalf_of or actor.name)
    await recalls.take_off(scope, id, found)
    details = {"recall": str(id)}
    await record_many(
        scope,
        actor,
        [
            Entry("obligation.cancelled", "obligation", obligation, str(id).encode(), reason, details)
            for obligation in found
        ],
    )
    filters = msgspec.to_builtins(wanted)
    whole = {"wanted": filters, "recalled": len(found)}
    await record(scope, actor, "obligations.recalled", "recall", id, whole, reason=reason, details=whole)
    return id


async def lift(scope: Scope, id: UUID, reason: str, actor: Actor) -> None:
    """Let what a recall took off be made again where the rules still say so; a job derives the contracts anew.

    Refuses `not_found` (recall), `staff.not_permitted`, and `state.conflict` for one lifted before.
    """
    await permitted(scope, actor, MAY_RECALL)
    row = await recalls.lock_recall(scope, id)
    if row is None:
        raise Refused("not_found", kind="recall")
    if row["lifted_at"] is not None:
        raise Refused("state.conflict", current="lifted", wanted="lifted")
    await recalls.lift(scope, id, reason, actor.on_behalf_of or actor.name)
    await record(scope, actor, "recall.lifted", "recall", id, None, reason=reason)
    await enqueue(scope, REFRESH, {}, dedupe=REFRESH)


def _check(wanted: Wanted) -> None:
    if wanted == Wanted():
        raise Refused("recall.without_filter")
