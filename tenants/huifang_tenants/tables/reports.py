"""Reports that were signed off."""

from piccolo.columns import JSON, UUID, Date, Text, Timestamptz
from piccolo.table import Table

from huifang_tenants.scope import ENGINE


class ReportSignOff(Table, tablename="report_sign_off", db=ENGINE):
    """A report over a period as somebody signed it; append-only."""

    id = UUID(primary_key=True, default=None)
    plugin = Text(default=None)
    plugin_version = Text(null=True, default=None)
    report = Text(default=None)
    period_first = Date(default=None)
    period_last = Date(default=None)
    unit = Text(null=True, default=None)
    as_of = Timestamptz(default=None)
    document = JSON(default=None)
    sha256 = Text(default=None)
    signed_by = Text(default=None)
    signed_by_client = Text(default=None)
    note = Text(null=True, default=None)
    signed_at = Timestamptz(default=None)
