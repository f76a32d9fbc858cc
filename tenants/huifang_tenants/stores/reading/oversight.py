"""Alarms, notices and the ledger."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import together
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, page_by_key
from huifang_tenants.tables.oversight import Alarm, Ledger, Notice

_ALARM: Final = together(*Alarm.all_columns())
_ADDRESSEE_NO: Final[Any] = Notice.staff_id.staff_no
_NOTICE: Final = together(
    *Notice.all_columns(exclude=[Notice.staff_id]),
    _ADDRESSEE_NO.as_alias("staff_no"),
)
_LEDGER: Final = together(
    *Ledger.all_columns(exclude=[Ledger.content_hash]),
    QueryString("encode({}, 'hex')", Ledger.content_hash, alias="content_hash"),
)


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
    where.equals(Alarm.kind, wanted.kind)
    where.equals(Alarm.subject, wanted.subject)
    where.flag(wanted.standing, QueryString("{} IS NULL", Alarm.cleared_at))
    return await page_by_key(Alarm, _ALARM, where, page, key=Alarm.raised_at)


async def get_alarm(scope: Scope, alarm_id: UUID) -> Mapping[str, Any] | None:
    """One alarm; None when there is none."""
    return await Alarm.select().where(Alarm.id == alarm_id).first()


async def list_notices(scope: Scope, wanted: NoticeFilter, page: Page) -> Slice:
    """One page of notices by when they were made."""
    where = Where()
    where.equals(Notice.role, wanted.role)
    where.equals(_ADDRESSEE_NO, wanted.staff_no)
    where.equals(Notice.kind, wanted.kind)
    where.flag(wanted.seen, QueryString("{} IS NOT NULL", Notice.seen_at))
    return await page_by_key(Notice, _NOTICE, where, page, key=Notice.created_at)


async def get_notice(scope: Scope, notice_id: UUID) -> Mapping[str, Any] | None:
    """One notice; None when there is none."""
    return await Notice.select(*_NOTICE).where(Notice.id == notice_id).first()


async def list_ledger(scope: Scope, wanted: LedgerFilter, page: Page) -> Slice:
    """One page of the ledger by time."""
    where = Where()
    where.equals(Ledger.actor, wanted.actor)
    where.equals(Ledger.on_behalf_of, wanted.on_behalf_of)
    where.equals(Ledger.action, wanted.action)
    where.equals(Ledger.subject_kind, wanted.subject_kind)
    where.equals(Ledger.subject_id, wanted.subject_id)
    where.span(Ledger.at, wanted.at_from, wanted.at_until)
    return await page_by_key(Ledger, _LEDGER, where, page, key=Ledger.at)


async def get_ledger_entry(scope: Scope, entry_id: UUID) -> Mapping[str, Any] | None:
    """One ledger entry; None when there is none."""
    return await Ledger.select(*_LEDGER).where(Ledger.id == entry_id).first()
