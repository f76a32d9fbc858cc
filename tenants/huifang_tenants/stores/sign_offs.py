"""Reports signed off, and what came in since that can have moved their figures."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import together
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, page_by_id
from huifang_tenants.stores.reporting.counting import PLACES, Selection
from huifang_tenants.tables.reports import ReportSignOff

CauseKind = Literal["event", "contact", "evidence", "case", "settings"]

_SUMMARY: Final = together(*ReportSignOff.all_columns(exclude=[ReportSignOff.document]))

# SQL: a union of what can move a figure, over the obligations and cases of a period whatever their status.
_CAUSES: Final = f"""
WITH {PLACES},
touched AS MATERIALIZED (
    SELECT o.id, c.contract_no FROM obligation o JOIN contract c ON c.id = o.contract_id LEFT JOIN place ON place.code = o.unit
    WHERE ((o.due_by > $2 AND o.due_by <= $3) OR (o.due_by IS NULL AND o.created_at >= $2 AND o.created_at < $3))
      AND ($1::text IS NULL OR o.plugin = $1) AND ($4::text IS NULL OR place.code IS NOT NULL)
),
cause AS (
    SELECT 'event' AS kind, e.id, e.type AS what, e.received_at AS at, e.contract_no, e.event_id AS reference FROM event e
    WHERE e.received_at > $5 AND e.status = 'accepted' AND e.contract_no IN (SELECT contract_no FROM touched)
    UNION ALL
    SELECT 'contact', k.id, coalesce(k.outcome, k.status), k.concluded_at, min(t.contract_no), NULL
    FROM contact k JOIN contact_section s ON s.contact_id = k.id JOIN touched t ON t.id = s.obligation_id
    WHERE k.concluded_at > $5 GROUP BY k.id
    UNION ALL
    SELECT 'evidence', e.id, e.kind, e.stored_at, min(t.contract_no), NULL
    FROM evidence e JOIN contact_section s ON s.contact_id = e.contact_id JOIN touched t ON t.id = s.obligation_id
    WHERE e.stored_at > $6 GROUP BY e.id
    UNION ALL
    SELECT 'case', f.id, n.kind, n.at, c.contract_no, f.number::text
    FROM case_file f JOIN case_entry n ON n.case_id = f.id LEFT JOIN contract c ON c.id = f.contract_id
    LEFT JOIN place ON place.code = f.unit
    WHERE f.opened_at >= $2 AND f.opened_at < $3 AND n.at > $5
      AND ($1::text IS NULL OR f.plugin = $1) AND ($4::text IS NULL OR place.code IS NOT NULL)
    UNION ALL
    SELECT 'settings', NULL, p.plugin, p.changed_at, NULL, p.version::text
    FROM plugin_setting p WHERE p.changed_at > $6 AND ($1::text IS NULL OR p.plugin = $1)
)
SELECT *, count(*) OVER () AS total FROM cause ORDER BY at, kind, id LIMIT $7
"""  # noqa: S608


class Cause(msgspec.Struct, frozen=True):
    """Something that came in after a report was signed and can have moved its figures.

    `id` is that of the event, contact, file of evidence or case, `what` its type, outcome, kind or what was entered, `reference`
    the event's id in its source, the case's number, or the version of the settings.
    """

    kind: CauseKind
    id: UUID | None
    what: str
    at: datetime
    contract_no: str | None
    reference: str | None


class SignOffFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which sign-offs; None means any."""

    plugin: str | None = None
    report: str | None = None
    signed_by: str | None = None


async def insert(scope: Scope, row: ReportSignOff) -> None:
    """Add a sign-off."""
    await ReportSignOff.insert(row)


async def list_sign_offs(scope: Scope, wanted: SignOffFilter, page: Page) -> Slice:
    """One page of sign-offs in the order in which they were made, without their figures."""
    where = Where()
    where.equals(ReportSignOff.plugin, wanted.plugin)
    where.equals(ReportSignOff.report, wanted.report)
    where.equals(ReportSignOff.signed_by, wanted.signed_by)
    return await page_by_id(ReportSignOff, _SUMMARY, where, page)


async def load(scope: Scope, id: UUID) -> tuple[Mapping[str, Any], str] | None:
    """Return a sign-off and the text of its document, to the letter; None when there is none."""
    row = await ReportSignOff.select(*_SUMMARY).where(ReportSignOff.id == id).first()
    if row is None:
        return None
    text: str = await scope.connection.fetchval(
        "SELECT document::text FROM report_sign_off WHERE id = $1", id
    )
    return row, text


async def causes_since(
    scope: Scope, selection: Selection, signed_at: datetime, limit: int
) -> tuple[tuple[Cause, ...], int]:
    """Return what came in after `selection.now`, or after wall time `signed_at`, oldest first, and how many there are in all."""
    rows = await scope.connection.fetch(
        _CAUSES,
        selection.plugin,
        selection.opens,
        selection.closes,
        selection.unit,
        selection.now,
        signed_at,
        limit,
    )
    found = tuple(
        Cause(row["kind"], row["id"], row["what"], row["at"], row["contract_no"], row["reference"])
        for row in rows
    )
    return found, rows[0]["total"] if rows else 0
