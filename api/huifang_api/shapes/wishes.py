"""Wishes of people not to be contacted, as they are recorded and decided about (CARE-2, DEC-6)."""

from datetime import datetime
from typing import Annotated

import msgspec
from huifang_tenants.stores.wishes import Decision, RestrictionKind
from msgspec import Meta

from huifang_api.shapes.fields import CustomerId, GivenStaffNo, Id, Instant, described
from huifang_api.shapes.limits import GivenReason


class RecordWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That a person does not want to be contacted."""

    kind: Annotated[
        RestrictionKind,
        Meta(
            description="`sales_refusal`: refused sales calls; `own_wish`: wants no contact at all.",
            examples=["own_wish"],
        ),
    ]
    staff_no: GivenStaffNo
    reason: GivenReason
    valid_until: (
        Annotated[
            datetime,
            Meta(
                tz=True,
                description="Until when; without it an own wish stands until it is lifted. A refusal counts six months at least (REG-7).",
                examples=["2027-03-31T00:00:00+08:00"],
            ),
        ]
        | None
    ) = None


class DecideWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a supervisor decides about mandatory callbacks of somebody who does not want them (DEC-6)."""

    decision: Annotated[
        Decision,
        Meta(
            description="`go_on`: they are made. `hold_back`: none is given out while the wish stands.",
            examples=["go_on"],
        ),
    ]
    staff_no: GivenStaffNo
    reason: GivenReason


class LiftWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a wish stands no longer."""

    staff_no: GivenStaffNo
    reason: GivenReason


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What stands against contacting a person (免打扰登记), and what was decided about it."""

    id: Id
    customer_id: CustomerId
    kind: Annotated[RestrictionKind, described("Refused sales calls, or the person's own wish.")]
    valid_until: Annotated[Instant | None, described("Until when, UTC; null: until it is lifted.")]
    created_at: Annotated[Instant, described("When it was recorded, UTC.")]
    lifted_at: Annotated[Instant | None, described("When it was lifted, UTC.")]
    decision: Annotated[
        Decision | None, described("What was decided about mandatory callbacks; null: nothing, they go on.")
    ]
    decision_reason: Annotated[str | None, described("The reason given.")]
    decided_by: Annotated[str | None, described("Staff number of who decided.")]
    decided_at: Annotated[Instant | None, described("When, UTC.")]
