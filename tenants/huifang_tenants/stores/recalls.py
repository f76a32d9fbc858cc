"""Recalls: finding obligations made wrongly, taking them off the books together, and letting them be made again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import any_of, json_text
from huifang_tenants.stores.reading.keyset import Where
from huifang_tenants.tables.contracts import Contract
from huifang_tenants.tables.interventions import Recall
from huifang_tenants.tables.obligations import Obligation

RECALLABLE: Final = ("waiting", "open", "unreachable", "expired")
"""Statuses of obligations that can be recalled: those still to be met."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which obligations; None means any. `unit` includes the units below it.

    `made_from` and `made_until` bound when they were made: the first belongs to the span, the second does not.
    """

    plugin: str | None = None
    plugin_version: str | None = None
    settings_version: int | None = None
    rule: str | None = None
    kind: str | None = None
    script: str | None = None
    unit: str | None = None
    contract_nos: tuple[str, ...] | None = None
    made_from: datetime | None = None
    made_until: datetime | None = None


async def count(scope: Scope, wanted: Wanted) -> dict[str, int]:
    """Count what would be recalled, by status."""
    rows = (
        await Obligation.select(Obligation.status, QueryString("count(*)", alias="number"))
        .where(*_where(wanted).conditions)
        .group_by(Obligation.status)
    )
    return {row["status"]: row["number"] for row in rows}


async def sample(scope: Scope, wanted: Wanted, limit: int) -> list[UUID]:
    """Return some of what would be recalled, the first that were made."""
    rows = (
        await Obligation.select(Obligation.id)
        .where(*_where(wanted).conditions)
        .order_by(Obligation.id)
        .limit(limit)
    )
    return [row["id"] for row in rows]


async def lock(scope: Scope, wanted: Wanted, limit: int) -> list[UUID]:
    """Lock and return what is to be recalled, in the order of ids, at most so many."""
    rows = (
        await Obligation.select(Obligation.id)
        .where(*_where(wanted).conditions)
        .order_by(Obligation.id)
        .limit(limit)
        .lock_rows("NO KEY UPDATE")
    )
    return [row["id"] for row in rows]


async def insert(scope: Scope, wanted: Wanted, recalled: int, reason: str, recalled_by: str) -> UUID:
    """Put a recall on record; return its id."""
    id = new_id()
    await Recall.insert(
        Recall(
            id=id,
            wanted=json_text(wanted),
            recalled=recalled,
            reason=reason,
            recalled_by=recalled_by,
            recalled_at=scope.wall_now,
        )
    )
    return id


async def take_off(scope: Scope, id: UUID, obligation_ids: Sequence[UUID]) -> None:
    """Cancel obligations by a recall; their leases end, their contacts stay."""
    await Obligation.update(
        {
            Obligation.status: "cancelled",
            Obligation.status_reason: f"recalled:{id}",
            Obligation.recall_id: id,
            Obligation.closed_at: scope.now,
            Obligation.updated_at: scope.now,
            Obligation.lease_staff: None,
            Obligation.lease_until: None,
            Obligation.lease_contact: None,
        }
    ).where(Obligation.id == any_of(obligation_ids))


async def lock_recall(scope: Scope, id: UUID) -> dict[str, Any] | None:
    """Lock and return a recall, None when there is none."""
    found: dict[str, Any] | None = await Recall.select().where(Recall.id == id).lock_rows("UPDATE").first()
    return found


async def lift(scope: Scope, id: UUID, reason: str, lifted_by: str) -> None:
    """Let what a recall took off be made again; what it took off stays cancelled."""
    await Recall.update(
        {Recall.lift_reason: reason, Recall.lifted_by: lifted_by, Recall.lifted_at: scope.wall_now}
    ).where(Recall.id == id)
    await Obligation.update({Obligation.recall_id: None}).where(Obligation.recall_id == id)


def _where(wanted: Wanted) -> Where:
    where = Where(Obligation.status.is_in(list(RECALLABLE)))
    where.equals(Obligation.plugin, wanted.plugin)
    where.equals(Obligation.plugin_version, wanted.plugin_version)
    where.equals(Obligation.settings_version, wanted.settings_version)
    where.equals(Obligation.rule, wanted.rule)
    where.equals(Obligation.kind, wanted.kind)
    where.equals(Obligation.script, wanted.script)
    where.below(Obligation.unit, wanted.unit)
    where.span(Obligation.created_at, wanted.made_from, wanted.made_until)
    if wanted.contract_nos is not None:
        contracts = Contract.select(Contract.id).where(Contract.contract_no == any_of(wanted.contract_nos))
        where.conditions.append(Obligation.contract_id.is_in(contracts))
    return where
