"""Steering a case over the API: to another unit or class, paused and resumed."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from huifang_api.faults import NO_NUL
from huifang_api.shapes.case_work import Said
from huifang_api.shapes.fields import GivenStaffNo


class HandOverCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which unit a case goes to."""

    staff_no: GivenStaffNo
    to: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=64,
            pattern=NO_NUL,
            description="Code of the unit (机构), above or below the present one.",
            examples=["37"],
        ),
    ]
    reason: Annotated[
        Said, Meta(description="Why (移交原因), kept encrypted.", examples=["涉及多家机构,需分公司协调"])
    ]


class ClassifyCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which class a case is of."""

    staff_no: GivenStaffNo
    case_class: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=64,
            pattern=NO_NUL,
            description="Class (问题分类), of the same plugin.",
            examples=["complaint"],
        ),
    ]
    severity: (
        Annotated[
            int,
            Meta(
                ge=1,
                le=4,
                description="1 minor … 4 most serious; without it as the class says.",
                examples=[3],
            ),
        ]
        | None
    ) = None
    reason: Annotated[
        Said, Meta(description="Why (改类原因), kept encrypted.", examples=["核实后属于销售误导"])
    ]


class PauseCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Until when the time of a case stands still."""

    staff_no: GivenStaffNo
    until: Annotated[
        datetime,
        Meta(
            tz=True,
            description="When its time runs on by itself, within 30 days, RFC 3339 with offset.",
            examples=["2026-03-16T09:00:00+08:00"],
        ),
    ]
    reason: Annotated[
        Said, Meta(description="Why (暂停原因), kept encrypted.", examples=["客户出差,约定下周一面谈"])
    ]


class ResumeCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who lets the time of a case run on."""

    staff_no: GivenStaffNo
