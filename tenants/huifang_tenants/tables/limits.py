"""What somebody let pass a limit."""

from piccolo.columns import UUID, Array, Integer, Text, Timestamptz
from piccolo.table import Table

from huifang_tenants.scope import ENGINE


class LimitApproval(Table, tablename="limit_approval", db=ENGINE):
    """For how many obligations somebody let a share be passed, and for which (DEC-9)."""

    id = UUID(primary_key=True, default=None)
    plugin = Text(default=None)
    limit_id = Text(default=None)
    period = Text(default=None)
    unit = Text(default=None)
    number = Integer(default=None)
    used_for = Array(base_column=UUID(), default=list)
    reason = Text(default=None)
    approved_by = Text(default=None)
    approved_at = Timestamptz(default=None)
