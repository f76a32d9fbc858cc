"""Contacts as the API shows them: the five facts of REG-2 apart, answers in sections, evidence beside."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from huifang_core.contacts import ContactStatus, EvidenceKind, Outcome
from huifang_core.obligations import CalledParty, ContactChannel
from huifang_core.scripts.model import Result
from huifang_core.texts import Language

from huifang_api.shapes.fields import (
    CustomerId,
    Document,
    Id,
    Instant,
    NextCursor,
    Reason,
    StaffNo,
    described,
)

EvidenceStatus = Literal["arriving", "stored", "refused"]


class ContactSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One contact with a customer (回访)."""

    id: Id
    customer_id: CustomerId
    called_party: Annotated[
        CalledParty,
        described(
            "Part of whoever was called (被访人身份); `customer_id` is their record, or the policyholder's for somebody not on file."
        ),
    ]
    staff_id: Annotated[UUID | None, described("Id of whoever made it; null for contacts in writing.")]
    staff_no: Annotated[StaffNo | None, described("Staff number (工号); null for contacts in writing.")]
    client_id: Annotated[str | None, described("The client through which it was recorded.")]
    channel: Annotated[ContactChannel, described("Channel.")]
    status: Annotated[ContactStatus, described("`abandoned`: given back before an outcome was recorded.")]
    language: Annotated[Language, described("Language of the script.")]
    number: Annotated[
        str | None, described("Number dialled or rung from, or number or address written to, masked.")
    ]
    number_index: Annotated[int | None, described("Which of the customer's numbers it was, from 0.")]
    inbound: Annotated[bool, described("The customer rang up: no attempt of ours, and nothing was dialled.")]
    below_province: Annotated[bool, described("Phone work below province level: to be moved up (SD-2).")]
    visitor_is_seller: Annotated[
        bool,
        described(
            "The visitor is the seller of one of the contracts: for those only what is meant as sales' own visit can "
            "succeed (DEC-7)."
        ),
    ]
    identity_passed: Annotated[bool, described("The person's identity was verified (SD-6a).")]
    dialled_at: Annotated[Instant | None, described("When it was dialled, UTC.")]
    started_at: Annotated[Instant, described("When it started, UTC.")]
    concluded_at: Annotated[Instant | None, described("When its outcome was recorded, UTC.")]
    answer_by: Annotated[
        Instant | None, described("Of a contact in writing: until when it waits for its answer, UTC.")
    ]
    outcome: Annotated[Outcome | None, described("Outcome (回访结果).")]
    call_back_at: Annotated[Instant | None, described("When the customer wants to be called back, UTC.")]
    attempted: Annotated[bool, described("Fact 1 of REG-2: somebody tried.")]
    connected: Annotated[bool, described("Fact 2: somebody answered.")]
    right_party: Annotated[bool, described("Fact 3: it was the right person.")]
    completed: Annotated[bool, described("Fact 4: everything was gone through.")]
    successful: Annotated[bool, described("Fact 5, computed: every section is successful.")]
    has_note: Annotated[bool, described("Whether a note was taken, kept encrypted.")]
    obligation_ids: Annotated[list[UUID], described("The obligations it served, in order (DEC-5).")]


class ContactAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer; a changed answer is a new one that corrects an earlier one."""

    id: Id
    sequence: Annotated[int, described("Place within its section, from 1.")]
    step: Annotated[str, described("The script's step.")]
    item: Annotated[str | None, described("The content item it covers (SD-5).")]
    value: Annotated[str | None, described("The code chosen; null where the customer answered freely.")]
    masked: Annotated[bool, described("Whether there is a free answer, which only revealing shows.")]
    affirmative: Annotated[bool | None, described("Whether the item was affirmed (REG-2).")]
    corrects: Annotated[int | None, described("`sequence` of the answer it corrects.")]
    answered_at: Annotated[Instant, described("When, UTC.")]


class ContactSection(msgspec.Struct, frozen=True, kw_only=True):
    """One obligation within a contact, with the script as it stood then."""

    id: Id
    obligation_id: Annotated[UUID, described("The obligation it serves.")]
    position: Annotated[int, described("Place within the contact.")]
    plugin: Annotated[str, described("Plugin of the script.")]
    script: Annotated[str, described("The script.")]
    version: Annotated[str, described("Version of the script.")]
    script_hash: Annotated[str, described("Hash of the script as it stood (GEN-2).")]
    result: Annotated[Result | None, described("How the script ended.")]
    completed: Annotated[bool, described("Everything was gone through.")]
    affirmative: Annotated[bool, described("Every point was affirmed.")]
    visitor_is_seller: Annotated[
        bool, described("The visitor is the seller of the contract this is about (DEC-7).")
    ]
    successful: Annotated[bool, described("Successful in the sense of REG-2 and REG-3.")]
    answers: Annotated[list[ContactAnswer], described("The answers in order, corrected ones included.")]


class EvidenceSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A recording or signed paper that proves a contact (REG-3)."""

    id: Id
    contact_id: Annotated[UUID, described("The contact it proves.")]
    kind: Annotated[EvidenceKind, described("Kind of evidence.")]
    status: Annotated[EvidenceStatus, described("`stored` when it has arrived whole.")]
    content_type: Annotated[str | None, described("Media type.")]
    size_bytes: Annotated[int | None, described("Size in bytes.")]
    sha256: Annotated[str | None, described("SHA-256 of the content, hexadecimal.")]
    reference: Annotated[str | None, described("Where it is kept, when it is kept elsewhere.")]
    uploaded_by: Annotated[str, described("Who brought it in.")]
    created_at: Annotated[Instant, described("When it began to arrive, UTC.")]
    stored_at: Annotated[Instant | None, described("When it had arrived whole, UTC.")]


class ContactDetail(ContactSummary, frozen=True, kw_only=True):
    """A contact with its sections and evidence."""

    snapshot: Annotated[
        Document,
        described(
            "Contract facts shown to the caller, as they stood; `contracts` in it says of each how fresh it was (SD-4)."
        ),
    ]
    sections: Annotated[list[ContactSection], described("One per obligation, in order (DEC-5).")]
    evidence: Annotated[list[EvidenceSummary], described("What proves it.")]


class ContactPage(msgspec.Struct, frozen=True):
    """One page of contacts."""

    items: Annotated[list[ContactSummary], described("The contacts of this page.")]
    next_cursor: NextCursor


class RevealRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why what is masked must be seen."""

    reason: Reason


class RevealedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as it was given."""

    id: Id
    section_id: Annotated[UUID, described("The section it belongs to.")]
    step: Annotated[str, described("The script's step.")]
    value: Annotated[str, described("What was answered.")]


class RevealedContact(msgspec.Struct, frozen=True, kw_only=True):
    """What a contact holds of personal data."""

    number: Annotated[str | None, described("The number dialled.")]
    note: Annotated[str | None, described("The note taken.")]
    answers: Annotated[list[RevealedAnswer], described("All answers.")]
