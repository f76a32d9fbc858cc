"""Loading and saving trainings (SD-3), and until when staff count as trained by them."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from huifang_core.readiness import Training

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import Kept, any_of, slots_for
from huifang_tenants.tables.organisation import StaffTraining

_STAFF_NO: Final[Any] = StaffTraining.staff_id.staff_no
_SAVE: Final = Kept(
    StaffTraining.insert(slots_for(StaffTraining)).on_conflict(
        target="staff_training_key",
        action="DO UPDATE",
        values=[
            StaffTraining.passed,
            StaffTraining.valid_until,
            StaffTraining.trainer_enc,
            StaffTraining.recorded_by,
            StaffTraining.recorded_at,
        ],
    )
)
# SQL: an update from a grouped sub-select.
_SETTLE: Final = """
UPDATE staff s SET trained_until = n.until, updated_at = $2 FROM (
    SELECT p.id, greatest(p.trained_until_stated, max(t.valid_until)) AS until
    FROM staff p LEFT JOIN staff_training t ON t.staff_id = p.id AND t.passed WHERE p.id = ANY($1) GROUP BY p.id
) n WHERE s.id = n.id AND s.trained_until IS DISTINCT FROM n.until
"""


class SavedTraining(msgspec.Struct, frozen=True):
    """What became of one training: new on record, corrected, or known like this already."""

    id: UUID
    training: Training
    outcome: Literal["recorded", "corrected", "unchanged"]


async def save(
    scope: Scope, incoming: Sequence[tuple[UUID, Training]], recorded_by: str
) -> list[SavedTraining]:
    """Record trainings, as (id of the staff, training), or correct those of the same person, course and day.

    What each came to is returned in the order given. `trained_until` of the staff follows.
    """
    # In this order, as saving staff locks them: whoever comes second then sees what the first one wrote.
    await StaffTraining.raw("LOCK TABLE staff, staff_training IN SHARE ROW EXCLUSIVE MODE")
    people = {staff_id for staff_id, _ in incoming}
    known = await _of_staff(scope, people)
    saved: list[SavedTraining] = []
    for staff_id, training in incoming:
        key = (training.staff_no, training.course, training.held_on)
        present = known.get(key)
        if present is not None and present[1] == training:
            saved.append(SavedTraining(present[0], training, "unchanged"))
            continue
        id = present[0] if present else new_id()
        trainer = training.trainer
        await _SAVE.run(
            scope,
            id=id,
            staff_id=staff_id,
            course=training.course,
            held_on=training.held_on,
            passed=training.passed,
            valid_until=training.valid_until,
            trainer_enc=scope.cipher.encrypt(trainer, "staff_training.trainer", id) if trainer else None,
            recorded_by=recorded_by,
            recorded_at=scope.wall_now,
        )
        known[key] = (id, training)
        saved.append(SavedTraining(id, training, "corrected" if present else "recorded"))
    await settle(scope, people)
    return saved


async def settle(scope: Scope, staff_ids: Collection[UUID]) -> None:
    """Let `trained_until` be the later of what the person's record states and the end of the last training passed."""
    await scope.connection.execute(_SETTLE, list(staff_ids), scope.wall_now)


async def _of_staff(
    scope: Scope, staff_ids: Collection[UUID]
) -> dict[tuple[str, str, date], tuple[UUID, Training]]:
    """Return the trainings of these people with their ids, by person, course and day."""
    rows = await StaffTraining.select(
        StaffTraining.id,
        _STAFF_NO.as_alias("staff_no"),
        StaffTraining.course,
        StaffTraining.held_on,
        StaffTraining.passed,
        StaffTraining.valid_until,
        StaffTraining.trainer_enc,
    ).where(StaffTraining.staff_id == any_of(staff_ids))
    found = {}
    for row in rows:
        sealed = row["trainer_enc"]
        training = Training(
            staff_no=row["staff_no"],
            course=row["course"],
            held_on=row["held_on"],
            passed=row["passed"],
            valid_until=row["valid_until"],
            trainer=scope.cipher.decrypt(sealed, "staff_training.trainer", row["id"]) if sealed else None,
        )
        found[(training.staff_no, training.course, training.held_on)] = (row["id"], training)
    return found
