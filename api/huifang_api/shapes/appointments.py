"""Agreeing with customers on a time, and taking that back (HI-2)."""

from typing import Annotated

import msgspec
from huifang_core.obligations import ContactChannel
from msgspec import Meta

from huifang_api.shapes.fields import GivenStaffNo, Instant


class MakeAppointment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A time that was agreed with the customer."""

    at: Annotated[
        Instant,
        Meta(
            description="The time (预约时间), within the window and, for a call, the calling hours.",
            examples=["2026-03-12T15:00:00+08:00"],
        ),
    ]
    through: Annotated[
        ContactChannel,
        Meta(description="By which channel (约定渠道) the customer was asked.", examples=["phone"]),
    ]
    staff_no: GivenStaffNo


class CancelAppointment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That a time agreed no longer holds."""

    reason: Annotated[
        str,
        Meta(
            min_length=2,
            max_length=500,
            pattern=r"^[^\x00]*[^\s\x00][^\x00]*$",
            description="Why (原因); stands in the ledger, so no personal data in it.",
            examples=["客户临时有事"],
        ),
    ]
    staff_no: GivenStaffNo
