"""Cases and their history."""

from piccolo.columns import (
    JSON,
    UUID,
    BigInt,
    Boolean,
    Bytea,
    ForeignKey,
    Integer,
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.table import Table

from huifang_tenants.scope import ENGINE
from huifang_tenants.tables.contacts import Contact
from huifang_tenants.tables.contracts import Contract
from huifang_tenants.tables.customers import Customer
from huifang_tenants.tables.events import Event
from huifang_tenants.tables.obligations import Obligation
from huifang_tenants.tables.organisation import Staff


class CaseFile(Table, tablename="case_file", db=ENGINE):
    """A case (问题件)."""

    id = UUID(primary_key=True, default=None)
    number = BigInt(default=None)
    plugin = Text(null=True, default=None)
    case_class = Text(default=None)
    severity = SmallInt(default=None)
    status = Text(default=None)
    unit = Text(default=None)
    contract_id = ForeignKey(Contract, null=True)
    customer_id = ForeignKey(Customer, null=True)
    obligation_id = ForeignKey(Obligation, null=True)
    contact_id = ForeignKey(Contact, null=True)
    step = Text(null=True, default=None)
    subject = Text(default=None)
    assignee = ForeignKey(Staff, null=True)
    due_by = Timestamptz(null=True, default=None)
    opened_at = Timestamptz(default=None)
    solved_at = Timestamptz(null=True, default=None)
    solved_by = Text(null=True, default=None)
    closed_at = Timestamptz(null=True, default=None)
    reopened = Integer(default=0)
    withdrawn = Boolean(default=False)
    overdue_marked_at = Timestamptz(null=True, default=None)
    revision = Integer(default=1)
    key = Text(null=True, default=None)
    rule = Text(null=True, default=None)
    event_id = ForeignKey(Event, null=True)
    root_event_id = Text(null=True, default=None)
    input_hash = Text(null=True, default=None)
    trace = JSON(null=True, default=None)
    origin = Text(null=True, default=None)
    counted_in = Text(default=None)
    paused_at = Timestamptz(null=True, default=None)
    paused_until = Timestamptz(null=True, default=None)
    remind_at = Timestamptz(null=True, default=None)
    escalate_at = Timestamptz(null=True, default=None)
    escalated_to = Text(null=True, default=None)
    kind = Text(default="problem")
    decision = Text(null=True, default=None)
    effect = Text(null=True, default=None)
    plan_id: ForeignKey["CaseFile"] = ForeignKey("self", null=True)
    second_callback = Boolean(default=False)
    callback_round = Integer(null=True, default=None)
    callback_event_id = ForeignKey(Event, null=True)
    callback_result = Text(null=True, default=None)


class CaseEntry(Table, tablename="case_entry", db=ENGINE):
    """One entry in the history of a case; append-only."""

    id = UUID(primary_key=True, default=None)
    case_id = ForeignKey(CaseFile, null=False)
    kind = Text(default=None)
    text_enc = Bytea(null=True, default=None)
    actor = Text(default=None)
    on_behalf_of = Text(null=True, default=None)
    at = Timestamptz(default=None)
    details = JSON(null=True, default=None)


class WorkOrder(Table, tablename="work_order", db=ENGINE):
    """A part of a case that a responsible department does (工单)."""

    id = UUID(primary_key=True, default=None)
    case_id = ForeignKey(CaseFile, null=False)
    number = SmallInt(default=None)
    unit = Text(default=None)
    department = Text(null=True, default=None)
    status = Text(default=None)
    due_by = Timestamptz(default=None)
    sent_at = Timestamptz(default=None)
    sent_by = Text(default=None)
    answered_at = Timestamptz(null=True, default=None)
    answered_by = Text(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    returned = Integer(default=0)
    overdue_marked_at = Timestamptz(null=True, default=None)
