"""Units and staff, with training on record."""

from piccolo.columns import UUID, Array, Boolean, Bytea, Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from huifang_tenants.scope import ENGINE


class Unit(Table, tablename="unit", db=ENGINE):
    """An organisation unit (SD-2, SD-3)."""

    id = UUID(primary_key=True, default=None)
    code = Text(default=None)
    name = Text(default=None)
    level = Text(default=None)
    parent = Text(null=True, default=None)
    region = Text(null=True, default=None)
    supervisor = Text(null=True, default=None)
    path = Array(base_column=Text(), default=list)
    policy_on_file = Boolean(default=False)
    callback_department = Text(null=True, default=None)
    updated_at = Timestamptz(default=None)


class Staff(Table, tablename="staff", db=ENGINE):
    """A member of staff; name and phone are encrypted."""

    id = UUID(primary_key=True, default=None)
    staff_no = Text(default=None)
    name_enc = Bytea(default=None)
    unit = Text(default=None)
    roles = Array(base_column=Text(), default=list)
    vendor = Text(null=True, default=None)
    phone_enc = Bytea(null=True, default=None)
    phone_blind = Bytea(null=True, default=None)
    trained_until = Date(null=True, default=None)
    is_seller = Boolean(default=False)
    active_until = Date(null=True, default=None)
    updated_at = Timestamptz(default=None)


class StaffTraining(Table, tablename="staff_training", db=ENGINE):
    """A training on record (SD-3)."""

    id = UUID(primary_key=True, default=None)
    staff_id = ForeignKey(Staff, null=False)
    course = Text(default=None)
    held_on = Date(default=None)
    valid_until = Date(default=None)
    recorded_by = Text(default=None)
    recorded_at = Timestamptz(default=None)
