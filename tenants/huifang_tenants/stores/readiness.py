"""Loading and saving what a unit has for its callbacks: the versions of its policy, and its department (SD-3)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_core.readiness import CallbackDepartment, CallbackPolicy

from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import any_of, json_text
from huifang_tenants.tables.organisation import Unit

_SETUP: Final = (Unit.id, Unit.code, Unit.callback_policies, Unit.callback_department)


class PolicyDocument(msgspec.Struct, frozen=True):
    """The document of a policy as it lies in the object store under `id`; `sha256` is of the plaintext, hexadecimal."""

    id: UUID
    content_type: str
    size_bytes: int
    sha256: str
    stored_by: str
    stored_at: datetime


class PolicyOnFile(msgspec.Struct, frozen=True):
    """A version of a policy as it stands on file; times are wall time."""

    id: UUID
    policy: CallbackPolicy
    recorded_by: str
    recorded_at: datetime
    document: PolicyDocument | None = None


class UnitSetup(msgspec.Struct, frozen=True):
    """What one unit has for its callbacks; `policies` are all versions in the order in which they were recorded."""

    id: UUID
    code: str
    policies: tuple[PolicyOnFile, ...]
    department: CallbackDepartment | None


def policies_in(document: Any) -> tuple[PolicyOnFile, ...]:
    """Return the versions of a policy that the column of a unit holds."""
    return msgspec.convert(document, tuple[PolicyOnFile, ...])


def department_in(document: Any) -> CallbackDepartment | None:
    """Return the department that the column of a unit holds."""
    return msgspec.convert(document, CallbackDepartment | None)


async def lock_by_codes(scope: Scope, codes: Collection[str]) -> dict[str, UnitSetup]:
    """Return what the units with these codes have, by code, locked against other writers."""
    rows = (
        await Unit.select(*_SETUP)
        .where(Unit.code == any_of(codes))
        .order_by(Unit.id)
        .lock_rows("NO KEY UPDATE")
    )
    return {row["code"]: _setup(row) for row in rows}


async def of_unit(scope: Scope, unit_id: UUID, *, lock: bool = False) -> UnitSetup | None:
    """Return what a unit has, locked against other writers if asked for; None when there is no such unit."""
    query = Unit.select(*_SETUP).where(Unit.id == unit_id)
    row = await (query.lock_rows("NO KEY UPDATE") if lock else query).first()
    return _setup(row) if row is not None else None


async def save(scope: Scope, setup: UnitSetup) -> None:
    """Save what a unit, locked before, has now."""
    await Unit.update(
        {
            Unit.callback_policies: json_text(setup.policies),
            Unit.callback_department: json_text(setup.department) if setup.department else None,
            Unit.updated_at: scope.wall_now,
        }
    ).where(Unit.id == setup.id)


def _setup(row: Any) -> UnitSetup:
    return UnitSetup(
        id=row["id"],
        code=row["code"],
        policies=policies_in(row["callback_policies"]),
        department=department_in(row["callback_department"]),
    )
