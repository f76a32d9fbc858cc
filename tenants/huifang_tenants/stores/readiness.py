"""Loading and saving what a unit has for its callbacks: the versions of its policy, and its department (SD-3)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from huifang_core.readiness import CallbackDepartment, CallbackPolicy

from huifang_tenants.scope import Scope


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
    rows = await scope.connection.fetch(
        "SELECT id, code, callback_policies, callback_department FROM unit WHERE code = ANY($1)"
        " ORDER BY id FOR NO KEY UPDATE",
        list(codes),
    )
    return {row["code"]: _setup(row) for row in rows}


async def of_unit(scope: Scope, unit_id: UUID, *, lock: bool = False) -> UnitSetup | None:
    """Return what a unit has, locked against other writers if asked for; None when there is no such unit."""
    row = await scope.connection.fetchrow(
        f"SELECT id, code, callback_policies, callback_department FROM unit WHERE id = $1{' FOR NO KEY UPDATE' if lock else ''}",  # noqa: S608
        unit_id,
    )
    return _setup(row) if row is not None else None


async def save(scope: Scope, setup: UnitSetup) -> None:
    """Save what a unit, locked before, has now."""
    await scope.connection.execute(
        "UPDATE unit SET callback_policies = $2, callback_department = $3, updated_at = $4 WHERE id = $1",
        setup.id,
        msgspec.to_builtins(setup.policies),
        msgspec.to_builtins(setup.department),
        scope.wall_now,
    )


def _setup(row: Any) -> UnitSetup:
    return UnitSetup(
        id=row["id"],
        code=row["code"],
        policies=policies_in(row["callback_policies"]),
        department=department_in(row["callback_department"]),
    )
