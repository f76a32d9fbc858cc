"""Rows that an import refused, as a file to correct and send again.

They may hold personal data, as the file did that they came in: they are kept encrypted, each reading leaves a row in the ledger,
and thirty days after the import they are erased.
"""

from collections.abc import AsyncIterator
from typing import Literal
from uuid import UUID

import msgspec

from huifang_tenants.scope import Scope
from huifang_tenants.services.errors import Refused
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.stores.reading import imports as reading


class FailedRows(msgspec.Struct, frozen=True):
    """The kept rows of an import: how many, in which format, and how such a file is best called."""

    import_id: UUID
    format: Literal["csv", "ndjson"]
    file_name: str
    count: int


async def ask_for(scope: Scope, import_id: UUID, actor: Actor) -> FailedRows:
    """Put on record that somebody reads the refused rows of an import, and return what there is.

    Refuses `not_found`, and `import.no_failed_rows` where none are kept (any more).
    """
    found = await reading.get_import(scope, import_id)
    if found is None:
        raise Refused("not_found", kind="import")
    if found["failed_rows_until"] is None:
        raise Refused("import.no_failed_rows")
    is_table = await reading.failed_rows_header(scope, import_id) is not None
    ending: Literal["csv", "ndjson"] = "csv" if is_table else "ndjson"
    count: int = found["failed_rows"]
    await record(scope, actor, "import.failed_rows_read", "import", import_id, None, details={"count": count})
    # By its beginning a name tells the kind of rows where they don't.
    return FailedRows(import_id, ending, f"{found['kind']}-failed-{import_id}.{ending}", count)


async def lines(scope: Scope, asked: FailedRows) -> AsyncIterator[str]:
    """The file, line by line, the header of a table first."""
    if asked.format == "csv":
        header = await reading.failed_rows_header(scope, asked.import_id)
        # A spreadsheet takes a file for UTF-8 only when it begins with a byte order mark.
        yield f"\ufeff{header or ''}"
    async for line in reading.failed_rows(scope, asked.import_id):
        yield line
