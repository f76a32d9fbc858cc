"""Notices to those who hold a role in a unit."""

from uuid import UUID

from huifang_core.texts import Text

from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import json_text
from huifang_tenants.tables.oversight import Notice


async def renew(scope: Scope, role: str, unit: str, kind: str, subject_id: UUID, message: Text) -> bool:
    """Bring the message of a notice that nobody has seen yet up to date; False when there is none."""
    renewed = (
        await Notice.update({Notice.message: json_text(message), Notice.created_at: scope.now})
        .where(
            Notice.role == role,
            Notice.unit == unit,
            Notice.kind == kind,
            Notice.subject_id == subject_id,
            Notice.seen_at.is_null(),
        )
        .returning(Notice.id)
    )
    return bool(renewed)
