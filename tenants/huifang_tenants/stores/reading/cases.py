"""Cases and their history; what people wrote is left out, since it may hold personal data."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec

from huifang_tenants.scope import Scope
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, below, page_by_key
from huifang_tenants.stores.reading.rows import fetch_all, fetch_one

_COLUMNS: Final = """
SELECT f.id, f.number, f.plugin, f.case_class, f.severity, f.status, f.unit, f.contract_id, c.contract_no, f.customer_id,
       f.obligation_id, f.contact_id, f.step, f.subject, s.staff_no AS assignee, f.due_by,
       ({overdue}) IS TRUE AS overdue, f.opened_at, f.solved_at, f.solved_by, f.closed_at, f.reopened, f.withdrawn,
       f.revision
FROM case_file f LEFT JOIN contract c ON c.id = f.contract_id LEFT JOIN staff s ON s.id = f.assignee
"""
_OVERDUE: Final = "f.due_by <= {now} AND f.status IN ('open', 'assigned') AND NOT f.withdrawn"
_ENTRIES: Final = """
SELECT id, kind, text_enc, text_enc IS NOT NULL AS has_text, actor, on_behalf_of, at
FROM case_entry WHERE case_id = $1 ORDER BY at, id
"""


class CaseFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases; None means any. `unit` includes the units below it, `assignee` is a staff number."""

    status: str | None = None
    case_class: str | None = None
    severity: int | None = None
    unit: str | None = None
    assignee: str | None = None
    overdue: bool | None = None
    contract_no: str | None = None
    customer_id: UUID | None = None
    obligation_id: UUID | None = None
    contact_id: UUID | None = None


async def list_cases(scope: Scope, wanted: CaseFilter, page: Page) -> Slice:
    """One page of cases by when they were opened."""
    where = Where()
    select, overdue = _select(scope, where)
    for column in ("status", "case_class", "severity", "customer_id", "obligation_id", "contact_id"):
        where.add(f"f.{column} = {{}}", getattr(wanted, column))
    where.add("c.contract_no = {}", wanted.contract_no)
    where.add("s.staff_no = {}", wanted.assignee)
    where.add(below("f.unit"), wanted.unit)
    where.flag(wanted.overdue, overdue)
    return await page_by_key(
        scope, select, where, page, key_column="f.opened_at", id_column="f.id", key="opened_at"
    )


async def get_case(scope: Scope, case_id: UUID) -> Mapping[str, Any] | None:
    """One case with its history; None when there is none."""
    where = Where()
    select, _ = _select(scope, where)
    where.add("f.id = {}", case_id)
    row = await fetch_one(scope, f"{select} WHERE {where.sql()}", *where.arguments)
    if row is None:
        return None
    return {**row, "entries": await fetch_all(scope, _ENTRIES, case_id)}


async def reveal(scope: Scope, case_id: UUID) -> list[Mapping[str, Any]] | None:
    """The history with what people wrote; None when there is no such case. The caller leaves a row in the ledger."""
    if not await scope.connection.fetchval("SELECT true FROM case_file WHERE id = $1", case_id):
        return None
    return [
        {
            **entry,
            "text": scope.cipher.decrypt(entry["text_enc"], "case_entry.text", entry["id"])
            if entry["text_enc"] is not None
            else None,
        }
        for entry in await fetch_all(scope, _ENTRIES, case_id)
    ]


def _select(scope: Scope, where: Where) -> tuple[str, str]:
    """The query up to WHERE, and the condition that a case is overdue now."""
    overdue = _OVERDUE.format(now=where.parameter(scope.now))
    return _COLUMNS.format(overdue=overdue), overdue
