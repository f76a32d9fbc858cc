"""Cases and their history; what people wrote is left out, since it may hold personal data."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from huifang_tenants.scope import Scope
from huifang_tenants.stores.people import OF_PERSON
from huifang_tenants.stores.queries import Columns, together
from huifang_tenants.stores.reading import work_orders
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, page_by_key
from huifang_tenants.tables.cases import CaseEntry, CaseFile

_CONTRACT_NO: Final[Any] = CaseFile.contract_id.contract_no
_ASSIGNEE_NO: Final[Any] = CaseFile.assignee.staff_no
_COLUMNS: Final = together(
    *CaseFile.all_columns(
        exclude=[
            CaseFile.assignee,
            CaseFile.origin,
            CaseFile.overdue_marked_at,
            CaseFile.key,
            CaseFile.root_event_id,
            CaseFile.input_hash,
            CaseFile.trace,
            CaseFile.paused_at,
            CaseFile.remind_at,
            CaseFile.escalate_at,
            CaseFile.callback_round,
            CaseFile.callback_event_id,
        ]
    ),
    _CONTRACT_NO.as_alias("contract_no"),
    _ASSIGNEE_NO.as_alias("assignee"),
    QueryString("coalesce({}, {})", CaseFile.origin, CaseFile.unit, alias="origin"),
)
_ENTRY: Final = together(
    *CaseEntry.all_columns(exclude=[CaseEntry.case_id]),
    QueryString("{} IS NOT NULL", CaseEntry.text_enc, alias="has_text"),
)


class CaseFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases; None means any. `unit` includes the units below it, `assignee` is a staff number, `customer_id` any record of the
    person.
    """

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
    plan_id: UUID | None = None


async def list_cases(scope: Scope, wanted: CaseFilter, page: Page) -> Slice:
    """One page of cases by when they were opened."""
    where = Where()
    where.equals(CaseFile.status, wanted.status)
    where.equals(CaseFile.case_class, wanted.case_class)
    where.equals(CaseFile.severity, wanted.severity)
    where.add(OF_PERSON, CaseFile.customer_id, wanted.customer_id)
    where.equals(CaseFile.obligation_id, wanted.obligation_id)
    where.equals(CaseFile.contact_id, wanted.contact_id)
    where.equals(CaseFile.plan_id, wanted.plan_id)
    where.equals(_CONTRACT_NO, wanted.contract_no)
    where.equals(_ASSIGNEE_NO, wanted.assignee)
    where.below(CaseFile.unit, wanted.unit)
    where.flag(wanted.overdue, _overdue(scope))
    return await page_by_key(CaseFile, _columns(scope), where, page, key=CaseFile.opened_at)


async def get_case(scope: Scope, case_id: UUID) -> Mapping[str, Any] | None:
    """One case with its history and its work orders; None when there is none."""
    row = await CaseFile.select(*_columns(scope), CaseFile.trace).where(CaseFile.id == case_id).first()
    if row is None:
        return None
    trace = [{"values": {}, **step} for step in row["trace"] or ()]
    return {
        **row,
        "trace": trace,
        "entries": await _entries(case_id),
        "work_orders": await work_orders.of_case(scope, case_id),
    }


async def reveal(scope: Scope, case_id: UUID) -> list[Mapping[str, Any]] | None:
    """The history with what people wrote; None when there is no such case. The caller leaves a row in the ledger."""
    if not await CaseFile.exists().where(CaseFile.id == case_id):
        return None
    return [
        {
            **entry,
            "text": scope.cipher.decrypt(entry["text_enc"], "case_entry.text", entry["id"])
            if entry["text_enc"] is not None
            else None,
        }
        for entry in await _entries(case_id)
    ]


async def _entries(case_id: UUID) -> list[dict[str, Any]]:
    entries = CaseEntry.select(*_ENTRY).where(CaseEntry.case_id == case_id)
    return await entries.order_by(CaseEntry.at, CaseEntry.id)


def _columns(scope: Scope) -> Columns:
    return (*_COLUMNS, QueryString("({}) IS TRUE", _overdue(scope), alias="overdue"))


def _overdue(scope: Scope) -> QueryString:
    """The condition that a case is overdue now; one that was withdrawn never is, nor one whose time stands still."""
    return QueryString(
        "{} <= {} AND {} IN ('open', 'assigned') AND NOT {} AND {} IS NULL",
        CaseFile.due_by,
        scope.now,
        CaseFile.status,
        CaseFile.withdrawn,
        CaseFile.paused_at,
    )
