"""Alarms, notices and the ledger."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from huifang_tenants.scope import Scope
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, page_by_key
from huifang_tenants.stores.reading.rows import fetch_one

_ALARM: Final = "SELECT id, kind, subject, details, raised_at, cleared_at FROM alarm"
_NOTICE: Final = """
SELECT n.id, n.role, s.staff_no, n.unit, n.kind, n.subject_kind, n.subject_id, n.message, n.created_at, n.seen_at
FROM notice n LEFT JOIN staff s ON s.id = n.staff_id
"""
_LEDGER: Final = """
SELECT id, at, actor, on_behalf_of, action, subject_kind, subject_id, encode(content_hash, 'hex') AS content_hash,
       reason, details
FROM ledger
"""


class AlarmFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which alarms; None means any. `standing` ones have not been cleared."""

    kind: str | None = None
    subject: str | None = None
    standing: bool | None = None


class NoticeFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which notices; None means any."""

    role: str | None = None
    staff_no: str | None = None
    kind: str | None = None
    seen: bool | None = None


class LedgerFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which ledger entries; None means any. `at_from` belongs to the span, `at_until` does not."""

    actor: str | None = None
    on_behalf_of: str | None = None
    action: str | None = None
    subject_kind: str | None = None
    subject_id: UUID | None = None
    at_from: datetime | None = None
    at_until: datetime | None = None


async def list_alarms(scope: Scope, wanted: AlarmFilter, page: Page) -> Slice:
    """One page of alarms by when they were raised."""
    where = Where()
    where.add("kind = {}", wanted.kind)
    where.add("subject = {}", wanted.subject)
    where.flag(wanted.standing, "cleared_at IS NULL")
    return await page_by_key(
        scope, _ALARM, where, page, key_column="raised_at", id_column="id", key="raised_at"
    )


async def get_alarm(scope: Scope, alarm_id: UUID) -> Mapping[str, Any] | None:
    """One alarm; None when there is none."""
    return await fetch_one(scope, f"{_ALARM} WHERE id = $1", alarm_id)


async def list_notices(scope: Scope, wanted: NoticeFilter, page: Page) -> Slice:
    """One page of notices by when they were made."""
    where = Where()
    where.add("n.role = {}", wanted.role)
    where.add("s.staff_no = {}", wanted.staff_no)
    where.add("n.kind = {}", wanted.kind)
    where.flag(wanted.seen, "n.seen_at IS NOT NULL")
    return await page_by_key(
        scope, _NOTICE, where, page, key_column="n.created_at", id_column="n.id", key="created_at"
    )


async def get_notice(scope: Scope, notice_id: UUID) -> Mapping[str, Any] | None:
    """One notice; None when there is none."""
    return await fetch_one(scope, f"{_NOTICE} WHERE n.id = $1", notice_id)


async def list_ledger(scope: Scope, wanted: LedgerFilter, page: Page) -> Slice:
    """One page of the ledger by time."""
    where = Where()
    for column in ("actor", "on_behalf_of", "action", "subject_kind", "subject_id"):
        where.add(f"{column} = {{}}", getattr(wanted, column))
    where.add("at >= {}", wanted.at_from)
    where.add("at < {}", wanted.at_until)
    return await page_by_key(scope, _LEDGER, where, page, key_column="at", id_column="id", key="at")


async def get_ledger_entry(scope: Scope, entry_id: UUID) -> Mapping[str, Any] | None:
    """One ledger entry; None when there is none."""
    return await fetch_one(scope, f"{_LEDGER} WHERE id = $1", entry_id)
