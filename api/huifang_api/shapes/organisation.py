"""Units and staff as the API shows them."""

from typing import Annotated

import msgspec
from huifang_core.units import Level, Role

from huifang_api.shapes.fields import Day, Id, Instant, NextCursor, StaffNo, UnitCode, UpdatedAt, described


class UnitSummary(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation unit (机构)."""

    id: Id
    code: Annotated[str, described("Code (机构代码), unique.")]
    name: Annotated[str, described("Name (机构名称).")]
    level: Annotated[Level, described("Head office, province, city or county (层级).")]
    parent: Annotated[str | None, described("Code of the unit above.")]
    region: Annotated[str | None, described("GB/T 2260 region code, six digits.")]
    supervisor: Annotated[str | None, described("Supervising bureau; null: that of the unit above (DEC-11).")]
    path: Annotated[list[str], described("Codes from the head office down to this unit.")]
    policy_on_file: Annotated[bool, described("The written callback policy is on file (SD-3).")]
    callback_department: Annotated[str | None, described("The department that makes callbacks (SD-3).")]
    updated_at: UpdatedAt


class UnitDetail(UnitSummary, frozen=True, kw_only=True):
    """A unit with its staff against the work due, the units below it included (SD-3)."""

    staff_count: Annotated[int, described("Members of staff who have not left.")]
    trained_staff_count: Annotated[int, described("Those whose training counts today.")]
    open_obligations: Annotated[int, described("Obligations to be worked on.")]
    overdue_obligations: Annotated[int, described("Obligations overdue (DEC-2).")]


class UnitPage(msgspec.Struct, frozen=True):
    """One page of units."""

    items: Annotated[list[UnitSummary], described("The units of this page.")]
    next_cursor: NextCursor


class StaffSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A member of staff (人员), name and phone masked."""

    id: Id
    staff_no: StaffNo
    name: Annotated[str, described("Name, masked: 王**.")]
    unit: UnitCode
    roles: Annotated[list[Role], described("Roles (角色).")]
    vendor: Annotated[str | None, described("The outside vendor (外包商) who employs the person.")]
    phone: Annotated[str | None, described("Phone number, masked.")]
    trained_until: Annotated[Day | None, described("Last day on which the training counts; null: untrained.")]
    is_trained: Annotated[bool, described("Whether the person may be given calls today (SD-3).")]
    is_seller: Annotated[bool, described("Whether the person sells.")]
    active_until: Annotated[
        Day | None, described("Last day on which the person works here (在岗截止日); null: no end is known.")
    ]
    updated_at: UpdatedAt


class Training(msgspec.Struct, frozen=True, kw_only=True):
    """A training on record (SD-3)."""

    id: Id
    course: Annotated[str, described("What was taught.")]
    held_on: Annotated[Day, described("Day it was held.")]
    valid_until: Annotated[Day, described("Last day on which it counts.")]
    recorded_by: Annotated[str, described("Who recorded it.")]
    recorded_at: Annotated[Instant, described("When it was recorded, UTC.")]


class StaffDetail(StaffSummary, frozen=True, kw_only=True):
    """A member of staff with the training on record."""

    trainings: Annotated[list[Training], described("Trainings, oldest first.")]


class StaffPage(msgspec.Struct, frozen=True):
    """One page of staff."""

    items: Annotated[list[StaffSummary], described("The staff of this page.")]
    next_cursor: NextCursor
