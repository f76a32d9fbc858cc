"""Work orders (工单), suggestions and plans of improvements over the API."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from huifang_core.cases import Decision, PlanEffect, WorkOrderStatus
from msgspec import Meta

from huifang_api.faults import NO_NUL
from huifang_api.shapes.case_work import Said
from huifang_api.shapes.fields import GivenStaffNo, Id, Instant, NextCursor, described

GivenDueBy = Annotated[
    datetime,
    Meta(
        tz=True,
        description="When the answer is due, within ten years, RFC 3339 with offset.",
        examples=["2026-03-13T18:00:00+08:00"],
    ),
]


class WorkOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a case that a responsible department does; what was asked and answered stands in the history of the case."""

    id: Id
    case_id: Annotated[UUID, described("The case it is a part of.")]
    case_number: Annotated[int, described("That case's running number.")]
    number: Annotated[int, described("Which of the case's work orders, from 1.")]
    plugin: Annotated[str | None, described("The plugin that defines the case's class.")]
    case_class: Annotated[str, described("Class (问题分类) of the case.")]
    subject: Annotated[str, described("What the case is about, without personal data.")]
    unit: Annotated[str, described("Code of the unit (机构) it went to.")]
    department: Annotated[str | None, described("The department there (责任部门).")]
    status: Annotated[WorkOrderStatus, described("Status; one that was returned is `sent` again.")]
    due_by: Annotated[Instant, described("When the answer is due, UTC.")]
    overdue: Annotated[bool, described("Due at the tenant's business time and not answered.")]
    sent_at: Annotated[Instant, described("When it was sent, UTC.")]
    sent_by: Annotated[str, described("Who sent it.")]
    answered_at: Annotated[Instant | None, described("When it was answered last, UTC.")]
    answered_by: Annotated[str | None, described("Who answered it last.")]
    decided_at: Annotated[Instant | None, described("When it was accepted or cancelled, UTC.")]
    returned: Annotated[int, described("How often an answer was returned.")]


class WorkOrderPage(msgspec.Struct, frozen=True):
    """One page of work orders."""

    items: Annotated[list[WorkOrder], described("The work orders of this page.")]
    next_cursor: NextCursor


class SendWorkOrders(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a case to be done elsewhere."""

    staff_no: GivenStaffNo
    units: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=64, pattern=NO_NUL)]],
        Meta(
            min_length=1,
            max_length=200,
            description="Codes of the units (机构) it goes to, one work order each.",
            examples=[["3701"]],
        ),
    ]
    department: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=100,
                pattern=NO_NUL,
                description="The department there (责任部门).",
                examples=["理赔部"],
            ),
        ]
        | None
    ) = None
    task: Annotated[
        Said,
        Meta(
            description="What is to be done (办理要求), kept encrypted.",
            examples=["核对赔款支付情况并回复客户"],
        ),
    ]
    due_by: GivenDueBy


class AnswerWorkOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was done about a work order."""

    staff_no: GivenStaffNo
    answer: Annotated[
        Said, Meta(description="What was done (办理结果), kept encrypted.", examples=["赔款已于3月11日到账"])
    ]


class AcceptWorkOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who accepts the answer to a work order."""

    staff_no: GivenStaffNo


class ReturnWorkOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why an answer is not enough, and until when another is due."""

    staff_no: GivenStaffNo
    reason: Annotated[Said, Meta(description="Why (退回原因), kept encrypted.", examples=["未说明到账时间"])]
    due_by: GivenDueBy


class CancelWorkOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why nobody needs a work order any more."""

    staff_no: GivenStaffNo
    reason: Annotated[Said, Meta(description="Why (撤销原因), kept encrypted.", examples=["客户已撤回诉求"])]


class DecideSuggestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of a suggestion."""

    staff_no: GivenStaffNo
    decision: Annotated[
        Decision, Meta(description="Adopted (采纳) or declined (不采纳).", examples=["adopted"])
    ]
    reason: Annotated[
        Said, Meta(description="Why (理由), kept encrypted.", examples=["下月起在大厅增设引导岗"])
    ]


class AddFindings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cases that a plan of improvements comes from."""

    staff_no: GivenStaffNo
    case_ids: Annotated[
        list[UUID],
        Meta(
            min_length=1,
            max_length=500,
            description="Ids of the cases.",
            examples=[["01997a1e-52c8-7cc0-9b7e-3a8f0c2d4e11"]],
        ),
    ]


class RecordEffect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a plan of improvements came to."""

    staff_no: GivenStaffNo
    effect: Annotated[
        PlanEffect, Meta(description="How far it was achieved (改进成效).", examples=["achieved"])
    ]
    text: Annotated[
        Said,
        Meta(description="What shows it (成效说明), kept encrypted.", examples=["同类投诉由12件降至3件"]),
    ]
