"""Contacts with their sections, answers, effects and evidence."""

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
from huifang_tenants.tables.customers import Customer
from huifang_tenants.tables.obligations import Obligation
from huifang_tenants.tables.organisation import Staff


class ScriptVersion(Table, tablename="script_version", db=ENGINE):
    """A script as it stood when a contact used it; append-only."""

    hash = Text(primary_key=True, default=None)
    plugin = Text(default=None)
    script = Text(default=None)
    version = Text(default=None)
    document = JSON(default=None)
    first_used_at = Timestamptz(default=None)


class Contact(Table, tablename="contact", db=ENGINE):
    """One contact with a customer; the facts of REG-2 kept apart."""

    id = UUID(primary_key=True, default=None)
    customer_id = ForeignKey(Customer, null=False)
    staff_id = ForeignKey(Staff, null=True, default=None)
    client_id = Text(null=True, default=None)
    channel = Text(default=None)
    called_party = Text(default="policyholder")
    status = Text(default=None)
    language = Text(default="zh-CN")
    number_enc = Bytea(null=True, default=None)
    number_index = SmallInt(null=True, default=None)
    inbound = Boolean(default=False)
    below_province = Boolean(default=False)
    visitor_is_seller = Boolean(default=False)
    identity_passed = Boolean(default=False)
    dialled_at = Timestamptz(null=True, default=None)
    started_at = Timestamptz(default=None)
    concluded_at = Timestamptz(null=True, default=None)
    outcome = Text(null=True, default=None)
    call_back_at = Timestamptz(null=True, default=None)
    attempted = Boolean(default=False)
    connected = Boolean(default=False)
    right_party = Boolean(default=False)
    completed = Boolean(default=False)
    note_enc = Bytea(null=True, default=None)
    personal_enc = Bytea(default=None)
    snapshot = JSON(default=None)
    revision = Integer(default=1)
    answer_by = Timestamptz(null=True, default=None)
    link_hash = Bytea(null=True, default=None)
    session_hash = Bytea(null=True, default=None)
    identity_tries = SmallInt(default=0)
    reply_code = Text(null=True, default=None)
    visit = JSON(null=True, default=None)
    call = JSON(null=True, default=None)


class ContactSection(Table, tablename="contact_section", db=ENGINE):
    """One obligation within a contact (DEC-5)."""

    id = UUID(primary_key=True, default=None)
    contact_id = ForeignKey(Contact, null=False)
    obligation_id = ForeignKey(Obligation, null=False)
    position = SmallInt(default=None)
    script_hash = ForeignKey(ScriptVersion, null=False)
    state_enc = Bytea(default=None)
    result = Text(null=True, default=None)
    completed = Boolean(default=False)
    affirmative = Boolean(default=False)
    successful = Boolean(default=False)
    visitor_is_seller = Boolean(default=False)


class Answer(Table, tablename="answer", db=ENGINE):
    """An answer to one step; append-only."""

    id = UUID(primary_key=True, default=None)
    section_id = ForeignKey(ContactSection, null=False)
    sequence = Integer(default=None)
    step = Text(default=None)
    item = Text(null=True, default=None)
    value_enc = Bytea(default=None)
    affirmative = Boolean(null=True, default=None)
    corrects = Integer(null=True, default=None)
    answered_at = Timestamptz(default=None)


class Effect(Table, tablename="effect", db=ENGINE):
    """What an answer set off, once only."""

    section_id = ForeignKey(ContactSection, null=False, primary_key=True)
    step = Text(default=None)
    index = SmallInt(default=None)
    sequence = Integer(default=None)
    kind = Text(default=None)
    document = JSON(default=None)
    carried_out_at = Timestamptz(default=None)
    undone_at = Timestamptz(null=True, default=None)
    result_id = UUID(null=True, default=None)


class Evidence(Table, tablename="evidence", db=ENGINE):
    """A recording or signed paper that proves a contact (REG-3)."""

    id = UUID(primary_key=True, default=None)
    contact_id = ForeignKey(Contact, null=False)
    kind = Text(default=None)
    status = Text(default=None)
    object_key = Text(null=True, default=None)
    content_type = Text(null=True, default=None)
    size_bytes = BigInt(null=True, default=None)
    sha256 = Bytea(null=True, default=None)
    reference = Text(null=True, default=None)
    uploaded_by = Text(default=None)
    created_at = Timestamptz(default=None)
    stored_at = Timestamptz(null=True, default=None)


class Message(Table, tablename="message", db=ENGINE):
    """What a customer was shown or sent, or what came back (REG-6)."""

    id = UUID(primary_key=True, default=None)
    contact_id = ForeignKey(Contact, null=True, default=None)
    channel = Text(default=None)
    kind = Text(default=None)
    status = Text(default=None)
    content_enc = Bytea(default=None)
    reference = Text(null=True, default=None)
    reason = Text(null=True, default=None)
    at = Timestamptz(default=None)
    wall_at = Timestamptz(default=None)
