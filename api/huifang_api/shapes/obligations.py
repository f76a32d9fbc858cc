"""Obligations as the API shows them, and why each exists."""

from typing import Annotated
from uuid import UUID

import msgspec
from huifang_core.contacts import Ending
from huifang_core.obligations import AfterDue, CalledParty, ContactChannel, ObligationStatus, Retention, Rung
from huifang_core.texts import Language, Text
from huifang_core.trace import StepKind

from huifang_api.shapes.fields import (
    ContractId,
    ContractNo,
    CreatedAt,
    CustomerId,
    Day,
    Document,
    GivenStaffNo,
    Id,
    Instant,
    NextCursor,
    Reason,
    UnitCode,
    UpdatedAt,
    described,
)


class Appointment(msgspec.Struct, frozen=True, kw_only=True):
    """The time (预约) at which the customer is to be contacted, which has to be agreed first."""

    at: Annotated[Instant | None, described("The time agreed, UTC; null: agree on one.")]
    through: Annotated[ContactChannel | None, described("By which channel the customer was asked.")]
    agreed_by: Annotated[str | None, described("Staff number of who agreed on it.")]
    agreed_at: Annotated[Instant | None, described("When it was agreed, UTC.")]
    missed: Annotated[
        list[Instant], described("Times agreed before at which nobody contacted the customer, UTC.")
    ]


class ObligationSummary(msgspec.Struct, frozen=True, kw_only=True):
    """That a customer must be contacted (回访任务), within the window [due_from, due_by)."""

    id: Id
    kind: Annotated[str, described("Kind of callback, such as `new_contract` (新契约回访).")]
    title: Annotated[Text, described("What it is called, in both languages.")]
    status: Annotated[ObligationStatus, described("Status; overdue is a separate field.")]
    status_reason: Annotated[str | None, described("Why it has this status, where that needs a reason.")]
    overdue: Annotated[bool, described("Due at the tenant's business time and not completed (DEC-2).")]
    contract_id: ContractId
    contract_no: ContractNo
    customer_id: CustomerId
    unit: UnitCode
    plugin: Annotated[str, described("The plugin whose rule made it.")]
    plugin_version: Annotated[str, described("Version of that plugin.")]
    rule: Annotated[str, described("The rule that made it.")]
    cites: Annotated[list[str], described("What the rule rests on, such as `SD-6`.")]
    event_id: Annotated[UUID, described("Id of the event that set the rule off.")]
    not_contactable: Annotated[
        Ending | None,
        described("Why the policyholder is not called any more; what is owed stays on the books (DEC-2)."),
    ]
    channel: Annotated[ContactChannel, described("Channel of the present rung of its ladder.")]
    rung: Annotated[int, described("Present rung of the channel ladder, from 0.")]
    attempts: Annotated[int, described("Attempts made so far, by all channels.")]
    priority: Annotated[int, described("Higher goes first in the queue.")]
    due_from: Annotated[Instant | None, described("Start of the window, UTC; null while it waits.")]
    due_by: Annotated[
        Instant | None, described("End of the window, itself outside, UTC; null while it waits.")
    ]
    due_on: Annotated[Day | None, described("Last day of the window in Asia/Shanghai; null while it waits.")]
    provisional: Annotated[
        bool, described("A year without announced holidays was counted in; the window will be counted again.")
    ]
    born_late: Annotated[str | None, described("Why it was late when it was made (DEC-4); null: it was not.")]
    opens_on: Annotated[
        str | None, described("Event type it waits for, such as `contract.delivered` (DEC-12).")
    ]
    alarm_on: Annotated[Day | None, described("Day on which waiting raises an alarm.")]
    after_due: Annotated[AfterDue, described("Whether contacting goes on after the window (DEC-3).")]
    callable_from: Annotated[Instant | None, described("When the next attempt may be made, UTC.")]
    appointment: Annotated[
        Appointment | None, described("The time agreed with the customer (HI-2); null: none is to be agreed.")
    ]
    given_out: Annotated[
        bool,
        described(
            "Whether only its assignee can claim it, or a team leader has to give it to somebody first (DEC-8)."
        ),
    ]
    assignee: Annotated[str | None, described("Staff number of whom it was given to; null: nobody.")]
    assigned_at: Annotated[Instant | None, described("When it was given to them, UTC.")]
    held_by: Annotated[str | None, described("Staff number of whoever has claimed it.")]
    held_until: Annotated[Instant | None, described("When that claim runs out, UTC.")]
    completed_at: Annotated[Instant | None, described("When it was completed, UTC.")]
    completed_contact_id: Annotated[UUID | None, described("The contact that completed it.")]
    completed_channel: Annotated[ContactChannel | None, described("The channel of that contact.")]
    successful: Annotated[
        bool, described("Completed with the right person, all affirmed, with evidence (REG-2).")
    ]
    closed_at: Annotated[Instant | None, described("When it left the books, UTC.")]
    replaced_by: Annotated[UUID | None, described("The obligation that superseded it.")]
    generation: Annotated[int, described("Counts the versions of one obligation as facts changed, from 1.")]
    created_at: CreatedAt
    updated_at: UpdatedAt


