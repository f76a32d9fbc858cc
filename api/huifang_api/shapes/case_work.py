"""Working on cases over the API: opening one by hand, and what each step needs."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from huifang_api.faults import NO_NUL
from huifang_api.shapes.fields import GivenStaffNo

Said = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=4000,
        pattern=r"^[^\x00]*[^\s\x00][^\x00]*$",
        description="What is said (说明), kept encrypted.",
        examples=["已与客户当面核实,补签投保单"],
    ),
]


class OpenCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case (问题件) to open by hand."""

    staff_no: GivenStaffNo
    case_class: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=64,
            pattern=NO_NUL,
            description="Class (问题分类): one of the plugin's, or `other` without a plugin.",
            examples=["explanation_item"],
        ),
    ]
    unit: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=64,
            pattern=NO_NUL,
            description="Code of the unit (机构) it belongs to; by its class one above may be the one that solves it.",
            examples=["3701"],
        ),
    ]
    subject: Annotated[
        str,
        Meta(
            min_length=2,
            max_length=200,
            pattern=r"^[^\x00-\x1f]*[^\s\x00][^\x00-\x1f]*$",
            description="What it is about (事由); shown in lists, so no personal data in it.",
            examples=["客户来电反映未收到保单"],
        ),
    ]
    plugin: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=64,
                pattern=NO_NUL,
                description="The plugin whose class it is; it says how severe the case is and when it is due.",
                examples=["shandong_life"],
            ),
        ]
        | None
    ) = None
    severity: (
        Annotated[
            int,
            Meta(
                ge=1,
                le=4,
                description="1 minor … 4 most serious; without it that of the class, else 2.",
                examples=[2],
            ),
        ]
        | None
    ) = None
    due_by: (
        Annotated[
            datetime,
            Meta(
                tz=True,
                description="When it must be solved, within ten years, RFC 3339 with offset; without it by the class.",
                examples=["2030-03-15T18:00:00+08:00"],
            ),
        ]
        | None
    ) = None
    contract_no: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=64,
                pattern=NO_NUL,
                description="Number of the contract (合同号) it is about.",
                examples=["P37010026000123"],
            ),
        ]
        | None
    ) = None
    customer_id: Annotated[UUID | None, Meta(description="The customer it is about.", examples=[None])] = None
    obligation_id: Annotated[
        UUID | None, Meta(description="The obligation it is about.", examples=[None])
    ] = None
    contact_id: Annotated[UUID | None, Meta(description="The contact it is about.", examples=[None])] = None


class AssignCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is to work on a case."""

    staff_no: GivenStaffNo
    to: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=64,
            pattern=NO_NUL,
            description="Staff number of the assignee (处理人).",
            examples=["QD-2001"],
        ),
    ]


class CommentOnCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A comment on a case."""

    staff_no: GivenStaffNo
    text: Said


class SolveCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a case was solved."""

    staff_no: GivenStaffNo
    solution: Said


class CloseCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who closes a case."""

    staff_no: GivenStaffNo


class ReopenCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a case is opened again."""

    staff_no: GivenStaffNo
    reason: Annotated[Said, Meta(description="Why (原因), kept encrypted.", examples=["客户仍未收到保单"])]
