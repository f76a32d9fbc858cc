"""Notices to those who hold a role in a unit."""

from uuid import UUID

import msgspec
from huifang_core.texts import Text

from huifang_tenants.scope import Scope


async def renew(scope: Scope, role: str, unit: str, kind: str, subject_id: UUID, message: Text) -> bool:
    """Bring the message of a notice that nobody has seen yet up to date; False when there is none."""
    status = await scope.connection.execute(
        "UPDATE notice SET message = $5, created_at = $6 WHERE role = $1 AND unit = $2 AND kind = $3"
        " AND subject_id = $4 AND seen_at IS NULL",
        role,
        unit,
        kind,
        subject_id,
        msgspec.to_builtins(message),
        scope.now,
    )
    return bool(status != "UPDATE 0")
