"""Intake: from the bytes of a file or request to checked structs. No database and no tenant here.

`open_source` yields raw rows and problems of rows; `check_row` makes a struct of a row, or says all that is wrong with it.
"""

from huifang_tenants.intake.canonical import content_hash
from huifang_tenants.intake.check import Checked, Form, Record, check_row
from huifang_tenants.intake.columns import KINDS, Kind
from huifang_tenants.intake.events import OWN_SOURCE, IncomingEvent
from huifang_tenants.intake.failed_rows import line_of, table_line
from huifang_tenants.intake.header import detect_kind
from huifang_tenants.intake.personal import join_personal, split_personal
from huifang_tenants.intake.problems import FieldProblem, RowProblem, Severity, SourceError
from huifang_tenants.intake.rows import RawRow
from huifang_tenants.intake.source import Format, Source, open_source
from huifang_tenants.intake.strict_json import BadJson, DuplicateKey, parse

__all__ = [
    "KINDS",
    "OWN_SOURCE",
    "BadJson",
    "Checked",
    "DuplicateKey",
    "FieldProblem",
    "Form",
    "Format",
    "IncomingEvent",
    "Kind",
    "RawRow",
    "Record",
    "RowProblem",
    "Severity",
    "Source",
    "SourceError",
    "check_row",
    "content_hash",
    "detect_kind",
    "join_personal",
    "line_of",
    "open_source",
    "parse",
    "split_personal",
    "table_line",
]
