"""Filings of script versions."""

from piccolo.columns import UUID, Array, Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from huifang_tenants.scope import ENGINE
from huifang_tenants.tables.contacts import ScriptVersion


class ScriptFiling(Table, tablename="script_filing", db=ENGINE):
    """That one version of a script was filed with an authority (LN-6)."""

    id = UUID(primary_key=True, default=None)
    plugin = Text(default=None)
    script = Text(default=None)
    hash = ForeignKey(ScriptVersion, null=False)
    items = Array(base_column=Text(), default=list)
    filed_on = Date(default=None)
    authority = Text(default=None)
    reference = Text(default=None)
    document_sha256 = Text(null=True, default=None)
    recorded_by = Text(default=None)
    recorded_at = Timestamptz(default=None)
    withdrawn_on = Date(null=True, default=None)
    withdrawal_reason = Text(null=True, default=None)
    withdrawn_by = Text(null=True, default=None)
    withdrawn_at = Timestamptz(null=True, default=None)