class ObligationDetail(ObligationSummary, frozen=True, kw_only=True):
    """An obligation with what the rule demands."""

    script: Annotated[str, described("Script to use (话术).")]
    content: Annotated[list[str], described("Content items to cover, where each applies.")]
    ladder: Annotated[list[Rung], described("Channels in order, with attempts and minutes between them.")]
    call: Annotated[list[CalledParty], described("Who may be called.")]
    retention: Annotated[
        Retention, described("Years its records are kept from the end of the contract, and why.")
    ]
    parameters_on: Annotated[Day, described("Day whose legal parameters were used.")]
    settings_version: Annotated[int, described("Version of the tenant's plugin settings that was used.")]
    calendar: Annotated[str, described("Working calendar that was used.")]
    input_hash: Annotated[str, described("Hash of everything the rule saw: equal input, equal result.")]


class ObligationPage(msgspec.Struct, frozen=True):
    """One page of obligations."""

    items: Annotated[list[ObligationSummary], described("The obligations of this page.")]
    next_cursor: NextCursor


class ExplainingEvent(msgspec.Struct, frozen=True, kw_only=True):
    """The event that set the rule off."""

    id: Id
    source: Annotated[str, described("Its source system.")]
    event_id: Annotated[str, described("Its id there.")]
    type: Annotated[str, described("Its type.")]
    happened_at: Annotated[Instant, described("When it happened, UTC.")]
    received_at: Annotated[Instant, described("When it came in, UTC.")]


class ExplainingStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the trace."""

    kind: Annotated[
        StepKind,
        described("What was done: an event, fact or parameter looked at, a date counted, a decision."),
    ]
    subject: Annotated[str, described("What it was about.")]
    text: Annotated[Text, described("The sentence that says so, in both languages.")]
    values: Annotated[Document, described("The values that counted.")]


class ExportCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who gives a contract to the author of a plugin, and why."""

    staff_no: GivenStaffNo
    reason: Reason


class AnonymisedCase(msgspec.Struct, frozen=True, kw_only=True):
    """A contract as a golden case: dates, amounts and codes kept, stand-ins for every name and number."""

    plugin: Annotated[str, described("The plugin it is a case of.")]
    case: Annotated[
        Document, described("The golden case; saved as a file, `huifang plugin replay` plays it.")
    ]


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why an obligation exists and why it is due then (GEN-3)."""

    obligation_id: Annotated[UUID, described("Id of the obligation.")]
    language: Annotated[Language, described("Language of `lines`.")]
    lines: Annotated[list[str], described("The trace as numbered lines for a person to read.")]
    steps: Annotated[list[ExplainingStep], described("The same as data.")]
    plugin: Annotated[str, described("The plugin.")]
    plugin_version: Annotated[str, described("Its version.")]
    rule: Annotated[str, described("The rule.")]
    cites: Annotated[list[str], described("What the rule rests on.")]
    parameters_on: Annotated[Day, described("Day whose legal parameters were used.")]
    settings_version: Annotated[int, described("Version of the tenant's plugin settings.")]
    calendar: Annotated[str, described("Working calendar used (GEN-1).")]
    input_hash: Annotated[str, described("Hash of everything the rule saw.")]
    born_late: Annotated[str | None, described("Why it was late when it was made (DEC-4).")]
    provisional: Annotated[bool, described("Whether the window will be counted again.")]
    due_from: Annotated[Instant | None, described("Start of the window, UTC.")]
    due_by: Annotated[Instant | None, described("End of the window, UTC.")]
    event: Annotated[ExplainingEvent, described("The event that set the rule off.")]
