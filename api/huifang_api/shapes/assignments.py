"""Lists given out as the API shows them: what is drawn, who gets it, and what each has in hand (HT-8)."""

from typing import Annotated
from uuid import UUID

import msgspec
from huifang_core.obligations import ContactChannel
from msgspec import Meta

from huifang_api.faults import NO_NUL
from huifang_api.shapes.fields import Day, GivenStaffNo, Instant, StaffNo, UnitCode, described
from huifang_api.shapes.interventions import StaffWhoDecides

_Name = Annotated[str, Meta(min_length=1, max_length=128, pattern=NO_NUL)]
_Ids = Annotated[tuple[UUID, ...], Meta(min_length=1, max_length=5000)]
_EXAMPLE_ID = "0198b4a2-6d1c-7d3a-9e57-2f6f0d6b6a01"


class ListFilter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which open callbacks to give out; all that are given must hold. What is claimed or in a contact is left where it is."""

    obligation_ids: Annotated[
        _Ids | None, Meta(description="These alone (回访任务).", examples=[[_EXAMPLE_ID]])
    ] = None
    plugin: Annotated[
        _Name | None, Meta(description="Of this plugin (插件).", examples=["property_motor"])
    ] = None
    kind: Annotated[
        _Name | None, Meta(description="Of this kind (回访类型).", examples=["motor_settled"])
    ] = None
    script: Annotated[
        _Name | None,
        Meta(description="By this script (话术).", examples=["property_motor.motor_settled"]),
    ] = None
    channel: Annotated[
        ContactChannel | None, Meta(description="By this channel (回访渠道).", examples=["phone"])
    ] = None
    unit: Annotated[
        _Name | None, Meta(description="Of this unit (机构) or one below it.", examples=["SD"])
    ] = None
    due_until: Annotated[
        Instant | None,
        Meta(description="Due before this instant (到期).", examples=["2026-03-20T00:00:00+08:00"]),
    ] = None
    vendor: Annotated[
        _Name | None, Meta(description="Meant for this outside vendor (外包商).", examples=["hotline"])
    ] = None
    assignee: Annotated[
        _Name | None,
        Meta(
            description="Given to this member of staff (工号) before: to cover for somebody on leave.",
            examples=["QD-1002"],
        ),
    ] = None
    reassign: Annotated[
        bool, Meta(description="Also what others were given before (改派).", examples=[False])
    ] = False
    listed_only: Annotated[
        bool,
        Meta(
            description="Only what its rule wants given out; `false` takes from the queue too.",
            examples=[True],
        ),
    ] = True


class CallerShare(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody to give work to."""

    staff_no: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=64,
            pattern=NO_NUL,
            description="Staff number (工号) of the caller.",
            examples=["QD-1001"],
        ),
    ]
    at_most: Annotated[
        Annotated[int, Meta(ge=0, le=5000)] | None,
        Meta(description="How many at most (上限); without it, an even share.", examples=[40]),
    ] = None


class GiveOut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A list (清单) and whom to give it to (分派)."""

    filter: Annotated[
        ListFilter,
        Meta(description="What to give out (筛选).", examples=[{"plugin": "property_motor", "unit": "SD"}]),
    ]
    callers: Annotated[
        tuple[CallerShare, ...],
        Meta(
            min_length=1,
            max_length=200,
            description="Whom to give it to (分派对象), evenly; one alone gets all of it.",
            examples=[[{"staff_no": "QD-1001"}, {"staff_no": "QD-1002", "at_most": 40}]],
        ),
    ]
    limit: Annotated[
        int,
        Meta(
            ge=1,
            le=5000,
            description="How many to give out at most (数量), the most pressing first.",
            examples=[200],
        ),
    ] = 5000
    staff_no: StaffWhoDecides | None = None


class GivenOut(msgspec.Struct, frozen=True):
    """What was given to whom."""

    given: Annotated[
        dict[str, list[UUID]], described("Ids of the obligations each was given, by staff number.")
    ]
    left: Annotated[
        list[UUID], described("Ids of those that suit none of them, or for which they have enough.")
    ]


class ReturnAssigned(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Work that somebody gives back to the team leader."""

    staff_no: GivenStaffNo
    reason: Annotated[
        str,
        Meta(
            min_length=2,
            max_length=500,
            pattern=r"^[^\x00]*[^\s\x00][^\x00]*$",
            description="Why (原因); stands in the ledger, so no personal data in it.",
            examples=["休假"],
        ),
    ]
    obligation_ids: Annotated[
        _Ids | None,
        Meta(
            description="These alone (回访任务); without it, all that was not begun.",
            examples=[[_EXAMPLE_ID]],
        ),
    ] = None


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What one member of staff has in hand."""

    staff_no: StaffNo
    unit: UnitCode
    vendor: Annotated[str | None, described("The outside vendor (外包商) who employs the person.")]
    active_until: Annotated[
        Day | None, described("Last day on which the person works here; null: no end is known.")
    ]
    trained_until: Annotated[
        Day | None, described("Last day on which the training counts (SD-3); null: untrained.")
    ]
    open: Annotated[int, described("Callbacks given to the person and not done.")]
    overdue: Annotated[int, described("How many of them are overdue (DEC-2).")]
    earliest: Annotated[Instant, described("When the first of them falls due, UTC.")]
    in_work: Annotated[int, described("How many the person has claimed or is working on now.")]


class Loads(msgspec.Struct, frozen=True):
    """What was given out and is not done."""

    items: Annotated[list[Load], described("Everybody who has been given work, by staff number.")]
