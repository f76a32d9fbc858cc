"""Obligations."""

from piccolo.columns import JSON, UUID, Array, Boolean, Date, ForeignKey, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from huifang_tenants.scope import ENGINE
from huifang_tenants.tables.contracts import Contract
from huifang_tenants.tables.customers import Customer
from huifang_tenants.tables.events import Event
from huifang_tenants.tables.interventions import Recall
from huifang_tenants.tables.organisation import Staff


class Obligation(Table, tablename="obligation", db=ENGINE):
    """That a customer must be contacted, why, and by when."""

    id = UUID(primary_key=True, default=None)
    contract_id = ForeignKey(Contract, null=False)
    key = Text(default=None)
    generation = Integer(default=1)
    customer_id = ForeignKey(Customer, null=False)
    unit = Text(default=None)
    plugin = Text(default=None)
    plugin_version = Text(default=None)
    rule = Text(default=None)
    cites = Array(base_column=Text(), default=list)
    kind = Text(default=None)
    event_id = ForeignKey(Event, null=False)
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
    around_the_clock = Boolean(default=False)
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
    appointment_at = Timestamptz(null=True, default=None)
    appointment_watch_at = Timestamptz(null=True, default=None)
    appointment = JSON(null=True, default=None)
    listed = Boolean(default=False)
    assignee = ForeignKey(Staff, null=True)
    assigned_at = Timestamptz(null=True, default=None)
    lease_staff = ForeignKey(Staff, null=True)
    lease_until = Timestamptz(null=True, default=None)
    lease_contact = UUID(null=True, default=None)
    completed_at = Timestamptz(null=True, default=None)
    completed_contact = UUID(null=True, default=None)
    completed_channel = Text(null=True, default=None)
    successful = Boolean(default=False)
    closed_at = Timestamptz(null=True, default=None)
    replaced_by = UUID(null=True, default=None)
    recall_id = ForeignKey(Recall, null=True)
    overdue_marked_at = Timestamptz(null=True, default=None)
    at_risk_marked_at = Timestamptz(null=True, default=None)
    born_late_noticed_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)
