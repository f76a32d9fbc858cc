"""Obligations."""

from piccolo.columns import JSON, UUID, Array, Boolean, Date, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from huifang_tenants.scope import ENGINE


class Obligation(Table, tablename="obligation", db=ENGINE):
    """That a customer must be contacted, why, and by when."""

    id = UUID(primary_key=True, default=None)
    contract_id = UUID(default=None)
    key = Text(default=None)
    generation = Integer(default=1)
    customer_id = UUID(default=None)
    unit = Text(default=None)
    plugin = Text(default=None)
    plugin_version = Text(default=None)
    rule = Text(default=None)
    cites = Array(base_column=Text(), default=list)
    kind = Text(default=None)
    event_id = UUID(default=None)
    root_event_id = Text(default=None)
    status = Text(default=None)
    status_reason = Text(null=True, default=None)
    after_due = Text(default=None)
    due_from = Timestamptz(null=True, default=None)
    due_by = Timestamptz(null=True, default=None)
    provisional = Boolean(default=False)
    born_late = Text(null=True, default=None)
    opens_on = Text(null=True, default=None)
    alarm_on = Date(null=True, default=None)
    priority = SmallInt(default=None)
    script = Text(default=None)
    draft = JSON(default=None)
    trace = JSON(default=None)
    parameters_on = Date(default=None)
    settings_version = Integer(default=None)
    calendar = Text(default=None)
    input_hash = Text(default=None)
    fingerprint = Text(default=None)
    rung = SmallInt(default=0)
    channel = Text(default=None)
    rung_attempts = SmallInt(default=0)
    attempts = SmallInt(default=0)
    callable_from = Timestamptz(null=True, default=None)
    lease_staff = UUID(null=True, default=None)
    lease_until = Timestamptz(null=True, default=None)
    lease_contact = UUID(null=True, default=None)
    completed_at = Timestamptz(null=True, default=None)
    completed_contact = UUID(null=True, default=None)
    completed_channel = Text(null=True, default=None)
    successful = Boolean(default=False)
    closed_at = Timestamptz(null=True, default=None)
    replaced_by = UUID(null=True, default=None)
    overdue_marked_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)
