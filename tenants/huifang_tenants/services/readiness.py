"""Recording what SD-3 asks of an organisation: trainings, and per unit the callback policy and the department.

Each is known by a key of its own: the same again changes nothing, and other content under the same key is a correction.
"""

from collections.abc import Sequence
from typing import Final, Literal
from uuid import UUID

import msgspec
from huifang_core.readiness import CallbackDepartment, CallbackPolicy, Training
from huifang_core.texts import Text, text

from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.intake.batch import RowResult
from huifang_tenants.stores import organisation, readiness, trainings
from huifang_tenants.stores.ledger import Actor, Entry, record_many
from huifang_tenants.stores.readiness import PolicyOnFile, UnitSetup

Readiness = Training | CallbackPolicy | CallbackDepartment
Numbered = tuple[int, Readiness]
"""A row with the line on which it came in."""

Outcome = Literal["recorded", "corrected", "unchanged"]

CORRECTED: Final = "corrected"
"""The code of a row that said something else than what was on file under its key."""

_UNKNOWN: Final[dict[str, Text]] = {
    "unknown_staff": text(
        "没有该工号的人员,请先导入人员", "nobody has this staff number: import the staff first"
    ),
    "unknown_unit": text("没有该代码的机构,请先导入机构", "no unit has this code: import the units first"),
}
_json = msgspec.json.Encoder()


async def record(scope: Scope, rows: Sequence[Numbered], actor: Actor) -> tuple[RowResult, ...]:
    """Record rows in the order given; those that name staff or a unit nobody knows are refused, the others go in.

    The id of a result is that of the training, of the version of the policy, or of the unit whose department it is.
    """
    refused = await strangers(scope, rows)
    lines = {row.line for row in refused}
    known = [row for row in rows if row[0] not in lines]
    results = [
        *refused,
        *await _trainings(scope, [(line, row) for line, row in known if isinstance(row, Training)], actor),
        *await _units(scope, [(line, row) for line, row in known if not isinstance(row, Training)], actor),
    ]
    return tuple(sorted(results, key=lambda row: row.line))


async def record_one(scope: Scope, row: Readiness, actor: Actor) -> tuple[UUID, Outcome]:
    """Record a single row; return the id `record` gives it, and what became of it.

    Refuses `staff.not_found`, and `not_found` for a unit.
    """
    [result] = await record(scope, [(1, row)], actor)
    if result.code == "unknown_staff":
        raise Refused("staff.not_found", staff_no=", ".join(_people(row)))
    if result.id is None:
        raise Refused("not_found", kind="unit")
    if result.status == "unchanged":
        return result.id, "unchanged"
    return result.id, "corrected" if result.code == CORRECTED else "recorded"


async def strangers(scope: Scope, rows: Sequence[Numbered]) -> list[RowResult]:
    """Return the rows that name staff or a unit nobody knows, as refused."""
    staff = await organisation.staff_ids(scope, {number for _, row in rows for number in _people(row)})
    units = await organisation.unit_ids(scope, {row.unit for _, row in rows if not isinstance(row, Training)})
    found: list[RowResult] = []
    for line, row in rows:
        code = None
        if not isinstance(row, Training) and row.unit not in units:
            code = "unknown_unit"
        elif any(number not in staff for number in _people(row)):
            code = "unknown_staff"
        if code is not None:
            found.append(RowResult(line, "refused", code=code, message=_UNKNOWN[code]))
    return found


def _people(row: Readiness) -> tuple[str, ...]:
    match row:
        case Training(staff_no=number):
            return (number,)
        case CallbackDepartment(head=str(number)):
            return (number,)
        case _:
            return ()


async def _trainings(scope: Scope, rows: Sequence[tuple[int, Training]], actor: Actor) -> list[RowResult]:
    if not rows:
        return []
    staff = await organisation.staff_ids(scope, {training.staff_no for _, training in rows})
    saved = await trainings.save(
        scope, [(staff[training.staff_no], training) for _, training in rows], _who(actor)
    )
    await record_many(
        scope,
        actor,
        [
            Entry(
                f"training.{one.outcome}",
                "training",
                one.id,
                _json.encode(one.training),
                details={
                    "staff_no": one.training.staff_no,
                    "passed": one.training.passed,
                    "valid_until": one.training.valid_until,
                },
            )
            for one in saved
            if one.outcome != "unchanged"
        ],
    )
    return [
        RowResult(
            line,
            "unchanged" if one.outcome == "unchanged" else "accepted",
            one.id,
            CORRECTED if one.outcome == "corrected" else None,
        )
        for (line, _), one in zip(rows, saved, strict=True)
    ]


async def _units(
    scope: Scope, rows: Sequence[tuple[int, CallbackPolicy | CallbackDepartment]], actor: Actor
) -> list[RowResult]:
    if not rows:
        return []
    before = await readiness.lock_by_codes(scope, {row.unit for _, row in rows})
    units = dict(before)
    results: list[RowResult] = []
    entries: list[Entry] = []
    for line, row in rows:
        setup = units[row.unit]
        if isinstance(row, CallbackPolicy):
            units[row.unit], result = _with_policy(scope, setup, row, line, _who(actor))
            details = {"policy": str(result.id), "version": row.version, "in_force_from": row.in_force_from}
            subject = "callback_policy"
        else:
            units[row.unit], result = _with_department(setup, row, line)
            details = {"posts": row.posts, "head": row.head, "until": row.until}
            subject = "callback_department"
        results.append(result)
        if result.status == "accepted":
            action = f"{subject}.{result.code or 'recorded'}"
            entries.append(Entry(action, "unit", setup.id, _json.encode(row), details=details))
    for code, setup in units.items():
        if setup != before[code]:
            await readiness.save(scope, setup)
    await record_many(scope, actor, entries)
    return results


def _with_policy(
    scope: Scope, setup: UnitSetup, policy: CallbackPolicy, line: int, recorded_by: str
) -> tuple[UnitSetup, RowResult]:
    """The unit with a version of its policy recorded, or corrected where that version is on file already."""
    place = next((n for n, one in enumerate(setup.policies) if one.policy.version == policy.version), None)
    present = setup.policies[place] if place is not None else None
    if present is not None and present.policy == policy:
        return setup, RowResult(line, "unchanged", present.id)
    on_file = PolicyOnFile(
        present.id if present else new_id(),
        policy,
        recorded_by,
        scope.wall_now,
        present.document if present else None,
    )
    kept = [one for one in setup.policies if one is not present]
    kept.insert(len(kept) if place is None else place, on_file)
    code = CORRECTED if present else None
    return (
        msgspec.structs.replace(setup, policies=tuple(kept)),
        RowResult(line, "accepted", on_file.id, code),
    )


def _with_department(
    setup: UnitSetup, department: CallbackDepartment, line: int
) -> tuple[UnitSetup, RowResult]:
    if setup.department == department:
        return setup, RowResult(line, "unchanged", setup.id)
    code = CORRECTED if setup.department else None
    return (
        msgspec.structs.replace(setup, department=department),
        RowResult(line, "accepted", setup.id, code),
    )


def _who(actor: Actor) -> str:
    return actor.on_behalf_of or actor.name
