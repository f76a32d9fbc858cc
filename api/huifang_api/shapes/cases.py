"""Cases as the API shows them."""

from typing import Annotated
from uuid import UUID

import msgspec
from huifang_core.case_deadlines import Counted
from huifang_core.cases import CallbackResult, CaseKind, CaseStatus, Decision, PlanEffect
from huifang_tenants.services.cases import EntryKind

from huifang_api.shapes.fields import Document, Id, Instant, NextCursor, UnitCode, described
from huifang_api.shapes.obligations import ExplainingStep
from huifang_api.shapes.work_orders import WorkOrder


class CaseSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A case (问题件): what a contact brought to light, or an event by itself, and somebody must solve."""

    id: Id
    number: Annotated[int, described("Running number within the tenant.")]
    plugin: Annotated[str | None, described("The plugin that defines its class.")]
    case_class: Annotated[str, described("Class (问题分类).")]
    kind: Annotated[
        CaseKind,
        described("A problem to solve, a suggestion to adopt or decline, or a plan of improvements."),
    ]
    severity: Annotated[int, described("1 minor … 4 most serious.")]
    status: Annotated[CaseStatus, described("Status.")]
    overdue: Annotated[bool, described("Due at the tenant's business time, not solved and not withdrawn.")]
    unit: UnitCode
    origin: Annotated[
        str, described("Code of the unit it belongs to, which need not be the one that solves it.")
    ]
    contract_id: Annotated[UUID | None, described("The contract it is about.")]
    contract_no: Annotated[str | None, described("That contract's number.")]
    customer_id: Annotated[UUID | None, described("The customer it is about.")]
    obligation_id: Annotated[UUID | None, described("The obligation it came from.")]
    contact_id: Annotated[UUID | None, described("The contact it came from.")]
    step: Annotated[str | None, described("The script's step whose answer opened it.")]
    subject: Annotated[str, described("What it is about, without personal data.")]
    assignee: Annotated[str | None, described("Staff number of whoever works on it.")]
    due_by: Annotated[Instant | None, described("When it must be solved, UTC.")]
    counted_in: Annotated[
        Counted,
        described(
            "How its time is counted: in working days or minutes as its class says, or to a deadline given."
        ),
    ]
    paused_until: Annotated[
        Instant | None, described("Until when its time stands still, UTC; it is not overdue meanwhile.")
    ]
    escalated_to: Annotated[str | None, described("Code of the highest unit that was told it is overdue.")]
    opened_at: Annotated[Instant, described("When it was opened, UTC.")]
    solved_at: Annotated[Instant | None, described("When it was solved, UTC.")]
    solved_by: Annotated[str | None, described("Who solved it.")]
    closed_at: Annotated[Instant | None, described("When it was closed, UTC.")]
    reopened: Annotated[int, described("How often it was opened again.")]
    decision: Annotated[Decision | None, described("Of a suggestion: what became of it (CARE-3).")]
    effect: Annotated[PlanEffect | None, described("Of a plan of improvements: what it came to (CI-6).")]
    plan_id: Annotated[UUID | None, described("The plan of improvements it is a finding of.")]
    second_callback: Annotated[
        bool, described("Whether the customer is called about it, once solved, before it is closed.")
    ]
    callback_result: Annotated[
        CallbackResult | None, described("What the customer said of how it was solved, the last time.")
    ]
    withdrawn: Annotated[
        bool, described("What opened it, an answer or an event, was changed or taken back afterwards.")
    ]
    rule: Annotated[
        str | None, described("The rule of the plugin that wanted it opened, without any contact.")
    ]
    event_id: Annotated[UUID | None, described("Id of the event that this rule looked at.")]
    revision: Annotated[int, described("Grows with every change.")]


class CaseEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry in the history of a case."""

    id: Id
    kind: Annotated[EntryKind, described("What was done.")]
    has_text: Annotated[bool, described("Whether something was written, which only revealing shows.")]
    actor: Annotated[str, described("Who did it.")]
    on_behalf_of: Annotated[str | None, described("Staff number it was done for.")]
    at: Annotated[Instant, described("When, UTC.")]
    details: Annotated[
        Document | None,
        described(
            "What changed: units `from` and `to`, `case_class` and `severity`, `until` when, which work `order`, `finding` or `plan`."
        ),
    ]


class CaseDetail(CaseSummary, frozen=True, kw_only=True):
    """A case with its history and its work orders."""

    trace: Annotated[list[ExplainingStep], described("Why its rule wanted it opened, step by step.")]
    entries: Annotated[list[CaseEntry], described("Everything that happened to it, oldest first.")]
    work_orders: Annotated[
        list[WorkOrder], described("Its work orders (工单), in the order in which they were sent.")
    ]


class CasePage(msgspec.Struct, frozen=True):
    """One page of cases."""

    items: Annotated[list[CaseSummary], described("The cases of this page.")]
    next_cursor: NextCursor


class RevealedCaseEntry(CaseEntry, frozen=True, kw_only=True):
    """An entry with what was written."""

    text: Annotated[str | None, described("What was written.")]


class RevealedCase(msgspec.Struct, frozen=True):
    """The history of a case with all texts."""

    entries: Annotated[list[RevealedCaseEntry], described("Everything that happened to it, oldest first.")]
