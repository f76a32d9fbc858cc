"""What people hold back or take off the books: stops and recalls."""

from piccolo.columns import JSON, UUID, Integer, Text, Timestamptz
from piccolo.table import Table

from huifang_tenants.scope import ENGINE


class Stop(Table, tablename="stop", db=ENGINE):
    """Work that is not to be given out or begun, until the stop is lifted."""

    id = UUID(primary_key=True, default=None)
    plugin = Text(null=True, default=None)
    script = Text(null=True, default=None)
    channel = Text(null=True, default=None)
    reason = Text(default=None)
    stopped_by = Text(default=None)
    stopped_at = Timestamptz(default=None)
    lift_reason = Text(null=True, default=None)
    lifted_by = Text(null=True, default=None)
    lifted_at = Timestamptz(null=True, default=None)


class Recall(Table, tablename="recall", db=ENGINE):
    """Obligations that were made wrongly and taken off the books together."""

    id = UUID(primary_key=True, default=None)
    wanted = JSON(default=None)
    recalled = Integer(default=None)
    reason = Text(default=None)
    recalled_by = Text(default=None)
    recalled_at = Timestamptz(default=None)
    lift_reason = Text(null=True, default=None)
    lifted_by = Text(null=True, default=None)
    lifted_at = Timestamptz(null=True, default=None)
