"""Work orders; what was asked and answered stands in the history of their case."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import Columns, together
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, page_by_key
from huifang_tenants.tables.cases import WorkOrder

_CASE: Final[Any] = WorkOrder.case_id
_COLUMNS: Final = together(
    *WorkOrder.all_columns(exclude=[WorkOrder.overdue_marked_at]),
    _CASE.number.as_alias("case_number"),
    _CASE.plugin.as_alias("plugin"),
    _CASE.case_class.as_alias("case_class"),
    _CASE.subject.as_alias("subject"),
)


class WorkOrderFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which work orders; None means any. `unit` includes the units below it."""

    case_id: UUID | None = None
    case_class: str | None = None
    unit: str | None = None
    status: str | None = None
    overdue: bool | None = None


async def list_work_orders(scope: Scope, wanted: WorkOrderFilter, page: Page) -> Slice:
    """One page of work orders by when they were sent."""
    where = Where()
    where.equals(WorkOrder.case_id, wanted.case_id)
    where.equals(_CASE.case_class, wanted.case_class)
    where.equals(WorkOrder.status, wanted.status)
    where.below(WorkOrder.unit, wanted.unit)
    where.flag(wanted.overdue, _overdue(scope))
    return await page_by_key(WorkOrder, _columns(scope), where, page, key=WorkOrder.sent_at)


async def of_case(scope: Scope, case_id: UUID) -> list[Mapping[str, Any]]:
    """The work orders of a case in the order in which they were sent."""
    query = WorkOrder.select(*_columns(scope)).where(WorkOrder.case_id == case_id)
    return list(await query.order_by(WorkOrder.number))


def _columns(scope: Scope) -> Columns:
    return (*_COLUMNS, QueryString("({}) IS TRUE", _overdue(scope), alias="overdue"))


def _overdue(scope: Scope) -> QueryString:
    return QueryString("{} <= {} AND {} = 'sent'", WorkOrder.due_by, scope.now, WorkOrder.status)
