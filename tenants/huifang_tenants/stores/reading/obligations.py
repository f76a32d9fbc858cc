"""Obligations with what their contract and holder are called, and why each exists (GEN-3)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from huifang_tenants.scope import Scope
from huifang_tenants.stores.people import OF_PERSON
from huifang_tenants.stores.queries import Columns, together
from huifang_tenants.stores.reading.appointments import APPOINTMENT, AppointmentState, in_state
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, page_by_key
from huifang_tenants.tables.obligations import Obligation

_CONTRACT_NO: Final[Any] = Obligation.contract_id.contract_no
_SELLER_NO: Final[Any] = Obligation.contract_id.seller_no
_HOLDER_NO: Final[Any] = Obligation.lease_staff.staff_no
_ASSIGNEE_NO: Final[Any] = Obligation.assignee.staff_no
_EVENT: Final[Any] = Obligation.event_id
_CUSTOMER: Final[Any] = Obligation.customer_id
_COLUMNS: Final = together(
    Obligation.id,
    Obligation.kind,
    Obligation.status,
    Obligation.status_reason,
    QueryString("{} -> 'title'", Obligation.draft, alias="title"),
    Obligation.contract_id,
    _CONTRACT_NO.as_alias("contract_no"),
    Obligation.customer_id,
    _CUSTOMER.not_contactable.as_alias("not_contactable"),
    Obligation.unit,
    Obligation.plugin,
    Obligation.plugin_version,
    Obligation.rule,
    Obligation.cites,
    Obligation.event_id,
    Obligation.channel,
    Obligation.rung,
    Obligation.attempts,
    Obligation.priority,
    Obligation.due_from,
    Obligation.due_by,
    QueryString(
        "(({} - interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai')::date",
        Obligation.due_by,
        alias="due_on",
    ),
    Obligation.provisional,
    Obligation.born_late,
    Obligation.opens_on,
    Obligation.alarm_on,
    Obligation.after_due,
    Obligation.callable_from,
    APPOINTMENT,
    Obligation.listed.as_alias("given_out"),
    _ASSIGNEE_NO.as_alias("assignee"),
    Obligation.assigned_at,
    Obligation.completed_at,
    Obligation.completed_contact.as_alias("completed_contact_id"),
    Obligation.completed_channel,
    Obligation.successful,
    Obligation.closed_at,
    Obligation.replaced_by,
    Obligation.generation,
    Obligation.created_at,
    Obligation.updated_at,
)
_WHOLE: Final = together(
    Obligation.script,
    Obligation.draft,
    Obligation.parameters_on,
    Obligation.settings_version,
    Obligation.calendar,
    Obligation.input_hash,
)
_EXPLAINED: Final = together(
    Obligation.id.as_alias("obligation_id"),
    Obligation.plugin,
    Obligation.plugin_version,
    Obligation.rule,
    Obligation.cites,
    Obligation.parameters_on,
    Obligation.settings_version,
    Obligation.calendar,
    Obligation.input_hash,
    Obligation.born_late,
    Obligation.provisional,
    Obligation.due_from,
    Obligation.due_by,
    Obligation.trace,
    _ASSIGNEE_NO.as_alias("assignee"),
    Obligation.event_id,
    _EVENT.source.as_alias("event_source"),
    _EVENT.event_id.as_alias("event_source_id"),
    _EVENT.type.as_alias("event_type"),
    _EVENT.happened_at.as_alias("event_happened_at"),
    _EVENT.received_at.as_alias("event_received_at"),
)


class ObligationFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which obligations; None means any. `unit` includes the units below it; `customer_id` is any record of the person.

    `due_from` and `due_until` bound `due_by`: the first belongs to the span, the second does not. `overdue` is
    judged at the tenant's business time (DEC-2). `assignee` is a staff number, `to_give_out` what a team leader has to give to
    somebody (DEC-8).
    """

    status: str | None = None
    kind: str | None = None
    plugin: str | None = None
    rule: str | None = None
    channel: str | None = None
    customer_id: UUID | None = None
    contract_no: str | None = None
    seller_no: str | None = None
    event_id: UUID | None = None
    unit: str | None = None
    due_from: datetime | None = None
    due_until: datetime | None = None
    overdue: bool | None = None
    waiting: bool | None = None
    born_late: bool | None = None
    provisional: bool | None = None
    appointment: AppointmentState | None = None
    assignee: str | None = None
    to_give_out: bool | None = None


async def list_obligations(
    scope: Scope, wanted: ObligationFilter, page: Page, *, only: str | None = None
) -> Slice:
    """One page of obligations by due date; those that still wait for theirs come last.

    With `only`, those given to the member of staff with this number, whatever else is asked for (HT-3).
    """
    where = Where()
    where.equals(_ASSIGNEE_NO, only)
    where.equals(Obligation.status, wanted.status)
    where.equals(Obligation.kind, wanted.kind)
    where.equals(Obligation.plugin, wanted.plugin)
    where.equals(Obligation.rule, wanted.rule)
    where.equals(Obligation.channel, wanted.channel)
    where.add(OF_PERSON, Obligation.customer_id, wanted.customer_id)
    where.equals(Obligation.event_id, wanted.event_id)
    where.equals(_CONTRACT_NO, wanted.contract_no)
    where.equals(_SELLER_NO, wanted.seller_no)
    where.below(Obligation.unit, wanted.unit)
    where.span(Obligation.due_by, wanted.due_from, wanted.due_until)
    where.flag(wanted.overdue, _overdue(scope))
    where.flag(wanted.waiting, QueryString("{} = 'waiting'", Obligation.status))
    where.flag(wanted.born_late, QueryString("{} IS NOT NULL", Obligation.born_late))
    where.flag(wanted.provisional, QueryString("{}", Obligation.provisional))
    where.equals(_ASSIGNEE_NO, wanted.assignee)
    where.flag(
        wanted.to_give_out,
        QueryString(
            "{} AND {} IS NULL AND {} = 'open'", Obligation.listed, Obligation.assignee, Obligation.status
        ),
    )
    if wanted.appointment is not None:
        where.conditions.append(in_state(wanted.appointment))
    return await page_by_key(Obligation, _columns(scope), where, page, key=Obligation.due_by, nullable=True)


async def get_obligation(scope: Scope, obligation_id: UUID) -> Mapping[str, Any] | None:
    """One obligation with its draft; None when there is none."""
    row = await Obligation.select(*_columns(scope), *_WHOLE).where(Obligation.id == obligation_id).first()
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
    return await Obligation.select(*_EXPLAINED).where(Obligation.id == obligation_id).first()


def _columns(scope: Scope) -> Columns:
    held = "CASE WHEN {} > {} THEN {} END"
    until = Obligation.lease_until
    return (
        *_COLUMNS,
        QueryString(held, until, scope.wall_now, _HOLDER_NO, alias="held_by"),
        QueryString(held, until, scope.wall_now, until, alias="held_until"),
        QueryString("({}) IS TRUE", _overdue(scope), alias="overdue"),
    )


def _overdue(scope: Scope) -> QueryString:
    """The condition that an obligation is overdue now."""
    return QueryString(
        "{} <= {} AND {} IN ('open', 'unreachable', 'expired')",
        Obligation.due_by,
        scope.now,
        Obligation.status,
    )
