"""Visits (上门回访) as the API shows them: rounds that are planned, and who really went."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from huifang_core.contacts import ContactStatus, Outcome
from huifang_core.texts import Language
from msgspec import Meta

from huifang_api.shapes.fields import CustomerId, Day, GivenStaffNo, Instant, NextCursor, StaffNo, described


class PlanVisits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Visits to be planned for a visitor's day: the most pressing ones this person may make."""

    staff_no: GivenStaffNo
    day: Annotated[
        date,
        Meta(
            description="Day of the round, in Asia/Shanghai, within two months.",
            examples=["2026-03-11"],
        ),
    ]
    limit: Annotated[int, Meta(ge=1, le=50, description="Most visits.", examples=[8])] = 8
    language: Annotated[Language, Meta(description="Language of the sheets.", examples=["zh-CN"])] = "zh-CN"


class VisitSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A visit (上门回访) that was planned."""

    contact_id: Annotated[UUID, described("Id of the contact; what the QR code of the sheet holds.")]
    staff_no: StaffNo
    day: Annotated[Day, described("Day of the round.")]
    status: Annotated[ContactStatus, described("Status of the contact.")]
    outcome: Annotated[Outcome | None, described("Outcome of the contact (回访结果).")]
    language: Annotated[Language, described("Language.")]
    customer_id: CustomerId
    customer_name: Annotated[str, described("Name, masked: 王**.")]
    district: Annotated[str, described("Address, down to the district.")]
    made_at: Annotated[Instant | None, described("When the visit was made; null: only planned so far.")]
    companions: Annotated[list[str], described("Staff numbers of those who came along (LN-4b).")]
    with_seller: Annotated[bool, described("Whether the salesperson of a contract came along.")]
    visitor_is_seller: Annotated[bool, described("Whether the visitor sold a contract (DEC-7).")]
    has_signature: Annotated[bool, described("Whether a signed scan is on file (REG-3).")]


class VisitPage(msgspec.Struct, frozen=True):
    """One page of visits."""

    items: Annotated[list[VisitSummary], described("The visits of this page.")]
    next_cursor: NextCursor


class PlannedVisits(msgspec.Struct, frozen=True):
    """Visits that were planned."""

    visits: Annotated[list[VisitSummary], described("The visits.")]
    stopped: Annotated[
        str | None, described("Code of the problem that ended planning early; null: none did.")
    ]


class MakeVisit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That a visit was made."""

    made_at: Annotated[
        datetime,
        Meta(
            tz=True,
            description="When, RFC 3339 with offset; not to come.",
            examples=["2026-03-11T10:20:00+08:00"],
        ),
    ]
    visitor: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=64,
                pattern=r"^[^\x00]*$",
                description="Staff number of who really went; without it, of who planned it.",
                examples=["QD-2002"],
            ),
        ]
        | None
    ) = None
    companions: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]],
        Meta(max_length=10, description="Staff numbers of those who came along.", examples=[["QD-3003"]]),
    ] = []
