"""What stands against contacting a person: refused sales calls, and the person's own wish (DEC-6)."""

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.tables.customers import ContactRestriction

RestrictionKind = Literal["sales_refusal", "own_wish"]
Decision = Literal["go_on", "hold_back"]
"""Of mandatory contacts against a person's own wish: they go on, or none is given out."""


class Wish(msgspec.Struct, frozen=True):
    """What stands against contacting a person, until `valid_until` or until it is lifted, and what was decided about it."""

    id: UUID
    customer_id: UUID
    kind: RestrictionKind
    valid_until: datetime | None
    created_at: datetime
    lifted_at: datetime | None = None
    decision: Decision | None = None
    decision_reason: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None


_NAMES: Final = tuple(field.name for field in msgspec.structs.fields(Wish))


async def add(
    scope: Scope,
    customer_id: UUID,
    kind: RestrictionKind,
    valid_until: datetime | None,
    reason: str,
    recorded_by: str,
) -> UUID:
    """Save what stands against contacting a person from now on; return its id."""
    id = new_id()
    await ContactRestriction.insert(
        ContactRestriction(
            id=id,
            customer_id=customer_id,
            kind=kind,
            valid_until=valid_until,
            reason=reason,
            recorded_by=recorded_by,
            created_at=scope.now,
        )
    )
    return id


async def load(scope: Scope, id: UUID) -> Wish | None:
    """Return one, locked until the scope ends; None when there is none."""
    row: Any = (
        await ContactRestriction.select().where(ContactRestriction.id == id).lock_rows("UPDATE").first()
    )
    return None if row is None else Wish(**{name: row[name] for name in _NAMES})


async def lift(scope: Scope, id: UUID) -> None:
    """Let it stand no longer."""
    await ContactRestriction.update({ContactRestriction.lifted_at: scope.now}).where(
        ContactRestriction.id == id
    )


async def decide(scope: Scope, id: UUID, decision: Decision, reason: str, decided_by: str) -> None:
    """Save what was decided; a later decision takes the place of an earlier one, which stays in the ledger."""
    await ContactRestriction.update(
        {
            ContactRestriction.decision: decision,
            ContactRestriction.decision_reason: reason,
            ContactRestriction.decided_by: decided_by,
            ContactRestriction.decided_at: scope.now,
        }
    ).where(ContactRestriction.id == id)
