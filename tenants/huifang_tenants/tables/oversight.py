"""Notices, alarms and the ledger."""

from piccolo.columns import JSON, UUID, Bytea, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from huifang_tenants.scope import ENGINE
from huifang_tenants.tables.organisation import Staff


class Notice(Table, tablename="notice", db=ENGINE):
    """A message to a role or a member of staff."""

    id = UUID(primary_key=True, default=None)
    role = Text(null=True, default=None)
    staff_id = ForeignKey(Staff, null=True)
    unit = Text(null=True, default=None)
    kind = Text(default=None)
    subject_kind = Text(default=None)
    subject_id = UUID(default=None)
    message = JSON(default=None)
    created_at = Timestamptz(default=None)
    seen_at = Timestamptz(null=True, default=None)


class Alarm(Table, tablename="alarm", db=ENGINE):
    """Something that must not stay unnoticed."""

    id = UUID(primary_key=True, default=None)
    kind = Text(default=None)
    subject = Text(default=None)
    details = JSON(default=None)
    raised_at = Timestamptz(default=None)
    cleared_at = Timestamptz(null=True, default=None)


class Ledger(Table, tablename="ledger", db=ENGINE):
    """Who did what, when, and the hash of the content; append-only."""

    id = UUID(primary_key=True, default=None)
    at = Timestamptz(default=None)
    actor = Text(default=None)
    on_behalf_of = Text(null=True, default=None)
    action = Text(default=None)
    subject_kind = Text(default=None)
    subject_id = UUID(null=True, default=None)
    content_hash = Bytea(default=None)
    reason = Text(null=True, default=None)
    details = JSON(null=True, default=None)
