"""Customers, the numbers they are known by, and what is noted about them."""

from piccolo.columns import (
    UUID,
    Array,
    Bytea,
    Date,
    ForeignKey,
    Integer,
    Numeric,
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.columns.reference import LazyTableReference
from piccolo.table import Table

from huifang_tenants.scope import ENGINE


class Customer(Table, tablename="customer", db=ENGINE):
    """One person or organisation; personal data encrypted per field (DEC-10)."""

    id = UUID(primary_key=True, default=None)
    source = Text(default=None)
    customer_no = Text(default=None)
    kind = Text(default=None)
    id_type = Text(null=True, default=None)
    gender = Text(null=True, default=None)
    region = Text(null=True, default=None)
    name_enc = Bytea(default=None)
    id_number_enc = Bytea(null=True, default=None)
    birth_date_enc = Bytea(null=True, default=None)
    birthday_blind = Bytea(null=True, default=None)
    phones_enc = Bytea(null=True, default=None)
    emails_enc = Bytea(null=True, default=None)
    address_enc = Bytea(null=True, default=None)
    contact_enc = Bytea(null=True, default=None)
    legal_representative_enc = Bytea(null=True, default=None)
    identity_blind = Bytea(null=True, default=None)
    search_blind = Array(base_column=Bytea(), default=list)
    revision = Integer(default=1)
    merged_into: ForeignKey["Customer"] = ForeignKey("self", null=True)
    not_contactable = Text(null=True, default=None)
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)


class CustomerRef(Table, tablename="customer_ref", db=ENGINE):
    """A number under which a source system knows a customer (DEC-10)."""

    source = Text(primary_key=True, default=None)
    customer_no = Text(default=None)
    customer_id = ForeignKey(Customer, null=False)
    content_hash = Bytea(default=None)
    as_of = Timestamptz(null=True, default=None)


class ContactRestriction(Table, tablename="contact_restriction", db=ENGINE):
    """A do-not-contact entry (DEC-6)."""

    id = UUID(primary_key=True, default=None)
    customer_id = ForeignKey(Customer, null=False)
    kind = Text(default=None)
    valid_until = Timestamptz(null=True, default=None)
    recorded_by = Text(default=None)
    created_at = Timestamptz(default=None)
    lifted_at = Timestamptz(null=True, default=None)
    reason = Text(null=True, default=None)
    decision = Text(null=True, default=None)
    decision_reason = Text(null=True, default=None)
    decided_by = Text(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)


class PersonNote(Table, tablename="person_note", db=ENGINE):
    """A note on a customer's or salesperson's record."""

    id = UUID(primary_key=True, default=None)
    about_kind = Text(default=None)
    about_ref = Text(default=None)
    contact_id: ForeignKey[Table] = ForeignKey(
        LazyTableReference("Contact", module_path="huifang_tenants.tables.contacts"), null=True
    )
    need = Text(null=True, default=None)
    recorded_by = Text(null=True, default=None)
    text_enc = Bytea(default=None)
    created_at = Timestamptz(default=None)
    withdrawn_at = Timestamptz(null=True, default=None)


class Gift(Table, tablename="gift", db=ENGINE):
    """A gift asked for, approved and given (CARE-1)."""

    id = UUID(primary_key=True, default=None)
    customer_id = ForeignKey(Customer, null=False)
    unit = Text(default=None)
    occasion = Text(default=None)
    description = Text(default=None)
    value = Numeric(digits=(10, 2), default=None)
    status = Text(default=None)
    requested_by = Text(default=None)
    requested_at = Timestamptz(default=None)
    counts_in = SmallInt(default=None)
    decided_by = Text(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    given_on = Date(null=True, default=None)
    given_by = Text(null=True, default=None)
    revision = Integer(default=1)
