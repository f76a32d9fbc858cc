"""What a share of channels is counted from, and what was approved past it (LN-5, DEC-9)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from huifang_core.shares import Share

from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import Kept, Slot
from huifang_tenants.tables.limits import LimitApproval

_SEED: Final = 20126
_APPROVALS: Final = Kept(
    LimitApproval.select()
    .where(
        LimitApproval.plugin == Slot("plugin"),
        LimitApproval.limit_id == Slot("limit"),
        LimitApproval.period == Slot("period"),
    )
    .order_by(LimitApproval.approved_at, LimitApproval.id)
)

# SQL from here: an advisory lock, counts with a filter in one look, and an array that grows in place.

_SHARE: Final = """
SELECT count(*) FILTER (WHERE completed_channel = ANY($2)) AS by_channels, count(*) AS completed,
       (SELECT count(*) FROM obligation o LEFT JOIN contact t ON t.id = o.lease_contact
        WHERE o.plugin = $1 AND o.status <> 'completed' AND coalesce(t.channel, o.channel) = ANY($2)
        AND o.lease_until IS NOT NULL AND o.id <> ALL($6) AND (o.lease_until > $5 OR t.status = 'in_progress')) AS in_hand
FROM obligation WHERE plugin = $1 AND status = 'completed' AND completed_at >= $3 AND completed_at < $4
"""


class Approval(msgspec.Struct, frozen=True):
    """For how many obligations of `unit` and the units below it a share may be passed, and for which it has been."""

    id: UUID
    unit: str
    number: int
    used_for: tuple[UUID, ...]
    reason: str
    approved_by: str
    approved_at: datetime

    @property
    def left(self) -> int:
        """For how many more it can be used."""
        return self.number - len(self.used_for)


async def hold(scope: Scope) -> None:
    """Let nobody else give out what counts in a share until the scope ends."""
    await scope.connection.execute(
        f"SELECT pg_advisory_xact_lock(hashtextextended($1, {_SEED}))", scope.tenant.schema_name
    )


async def count(
    scope: Scope,
    plugin: str,
    channels: Sequence[str],
    span: tuple[datetime, datetime],
    but: Sequence[UUID] = (),
) -> Share:
    """Return what is completed of a plugin's obligations in the span, and in hand by these channels now, leaving out those in hand of `but`."""
    row = await scope.connection.fetchrow(_SHARE, plugin, list(channels), *span, scope.wall_now, list(but))
    return Share(row["by_channels"], row["completed"], row["in_hand"])


async def approvals(scope: Scope, plugin: str, limit: str, period: str) -> tuple[Approval, ...]:
    """Return what was approved past a limit in a period, oldest first."""
    rows = await _APPROVALS.rows(scope, plugin=plugin, limit=limit, period=period)
    return tuple(
        Approval(
            row["id"],
            row["unit"],
            row["number"],
            tuple(row["used_for"]),
            row["reason"],
            row["approved_by"],
            row["approved_at"],
        )
        for row in rows
    )


async def approve(scope: Scope, plugin: str, limit: str, period: str, approval: Approval) -> None:
    """Save an approval."""
    await LimitApproval.insert(
        LimitApproval(
            id=approval.id,
            plugin=plugin,
            limit_id=limit,
            period=period,
            unit=approval.unit,
            number=approval.number,
            used_for=list(approval.used_for),
            reason=approval.reason,
            approved_by=approval.approved_by,
            approved_at=approval.approved_at,
        )
    )


async def use(scope: Scope, approval_id: UUID, obligation_id: UUID) -> None:
    """Use an approval for an obligation; raises CheckViolationError where it was used up."""
    await scope.connection.execute(
        "UPDATE limit_approval SET used_for = used_for || $2::uuid WHERE id = $1", approval_id, obligation_id
    )
