"""Gifts and needs of customers over the API (CARE-1, CARE-3)."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from huifang_core.customers import Need
from huifang_core.gifts import GiftStatus, Occasion
from msgspec import Meta

from huifang_api.shapes.case_work import Said
from huifang_api.shapes.fields import CreatedAt, GivenStaffNo, Id, Instant, NextCursor, described

_Reason = Annotated[
    str,
    Meta(
        min_length=2,
        max_length=500,
        pattern=r"^[^\x00]*[^\s\x00][^\x00]*$",
        description="Why (原因); stands in the ledger, so no personal data in it.",
        examples=["符合礼品管理规定"],
    ),
]


class Gift(msgspec.Struct, frozen=True, kw_only=True):
    """A gift (礼品) on the register."""

    id: Id
    customer_id: Annotated[UUID, described("Id of the customer (客户) it is for.")]
    unit: Annotated[str, described("Code of the unit (机构) that gives it.")]
    occasion: Annotated[Occasion, described("On which occasion (事由).")]
    description: Annotated[str, described("What it is, without personal data.")]
    value: Annotated[str, described("What it is worth, yuan, a decimal string.")]
    status: Annotated[GiftStatus, described("Status.")]
    requested_by: Annotated[str, described("Staff number of who asked for it.")]
    requested_at: Annotated[Instant, described("When, UTC.")]
    counts_in: Annotated[int, described("The calendar year whose limit it counts towards.")]
    decided_by: Annotated[
        str | None,
        described("Staff number of who approved, declined or cancelled it; the reason is in the ledger."),
    ]
    decided_at: Annotated[Instant | None, described("When, UTC.")]
    given_on: Annotated[date | None, described("The day on which it was given.")]
    given_by: Annotated[str | None, described("Staff number of who gave it.")]
    revision: Annotated[int, described("Grows with every change.")]


class GiftPage(msgspec.Struct, frozen=True):
    """One page of gifts."""

    items: Annotated[list[Gift], described("The gifts of this page.")]
    next_cursor: NextCursor


class RequestGift(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A gift to be approved."""

    staff_no: GivenStaffNo
    customer_id: Annotated[
        UUID, Meta(description="The customer it is for.", examples=["01997a1e-52c8-7cc0-9b7e-3a8f0c2d4e11"])
    ]
    occasion: Annotated[Occasion, Meta(description="On which occasion (事由).", examples=["birthday"])]
    description: Annotated[
        str,
        Meta(
            min_length=2,
            max_length=200,
            pattern=r"^[^\x00-\x1f]*[^\s\x00][^\x00-\x1f]*$",
            description="What it is (礼品名称); shown in lists, so no personal data in it.",
            examples=["保温杯"],
        ),
    ]
    value: Annotated[
        str,
        Meta(
            pattern=r"^(?!0+(?:\.0+)?$)[0-9]{1,7}(?:\.[0-9]{1,2})?(?!\n)$",
            description="What it is worth, yuan, a decimal string above 0 with at most two decimals.",
            examples=["58.00"],
        ),
    ]


class DecideGift(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a gift is approved, declined or cancelled."""

    staff_no: GivenStaffNo
    reason: _Reason


class GiveGift(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """On which day a gift was given."""

    staff_no: GivenStaffNo
    on: Annotated[date, Meta(description="The day (赠送日期), today or before.", examples=["2026-03-10"])]


class NoteNeed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something a customer needs."""

    staff_no: GivenStaffNo
    need: Annotated[Need, Meta(description="What it is about (需求类别).", examples=["retirement"])]
    text: Annotated[
        Said, Meta(description="In words (需求说明), kept encrypted.", examples=["希望了解养老年金"])
    ]
    contact_id: Annotated[
        UUID | None, Meta(description="The contact with the person in which it came up.", examples=[None])
    ] = None


class WithdrawNeed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who says that a need holds no more."""

    staff_no: GivenStaffNo


class RevealedNeed(msgspec.Struct, frozen=True, kw_only=True):
    """Something a customer needs, in words."""

    id: Id
    need: Annotated[Need, described("What it is about (需求类别).")]
    text: Annotated[str, described("In words.")]
    contact_id: Annotated[UUID | None, described("The contact in which it came up.")]
    recorded_by: Annotated[str, described("Staff number of who noted it.")]
    created_at: CreatedAt
    withdrawn_at: Annotated[Instant | None, described("Since when it holds no more, UTC.")]


class RevealedNeeds(msgspec.Struct, frozen=True):
    """What a person needs."""

    needs: Annotated[list[RevealedNeed], described("The oldest first, those that hold no more among them.")]
