"""Contracts."""

from piccolo.columns import JSON, UUID, BigInt, Boolean, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from huifang_tenants.scope import ENGINE
from huifang_tenants.tables.customers import Customer


class Contract(Table, tablename="contract", db=ENGINE):
    """A contract as it stands, and as it came in last."""

    id = UUID(primary_key=True, default=None)
    contract_no = Text(default=None)
    source = Text(default=None)
    line = Text(default=None)
    product_code = Text(null=True, default=None)
    product_name = Text(null=True, default=None)
    product_class = Text(null=True, default=None)
    is_group = Boolean(default=False)
    unit = Text(default=None)
    channel = Text(null=True, default=None)
    seller_no = Text(null=True, default=None)
    policyholder_no = Text(default=None)
    policyholder_id = ForeignKey(Customer, null=True)
    issued_on = Date(null=True, default=None)
    effective_on = Date(null=True, default=None)
    expires_on = Date(null=True, default=None)
    delivered_on = Date(null=True, default=None)
    status = Text(default=None)
    region = Text(null=True, default=None)
    base = JSON(default=None)
    as_of = Timestamptz(null=True, default=None)
    version = BigInt(default=0)
    revision = Integer(default=1)
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)
