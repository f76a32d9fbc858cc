"""Stops: loading and saving them, and which of them hold obligations back."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.tables.interventions import Stop

# SQL: a comparison with what may be null on one side.
_OF_OBLIGATIONS: Final = """
SELECT o.id AS obligation_id, s.id, s.reason FROM obligation o CROSS JOIN LATERAL (
    SELECT stop.id, stop.reason FROM stop WHERE stop.lifted_at IS NULL AND coalesce(stop.plugin, o.plugin) = o.plugin
    AND coalesce(stop.script, o.script) = o.script AND coalesce(stop.channel, o.channel) = o.channel
    ORDER BY stop.id LIMIT 1
) s WHERE o.id = ANY($1)
"""
_OF_CONTACT: Final = """
SELECT s.id, s.reason FROM stop s JOIN contact_section t ON t.contact_id = $1 JOIN contact k ON k.id = t.contact_id
JOIN obligation o ON o.id = t.obligation_id
WHERE s.lifted_at IS NULL AND coalesce(s.plugin, o.plugin) = o.plugin AND coalesce(s.script, o.script) = o.script
  AND coalesce(s.channel, k.channel) = k.channel ORDER BY s.id LIMIT 1
"""


class Stopped(msgspec.Struct, frozen=True):
    """The stop that holds something back."""

    id: UUID
    reason: str


class Target(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is stopped: of this plugin, by this script of it, by this channel; None is all of them."""

    plugin: str | None = None
    script: str | None = None
    channel: str | None = None


async def of_obligations(scope: Scope, ids: Sequence[UUID]) -> dict[UUID, Stopped]:
    """Return of these obligations those that are stopped, with the stop."""
    rows = await scope.connection.fetch(_OF_OBLIGATIONS, list(ids))
    return {row["obligation_id"]: Stopped(row["id"], row["reason"]) for row in rows}


async def of_contact(scope: Scope, contact_id: UUID) -> Stopped | None:
    """Return the stop that keeps a contact from being dialled, None when there is none."""
    row = await scope.connection.fetchrow(_OF_CONTACT, contact_id)
    return None if row is None else Stopped(row["id"], row["reason"])


async def insert(scope: Scope, target: Target, reason: str, stopped_by: str) -> UUID:
    """Let a stop stand; return its id."""
    id = new_id()
    await Stop.insert(
        Stop(
            id=id,
            plugin=target.plugin,
            script=target.script,
            channel=target.channel,
            reason=reason,
            stopped_by=stopped_by,
            stopped_at=scope.wall_now,
        )
    )
    return id


async def lock(scope: Scope, id: UUID) -> dict[str, Any] | None:
    """Lock and return a stop, None when there is none."""
    found: dict[str, Any] | None = await Stop.select().where(Stop.id == id).lock_rows("UPDATE").first()
    return found


async def lift(scope: Scope, id: UUID, reason: str, lifted_by: str) -> None:
    """Let a stop stand no more."""
    await Stop.update(
        {Stop.lift_reason: reason, Stop.lifted_by: lifted_by, Stop.lifted_at: scope.wall_now}
    ).where(Stop.id == id)
