"""What SD-3 asks of an organisation, as the API takes and shows it: trainings, callback policies and departments."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from huifang_api.problems import ProblemFault
from huifang_api.shapes.fields import Day, Id, Instant, NextCursor, StaffNo, UnitCode, described
from huifang_api.shapes.record_intake import Code, Name

EXAMPLE_TRAINING: dict[str, Any] = {
    "staff_no": "S0103",
    "course": "回访合规与话术",
    "held_on": "2026-03-05",
    "passed": True,
    "valid_until": "2027-03-31",
    "trainer": "省分公司培训部",
}
EXAMPLE_POLICY: dict[str, Any] = {
    "title": "客户回访管理办法",
    "version": "2026-1",
    "approved_on": "2026-01-15",
    "in_force_from": "2026-02-01",
}
EXAMPLE_DEPARTMENT: dict[str, Any] = {"name": "客户服务部回访中心", "posts": 8, "head": "S0102"}

RecordStatus = Annotated[
    Literal["recorded", "corrected", "unchanged"],
    described("`recorded`: new. `corrected`: it said something else before. `unchanged`: it said the same."),
]


class TrainingGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A training (培训) somebody took part in; the same course on the same day is the same training."""

    staff_no: Annotated[Code, described("Staff number (工号) of who was trained.")]
    course: Annotated[Name, described("What was taught (课程).")]
    held_on: Annotated[Day, described("Day it was held (培训日期), not in the future.")]
    passed: Annotated[bool, described("Whether it was passed (考核合格); only then does it count.")]
    valid_until: Annotated[
        Day | None, described("Last day on which it counts (有效期至); a training that was passed needs one.")
    ] = None
    trainer: Annotated[Name | None, described("Who trained (讲师或培训机构), kept encrypted.")] = None


class CallbackPolicyGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A version of a unit's written callback policy (回访制度)."""

    title: Annotated[Name, described("Title (制度名称).")]
    version: Annotated[Code, described("Version (版本号), unique within the unit.")]
    approved_on: Annotated[Day, described("Day it was approved (批准日期), not in the future.")]
    in_force_from: Annotated[Day, described("First day on which it is in force (生效日期).")]
    in_force_until: Annotated[
        Day | None, described("Last day (废止日期); without it, until another version takes its place.")
    ] = None
    unit: Annotated[Code | None, described("Code of the unit; may be left out.")] = None


class CallbackDepartmentGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The department of a unit that makes its callbacks (回访部门)."""

    name: Annotated[Name, described("Name (部门名称).")]
    posts: Annotated[
        int, Meta(ge=1, le=100_000, description="Posts set up for callbacks (回访岗位数), filled or not.")
    ]
    head: Annotated[Code | None, described("Staff number of its head (负责人工号).")] = None
    until: Annotated[Day | None, described("Last day on which it exists; without it, it stands.")] = None
    unit: Annotated[Code | None, described("Code of the unit; may be left out.")] = None


class Training(msgspec.Struct, frozen=True, kw_only=True):
    """A training on record (SD-3)."""

    id: Id
    staff_id: Annotated[UUID, described("Id of who was trained.")]
    staff_no: StaffNo
    unit: UnitCode
    course: Annotated[str, described("What was taught.")]
    held_on: Annotated[Day, described("Day it was held.")]
    passed: Annotated[bool, described("Whether it was passed; only then does it count.")]
    valid_until: Annotated[Day | None, described("Last day on which it counts.")]
    trainer: Annotated[str | None, described("Who trained, masked.")]
    recorded_by: Annotated[str, described("Who recorded or corrected it last.")]
    recorded_at: Annotated[Instant, described("When that was, UTC.")]


class TrainingPage(msgspec.Struct, frozen=True):
    """One page of trainings."""

    items: Annotated[list[Training], described("The trainings of this page.")]
    next_cursor: NextCursor


class RecordedTraining(Training, frozen=True, kw_only=True):
    """A training that was recorded, and what it does for the person."""

    status: RecordStatus
    trained_until: Annotated[
        Day | None,
        described("Last day on which the person counts as trained now; null: untrained, so no calls (SD-3)."),
    ]


class PolicyDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The document of a callback policy, as it was uploaded."""

    content_type: Annotated[str, described("Media type, told by its first bytes.")]
    size_bytes: Annotated[int, described("Size in bytes.")]
    sha256: Annotated[str, described("SHA-256 of the content, hexadecimal.")]
    stored_by: Annotated[str, described("Who brought it in.")]
    stored_at: Annotated[Instant, described("When it had arrived whole, UTC.")]


class CallbackPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a unit's callback policy on file (SD-3)."""

    id: Id
    unit: Annotated[str, described("Code of the unit.")]
    title: Annotated[str, described("Title.")]
    version: Annotated[str, described("Version.")]
    approved_on: Annotated[Day, described("Day it was approved.")]
    in_force_from: Annotated[Day, described("First day on which it is in force.")]
    in_force_until: Annotated[Day | None, described("Last day; null: until another takes its place.")]
    in_force: Annotated[bool, described("Whether it is the one in force today.")]
    recorded_by: Annotated[str, described("Who recorded or corrected it last.")]
    recorded_at: Annotated[Instant, described("When that was, UTC.")]
    document: Annotated[PolicyDocument | None, described("Its document; null: not uploaded.")]


class CallbackPolicyList(msgspec.Struct, frozen=True):
    """Every version of a unit's callback policy."""

    items: Annotated[list[CallbackPolicy], described("In the order in which they were recorded.")]


class RecordedPolicy(CallbackPolicy, frozen=True, kw_only=True):
    """A version of a callback policy that was recorded."""

    status: RecordStatus
    warnings: Annotated[list[ProblemFault], described("What looks wrong but kept nothing out.")]


class CallbackDepartment(msgspec.Struct, frozen=True, kw_only=True):
    """The callback department of a unit (SD-3)."""

    unit: Annotated[str, described("Code of the unit.")]
    name: Annotated[str, described("Name.")]
    posts: Annotated[int, described("Posts set up for callbacks, filled or not.")]
    head: Annotated[str | None, described("Staff number of its head.")]
    until: Annotated[Day | None, described("Last day on which it exists; null: it stands.")]


class RecordedDepartment(CallbackDepartment, frozen=True, kw_only=True):
    """A callback department that was recorded."""

    status: RecordStatus
