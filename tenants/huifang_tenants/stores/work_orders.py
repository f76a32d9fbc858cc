"""Work orders: parts of a case that responsible departments do."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.cases import WorkOrderStatus
from piccolo.columns import Column
from piccolo.query.functions.aggregate import Count

from huifang_tenants.scope import Scope
from huifang_tenants.tables.cases import WorkOrder


class StoredOrder(msgspec.Struct, frozen=True):
    """A work order as it stands; `number` counts those of its case from 1."""

    id: UUID
    case_id: UUID
    number: int
    unit: str
    status: WorkOrderStatus
    due_by: datetime


_COLUMNS: Final = [
    WorkOrder.id,
    WorkOrder.case_id,
    WorkOrder.number,
    WorkOrder.unit,
    WorkOrder.status,
    WorkOrder.due_by,
]


async def next_number(scope: Scope, case_id: UUID) -> int:
    """Return the number of the next work order of a case, which is locked."""
    row = await WorkOrder.select(Count().as_alias("n")).where(WorkOrder.case_id == case_id).first()
    return int(row["n"]) + 1 if row else 1


async def insert(scope: Scope, order: WorkOrder) -> None:
    """Insert a work order."""
    await WorkOrder.insert(order)


async def case_of(scope: Scope, id: UUID) -> UUID | None:
    """Return the case of a work order, None when there is no such order."""
    row = await WorkOrder.select(WorkOrder.case_id).where(WorkOrder.id == id).first()
    return None if row is None else row["case_id"]


async def read(scope: Scope, id: UUID) -> StoredOrder | None:
    """Return a work order, whose case is locked."""
    row = await WorkOrder.select(*_COLUMNS).where(WorkOrder.id == id).first()
    return None if row is None else StoredOrder(**row)


async def change(scope: Scope, id: UUID, changes: Mapping[Column | str, Any]) -> None:
    """Change a work order."""
    await WorkOrder.update({**changes}).where(WorkOrder.id == id)


async def unfinished(scope: Scope, case_id: UUID) -> int:
    """Count the work orders of a case that are neither accepted nor cancelled."""
    found: int = await WorkOrder.count().where(
        WorkOrder.case_id == case_id, WorkOrder.status.is_in(["sent", "answered"])
    )
    return found


async def overdue_unmarked(scope: Scope, limit: int) -> list[StoredOrder]:
    """Lock and return work orders past their time that nobody was told of yet."""
    rows = (
        await WorkOrder.select(*_COLUMNS)
        .where(
            WorkOrder.status == "sent",
            WorkOrder.overdue_marked_at.is_null(),
            WorkOrder.due_by <= scope.now,
        )
        .order_by(WorkOrder.due_by)
        .limit(limit)
        .lock_rows("UPDATE", skip_locked=True)
    )
    return [StoredOrder(**row) for row in rows]
