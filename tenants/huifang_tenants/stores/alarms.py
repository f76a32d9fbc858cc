"""Alarms: what must not stay unnoticed, standing until its cause is gone. One stands per kind and subject."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope


async def keep_standing(scope: Scope, kind: str, wanted: Mapping[str, dict[str, Any]]) -> dict[str, UUID]:
    """Let exactly these alarms of a kind stand, by subject with their details; return their ids.

    `details` hold no personal data.
    """
    rows = await scope.connection.fetch(
        "SELECT id, subject, details FROM alarm WHERE kind = $1 AND cleared_at IS NULL", kind
    )
    standing = {row["subject"]: row for row in rows}
    gone = [row["id"] for subject, row in standing.items() if subject not in wanted]
    if gone:
        await scope.connection.execute("UPDATE alarm SET cleared_at = $2 WHERE id = ANY($1)", gone, scope.now)
    ids: dict[str, UUID] = {}
    for subject, details in wanted.items():
        present = standing.get(subject)
        if present is not None and present["details"] == details:
            ids[subject] = present["id"]
        else:
            ids[subject] = await raise_alarm(scope, kind, subject, details)
    return ids


async def raise_alarm(scope: Scope, kind: str, subject: str, details: dict[str, Any]) -> UUID:
    """Raise an alarm, or bring the details of the one that stands up to date; return its id."""
    id: UUID = await scope.connection.fetchval(
        "INSERT INTO alarm (id, kind, subject, details, raised_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (kind, subject) WHERE cleared_at IS NULL DO UPDATE SET details = excluded.details RETURNING id",
        new_id(),
        kind,
        subject,
        details,
        scope.now,
    )
    return id


async def stands(scope: Scope, kind: str) -> bool:
    """Tell whether an alarm of this kind stands."""
    found: bool = await scope.connection.fetchval(
        "SELECT EXISTS (SELECT FROM alarm WHERE kind = $1 AND cleared_at IS NULL)", kind
    )
    return found


async def clear_alarm(scope: Scope, kind: str, subject: str) -> None:
    """Clear the alarm of this kind and subject, if one stands."""
    await scope.connection.execute(
        "UPDATE alarm SET cleared_at = $3 WHERE kind = $1 AND subject = $2 AND cleared_at IS NULL",
        kind,
        subject,
        scope.now,
    )
