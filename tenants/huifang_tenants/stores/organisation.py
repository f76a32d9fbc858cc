"""Loading and saving units and staff."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

import msgspec
from huifang_core.rules import UnitView
from huifang_core.units import Level, Staff, Unit, chain, supervisor_of

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.stores import trainings


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


async def load_units(scope: Scope) -> dict[str, Unit]:
    """Return all units by code."""
    rows = await scope.connection.fetch("SELECT code, name, level, parent, region, supervisor FROM unit")
    return {row["code"]: Unit(**dict(row)) for row in rows}


async def unit_ids(scope: Scope, codes: Collection[str]) -> dict[str, UUID]:
    """Return the row ids of units by code."""
    rows = await scope.connection.fetch("SELECT code, id FROM unit WHERE code = ANY($1)", list(codes))
    return {row["code"]: row["id"] for row in rows}


async def staff_ids(scope: Scope, numbers: Collection[str]) -> dict[str, UUID]:
    """Return the row ids of staff by staff number."""
    rows = await scope.connection.fetch(
        "SELECT staff_no, id FROM staff WHERE staff_no = ANY($1)", list(numbers)
    )
    return {row["staff_no"]: row["id"] for row in rows}


def views(units: Mapping[str, Unit]) -> dict[str, UnitView]:
    """Return what rules may know of each unit, by code."""
    return {
        code: UnitView(code=code, level=unit.level, supervisor=supervisor_of(code, units))
        for code, unit in units.items()
    }


async def save_units(scope: Scope, incoming: Sequence[Unit]) -> list[str]:
    """Insert or change units, set every path anew, and return the codes that changed."""
    # Two imports at once would each set paths by what they saw.
    await scope.connection.execute("LOCK TABLE unit IN SHARE ROW EXCLUSIVE MODE")
    known = await load_units(scope)
    changed = [unit for unit in incoming if known.get(unit.code) != unit]
    if not changed:
        return []
    await scope.connection.executemany(
        "INSERT INTO unit (id, code, name, level, parent, region, supervisor, updated_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT ON CONSTRAINT unit_code_key DO UPDATE SET"
        " name = excluded.name, level = excluded.level, parent = excluded.parent, region = excluded.region,"
        " supervisor = excluded.supervisor, updated_at = excluded.updated_at",
        [
            (new_id(), u.code, u.name, u.level, u.parent, u.region, u.supervisor, scope.wall_now)
            for u in changed
        ],
    )
    units = {**known, **{unit.code: unit for unit in changed}}
    await scope.connection.executemany(
        "UPDATE unit SET path = $2 WHERE code = $1 AND path IS DISTINCT FROM $2",
        [(code, [u.code for u in reversed(chain(code, units))]) for code in units],
    )
    return [unit.code for unit in changed]


async def save_staff(scope: Scope, incoming: Sequence[Staff]) -> list[str]:
    """Insert or change staff; return the staff numbers that changed.

    `trained_until` is taken as stated; trainings on record may let it last longer.
    """
    # The ciphertext is tied to the row's id, so no other import may insert the row in between.
    await scope.connection.execute("LOCK TABLE staff IN SHARE ROW EXCLUSIVE MODE")
    rows = await scope.connection.fetch(
        "SELECT id, staff_no, name_enc, unit, roles, vendor, phone_enc, trained_until_stated, is_seller"
        " FROM staff WHERE staff_no = ANY($1)",
        [staff.staff_no for staff in incoming],
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
            ),
        )
    changed: list[tuple[UUID, str]] = []
    for staff in incoming:
        present = known.get(staff.staff_no)
        if present is not None and present[1] == staff:
            continue
        id = present[0] if present else new_id()
        await scope.connection.execute(
            "INSERT INTO staff (id, staff_no, name_enc, unit, roles, vendor, phone_enc, phone_blind,"
            " trained_until_stated, is_seller, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
            " ON CONFLICT ON CONSTRAINT staff_staff_no_key DO UPDATE SET name_enc = excluded.name_enc,"
            " unit = excluded.unit, roles = excluded.roles, vendor = excluded.vendor, phone_enc = excluded.phone_enc,"
            " phone_blind = excluded.phone_blind, trained_until_stated = excluded.trained_until_stated,"
            " is_seller = excluded.is_seller, updated_at = excluded.updated_at",
            id,
            staff.staff_no,
            scope.cipher.encrypt(staff.name, "staff.name", id),
            staff.unit,
            list(staff.roles),
            staff.vendor,
            scope.cipher.encrypt(staff.phone, "staff.phone", id) if staff.phone else None,
            scope.cipher.blind("phone", staff.phone) if staff.phone else None,
            staff.trained_until,
            staff.is_seller,
            scope.wall_now,
        )
        known[staff.staff_no] = (id, staff)
        changed.append((id, staff.staff_no))
    await trainings.settle(scope, {id for id, _ in changed})
    return [staff_no for _, staff_no in changed]


async def staff_by_number(scope: Scope, staff_no: str) -> StoredStaff | None:
    """Return a member of staff with the level and path of the unit, or None."""
    row = await scope.connection.fetchrow(
        "SELECT s.id, s.staff_no, s.unit, s.roles, s.vendor, s.trained_until, u.level, u.path FROM staff s"
        " JOIN unit u ON u.code = s.unit WHERE s.staff_no = $1",
        staff_no,
    )
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
    )
