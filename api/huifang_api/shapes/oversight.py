"""Alarms, notices and ledger entries as the API shows them."""

from typing import Annotated
from uuid import UUID

import msgspec

from huifang_api.shapes.fields import Document, Id, Instant, NextCursor, described


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """Something that must not stay unnoticed (预警)."""

    id: Id
    kind: Annotated[str, described("Kind, such as `delivery_missing` or `obligation_overdue`.")]
    subject: Annotated[str, described("What it is about; one alarm of a kind stands per subject.")]
    details: Annotated[Document, described("The values that raised it.")]
    raised_at: Annotated[Instant, described("When it was raised, UTC.")]
    cleared_at: Annotated[Instant | None, described("When it was cleared, UTC; null: it stands.")]


class AlarmPage(msgspec.Struct, frozen=True):
    """One page of alarms."""

    items: Annotated[list[Alarm], described("The alarms of this page.")]
    next_cursor: NextCursor


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A message to a role or a member of staff (通知), without personal data."""

    id: Id
    role: Annotated[str | None, described("The role it is for.")]
    staff_no: Annotated[str | None, described("Staff number of whom it is for.")]
    unit: Annotated[str | None, described("The unit whose people it is for.")]
    kind: Annotated[str, described("Kind of message.")]
    subject_kind: Annotated[str, described("What it is about, such as `case`.")]
    subject_id: Annotated[UUID, described("Id of that.")]
    message: Annotated[Document, described("The message as data.")]
    created_at: Annotated[Instant, described("When it was made, UTC.")]
    seen_at: Annotated[Instant | None, described("When it was seen, UTC.")]


class NoticePage(msgspec.Struct, frozen=True):
    """One page of notices."""

    items: Annotated[list[Notice], described("The notices of this page.")]
    next_cursor: NextCursor


class LedgerEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what, and when (留痕); without personal data."""

    id: Id
    at: Annotated[Instant, described("When, wall time, UTC.")]
    actor: Annotated[str, described("Who: kind and name, such as `client:hfc_…`.")]
    on_behalf_of: Annotated[str | None, described("Staff number it was done for.")]
    action: Annotated[str, described("What, such as `customer.revealed`.")]
    subject_kind: Annotated[str, described("What it was done to.")]
    subject_id: Annotated[UUID | None, described("Id of that.")]
    content_hash: Annotated[str, described("Keyed hash of the content, hexadecimal.")]
    reason: Annotated[str | None, described("The reason given.")]
    details: Annotated[Document | None, described("What else counts.")]


class LedgerPage(msgspec.Struct, frozen=True):
    """One page of the ledger."""

    items: Annotated[list[LedgerEntry], described("The entries of this page.")]
    next_cursor: NextCursor
