"""Trainings on record; the trainer's name masked."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec

from huifang_tenants.masking import mask_name
from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import together
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, page_by_id
from huifang_tenants.tables.organisation import StaffTraining

_STAFF_NO: Final[Any] = StaffTraining.staff_id.staff_no
_UNIT: Final[Any] = StaffTraining.staff_id.unit
_COLUMNS: Final = together(
    *StaffTraining.all_columns(),
    _STAFF_NO.as_alias("staff_no"),
    _UNIT.as_alias("unit"),
)


class TrainingFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which trainings; None means any. `unit` is that of the staff now and includes the units below it."""

    staff_no: str | None = None
    course: str | None = None
    unit: str | None = None
    passed: bool | None = None


async def list_trainings(scope: Scope, wanted: TrainingFilter, page: Page) -> Slice:
    """One page of trainings in the order in which they were recorded first."""
    where = Where()
    where.equals(_STAFF_NO, wanted.staff_no)
    where.equals(StaffTraining.course, wanted.course)
    where.equals(StaffTraining.passed, wanted.passed)
    where.below(_UNIT, wanted.unit)
    found = await page_by_id(StaffTraining, _COLUMNS, where, page)
    return Slice([_masked(scope, row) for row in found.rows], found.last)


async def get_training(scope: Scope, training_id: UUID) -> Mapping[str, Any] | None:
    """One training; None when there is none."""
    row = await StaffTraining.select(*_COLUMNS).where(StaffTraining.id == training_id).first()
    return None if row is None else _masked(scope, row)


async def of_staff(scope: Scope, staff_id: UUID) -> list[dict[str, Any]]:
    """Every training of a member of staff, oldest first."""
    query = StaffTraining.select(*_COLUMNS).where(StaffTraining.staff_id == staff_id)
    return [_masked(scope, row) for row in await query.order_by(StaffTraining.held_on, StaffTraining.id)]


def _masked(scope: Scope, row: Mapping[str, Any]) -> dict[str, Any]:
    trainer = row["trainer_enc"]
    return {
        **row,
        "trainer": mask_name(scope.cipher.decrypt(trainer, "staff_training.trainer", row["id"]))
        if trainer
        else None,
    }
