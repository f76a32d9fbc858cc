"""Alarms: what must not stay unnoticed, standing until its cause is gone. One stands per kind and subject."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import any_of, json_text
from huifang_tenants.tables.oversight import Alarm


async def keep_standing(scope: Scope, kind: str, wanted: Mapping[str, dict[str, Any]]) -> dict[str, UUID]:
    """Let exactly these alarms of a kind stand, by subject with their details; return their ids.

    `details` hold no personal data.
    """
    rows = await Alarm.select(Alarm.id, Alarm.subject, Alarm.details).where(
        Alarm.kind == kind, Alarm.cleared_at.is_null()
    )
    standing = {row["subject"]: row for row in rows}
    gone = [row["id"] for subject, row in standing.items() if subject not in wanted]
    if gone:
        await Alarm.update({Alarm.cleared_at: scope.now}).where(Alarm.id == any_of(gone))
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
    # SQL: Piccolo's on_conflict has no condition for a partial index.
    rows: list[dict[str, UUID]] = await Alarm.raw(
        "INSERT INTO alarm (id, kind, subject, details, raised_at) VALUES ({}, {}, {}, {}, {})"
        " ON CONFLICT (kind, subject) WHERE cleared_at IS NULL DO UPDATE SET details = excluded.details RETURNING id",
        new_id(),
        kind,
        subject,
        json_text(details),
        scope.now,
    )
    return rows[0]["id"]


async def stands(scope: Scope, kind: str) -> bool:
    """Tell whether an alarm of this kind stands."""
    return bool(await Alarm.exists().where(Alarm.kind == kind, Alarm.cleared_at.is_null()))


async def standing_subjects(scope: Scope, kind: str) -> set[str]:
    """Return what the alarms of this kind that stand are about."""
    rows = await Alarm.select(Alarm.subject).where(Alarm.kind == kind, Alarm.cleared_at.is_null())
    return {row["subject"] for row in rows}


async def clear_alarm(scope: Scope, kind: str, subject: str) -> None:
    """Clear the alarm of this kind and subject, if one stands."""
    await Alarm.update({Alarm.cleared_at: scope.now}).where(
        Alarm.kind == kind, Alarm.subject == subject, Alarm.cleared_at.is_null()
    )
