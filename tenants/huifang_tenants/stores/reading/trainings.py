"""Trainings on record; the trainer's name masked."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec

from huifang_tenants.masking import mask_name
from huifang_tenants.scope import Scope
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, below, page_by_id
from huifang_tenants.stores.reading.rows import fetch_all, fetch_one

_SELECT: Final = """
SELECT t.id, t.staff_id, s.staff_no, s.unit, t.course, t.held_on, t.passed, t.valid_until, t.trainer_enc, t.recorded_by,
       t.recorded_at
FROM staff_training t JOIN staff s ON s.id = t.staff_id
"""


class TrainingFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which trainings; None means any. `unit` is that of the staff now and includes the units below it."""

    staff_no: str | None = None
    course: str | None = None
    unit: str | None = None
    passed: bool | None = None


async def list_trainings(scope: Scope, wanted: TrainingFilter, page: Page) -> Slice:
    """One page of trainings in the order in which they were recorded first."""
    where = Where()
    where.add("s.staff_no = {}", wanted.staff_no)
    where.add("t.course = {}", wanted.course)
    where.add(below("s.unit"), wanted.unit)
    where.flag(wanted.passed, "t.passed")
    found = await page_by_id(scope, _SELECT, where, page, id_column="t.id")
    return Slice([_masked(scope, row) for row in found.rows], found.last)


async def get_training(scope: Scope, training_id: UUID) -> Mapping[str, Any] | None:
    """One training; None when there is none."""
    row = await fetch_one(scope, f"{_SELECT} WHERE t.id = $1", training_id)
    return None if row is None else _masked(scope, row)


async def of_staff(scope: Scope, staff_id: UUID) -> list[dict[str, Any]]:
    """Every training of a member of staff, oldest first."""
    rows = await fetch_all(scope, f"{_SELECT} WHERE t.staff_id = $1 ORDER BY t.held_on, t.id", staff_id)
    return [_masked(scope, row) for row in rows]


def _masked(scope: Scope, row: Mapping[str, Any]) -> dict[str, Any]:
    trainer = row["trainer_enc"]
    return {
        **row,
        "trainer": mask_name(scope.cipher.decrypt(trainer, "staff_training.trainer", row["id"]))
        if trainer
        else None,
    }
