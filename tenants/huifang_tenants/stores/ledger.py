"""The ledger: an append-only row for every change and every read of personal data."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.stores.bulk import copy
from huifang_tenants.stores.queries import Kept, json_text, slots_for
from huifang_tenants.tables.oversight import Ledger

_json = msgspec.json.Encoder()

COLUMNS = (
    "id",
    "at",
    "actor",
    "on_behalf_of",
    "action",
    "subject_kind",
    "subject_id",
    "content_hash",
    "reason",
    "details",
)
_INSERT: Final = Kept(Ledger.insert(slots_for(Ledger)))


class Actor(msgspec.Struct, frozen=True):
    """Who acts: `name` is kind and name (client:core, cli:root, system:worker), `on_behalf_of` the staff number."""

    name: str
    on_behalf_of: str | None = None


SYSTEM = Actor("system:worker")
"""What jobs act as."""


class Entry(msgspec.Struct, frozen=True):
    """One row to be: what was done to which subject, and the content whose hash is kept."""

    action: str
    subject_kind: str
    subject_id: UUID | None
    content: bytes
    reason: str | None = None
    details: dict[str, Any] | None = None


async def record(
    scope: Scope,
    actor: Actor | str,
    action: str,
    subject_kind: str,
    subject_id: UUID | None,
    content: Any,
    reason: str | None = None,
    on_behalf_of: str | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Add one row; `content` is anything JSON can carry, and only its keyed hash is kept. No personal data in `details`."""
    who = actor if isinstance(actor, Actor) else Actor(actor, on_behalf_of)
    row = _row(scope, who, Entry(action, subject_kind, subject_id, _json.encode(content), reason, details))
    await _INSERT.run(scope, **dict(zip(COLUMNS, row, strict=True)))


async def record_many(scope: Scope, actor: Actor, entries: Iterable[Entry]) -> None:
    """Add many rows at once."""
    await copy(scope, "ledger", COLUMNS, [_row(scope, actor, entry) for entry in entries])


def _row(scope: Scope, actor: Actor, entry: Entry) -> tuple[object, ...]:
    at: datetime = scope.wall_now
    return (
        new_id(),
        at,
        actor.name,
        actor.on_behalf_of,
        entry.action,
        entry.subject_kind,
        entry.subject_id,
        scope.cipher.fingerprint(entry.content),
        entry.reason,
        None if entry.details is None else json_text(entry.details),
    )
