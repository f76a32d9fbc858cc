"""Calls from outside (来电) over the API: who it could be, and what is open with each."""

from typing import Annotated
from uuid import UUID

import msgspec
from huifang_core.contacts import Ending
from huifang_core.texts import Language
from msgspec import Meta

from huifang_api.faults import NO_NUL
from huifang_api.shapes.fields import GivenStaffNo, described
from huifang_api.shapes.queue import ClaimedObligation, Restriction

_Number = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=40,
        pattern=NO_NUL,
        description="The number shown (来电号码), as it was shown.",
        examples=["13800138000"],
    ),
]


class CallIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A call that came in."""

    staff_no: GivenStaffNo
    number: _Number


class KnownCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """A customer who has the number on file, masked."""

    id: Annotated[UUID, described("Id of the customer.")]
    name: Annotated[str, described("Name, masked: 王**.")]
    phones: Annotated[list[str], described("Phone numbers, masked.")]
    restrictions: Annotated[list[Restriction], described("What to respect when contacting the person.")]


class PossibleCaller(msgspec.Struct, frozen=True, kw_only=True):
    """A person who may be ringing, personal data masked: the number proves nothing."""

    customer: Annotated[KnownCustomer, described("The person, masked.")]
    not_contactable: Annotated[
        Ending | None, described("Why the person is not called any more, if that is so.")
    ]
    obligations: Annotated[
        list[ClaimedObligation],
        described(
            "What is open with the person and can be served now, late or not, the most pressing first."
        ),
    ]


class CallMatched(msgspec.Struct, frozen=True, kw_only=True):
    """Who a call could be from."""

    callers: Annotated[list[PossibleCaller], described("Those who have this number on file.")]
    truncated: Annotated[bool, described("Whether there are more, as with a switchboard's number.")]


class AnswerCall(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A call from outside that becomes a contact."""

    staff_no: GivenStaffNo
    customer_id: Annotated[
        UUID,
        Meta(
            description="Who says to be ringing; the script verifies it.",
            examples=["01997a1e-52c8-7cc0-9b7e-3a8f0c2d4e11"],
        ),
    ]
    number: _Number | None = None
    language: Annotated[Language, Meta(description="Language of the script's texts.", examples=["zh-CN"])] = (
        "zh-CN"
    )
