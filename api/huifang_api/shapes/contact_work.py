"""Conducting a contact over the API: what is sent at each step, and where the contact stands then."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from huifang_core.contacts import Outcome
from huifang_core.obligations import ContactChannel, ObligationStatus
from huifang_core.scripts.model import Result
from huifang_core.texts import Language
from msgspec import Meta

from huifang_api.faults import NO_NUL
from huifang_api.shapes.contacts import ContactSummary
from huifang_api.shapes.fields import GivenStaffNo, Instant, described
from huifang_api.shapes.look_up import ContractFreshness

_GREATEST_INTEGER = 2**53 - 1

Step = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        pattern=NO_NUL,
        description="Id of the script's step.",
        examples=["greeting"],
    ),
]
Value = Annotated[
    Annotated[str, Meta(max_length=20_000, pattern=r"^[^\x00]*$")]
    | Annotated[int, Meta(ge=-_GREATEST_INTEGER, le=_GREATEST_INTEGER)]
    | Annotated[float, Meta(ge=-_GREATEST_INTEGER, le=_GREATEST_INTEGER)],
    Meta(
        description="The code of the choice made; or the text, number or day (YYYY-MM-DD) the form asks for.",
        examples=["speaking"],
    ),
]


class StartContact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A contact (回访) to start with work that was claimed, or with something that is done late."""

    obligation_id: Annotated[
        UUID,
        Meta(
            description="One of the obligations claimed; those claimed together with it come along (DEC-5). Or one that is "
            "`unreachable` or `expired`, and done late by itself (DEC-3).",
            examples=["01997a1e-52c8-7cc0-9b7e-3a8f0c2d4e11"],
        ),
    ]
    staff_no: GivenStaffNo
    language: Annotated[Language, Meta(description="Language of the script's texts.", examples=["zh-CN"])] = (
        "zh-CN"
    )
    dialled: Annotated[
        bool,
        Meta(
            description="Whether the number is being dialled, or the visit made, right now: only that is an attempt. "
            "`false` prepares the contact; `…/dial` says later that it is dialled.",
            examples=[True],
        ),
    ] = True
    number_index: (
        Annotated[
            int,
            Meta(
                ge=0,
                le=99,
                description="Which of the customer's phone numbers, from 0; without it the first one not found wrong.",
                examples=[0],
            ),
        ]
        | None
    ) = None
    channel: Annotated[
        ContactChannel | None,
        Meta(
            description="Of what is done late: by which channel of its ladder; without it by the last one. What was claimed is "
            "done by the channel it was claimed for.",
            examples=["phone"],
        ),
    ] = None


class GiveAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer to the current step."""

    step: Step
    value: Value


class CorrectAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another answer to an earlier step; the first one stays on record (GEN-2)."""

    section: Annotated[int, Meta(ge=0, le=99, description="Place of the section, from 0.", examples=[0])]
    step: Step
    value: Value


