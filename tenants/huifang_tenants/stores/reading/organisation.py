"""Units and staff; names and phones of staff masked."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.windows import day_of
from piccolo.querystring import QueryString

from huifang_tenants.masking import mask_name, mask_phone
from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import together
from huifang_tenants.stores.reading.keyset import UNIT_BELOW, Page, Slice, Where, page_by_id
from huifang_tenants.stores.reading.rows import fetch_all
from huifang_tenants.tables.organisation import Staff, StaffTraining, Unit

_UNIT: Final = together(*Unit.all_columns())
_STAFF: Final = together(*Staff.all_columns(exclude=[Staff.phone_blind]))
_TRAINING: Final = together(*StaffTraining.all_columns(exclude=[StaffTraining.staff_id]))
# SQL: counts of three tables at once.
# Staff against work due (SD-3), of the unit and all below it; whoever has left does no work.
_LOAD: Final = """
WITH below AS (SELECT code FROM unit WHERE path @> ARRAY[$1]::text[]), people AS (
    SELECT trained_until FROM staff WHERE unit IN (SELECT code FROM below) AND (active_until IS NULL OR active_until >= $2)
)
SELECT (SELECT count(*) FROM people) AS staff_count,
       (SELECT count(*) FROM people WHERE trained_until >= $2) AS trained_staff_count,
       (SELECT count(*) FROM obligation WHERE unit IN (SELECT code FROM below) AND status = 'open') AS open_obligations,
       (SELECT count(*) FROM obligation WHERE unit IN (SELECT code FROM below) AND due_by <= $3
           AND status IN ('open', 'unreachable', 'expired')) AS overdue_obligations
"""


class UnitFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which units; None means any. `unit` means that one and all below it."""

    code: str | None = None
    level: str | None = None
    parent: str | None = None
    supervisor: str | None = None
    unit: str | None = None


class StaffFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which staff; None means any. `unit` includes the units below it; `trained` is judged at business time (SD-3)."""

    staff_no: str | None = None
    role: str | None = None
    vendor: str | None = None
    unit: str | None = None
    is_seller: bool | None = None
    trained: bool | None = None


async def list_units(scope: Scope, wanted: UnitFilter, page: Page) -> Slice:
    """One page of units in the order in which they came in."""
    where = Where()
    where.equals(Unit.code, wanted.code)
    where.equals(Unit.level, wanted.level)
    where.equals(Unit.parent, wanted.parent)
    where.equals(Unit.supervisor, wanted.supervisor)
    where.add(UNIT_BELOW, Unit.path, wanted.unit)
    return await page_by_id(Unit, _UNIT, where, page)


async def get_unit(scope: Scope, unit_id: UUID) -> Mapping[str, Any] | None:
    """One unit with its staff and work; None when there is none."""
    row = await Unit.select().where(Unit.id == unit_id).first()
    if row is None:
        return None
    return {
        **row,
        **(await fetch_all(scope, _LOAD, row["code"], day_of(scope.now), scope.now))[0],
    }


async def list_staff(scope: Scope, wanted: StaffFilter, page: Page) -> Slice:
    """One page of staff, masked, in the order in which they came in."""
    where = Where()
    where.equals(Staff.staff_no, wanted.staff_no)
    where.equals(Staff.vendor, wanted.vendor)
    where.add("{} @> ARRAY[{}]::text[]", Staff.roles, wanted.role)
    where.below(Staff.unit, wanted.unit)
    where.equals(Staff.is_seller, wanted.is_seller)
    where.flag(wanted.trained, QueryString("{} >= {}", Staff.trained_until, day_of(scope.now)))
    found = await page_by_id(Staff, _STAFF, where, page)
    return Slice([_masked(scope, row) for row in found.rows], found.last)


async def get_staff(scope: Scope, staff_id: UUID) -> Mapping[str, Any] | None:
    """One member of staff, masked, with the training on record; None when there is none."""
    row = await Staff.select(*_STAFF).where(Staff.id == staff_id).first()
    if row is None:
        return None
    trainings = (
        await StaffTraining.select(*_TRAINING)
        .where(StaffTraining.staff_id == staff_id)
        .order_by(StaffTraining.held_on, StaffTraining.id)
    )
    return {**_masked(scope, row), "trainings": trainings}


def _masked(scope: Scope, row: Mapping[str, Any]) -> dict[str, Any]:
    until, phone = row["trained_until"], row["phone_enc"]
    return {
        **row,
        "name": mask_name(scope.cipher.decrypt(row["name_enc"], "staff.name", row["id"])),
        "phone": mask_phone(scope.cipher.decrypt(phone, "staff.phone", row["id"])) if phone else None,
        "is_trained": until is not None and day_of(scope.now) <= until,
    }
