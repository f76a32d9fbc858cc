"""Letters (信函) as the API shows them: batches to print, what the post did with each, and entering what came back."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from huifang_core.contacts import Outcome
from huifang_core.texts import Language
from huifang_tenants.services.papers.entering import Identity
from huifang_tenants.services.papers.letters import ReturnReason
from msgspec import Meta

from huifang_api.faults import NO_NUL
from huifang_api.shapes.contact_work import Standing, Step, Value
from huifang_api.shapes.fields import CustomerId, Day, GivenStaffNo, Instant, NextCursor, StaffNo, described

LetterStatus = Literal["prepared", "posted", "answered", "returned", "completed", "ended"]

_DAY = Meta(description="Day in Asia/Shanghai, not one to come.", examples=["2026-03-10"])


class PrepareLetters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Letters to be prepared together: the most pressing callbacks by letter that this person may make."""

    staff_no: GivenStaffNo
    limit: Annotated[int, Meta(ge=1, le=200, description="Most letters.", examples=[50])] = 50
    language: Annotated[Language, Meta(description="Language of the letters.", examples=["zh-CN"])] = "zh-CN"


class LetterSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The letter (信函) of one contact."""

    contact_id: Annotated[UUID, described("Id of the contact; what the QR code of the letter holds.")]
    batch_id: Annotated[UUID, described("The batch it was prepared in.")]
    number: Annotated[int, described("Its number, printed on every page as `L00000017`.")]
    status: Annotated[
        LetterStatus,
        described(
            "prepared; posted; answered: its signed receipt has come in; returned by the post; completed: its answers were entered;"
            " ended: the contact ended otherwise, as when no answer came in time."
        ),
    ]
    outcome: Annotated[Outcome | None, described("Outcome of the contact (回访结果).")]
    language: Annotated[Language, described("Language.")]
    customer_id: CustomerId
    customer_name: Annotated[str, described("Name, masked: 王**.")]
    staff_no: StaffNo
    missing: Annotated[
        list[str],
        described(
            "Facts that are not on file: what quotes them is not in the letter, which can't complete the callback (SD-6h)."
        ),
    ]
    prepared_at: Annotated[Instant, described("When it was prepared, UTC.")]
    printed_at: Annotated[Instant | None, described("When its PDF was first fetched, UTC.")]
    posted_on: Annotated[Day | None, described("Day it was posted.")]
    posting_no: Annotated[str | None, described("Number by which the post follows it (邮件号).")]
    reply_by: Annotated[Instant | None, described("Until when an answer is waited for, itself outside, UTC.")]
    returned_on: Annotated[Day | None, described("Day it came back undelivered.")]
    return_reason: Annotated[ReturnReason | None, described("Why the post brought it back.")]


class LetterPage(msgspec.Struct, frozen=True):
    """One page of letters."""

    items: Annotated[list[LetterSummary], described("The letters of this page.")]
    next_cursor: NextCursor


class LetterBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Letters that were prepared together, counted by how far they have come."""

    id: Annotated[UUID, described("Id of the batch.")]
    staff_no: StaffNo
    prepared_at: Annotated[Instant, described("When the first was prepared, UTC.")]
    printed_at: Annotated[Instant | None, described("When a PDF of it was first fetched, UTC.")]
    first_number: Annotated[int, described("Least number in it.")]
    last_number: Annotated[int, described("Greatest number in it.")]
    letters: Annotated[int, described("How many letters it has.")]
    prepared: Annotated[int, described("Of these, how many wait to be posted.")]
    posted: Annotated[int, described("How many are out.")]
    answered: Annotated[int, described("How many came back signed and wait to be entered.")]
    returned: Annotated[int, described("How many the post brought back.")]
    completed: Annotated[int, described("How many completed their callbacks.")]
    ended: Annotated[int, described("How many ended otherwise.")]


class LetterBatchPage(msgspec.Struct, frozen=True):
    """One page of batches."""

    items: Annotated[list[LetterBatch], described("The batches of this page.")]
    next_cursor: NextCursor


class PreparedLetters(msgspec.Struct, frozen=True, kw_only=True):
    """A batch that was prepared."""

    id: Annotated[UUID, described("Id of the batch.")]
    letters: Annotated[list[LetterSummary], described("Its letters in order of their numbers.")]
    stopped: Annotated[
        str | None, described("Code of the problem that ended the batch early; null: none did.")
    ]


class PostLetter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That a letter went into the post."""

    posted_on: Annotated[date, _DAY]
    posting_no: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=64,
                pattern=NO_NUL,
                description="Number by which the post follows it (邮件号).",
                examples=["XA12345678937"],
            ),
        ]
        | None
    ) = None


class PostBatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That what was prepared in a batch went into the post together."""

    posted_on: Annotated[date, _DAY]


class PostedBatch(msgspec.Struct, frozen=True):
    """How many letters of a batch were recorded as posted."""

    posted: Annotated[int, described("How many; those posted or ended before are left as they are.")]


class ReturnLetter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That the post brought a letter back (退信)."""

    returned_on: Annotated[date, _DAY]
    reason: Annotated[
        ReturnReason,
        Meta(
            description="moved: 迁移新址不明; unknown: 查无此人; no_such_address: 地址不详; unclaimed: 逾期无人领取; refused: 拒收.",
            examples=["moved"],
        ),
    ]


class EnterPaper(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a customer wrote in a letter or on a visitor's sheet."""

    identity: Annotated[
        Identity,
        Meta(
            description="What comparing the ID number and signature with those on file gave (SD-6a); `refused` where they were left out.",
            examples=["passed"],
        ),
    ]
    answers: Annotated[
        list[dict[Step, Value]],
        Meta(
            max_length=100,
            description="Of each section in order, the answer to each step; what was left blank is left out.",
            examples=[[{"terms_read": "was_read", "coverage": "understood"}]],
        ),
    ]


class UnusedAnswer(msgspec.Struct, frozen=True):
    """An answer to a question that the others did not lead to."""

    section: Annotated[int, described("Place of the section, from 0.")]
    step: Annotated[str, described("The script's step.")]


class EnteredPaper(msgspec.Struct, frozen=True, kw_only=True):
    """What entering a paper came to."""

    outcome: Annotated[
        Outcome | None, described("The outcome recorded; null where something is still to be answered.")
    ]
    standing: Annotated[Standing, described("Where the contact stood when the answers were used up.")]
    unused: Annotated[list[UnusedAnswer], described("Answers that were not taken in.")]


class PaperBox(msgspec.Struct, frozen=True, kw_only=True):
    """A box to tick."""

    code: Annotated[str, described("What to send as the answer.")]
    label: Annotated[str, described("What stands beside the box.")]


class PaperQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question of a paper."""

    number: Annotated[int, described("Its number on the paper.")]
    step: Annotated[str, described("The script's step it is.")]
    text: Annotated[str, described("What is asked or told.")]
    boxes: Annotated[list[PaperBox], described("The boxes; none where something is written.")]
    written: Annotated[
        Literal["text", "number", "date"] | None, described("What is written where there are no boxes.")
    ]


class PaperPart(msgspec.Struct, frozen=True, kw_only=True):
    """The questions of one script."""

    title: Annotated[str, described("Title of the script.")]
    contract_no: Annotated[str, described("Number of the contract it is about.")]
    questions: Annotated[list[PaperQuestion], described("The questions in order.")]


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on the paper of a contact, for whoever enters what came back."""

    contact_id: Annotated[UUID, described("Id of the contact.")]
    identifies: Annotated[bool, described("Whether the ID number is asked for.")]
    sections: Annotated[list[PaperPart], described("Its sections in order.")]
