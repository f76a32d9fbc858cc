"""Loading and saving filings of script versions (LN-6)."""

from datetime import date
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.filings import Filing

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import Kept, Slot
from huifang_tenants.tables.contacts import ScriptVersion
from huifang_tenants.tables.filings import ScriptFiling

_IN_FORCE: Final = Kept(
    ScriptFiling.select(
        ScriptFiling.plugin,
        ScriptFiling.script,
        ScriptFiling.hash,
        ScriptFiling.items,
        ScriptFiling.filed_on,
        ScriptFiling.withdrawn_on,
    )
    .where(
        ScriptFiling.filed_on <= Slot("today"),
        ScriptFiling.withdrawn_on.is_null() | (ScriptFiling.withdrawn_on > Slot("today")),
    )
    .order_by(ScriptFiling.id)
)


class NewFiling(msgspec.Struct, frozen=True):
    """A filing to be recorded; `document_sha256` is that of the paper that was handed in, in hex."""

    plugin: str
    script: str
    filing: Filing
    authority: str
    reference: str
    document_sha256: str | None


async def in_force(scope: Scope, today: date) -> dict[str, list[Filing]]:
    """Return the filings that count on a day, by "plugin/script"."""
    found: dict[str, list[Filing]] = {}
    for row in await _IN_FORCE.rows(scope, today=today):
        filing = Filing(row["hash"], frozenset(row["items"]), row["filed_on"], row["withdrawn_on"])
        found.setdefault(f"{row['plugin']}/{row['script']}", []).append(filing)
    return found


async def insert(scope: Scope, new: NewFiling, recorded_by: str) -> UUID:
    """Record a filing; raises UniqueViolationError where the version stands filed with that authority."""
    id = new_id()
    await ScriptFiling.insert(
        ScriptFiling(
            id=id,
            plugin=new.plugin,
            script=new.script,
            hash=new.filing.hash,
            items=sorted(new.filing.items),
            filed_on=new.filing.filed_on,
            authority=new.authority,
            reference=new.reference,
            document_sha256=new.document_sha256,
            recorded_by=recorded_by,
            recorded_at=scope.wall_now,
        )
    )
    return id


async def lock(scope: Scope, id: UUID) -> dict[str, Any] | None:
    """Lock and return a filing, None when there is none."""
    found: dict[str, Any] | None = (
        await ScriptFiling.select().where(ScriptFiling.id == id).lock_rows("UPDATE").first()
    )
    return found


async def withdraw(scope: Scope, id: UUID, on: date, reason: str, withdrawn_by: str) -> None:
    """Let a filing end before day `on`."""
    await ScriptFiling.update(
        {
            ScriptFiling.withdrawn_on: on,
            ScriptFiling.withdrawal_reason: reason,
            ScriptFiling.withdrawn_by: withdrawn_by,
            ScriptFiling.withdrawn_at: scope.wall_now,
        }
    ).where(ScriptFiling.id == id)


async def kept_version(scope: Scope, plugin: str, script: str, hash: str) -> dict[str, Any] | None:
    """Return a version of a script that a contact used or that was filed, None where there is none with this hash."""
    found: dict[str, Any] | None = (
        await ScriptVersion.select()
        .where(ScriptVersion.hash == hash, ScriptVersion.plugin == plugin, ScriptVersion.script == script)
        .first()
    )
    return found
