"""What SD-3 asks of every unit: its policy, its department, its staff; and the work they are held against."""

from collections.abc import Sequence
from datetime import date

import msgspec
from huifang_core.units import Level

from huifang_tenants.scope import Scope


class UnitReadiness(msgspec.Struct, frozen=True):
    """A unit as it stands: `path` from the head office down; `workers` are there to take contacts, `trained` of them may."""

    code: str
    level: Level
    path: tuple[str, ...]
    province: str | None
    city: str | None
    policy_on_file: bool
    has_department: bool
    workers: int
    trained: int


async def unit_readiness(
    scope: Scope, roles: Sequence[str], on: date, unit: str | None
) -> tuple[UnitReadiness, ...]:
    """Return the units from the head office down, or `unit` and those below it.

    `roles` are those that take contacts, `on` the day on which a training must still count.
    """
    rows = await scope.connection.fetch(
        "SELECT u.code, u.level, u.path, u.policy_on_file, coalesce(btrim(u.callback_department), '') <> ''"
        " AS has_department, count(s.id) AS workers, count(s.id) FILTER (WHERE s.trained_until >= $2) AS trained,"
        " (SELECT a.code FROM unit a WHERE a.code = ANY(u.path) AND a.level = 'province'"
        "  ORDER BY array_position(u.path, a.code) DESC LIMIT 1) AS province,"
        " (SELECT a.code FROM unit a WHERE a.code = ANY(u.path) AND a.level = 'city'"
        "  ORDER BY array_position(u.path, a.code) DESC LIMIT 1) AS city"
        " FROM unit u LEFT JOIN staff s ON s.unit = u.code AND s.roles && $1::text[]"
        " AND (s.active_until IS NULL OR s.active_until >= $2)"
        ' WHERE $3::text IS NULL OR u.path @> ARRAY[$3::text] GROUP BY u.id ORDER BY u.path COLLATE "C"',
        list(roles),
        on,
        unit,
    )
    return tuple(UnitReadiness(**{**dict(row), "path": tuple(row["path"])}) for row in rows)
