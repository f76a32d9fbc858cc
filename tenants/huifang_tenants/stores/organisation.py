"""Loading and saving units and staff."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

import msgspec
from huifang_core.rules import UnitView
from huifang_core.units import Level, Staff, Unit, chain, supervisor_of
from piccolo.querystring import QueryString

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.stores import trainings
from huifang_tenants.stores.queries import Kept, Slot, any_of, slots_for
from huifang_tenants.tables.organisation import Staff as StaffTable
from huifang_tenants.tables.organisation import Unit as UnitTable


class StoredStaff(msgspec.Struct, frozen=True):
    """A member of staff as work is given out: level and path are those of the unit, head office first in `path`."""

    id: UUID
    staff_no: str
    unit: str
    level: Level
    path: tuple[str, ...]
    roles: frozenset[str]
    vendor: str | None
    trained_until: date | None
    active_until: date | None


_UNITS: Final = Kept(
    UnitTable.select(
        UnitTable.code,
        UnitTable.name,
        UnitTable.level,
        UnitTable.parent,
        UnitTable.region,
        UnitTable.supervisor,
    )
)
_SAVE_UNIT: Final = Kept(
    UnitTable.insert(
        UnitTable(
            id=Slot("id"),
            code=Slot("code"),
            name=Slot("name"),
            level=Slot("level"),
            parent=Slot("parent"),
            region=Slot("region"),
            supervisor=Slot("supervisor"),
            updated_at=Slot("updated_at"),
        )
    ).on_conflict(
        target="unit_code_key",
        action="DO UPDATE",
        values=[
            UnitTable.name,
            UnitTable.level,
            UnitTable.parent,
            UnitTable.region,
            UnitTable.supervisor,
            UnitTable.updated_at,
        ],
    )
)
_SET_PATH: Final = Kept(
    UnitTable.update({UnitTable.path: Slot("path")}).where(
        UnitTable.code == Slot("code"),
        QueryString("{} IS DISTINCT FROM {}", UnitTable.path, Slot("path")),
    )
)
_SAVE_STAFF: Final = Kept(
    StaffTable.insert(slots_for(StaffTable)).on_conflict(
        target="staff_staff_no_key",
        action="DO UPDATE",
        values=StaffTable.all_columns(exclude=[StaffTable.id, StaffTable.staff_no, StaffTable.trained_until]),
    )
)
# SQL: unit codes are no foreign keys, along which Piccolo joins.
_STAFF_BY_NUMBER: Final = (
    "SELECT s.id, s.staff_no, s.unit, s.roles, s.vendor, s.trained_until, s.active_until, u.level, u.path FROM staff s"
    " JOIN unit u ON u.code = s.unit WHERE s.staff_no = $1"
)


async def load_units(scope: Scope) -> dict[str, Unit]:
    """Return all units by code."""
    return {row["code"]: Unit(**dict(row)) for row in await _UNITS.rows(scope)}


async def units_with(scope: Scope, roles: Collection[str], on: date) -> frozenset[str]:
    """Return the codes of the units in which somebody who holds one of these roles works on day `on`."""
    rows = await StaffTable.select(StaffTable.unit).where(
        QueryString("{} && {}::text[]", StaffTable.roles, list(roles)),
        (StaffTable.active_until.is_null()) | (StaffTable.active_until >= on),
    )
    return frozenset(row["unit"] for row in rows)


async def unit_ids(scope: Scope, codes: Collection[str]) -> dict[str, UUID]:
    """Return the row ids of units by code."""
    rows = await UnitTable.select(UnitTable.code, UnitTable.id).where(UnitTable.code == any_of(codes))
    return {row["code"]: row["id"] for row in rows}


async def staff_ids(scope: Scope, numbers: Collection[str]) -> dict[str, UUID]:
    """Return the row ids of staff by staff number."""
    rows = await StaffTable.select(StaffTable.staff_no, StaffTable.id).where(
        StaffTable.staff_no == any_of(numbers)
    )
    return {row["staff_no"]: row["id"] for row in rows}


async def trained_roles(scope: Scope, today: date) -> frozenset[str]:
    """Return the roles of those who work here and count as trained on a day (SD-3)."""
    rows = await scope.connection.fetch(
        "SELECT DISTINCT unnest(roles) AS role FROM staff WHERE trained_until >= $1"
        " AND (active_until IS NULL OR active_until >= $1)",
        today,
    )
    return frozenset(row["role"] for row in rows)


async def path_of(scope: Scope, code: str) -> tuple[str, ...]:
    """Return the codes of the units from the head office down to this one, itself included; none for an unknown one."""
    row = await UnitTable.select(UnitTable.path).where(UnitTable.code == code).first()
    return tuple(row["path"]) if row else ()


def views(units: Mapping[str, Unit]) -> dict[str, UnitView]:
    """Return what rules may know of each unit, by code."""
    return {
        code: UnitView(code=code, level=unit.level, supervisor=supervisor_of(code, units))
        for code, unit in units.items()
    }


async def save_units(scope: Scope, incoming: Sequence[Unit]) -> list[str]:
    """Insert or change units, set every path anew, and return the codes that changed."""
    # Two imports at once would each set paths by what they saw.
    await UnitTable.raw("LOCK TABLE unit IN SHARE ROW EXCLUSIVE MODE")
    known = await load_units(scope)
    changed = [unit for unit in incoming if known.get(unit.code) != unit]
    if not changed:
        return []
    await _SAVE_UNIT.run_each(
        scope,
        [{**msgspec.structs.asdict(unit), "id": new_id(), "updated_at": scope.wall_now} for unit in changed],
    )
    units = {**known, **{unit.code: unit for unit in changed}}
    await _SET_PATH.run_each(
        scope,
        [{"code": code, "path": [u.code for u in reversed(chain(code, units))]} for code in units],
    )
    return [unit.code for unit in changed]


async def save_staff(scope: Scope, incoming: Sequence[Staff]) -> list[str]:
    """Insert or change staff; return the staff numbers that changed.

    `trained_until` is taken as stated; trainings on record may let it last longer.
    """
    # The ciphertext is tied to the row's id, so no other import may insert the row in between.
    await StaffTable.raw("LOCK TABLE staff IN SHARE ROW EXCLUSIVE MODE")
    rows = await StaffTable.select().where(
        StaffTable.staff_no == any_of(staff.staff_no for staff in incoming)
    )
    known: dict[str, tuple[UUID, Staff]] = {}
    for row in rows:
        phone = row["phone_enc"]
        known[row["staff_no"]] = (
            row["id"],
            Staff(
                staff_no=row["staff_no"],
                name=scope.cipher.decrypt(row["name_enc"], "staff.name", row["id"]),
                unit=row["unit"],
                roles=tuple(row["roles"]),
                vendor=row["vendor"],
                phone=scope.cipher.decrypt(phone, "staff.phone", row["id"]) if phone else None,
                trained_until=row["trained_until_stated"],
                is_seller=row["is_seller"],
                active_until=row["active_until"],
            ),
        )
    changed: list[tuple[UUID, str]] = []
    for staff in incoming:
        present = known.get(staff.staff_no)
        if present is not None and present[1] == staff:
            continue
        id = present[0] if present else new_id()
        await _SAVE_STAFF.run(
            scope,
            id=id,
            staff_no=staff.staff_no,
            name_enc=scope.cipher.encrypt(staff.name, "staff.name", id),
            unit=staff.unit,
            roles=list(staff.roles),
            vendor=staff.vendor,
            phone_enc=scope.cipher.encrypt(staff.phone, "staff.phone", id) if staff.phone else None,
            phone_blind=scope.cipher.blind("phone", staff.phone) if staff.phone else None,
            trained_until=None,
            trained_until_stated=staff.trained_until,
            is_seller=staff.is_seller,
            active_until=staff.active_until,
            updated_at=scope.wall_now,
        )
        known[staff.staff_no] = (id, staff)
        changed.append((id, staff.staff_no))
    await trainings.settle(scope, {id for id, _ in changed})
    return [staff_no for _, staff_no in changed]


async def staff_by_number(scope: Scope, staff_no: str) -> StoredStaff | None:
    """Return a member of staff with the level and path of the unit, or None."""
    row = await scope.connection.fetchrow(_STAFF_BY_NUMBER, staff_no)
    if row is None:
        return None
    return StoredStaff(
        id=row["id"],
        staff_no=row["staff_no"],
        unit=row["unit"],
        level=row["level"],
        path=tuple(row["path"]),
        roles=frozenset(row["roles"]),
        vendor=row["vendor"],
        trained_until=row["trained_until"],
        active_until=row["active_until"],
    )
