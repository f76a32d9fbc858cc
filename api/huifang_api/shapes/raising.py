"""Cases opened in the middle of a contact, and people to be called again, over the API."""

from typing import Annotated

import msgspec
from msgspec import Meta

from huifang_api.faults import NO_NUL
from huifang_api.shapes.case_work import Said
from huifang_api.shapes.fields import GivenStaffNo


class RaiseCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A matter that came up in a contact."""

    case_class: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=64,
            pattern=NO_NUL,
            description="Class (问题分类), of the plugin whose script is being played.",
            examples=["complaint"],
        ),
    ]
    note: Annotated[
        Said,
        Meta(description="What the customer said (情况记录), kept encrypted.", examples=["投诉上门服务迟到"]),
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


class LetBeCalled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a person is to be called again."""

    staff_no: GivenStaffNo
    reason: Annotated[
        str,
        Meta(
            min_length=5,
            max_length=500,
            pattern=r"^[^\x00]*[^\s\x00][^\x00]*$",
            description="Why (原因); stands in the ledger, so no personal data in it.",
            examples=["经核实为接听人误报"],
        ),
    ]
