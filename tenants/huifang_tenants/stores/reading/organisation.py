"""Units and staff; names and phones of staff masked."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.windows import day_of

from huifang_tenants.masking import mask_name, mask_phone
from huifang_tenants.scope import Scope
from huifang_tenants.stores.reading.keyset import Page, Slice, Where, below, page_by_id
from huifang_tenants.stores.reading.rows import fetch_all, fetch_one

_UNIT: Final = """
SELECT id, code, name, level, parent, region, supervisor, path, policy_on_file, callback_department, updated_at FROM unit
"""
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
_STAFF: Final = """
SELECT id, staff_no, name_enc, unit, roles, vendor, phone_enc, trained_until, is_seller, active_until, updated_at FROM staff
"""
_TRAININGS: Final = """
SELECT id, course, held_on, valid_until, recorded_by, recorded_at FROM staff_training WHERE staff_id = $1 ORDER BY held_on, id
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
    for column in ("code", "level", "parent", "supervisor"):
        where.add(f"{column} = {{}}", getattr(wanted, column))
    where.add("path @> ARRAY[{}]::text[]", wanted.unit)
    return await page_by_id(scope, _UNIT, where, page, id_column="id")


async def get_unit(scope: Scope, unit_id: UUID) -> Mapping[str, Any] | None:
    """One unit with its staff and work; None when there is none."""
    row = await fetch_one(scope, f"{_UNIT} WHERE id = $1", unit_id)
    if row is None:
        return None
    return {
        **row,
        **(await fetch_all(scope, _LOAD, row["code"], day_of(scope.now), scope.now))[0],
    }


async def list_staff(scope: Scope, wanted: StaffFilter, page: Page) -> Slice:
    """One page of staff, masked, in the order in which they came in."""
    where = Where()
    where.add("staff_no = {}", wanted.staff_no)
    where.add("vendor = {}", wanted.vendor)
    where.add("roles @> ARRAY[{}]::text[]", wanted.role)
    where.add(below("unit"), wanted.unit)
    where.flag(wanted.is_seller, "is_seller")
    if wanted.trained is not None:
        where.flag(wanted.trained, f"trained_until >= {where.parameter(day_of(scope.now))}")
    found = await page_by_id(scope, _STAFF, where, page, id_column="id")
    return Slice([_masked(scope, row) for row in found.rows], found.last)


async def get_staff(scope: Scope, staff_id: UUID) -> Mapping[str, Any] | None:
    """One member of staff, masked, with the training on record; None when there is none."""
    row = await fetch_one(scope, f"{_STAFF} WHERE id = $1", staff_id)
    if row is None:
        return None
    return {**_masked(scope, row), "trainings": await fetch_all(scope, _TRAININGS, staff_id)}


def _masked(scope: Scope, row: Mapping[str, Any]) -> dict[str, Any]:
    until, phone = row["trained_until"], row["phone_enc"]
    return {
        **row,
        "name": mask_name(scope.cipher.decrypt(row["name_enc"], "staff.name", row["id"])),
        "phone": mask_phone(scope.cipher.decrypt(phone, "staff.phone", row["id"])) if phone else None,
        "is_trained": until is not None and day_of(scope.now) <= until,
    }
