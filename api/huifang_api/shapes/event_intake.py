"""Sending business events: the CloudEvent, and what became of each."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from huifang_api.problems import ProblemFault
from huifang_api.shapes.fields import described

TakenStatus = Literal["accepted", "unchanged", "parked"]
ResultStatus = Literal["accepted", "unchanged", "parked", "refused"]

EXAMPLE_EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "core-20260306-000123",
    "source": "core",
    "type": "contract.delivered",
    "time": "2026-03-06T16:20:00+08:00",
    "datacontenttype": "application/json",
    "data": {"contract_no": "P37010026000123", "delivered_on": "2026-03-06"},
}


class CloudEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A business event (业务事件) as a CloudEvent 1.0; extension attributes not named here are taken and ignored."""

    specversion: Annotated[Literal["1.0"], described("Version of CloudEvents.")]
    id: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=200,
            description="Id of the event in its source; with `source` it makes the event once only.",
        ),
    ]
    source: Annotated[str, Meta(min_length=1, max_length=200, description="The source system (来源系统).")]
    type: Annotated[
        str, described("Event type, such as `contract.issued` (承保) or `grace.entered` (进入宽限期).")
    ]
    time: Annotated[
        str, described("When it happened (发生时间), RFC 3339; without an offset it is Asia/Shanghai.")
    ]
    data: Annotated[
        dict[str, Any] | None,
        described(
            "`contract_no` (保单号), `claim_no` (赔案号), the fields of this event type, and `contract` or `customer` "
            "where they are sent along. Registrations and payments may name a `payer` (缴费人) instead of a contract, feedback, tip-offs "
            "and risks what they are `about`: the number of a payer or certificate, or the code of an office. Money is yuan as a decimal string, days are YYYY-MM-DD. Unknown fields are refused."
        ),
    ] = None
    subject: (
        Annotated[
            str, Meta(min_length=1, max_length=200, description="Contract or claim number; may be left out.")
        ]
        | None
    ) = None
    sequence: (
        Annotated[
            int,
            Meta(
                ge=0,
                le=2**53 - 1,
                description="Version of the entity it speaks of: an older one never overwrites a newer state.",
            ),
        ]
        | None
    ) = None
    corrects: (
        Annotated[
            str, Meta(min_length=1, max_length=200, description="`id` of the event this one replaces (更正).")
        ]
        | None
    ) = None
    retracts: (
        Annotated[
            str,
            Meta(min_length=1, max_length=200, description="`id` of the event this one takes back (撤销)."),
        ]
        | None
    ) = None
    datacontenttype: Annotated[Literal["application/json"] | None, described("Type of `data`.")] = None
    dataschema: Annotated[str, Meta(max_length=2000, description="Taken and ignored.")] | None = None


class EventTaken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one event."""

    status: Annotated[
        TakenStatus,
        described(
            "`accepted`: taken in, its callbacks are made. `unchanged`: the same came in before, nothing changed. "
            "`parked`: taken in, and taken up by itself when what is missing comes in."
        ),
    ]
    id: Annotated[UUID, described("Id of the event here.")]
    park_reason: Annotated[str | None, described("Why it is parked, such as `unknown_contract`.")]
    message: Annotated[str | None, described("The same in words, in the language of `Accept-Language`.")]
    warnings: Annotated[list[ProblemFault], described("What looks wrong but kept nothing out.")]


class EventResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one event of a batch."""

    index: Annotated[int, described("Its place in the batch, from 0.")]
    source: Annotated[str | None, described("Its `source`, where that could be read.")]
    event_id: Annotated[str | None, described("Its `id`, where that could be read.")]
    status: Annotated[
        ResultStatus, described("`refused`: nothing of it was taken in; the others as for one event.")
    ]
    id: Annotated[UUID | None, described("Id of the event here; null when refused.")]
    code: Annotated[
        str | None,
        described(
            "Why it is parked or refused: a park reason, `event.conflict`, `validation.failed` or `body.malformed`."
        ),
    ]
    message: Annotated[str | None, described("The same in words, in the language of `Accept-Language`.")]
    errors: Annotated[list[ProblemFault], described("Every fault, with a JSON pointer into this event.")]
    warnings: Annotated[list[ProblemFault], described("What looks wrong but kept nothing out.")]


class EventsTaken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a batch: good events went in though others are broken."""

    accepted: Annotated[int, described("How many were accepted.")]
    unchanged: Annotated[int, described("How many had come in before.")]
    parked: Annotated[int, described("How many wait for something missing.")]
    refused: Annotated[int, described("How many were refused.")]
    obligations_made: Annotated[int, described("Callbacks (回访任务) that came of them.")]
    obligations_changed: Annotated[
        int, described("Callbacks that were changed, voided or cancelled by them.")
    ]
    results: Annotated[list[EventResult], described("One per event, in the order of the batch.")]
