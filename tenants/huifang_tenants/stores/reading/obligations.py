"""Obligations with what their contract and holder are called, and why each exists (GEN-3)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from huifang_tenants.scope import Scope
from huifang_tenants.stores.people import records
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, below, page_by_key
from huifang_tenants.stores.reading.rows import fetch_one

_COLUMNS: Final = """
SELECT o.id, o.kind, o.status, o.status_reason, o.draft->'title' AS title, o.contract_id, c.contract_no, o.customer_id,
       o.unit, o.plugin, o.plugin_version, o.rule, o.cites, o.event_id, o.channel, o.rung, o.attempts, o.priority,
       o.due_from, o.due_by, ((o.due_by - interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai')::date AS due_on,
       o.provisional, o.born_late, o.opens_on, o.alarm_on, o.after_due, o.callable_from,
       CASE WHEN o.lease_until > {wall_now} THEN s.staff_no END AS held_by,
       CASE WHEN o.lease_until > {wall_now} THEN o.lease_until END AS held_until,
       o.completed_at, o.completed_contact AS completed_contact_id, o.completed_channel, o.successful, o.closed_at,
       o.replaced_by, o.generation, o.created_at, o.updated_at,
       ({overdue}) IS TRUE AS overdue{more}
FROM obligation o JOIN contract c ON c.id = o.contract_id LEFT JOIN staff s ON s.id = o.lease_staff
"""
_WHOLE: Final = ", o.script, o.draft, o.parameters_on, o.settings_version, o.calendar, o.input_hash"
_OVERDUE: Final = "o.due_by <= {now} AND o.status IN ('open', 'unreachable', 'expired')"
_EXPLAIN: Final = """
SELECT o.id AS obligation_id, o.plugin, o.plugin_version, o.rule, o.cites, o.parameters_on, o.settings_version,
       o.calendar, o.input_hash, o.born_late, o.provisional, o.due_from, o.due_by, o.trace,
       e.id AS event_id, e.source AS event_source, e.event_id AS event_source_id, e.type AS event_type,
       e.happened_at AS event_happened_at, e.received_at AS event_received_at
FROM obligation o JOIN event e ON e.id = o.event_id WHERE o.id = $1
"""


class ObligationFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which obligations; None means any. `unit` includes the units below it; `customer_id` is any record of the person.

    `due_from` and `due_until` bound `due_by`: the first belongs to the span, the second does not. `overdue` is
    judged at the tenant's business time (DEC-2).
    """

    status: str | None = None
    kind: str | None = None
    plugin: str | None = None
    rule: str | None = None
    channel: str | None = None
    customer_id: UUID | None = None
    contract_no: str | None = None
    event_id: UUID | None = None
    unit: str | None = None
    due_from: datetime | None = None
    due_until: datetime | None = None
    overdue: bool | None = None
    waiting: bool | None = None
    born_late: bool | None = None
    provisional: bool | None = None


async def list_obligations(scope: Scope, wanted: ObligationFilter, page: Page) -> Slice:
    """One page of obligations by due date; those that still wait for theirs come last."""
    where = Where()
    select, overdue = _select(scope, where, "")
    where.add(f"o.customer_id = ANY({records('{}::uuid')})", wanted.customer_id)
    for column in ("status", "kind", "plugin", "rule", "channel", "event_id"):
        where.add(f"o.{column} = {{}}", getattr(wanted, column))
    where.add("c.contract_no = {}", wanted.contract_no)
    where.add(below("o.unit"), wanted.unit)
    where.add("o.due_by >= {}", wanted.due_from)
    where.add("o.due_by < {}", wanted.due_until)
    where.flag(wanted.overdue, overdue)
    where.flag(wanted.waiting, "o.status = 'waiting'")
    where.flag(wanted.born_late, "o.born_late IS NOT NULL")
    where.flag(wanted.provisional, "o.provisional")
    return await page_by_key(
        scope, select, where, page, key_column="o.due_by", id_column="o.id", key="due_by", nullable=True
    )


async def get_obligation(scope: Scope, obligation_id: UUID) -> Mapping[str, Any] | None:
    """One obligation with its draft; None when there is none."""
    where = Where()
    select, _ = _select(scope, where, _WHOLE)
    where.add("o.id = {}", obligation_id)
    row = await fetch_one(scope, f"{select} WHERE {where.sql()}", *where.arguments)
    if row is None:
        return None
    draft = row["draft"]
    return {
        **row,
        "ladder": draft["ladder"],
        "content": draft["content"],
        "retention": draft["retention"],
        "call": draft.get("call", ["policyholder"]),
    }


async def explain_obligation(scope: Scope, obligation_id: UUID) -> Mapping[str, Any] | None:
    """What the rule saw and counted, with its trace; None when there is no such obligation."""
    return await fetch_one(scope, _EXPLAIN, obligation_id)


def _select(scope: Scope, where: Where, more: str) -> tuple[str, str]:
    """The query up to WHERE, and the condition that an obligation is overdue now."""
    overdue = _OVERDUE.format(now=where.parameter(scope.now))
    return _COLUMNS.format(wall_now=where.parameter(scope.wall_now), overdue=overdue, more=more), overdue
