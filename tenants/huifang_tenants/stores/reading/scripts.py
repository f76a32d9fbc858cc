"""Script versions that are kept, and what was filed of them (LN-6)."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import Columns
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, page_by_id
from huifang_tenants.stores.reading.rows import fetch_all
from huifang_tenants.tables.filings import ScriptFiling

_VERSION: Final[Any] = ScriptFiling.hash.version
# SQL: a count by another table, beside a condition on a third.
_VERSIONS: Final = """
SELECT v.hash, v.version::integer AS version, v.first_used_at,
       (SELECT count(DISTINCT s.contact_id) FROM contact_section s WHERE s.script_hash = v.hash) AS contacts,
       EXISTS (SELECT FROM script_filing f WHERE f.hash = v.hash AND f.filed_on <= $3
               AND (f.withdrawn_on IS NULL OR f.withdrawn_on > $3)) AS filed
FROM script_version v WHERE v.plugin = $1 AND v.script = $2 ORDER BY v.first_used_at DESC, v.hash
"""


class FilingFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which filings; None means any. `in_force`: those that count on day `today`."""

    today: date
    plugin: str | None = None
    script: str | None = None
    hash: str | None = None
    in_force: bool | None = None


async def list_filings(scope: Scope, wanted: FilingFilter, page: Page) -> Slice:
    """One page of filings in the order in which they were recorded."""
    where = Where()
    where.equals(ScriptFiling.plugin, wanted.plugin)
    where.equals(ScriptFiling.script, wanted.script)
    where.equals(ScriptFiling.hash, wanted.hash)
    where.flag(wanted.in_force, _in_force(wanted.today))
    return await page_by_id(ScriptFiling, _columns(wanted.today), where, page)


async def get_filing(scope: Scope, id: UUID, today: date) -> Mapping[str, Any] | None:
    """One filing, and whether it counts on day `today`; None when there is none."""
    found: Mapping[str, Any] | None = (
        await ScriptFiling.select(*_columns(today)).where(ScriptFiling.id == id).first()
    )
    return found


async def versions(scope: Scope, plugin: str, script: str, today: date) -> list[dict[str, Any]]:
    """The versions of a script that contacts used or that were filed, the latest kept first."""
    return await fetch_all(scope, _VERSIONS, plugin, script, today)


def _columns(today: date) -> Columns:
    return (
        *ScriptFiling.all_columns(exclude=[ScriptFiling.items, ScriptFiling.withdrawn_at]),
        QueryString("{}::integer", _VERSION, alias="version"),
        QueryString("({})", _in_force(today), alias="in_force"),
    )


def _in_force(today: date) -> QueryString:
    return QueryString(
        "{} <= {} AND ({} IS NULL OR {} > {})",
        ScriptFiling.filed_on,
        today,
        ScriptFiling.withdrawn_on,
        ScriptFiling.withdrawn_on,
        today,
    )
