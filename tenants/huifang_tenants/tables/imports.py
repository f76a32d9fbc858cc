"""Imports and the problems found in them."""

from piccolo.columns import JSON, UUID, BigInt, Boolean, Bytea, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from huifang_tenants.scope import ENGINE


class ImportRun(Table, tablename="import_run", db=ENGINE):
    """One file, or one stream, taken in."""

    id = UUID(primary_key=True, default=None)
    kind = Text(default=None)
    file_name = Text(default=None)
    sha256 = Text(null=True, default=None)
    strict = Boolean(default=None)
    status = Text(default=None)
    rows = BigInt(default=0)
    accepted = BigInt(default=0)
    unchanged = BigInt(default=0)
    parked = BigInt(default=0)
    refused = BigInt(default=0)
    warnings = BigInt(default=0)
    started_by = Text(default=None)
    started_at = Timestamptz(default=None)
    seen_at = Timestamptz(default=None)
    finished_at = Timestamptz(null=True, default=None)
    header_enc = Bytea(null=True, default=None)
    failed_rows = BigInt(default=0)
    failed_rows_until = Timestamptz(null=True, default=None)


class ImportProblem(Table, tablename="import_problem", db=ENGINE):
    """What was wrong with one field of one row."""

    import_id = ForeignKey(ImportRun, null=False, primary_key=True)
    line = BigInt(default=None)
    field = Text(default=None)
    code = Text(default=None)
    severity = Text(default=None)
    message = JSON(default=None)
    position = Integer(default=None)
    row_enc = Bytea(null=True, default=None)