class RecordOutcome(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a contact ended (回访结果)."""

    outcome: Annotated[
        Outcome,
        Meta(
            description="Outcome; `successful` is computed and never entered (DEC-1, REG-2).",
            examples=["call_back_at"],
        ),
    ]
    call_back_at: (
        Annotated[
            datetime,
            Meta(
                tz=True,
                description="With the outcome `call_back_at`: when the customer wants to be called, within a year, RFC 3339 "
                "with offset; with `relative_answered` the time that was named, if any.",
                examples=["2026-03-11T10:00:00+08:00"],
            ),
        ]
        | None
    ) = None
    note: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=2000,
                pattern=NO_NUL,
                description="A note (备注), kept encrypted.",
                examples=["客户希望下次由同一坐席回访"],
            ),
        ]
        | None
    ) = None


class AbandonContact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a contact ends without an outcome."""

    reason: Annotated[
        str,
        Meta(
            min_length=2,
            max_length=500,
            pattern=NO_NUL,
            description="Why (原因); stands in the ledger, so no personal data in it.",
            examples=["话机故障"],
        ),
    ]


class PromptChoice(msgspec.Struct, frozen=True):
    """An answer to choose."""

    code: Annotated[str, described("What to send as `value`.")]
    label: Annotated[str, described("What the caller reads, in the contact's language.")]


class AnswerForm(msgspec.Struct, frozen=True, kw_only=True):
    """What a free answer must be."""

    kind: Annotated[Literal["text", "number", "date"], described("What is asked for.")]
    max_length: Annotated[int | None, described("Most characters of a text.")] = None
    minimum: Annotated[str | None, described("Least number allowed, decimal.")] = None
    maximum: Annotated[str | None, described("Greatest number allowed, decimal.")] = None
    whole: Annotated[bool | None, described("Whether the number must be whole.")] = None
    earliest: Annotated[date | None, described("First day allowed.")] = None
    latest: Annotated[date | None, described("Last day allowed.")] = None


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """What to do now: say `text`, then choose one of `choices` or fill in `answer`."""

    step: Annotated[str, described("Id of the current step; send it back with the answer.")]
    kind: Annotated[
        Literal["say", "ask", "identify", "end"],
        described("Say something, ask, verify the identity, or the script has ended."),
    ]
    text: Annotated[str, described("What to say, in the contact's language.")]
    choices: Annotated[list[PromptChoice], described("The answers to choose from; empty: see `answer`.")]
    answer: Annotated[AnswerForm | None, described("The form of a free answer; null: see `choices`.")]
    item: Annotated[str | None, described("The content item this step covers (SD-5).")]
    compares: Annotated[list[str], described("The facts by which an identity is verified (SD-6a).")]
    missing: Annotated[
        list[str],
        described(
            "Facts that are not on file, so that this can't be told and the contact not completed (SD-6h)."
        ),
    ]
    result: Annotated[Result | None, described("How the script ended, at its end.")]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a contact stands."""

    contact_id: Annotated[UUID, described("Id of the contact.")]
    section: Annotated[int | None, described("Place of the section being played, from 0; null at the end.")]
    obligation_id: Annotated[UUID | None, described("The obligation that section serves.")]
    prompt: Annotated[
        Prompt | None,
        described("What to do now; of kind `end` when every script has ended: record the outcome."),
    ]
    suggested: Annotated[
        Outcome | None, described("At the end, the outcome that fits how the scripts ended.")
    ]
    contracts: Annotated[
        list[ContractFreshness],
        described(
            "How fresh the contract data quoted is, as it was at the start (SD-4); kept in the contact."
        ),
    ]


class ServedObligation(msgspec.Struct, frozen=True, kw_only=True):
    """An obligation a contact served, as it stands after it."""

    id: Annotated[UUID, described("Id of the obligation.")]
    served: Annotated[
        UUID,
        described(
            "Id of the obligation served: another one only where facts changed and superseded it since."
        ),
    ]
    kind: Annotated[str, described("Kind of callback.")]
    status: Annotated[ObligationStatus, described("Status.")]
    status_reason: Annotated[str | None, described("Why it has this status, where that needs a reason.")]
    overdue: Annotated[bool, described("Due and not completed (DEC-2).")]
    channel: Annotated[ContactChannel, described("Channel of the next attempt, or of the last.")]
    rung: Annotated[int, described("Present rung of the channel ladder, from 0.")]
    attempts: Annotated[int, described("Attempts so far, by all channels.")]
    callable_from: Annotated[
        Instant | None, described("When the next attempt may be made, UTC; null: there is none.")
    ]
    completed_at: Annotated[Instant | None, described("When it was completed, UTC.")]
    successful: Annotated[
        bool, described("Completed with the right person, all affirmed, with evidence (REG-2, REG-3).")
    ]


class ContactOutcome(ContactSummary, frozen=True, kw_only=True):
    """A contact that has ended, and what that made of its obligations."""

    obligations: Annotated[list[ServedObligation], described("The obligations it served, in order.")]
