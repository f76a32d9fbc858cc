"""Times agreed with customers (HI-2): saving them, and finding those to be reminded of and those that were missed."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.appointments import MISSED_AFTER, PRIORITY, REMIND_BEFORE, Appointment

from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import json_text

OWN_PRIORITY: Final = "coalesce((o.draft ->> 'priority')::smallint, 50)"
"""The priority that the rule of obligation `o` gave it."""

# SQL: values made of other columns, a comparison of a document's field, rows changed as they are picked with SKIP LOCKED.
_SET: Final = f"""
UPDATE obligation o SET appointment_at = $2, appointment_watch_at = $4, appointment = $3,
    callable_from = $2, priority = greatest({OWN_PRIORITY}, {PRIORITY}), updated_at = $5,
    lease_staff = CASE WHEN lease_contact IS NULL THEN NULL ELSE lease_staff END,
    lease_until = CASE WHEN lease_contact IS NULL THEN NULL ELSE lease_until END
WHERE id = $1
"""  # noqa: S608
_CLEAR: Final = f"""
UPDATE obligation o SET appointment_at = NULL, appointment_watch_at = NULL, appointment = $2, priority = {OWN_PRIORITY},
    callable_from = coalesce($3, callable_from), updated_at = $4 WHERE id = $1
"""  # noqa: S608
_WATCHED: Final = """
SELECT id, unit, appointment_at, appointment, draft -> 'title' AS title FROM obligation
WHERE status = 'open' AND appointment_watch_at <= $1 AND lease_contact IS NULL AND (lease_until IS NULL OR lease_until <= $2)
ORDER BY appointment_watch_at LIMIT $3 FOR UPDATE SKIP LOCKED
"""


async def lock(scope: Scope, obligation_id: UUID) -> Any | None:
    """Lock an obligation and return what agreeing on a time looks at; None when there is none."""
    return await scope.connection.fetchrow(
        "SELECT status, unit, due_from, due_by, after_due, channel, around_the_clock, draft, appointment_at, appointment,"
        " lease_staff, lease_until, lease_contact, listed, assignee FROM obligation WHERE id = $1 FOR UPDATE",
        obligation_id,
    )


async def set_time(scope: Scope, obligation_id: UUID, at: datetime, appointment: Appointment) -> None:
    """Let an obligation be called from `at` on, ahead of others; whoever held it without a contact holds it no more."""
    watch_at = max(at - REMIND_BEFORE, scope.now)
    await scope.connection.execute(_SET, obligation_id, at, _document(appointment), watch_at, scope.now)


async def clear_time(
    scope: Scope, obligation_id: UUID, appointment: Appointment, *, callable_from: datetime | None = None
) -> None:
    """Let no time be agreed any more; the obligation can be called from `callable_from` on, or as before."""
    await scope.connection.execute(_CLEAR, obligation_id, _document(appointment), callable_from, scope.now)


async def watched(scope: Scope, limit: int) -> list[Any]:
    """Lock and return open obligations whose appointment is to be looked at, unless somebody is about to keep it."""
    return list(await scope.connection.fetch(_WATCHED, scope.now, scope.wall_now, limit))


async def reminded(scope: Scope, obligation_id: UUID, at: datetime) -> None:
    """Look at an appointment again when it would count as missed."""
    await scope.connection.execute(
        "UPDATE obligation SET appointment_watch_at = $2 WHERE id = $1", obligation_id, at + MISSED_AFTER
    )


async def next_watch(scope: Scope) -> datetime | None:
    """Return the next instant after now at which an appointment is to be looked at."""
    found: datetime | None = await scope.connection.fetchval(
        "SELECT appointment_watch_at FROM obligation WHERE status = 'open' AND appointment_watch_at > $1"
        " ORDER BY appointment_watch_at LIMIT 1",
        scope.now,
    )
    return found


def of_row(row: Any) -> Appointment:
    """Return how the time in a row was agreed."""
    return msgspec.convert(row["appointment"] or {}, Appointment)


def _document(appointment: Appointment) -> str:
    return json_text(appointment)
