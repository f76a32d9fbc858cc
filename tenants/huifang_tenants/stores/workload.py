"""What there is to do and who there is to do it, as a look ahead needs it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

import msgspec
from huifang_core.agenda import Pending
from huifang_core.ladder import Position
from huifang_core.obligations import Rung

from huifang_tenants.scope import Scope

# SQL: units are no foreign keys, and recursive queries.

_OPEN: Final = """
SELECT o.id, o.customer_id, o.unit, o.plugin, o.draft ->> 'ladder' AS ladder, o.callable_from, o.due_by, o.rung, o.rung_attempts,
       o.attempts, o.priority, o.around_the_clock, o.channel, o.after_due
FROM obligation o WHERE o.status = 'open' AND o.due_by IS NOT NULL
  AND ($1::text IS NULL OR o.unit = ANY(ARRAY(SELECT u.code FROM unit u WHERE u.path @> ARRAY[$1])))
  AND ($2::text IS NULL OR o.plugin = $2)
  AND (o.due_by > $3 OR o.after_due = 'continue')
"""
_RUNG_TODAY: Final = """
WITH RECURSIVE rung AS (
    SELECT k.id AS contact, c.id, c.merged_into FROM contact k JOIN customer c ON c.id = k.customer_id
    WHERE k.channel = 'phone' AND k.started_at >= $2 AND k.dialled_at >= $1
      AND NOT EXISTS (SELECT FROM contact_section s JOIN obligation a ON a.id = s.obligation_id
                      WHERE s.contact_id = k.id AND a.around_the_clock)
    UNION ALL SELECT rung.contact, c.id, c.merged_into FROM customer c JOIN rung ON c.id = rung.merged_into
)
SELECT id, count(*) AS calls FROM rung WHERE merged_into IS NULL GROUP BY id
"""
_PEOPLE: Final = """
SELECT s.staff_no, s.unit, s.roles, s.trained_until, s.active_until FROM staff s JOIN unit u ON u.code = s.unit
WHERE $1::text IS NULL OR u.path @> ARRAY[$1] OR s.unit = ANY((SELECT w.path FROM unit w WHERE w.code = $1)::text[])
ORDER BY s.staff_no
"""
_PATHS: Final = "SELECT code, path FROM unit"


class OpenWork(msgspec.Struct, frozen=True):
    """An open obligation: whose it is, and how far it has come; `overdue` ones are worked at once."""

    pending: Pending
    unit: str
    plugin: str
    channel: str
    overdue: bool


class Person(msgspec.Struct, frozen=True):
    """A member of staff: roles, and until when they are trained and here."""

    staff_no: str
    unit: str
    roles: frozenset[str]
    trained_until: date | None
    active_until: date | None


async def open_work(scope: Scope, *, unit: str | None = None, plugin: str | None = None) -> list[OpenWork]:
    """Return the open obligations of a unit and those below it, or of a plugin, or all; without those that stopped when they were due."""
    ladders: dict[str, tuple[Rung, ...]] = {}
    found: list[OpenWork] = []
    for row in await scope.connection.fetch(_OPEN, unit, plugin, scope.now):
        # Thousands share one ladder.
        text = row["ladder"]
        ladder = ladders.get(text)
        if ladder is None:
            ladder = ladders[text] = msgspec.json.decode(text, type=tuple[Rung, ...])
        pending = Pending(
            str(row["id"]),
            str(row["customer_id"]),
            ladder,
            row["callable_from"] or scope.now,
            row["due_by"],
            Position(row["rung"], row["rung_attempts"], row["attempts"]),
            row["priority"],
            row["around_the_clock"],
        )
        found.append(
            OpenWork(pending, row["unit"], row["plugin"], row["channel"], row["due_by"] <= scope.now)
        )
    return found


async def rung_today(scope: Scope, day: datetime, since: datetime) -> Mapping[str, int]:
    """Return how many calls were dialled to each person since `day` began, of contacts begun since `since`; nobody else is named."""
    rows = await scope.connection.fetch(_RUNG_TODAY, day, since)
    return {str(row["id"]): row["calls"] for row in rows}


async def people(scope: Scope, unit: str | None = None) -> list[Person]:
    """Return the staff of a unit, of those below it and of those above it, who may do its work; or all."""
    rows = await scope.connection.fetch(_PEOPLE, unit)
    return [
        Person(
            row["staff_no"], row["unit"], frozenset(row["roles"]), row["trained_until"], row["active_until"]
        )
        for row in rows
    ]


async def paths(scope: Scope) -> dict[str, tuple[str, ...]]:
    """Return for each unit the codes from the head office down to it, itself included."""
    return {row["code"]: tuple(row["path"]) for row in await scope.connection.fetch(_PATHS)}
