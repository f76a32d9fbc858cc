"""Loading and saving obligations as the books that `reconcile` keeps in line."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.derive import Desired
from huifang_core.obligations import ObligationStatus
from huifang_core.reconcile import Close, Complete, OnBooks, Open
from huifang_core.windows import Window
from piccolo.columns import Column
from piccolo.querystring import QueryString

from huifang_tenants.plugin_host import Document
from huifang_tenants.scope import Scope
from huifang_tenants.stores.appointments import OWN_PRIORITY
from huifang_tenants.stores.assignments import OWN_LIST
from huifang_tenants.stores.bulk import copy
from huifang_tenants.stores.queries import Kept, Slot, any_of
from huifang_tenants.tables.obligations import Obligation

_COLUMNS = (
    "id",
    "contract_id",
    "key",
    "generation",
    "customer_id",
    "unit",
    "plugin",
    "plugin_version",
    "rule",
    "cites",
    "kind",
    "event_id",
    "root_event_id",
    "status",
    "status_reason",
    "after_due",
    "due_from",
    "due_by",
    "provisional",
    "born_late",
    "opens_on",
    "alarm_on",
    "priority",
    "around_the_clock",
    "listed",
    "script",
    "draft",
    "trace",
    "parameters_on",
    "settings_version",
    "calendar",
    "input_hash",
    "fingerprint",
    "channel",
    "callable_from",
    "completed_at",
    "completed_channel",
    "closed_at",
    "created_at",
    "updated_at",
)

_OF_CONTRACTS: Final = Kept(
    Obligation.select(
        Obligation.contract_id,
        Obligation.id,
        Obligation.key,
        Obligation.generation,
        Obligation.plugin,
        Obligation.rule,
        Obligation.root_event_id,
        Obligation.status,
        Obligation.status_reason,
        Obligation.input_hash,
        Obligation.fingerprint,
        Obligation.completed_at,
        Obligation.due_from,
        Obligation.due_by,
        Obligation.provisional,
        Obligation.recall_id,
    ).where(Obligation.contract_id == any_of(Slot("ids")))
)
_LOCK: Final = Kept(
    Obligation.select(Obligation.id, Obligation.status)
    .where(Obligation.id == any_of(Slot("ids")))
    .order_by(Obligation.id)
    .lock_rows("NO KEY UPDATE")
)
_NO_LEASE: Final[dict[Column | str, Any]] = {
    Obligation.lease_staff: None,
    Obligation.lease_until: None,
    Obligation.lease_contact: None,
}
_CLOSE: Final = Kept(
    Obligation.update(
        {
            Obligation.status: Slot("status"),
            Obligation.status_reason: Slot("reason"),
            Obligation.closed_at: Slot("now"),
            Obligation.updated_at: Slot("now"),
            **_NO_LEASE,
        }
    ).where(Obligation.id == Slot("id"))
)
_OPEN_WAITING: Final = Kept(
    Obligation.update(
        {
            Obligation.status: Slot("status"),
            Obligation.due_from: Slot("due_from"),
            Obligation.due_by: Slot("due_by"),
            Obligation.provisional: Slot("provisional"),
            Obligation.born_late: Slot("born_late"),
            Obligation.callable_from: Slot("due_from"),
            Obligation.cites: Slot("cites"),
            Obligation.kind: Slot("kind"),
            Obligation.after_due: Slot("after_due"),
            Obligation.priority: Slot("priority"),
            Obligation.around_the_clock: Slot("around_the_clock"),
            Obligation.listed: Slot("listed"),
            Obligation.script: Slot("script"),
            # One that took over attempts goes on where they left it.
            Obligation.channel: QueryString(
                "CASE WHEN {} = 0 THEN {} ELSE {} END",
                Obligation.rung,
                Slot("channel"),
                Obligation.channel,
            ),
            Obligation.draft: Slot("draft"),
            Obligation.trace: Slot("trace"),
            Obligation.parameters_on: Slot("parameters_on"),
            Obligation.settings_version: Slot("settings_version"),
            Obligation.calendar: Slot("calendar"),
            Obligation.input_hash: Slot("input_hash"),
            Obligation.fingerprint: Slot("fingerprint"),
            Obligation.plugin_version: Slot("plugin_version"),
            Obligation.event_id: Slot("event_id"),
            Obligation.updated_at: Slot("now"),
            Obligation.alarm_on: None,
        }
    ).where(Obligation.id == Slot("id"))
)

# SQL from here: changes of many rows by what stands in other rows.
_FOLLOW: Final = (
    "UPDATE obligation o SET customer_id = c.policyholder_id, unit = c.unit, updated_at = $2,"  # noqa: S608
    " lease_staff = CASE WHEN same THEN o.lease_staff END, lease_until = CASE WHEN same THEN o.lease_until END,"
    " lease_contact = CASE WHEN same THEN o.lease_contact END,"
    # What was agreed with somebody else holds nobody to anything (HI-2).
    " callable_from = CASE WHEN same OR o.appointment_at IS NULL THEN o.callable_from ELSE greatest(o.due_from, $2) END,"
    f" priority = CASE WHEN same OR o.appointment_at IS NULL THEN o.priority ELSE {OWN_PRIORITY} END,"
    " appointment_at = CASE WHEN same THEN o.appointment_at END,"
    " appointment_watch_at = CASE WHEN same THEN o.appointment_watch_at END,"
    " appointment = CASE WHEN same THEN o.appointment END,"
    # A caller of another unit could not claim it; its team leader gives it out anew.
    " assignee = CASE WHEN o.unit = c.unit THEN o.assignee END,"
    f" listed = CASE WHEN o.unit = c.unit THEN o.listed ELSE {OWN_LIST} END"
    " FROM contract c, obligation i CROSS JOIN LATERAL (SELECT count(*) > 0 AS same FROM customer p, contract d"
    " WHERE p.id = i.customer_id AND d.id = i.contract_id AND d.policyholder_id IN (p.id, p.merged_into)) s"
    " WHERE o.contract_id = c.id AND i.id = o.id AND c.id = ANY($1) AND c.policyholder_id IS NOT NULL"
    " AND o.status IN ('waiting', 'open', 'unreachable', 'expired')"
    " AND (o.customer_id, o.unit) IS DISTINCT FROM (c.policyholder_id, c.unit)"
)
_TAKE_OVER: Final = (
    "UPDATE obligation n SET status = CASE WHEN met THEN 'completed' ELSE n.status END,"
    " status_reason = CASE WHEN met THEN NULL ELSE n.status_reason END,"
    " completed_at = CASE WHEN met THEN o.completed_at ELSE n.completed_at END,"
    " completed_contact = CASE WHEN met THEN o.completed_contact END, successful = met AND o.successful,"
    " completed_channel = CASE WHEN met THEN o.completed_channel ELSE n.completed_channel END,"
    " closed_at = CASE WHEN met THEN coalesce(n.closed_at, $3) ELSE n.closed_at END,"
    " rung = o.rung, channel = o.channel, rung_attempts = o.rung_attempts, attempts = o.attempts,"
    # A retry delay or a wish to be called back outlives the change of a date.
    " callable_from = CASE WHEN promised THEN o.appointment_at"
    " WHEN o.attempts > 0 THEN greatest(n.callable_from, o.callable_from) ELSE n.callable_from END,"
    # So does a time agreed with the customer, where the new window has room for it (HI-2).
    " appointment_at = CASE WHEN promised THEN o.appointment_at END,"
    " appointment_watch_at = CASE WHEN promised THEN o.appointment_watch_at END, appointment = o.appointment,"
    # And so does whom it was given to.
    " assignee = o.assignee, assigned_at = o.assigned_at, listed = n.listed OR o.assignee IS NOT NULL,"
    " priority = CASE WHEN promised THEN greatest(n.priority, o.priority) ELSE n.priority END,"
    " lease_staff = CASE WHEN going_on THEN o.lease_staff END,"
    " lease_until = CASE WHEN going_on THEN o.lease_until END,"
    " lease_contact = CASE WHEN going_on THEN o.lease_contact END"
    " FROM unnest($1::uuid[], $2::uuid[]) AS pair(old, new) JOIN obligation o ON o.id = pair.old"
    " CROSS JOIN LATERAL (SELECT o.status = 'completed' AND o.status_reason IS DISTINCT FROM 'imported' AS met) m"
    " JOIN obligation i ON i.id = pair.new"
    " CROSS JOIN LATERAL (SELECT NOT met AND i.status IN ('waiting', 'open') AS going_on) g"
    " CROSS JOIN LATERAL (SELECT coalesce(o.appointment_at >= i.due_from AND o.appointment_at < i.due_by, false)"
    " AS promised) p"
    " WHERE n.id = pair.new"
)
_SUPERSEDE: Final = (
    "UPDATE obligation o SET status = 'superseded', status_reason = 'facts_changed', replaced_by = pair.new,"
    " closed_at = $3, updated_at = $3, lease_staff = NULL, lease_until = NULL, lease_contact = NULL"
    " FROM unnest($1::uuid[], $2::uuid[]) AS pair(old, new) WHERE o.id = pair.old"
)


class NewObligation(msgspec.Struct, frozen=True):
    """An obligation to be put on the books for a contract; `event_id` is the row id of the event behind it."""

    id: UUID
    contract_id: UUID
    customer_id: UUID
    unit: str
    event_id: UUID
    desired: Desired
    document: Document
    status: ObligationStatus
    generation: int
    born_late: str | None
    replaces: UUID | None


async def of_contracts(scope: Scope, ids: Iterable[UUID]) -> dict[UUID, list[OnBooks]]:
    """Return the books of these contracts, by contract id."""
    wanted = list(ids)
    if not wanted:
        return {}
    books: dict[UUID, list[OnBooks]] = {}
    for row in await _OF_CONTRACTS.rows(scope, ids=wanted):
        due_by = row["due_by"]
        imported = row["status"] == "completed" and row["status_reason"] == "imported"
        books.setdefault(row["contract_id"], []).append(
            OnBooks(
                id=str(row["id"]),
                key=row["key"],
                generation=row["generation"],
                plugin=row["plugin"],
                rule=row["rule"],
                root_event_id=row["root_event_id"],
                status=row["status"],
                input_hash=row["input_hash"],
                fingerprint=row["fingerprint"],
                imported_at=row["completed_at"] if imported else None,
                reason=row["status_reason"],
                window=None if due_by is None else Window(row["due_from"], due_by, row["provisional"]),
                recalled=row["recall_id"] is not None,
            )
        )
    return books


async def lock(scope: Scope, expected: Mapping[UUID, ObligationStatus]) -> bool:
    """Lock obligations; tell whether all still have the status they were read with."""
    if not expected:
        return True
    rows = await _LOCK.rows(scope, ids=list(expected))
    return {row["id"]: row["status"] for row in rows} == expected


async def follow(scope: Scope, contract_ids: Sequence[UUID]) -> None:
    """Let what is still to be done follow its contract to another policyholder or unit.

    Whoever was about to call somebody else loses the lease; the same person under another record is nobody else.
    """
    await scope.connection.execute(_FOLLOW, list(contract_ids), scope.now)


async def insert(scope: Scope, rows: Sequence[NewObligation]) -> None:
    """Put obligations on the books; one that replaces another takes over its contacts, attempts and lease.

    So it does its completion, unless that was an imported callback: whether such a one fits is worked out anew.
    """
    await copy(scope, "obligation", _COLUMNS, [_values(scope, row) for row in rows])
    pairs = [(row.replaces, row.id) for row in rows if row.replaces is not None]
    if not pairs:
        return
    old, new = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    await scope.connection.execute(_TAKE_OVER, old, new, scope.now)
    await scope.connection.execute(_SUPERSEDE, old, new, scope.now)


async def open_waiting(scope: Scope, change: Open, document: Document, event_id: UUID) -> None:
    """Give a waiting obligation its window; `event_id` is the row id of the event its rule looked at."""
    desired = change.desired
    window = desired.draft.window
    if window is None:
        raise ValueError(f"{desired.key} has no window to open")
    await _OPEN_WAITING.run(
        scope,
        id=UUID(change.id),
        status=change.status,
        due_from=window.due_from,
        due_by=window.due_by,
        provisional=window.provisional,
        born_late=change.born_late,
        cites=list(desired.cites),
        kind=desired.draft.kind,
        after_due=desired.after_due,
        priority=desired.draft.priority,
        around_the_clock=desired.draft.around_the_clock,
        listed=desired.draft.given_out or desired.draft.vendor is not None,
        script=desired.draft.script,
        channel=desired.draft.ladder[0].channel,
        draft=document.draft,
        trace=document.trace,
        parameters_on=desired.parameters_on,
        settings_version=desired.settings_version,
        calendar=desired.calendar,
        input_hash=desired.input_hash,
        fingerprint=desired.fingerprint,
        plugin_version=desired.plugin_version,
        event_id=event_id,
        now=scope.now,
    )


async def close(scope: Scope, change: Close) -> None:
    """Take an obligation off the books, with the reason; its lease ends."""
    reason = change.reason if change.event_id is None else f"{change.reason}:{change.event_id}"
    await _CLOSE.run(scope, id=UUID(change.id), status=change.status, reason=reason, now=scope.now)


async def complete_imported(scope: Scope, change: Complete) -> None:
    """Record that a callback of the system used before met an obligation."""
    done = change.desired.done
    if done is None:
        raise ValueError(f"{change.desired.key} has no imported callback")
    window = change.desired.draft.window
    await Obligation.update(
        {
            Obligation.status: "completed",
            Obligation.status_reason: "imported",
            Obligation.completed_at: done.completed_at,
            Obligation.completed_channel: done.channel,
            Obligation.closed_at: done.completed_at,
            Obligation.updated_at: scope.now,
            Obligation.due_from: _unless_set(Obligation.due_from, window.due_from if window else None),
            Obligation.due_by: _unless_set(Obligation.due_by, window.due_by if window else None),
            **_NO_LEASE,
        }
    ).where(Obligation.id == UUID(change.id))


def _unless_set(column: Column, value: datetime | None) -> QueryString:
    return QueryString("coalesce({}, {})", column, value)


def _values(scope: Scope, row: NewObligation) -> tuple[Any, ...]:
    desired, draft = row.desired, row.desired.draft
    window, done = draft.window, row.desired.done
    completed = done is not None and row.status == "completed"
    reason = "imported" if completed else None
    if row.status == "voided" and desired.voided is not None:
        reason = desired.voided.reason
    closed = row.status in ("completed", "voided", "cancelled", "historic")
    return (
        row.id,
        row.contract_id,
        desired.key,
        row.generation,
        row.customer_id,
        row.unit,
        desired.plugin,
        desired.plugin_version,
        desired.rule,
        list(desired.cites),
        draft.kind,
        row.event_id,
        desired.root_event_id,
        row.status,
        reason,
        desired.after_due,
        window.due_from if window else None,
        window.due_by if window else None,
        window.provisional if window else False,
        row.born_late,
        draft.opens_on,
        draft.alarm_on if window is None else None,
        draft.priority,
        draft.around_the_clock,
        draft.given_out or draft.vendor is not None,
        draft.script,
        row.document.draft,
        row.document.trace,
        desired.parameters_on,
        desired.settings_version,
        desired.calendar,
        desired.input_hash,
        desired.fingerprint,
        draft.ladder[0].channel,
        window.due_from if window else None,
        done.completed_at if done is not None and completed else None,
        done.channel if done is not None and completed else None,
        scope.now if closed else None,
        scope.now,
        scope.now,
    )
