"""Shares of channels, kept when work is given out, begun and dialled (LN-5, DEC-9).

What is given out counts as if it were completed by its channel, so that of two at the boundary one is held back; they take turns by a lock
that lasts as long as the transaction which gives it out.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from huifang_core.catalogue import Catalogue
from huifang_core.obligations import ContactChannel
from huifang_core.periods import Span
from huifang_core.shares import Share, period_of, room
from huifang_core.windows import day_of, end_of_day, start_of_day

from huifang_tenants.scope import Scope
from huifang_tenants.services.declared_limits import DeclaredShare, declared_limits
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores import shares
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.stores.organisation import path_of
from huifang_tenants.stores.restraints import Restraints
from huifang_tenants.stores.shares import Approval


class Standing(msgspec.Struct, frozen=True):
    """Where a share stands in its present period, with what was approved past it."""

    declared: DeclaredShare
    span: Span
    share: Share
    approvals: tuple[Approval, ...]

    @property
    def approved(self) -> frozenset[UUID]:
        """The obligations for which it may be passed."""
        return frozenset(id for approval in self.approvals for id in approval.used_for)


async def standing_of(scope: Scope, declared: DeclaredShare, *, but: Sequence[UUID] = ()) -> Standing:
    """Return where a share stands now; obligations in hand of `but` don't count."""
    limit = declared.limit
    span = period_of(limit, day_of(scope.now))
    whole = start_of_day(span.first), end_of_day(span.last)
    share = await shares.count(scope, declared.plugin, limit.channels, whole, but)
    return Standing(
        declared, span, share, await shares.approvals(scope, declared.plugin, limit.id, span.name)
    )


async def give_out(
    scope: Scope, catalogue: Catalogue, channel: ContactChannel, obligation_ids: Sequence[UUID], actor: Actor
) -> list[UUID]:
    """Return those of obligations just leased that may be contacted by this channel, using approvals where nothing else fits in."""
    concerned = await _concerned(scope, catalogue, channel, obligation_ids)
    allowed = list(obligation_ids)
    if concerned:
        await shares.hold(scope)
    for declared, rows in concerned:
        mine = [row["id"] for row in rows if row["id"] in allowed]
        standing = await standing_of(scope, declared, but=obligation_ids)
        approved = [id for id in mine if id in standing.approved]
        others = [id for id in mine if id not in standing.approved]
        counted = msgspec.structs.replace(standing.share, in_hand=standing.share.in_hand + len(approved))
        fitting = room(counted, declared.bounds.at_most, len(others))
        past = others[fitting:]
        units = {row["id"]: row["unit"] for row in rows}
        left = [id for id in past if not await _use_approval(scope, standing, id, units[id], actor)]
        allowed = [id for id in allowed if id not in left]
    return allowed


async def give_out_late(
    scope: Scope, catalogue: Catalogue, channel: ContactChannel, obligation_ids: Sequence[UUID], actor: Actor
) -> None:
    """Refuse `contact.share_used_up` for what no claim gave out (DEC-3) and would let a share pass, unless an approval is left for it."""
    allowed = await give_out(scope, catalogue, channel, obligation_ids, actor)
    if len(allowed) < len(obligation_ids):
        await check(scope, catalogue, channel, obligation_ids, in_hand=True)


async def check(
    scope: Scope,
    catalogue: Catalogue,
    channel: ContactChannel,
    obligation_ids: Sequence[UUID],
    *,
    in_hand: bool = False,
) -> None:
    """Refuse `contact.share_used_up` where what is begun or dialled would let a share pass without approval.

    What others have in hand does not count against it, unless `in_hand` says so: it was given out after this was.
    """
    for declared, rows in await _concerned(scope, catalogue, channel, obligation_ids):
        standing = await standing_of(scope, declared, but=obligation_ids)
        approved = [row["id"] for row in rows if row["id"] in standing.approved]
        mine = len(rows) - len(approved)
        others = standing.share.in_hand if in_hand else 0
        counted = msgspec.structs.replace(standing.share, in_hand=others + len(approved))
        if room(counted, declared.bounds.at_most, mine) < mine:
            raise Refused(
                "contact.share_used_up",
                limit=f"{declared.plugin}/{declared.limit.id}",
                figure=f"{standing.share.figure:.4f}",
                at_most=f"{declared.bounds.at_most:f}",
            )


async def shut(
    scope: Scope, catalogue: Catalogue, restraints: Restraints
) -> tuple[Restraints, list[Standing]]:
    """Return restraints that leave out what fits into no share any more, and the shares that are full."""
    full = []
    for declared in (await declared_limits(scope, catalogue)).shares:
        standing = await standing_of(scope, declared)
        if not room(standing.share, declared.bounds.at_most, 1):
            full.append(standing)
    return (
        msgspec.structs.replace(
            restraints,
            shut=tuple(
                f"{one.declared.plugin}/{channel}" for one in full for channel in one.declared.limit.channels
            ),
            approved=tuple(id for one in full for id in one.approved),
            units=tuple(approval.unit for one in full for approval in one.approvals if approval.left > 0),
        ),
        full,
    )


async def _concerned(
    scope: Scope, catalogue: Catalogue, channel: ContactChannel, obligation_ids: Sequence[UUID]
) -> list[tuple[DeclaredShare, list[Any]]]:
    """Return the shares that limit one of these obligations by this channel, each with the rows of those, in their order."""
    if not any(
        channel in getattr(limit, "channels", ())
        for entry in catalogue.plugins.values()
        for limit in entry.limits
    ):
        return []
    rows = await scope.connection.fetch(
        "SELECT o.id, o.plugin, o.unit FROM obligation o JOIN unnest($1::uuid[]) WITH ORDINALITY AS asked (id, place)"
        " ON asked.id = o.id ORDER BY asked.place",
        list(obligation_ids),
    )
    declared = (await declared_limits(scope, catalogue)).shares
    found = [
        (one, [row for row in rows if row["plugin"] == one.plugin])
        for one in declared
        if channel in one.limit.channels
    ]
    return [(one, theirs) for one, theirs in found if theirs]


async def _use_approval(
    scope: Scope, standing: Standing, obligation_id: UUID, unit: str, actor: Actor
) -> bool:
    """Use the oldest approval there is for an obligation of this unit; tell whether there was one."""
    above = await path_of(scope, unit)
    declared = standing.declared
    # Read anew: one before may have been used in this very claim.
    for approval in await shares.approvals(scope, declared.plugin, declared.limit.id, standing.span.name):
        if approval.left > 0 and approval.unit in above:
            await shares.use(scope, approval.id, obligation_id)
            details = {"limit": f"{declared.plugin}/{declared.limit.id}", "approval": str(approval.id)}
            await record(
                scope, actor, "limit.approval_used", "obligation", obligation_id, details, details=details
            )
            return True
    return False
