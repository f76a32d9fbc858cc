"""Limits as the API shows them, and approvals past them (LN-5, DEC-9)."""

from typing import Annotated
from uuid import UUID

import msgspec
from huifang_core.obligations import Category, ContactChannel
from huifang_core.shares import Level
from huifang_core.texts import Text
from huifang_core.units import Role
from msgspec import Meta

from huifang_api.faults import NO_NUL
from huifang_api.shapes.fields import Day, GivenStaffNo, Id, Instant, described

GivenReason = Annotated[
    str,
    Meta(
        min_length=5,
        max_length=500,
        pattern=NO_NUL,
        description="Why (理由); stands in the ledger, so no personal data in it.",
        examples=["客户多次无法接通,同意上门回访"],
    ),
]
Share = Annotated[str, described("A share between 0 and 1, decimal.")]


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """For how many callbacks somebody let a share be passed (批准)."""

    id: Id
    unit: Annotated[str, described("Code of the approver's unit: it holds for that and those below it.")]
    number: Annotated[int, described("For how many callbacks.")]
    left: Annotated[int, described("For how many more it can be used.")]
    used_for: Annotated[list[UUID], described("The obligations it was given or has been used for.")]
    reason: Annotated[str, described("The reason given.")]
    approved_by: Annotated[str, described("Staff number of who approved.")]
    approved_at: Annotated[Instant, described("When, UTC.")]


class ShareForecast(msgspec.Struct, frozen=True, kw_only=True):
    """What a share would come to if all that is open went on to its next rungs within the period, since nobody answered."""

    by_channels: Annotated[int, described("Numerator: completed, or tried, by these channels.")]
    completed: Annotated[int, described("Denominator: completed, or open now.")]
    figure: Share


class ChannelShare(msgspec.Struct, frozen=True, kw_only=True):
    """A share of channels (渠道占比), live."""

    plugin: Annotated[str, described("The plugin that declares it.")]
    limit: Annotated[str, described("Its id there.")]
    title: Annotated[Text, described("What it is called, in both languages.")]
    cites: Annotated[list[str], described("What it rests on.")]
    channels: Annotated[list[ContactChannel], described("The channels that count together.")]
    period: Annotated[str, described("The present period, such as 2026 or 2026-03.")]
    first_day: Annotated[Day, described("Its first day, in Asia/Shanghai.")]
    last_day: Annotated[Day, described("Its last day.")]
    by_channels: Annotated[int, described("Numerator: completed by these channels.")]
    completed: Annotated[int, described("Denominator: all completed.")]
    in_hand: Annotated[
        int, described("Given out for these channels now, and counted as if completed by them.")
    ]
    figure: Share
    at_most: Share
    warn_at: Share
    level: Annotated[
        Level,
        described("`near`: an alarm stands. `past`: more than it may be, as where somebody approved it."),
    ]
    room: Annotated[int, described("How many more could be given out without approval, up to 1000.")]
    forecast: Annotated[ShareForecast | None, described("The look ahead; null where it was not asked for.")]
    approved_by: Annotated[Role, described("The role that may approve more.")]
    approvals: Annotated[list[Approval], described("What was approved in this period, oldest first.")]


class ContactFrequency(msgspec.Struct, frozen=True, kw_only=True):
    """How often a person may be contacted (联系频次)."""

    plugin: Annotated[str, described("The plugin that declares it.")]
    limit: Annotated[str, described("Its id there.")]
    title: Annotated[Text, described("What it is called, in both languages.")]
    cites: Annotated[list[str], described("What it rests on.")]
    categories: Annotated[list[Category], described("The categories that count together.")]
    at_most: Annotated[int, described("Contacts of one person at most …")]
    within_days: Annotated[int, described("… within so many days.")]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of the plugins that are on, and of the tenant itself."""

    shares: Annotated[list[ChannelShare], described("Shares of channels.")]
    frequencies: Annotated[list[ContactFrequency], described("Frequencies, never of mandatory callbacks.")]
    calls_a_day: Annotated[int, described("Calls dialled to one person a day at most, whatever for.")]


class ApprovePast(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Let a share be passed, in its present period."""

    staff_no: GivenStaffNo
    reason: GivenReason
    number: Annotated[
        int,
        Meta(
            ge=1,
            le=1000,
            description="For how many callbacks of the approver's unit and those below; 1 with `obligation_id`.",
            examples=[1],
        ),
    ] = 1
    obligation_id: (
        Annotated[
            UUID,
            Meta(description="For this callback only.", examples=["01997a1e-52c8-7cc0-9b7e-3a8f0c2d4e11"]),
        ]
        | None
    ) = None
