"""Feedback that came in: somebody must solve it, and the payer be answered within two working days (PF-3)."""

import msgspec
from huifang_core.accounts import is_of_office
from huifang_core.applicability import of_line
from huifang_core.cases import CaseDraft
from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.drafting import counting_calendar, root_of, trace_event
from huifang_core.events import BusinessEvent, FeedbackReceived
from huifang_core.offices import payer_in_scope
from huifang_core.parameters import ParametersAt
from huifang_core.rules import Draft, Rule, UnitView
from huifang_core.texts import Text, text
from huifang_core.trace import Trace
from huifang_core.windows import day_of, within_working_days_after
from huifang_core.workdays import WorkingCalendar

from huifang_payer_feedback.drafts import TITLES, obligation
from huifang_payer_feedback.settings import Settings

SUBJECTS: dict[str, Text] = {
    "suggestion": text("缴费人提出建议，请研究并答复", "a payer made a suggestion: look into it and answer"),
    "problem": text("缴费人反映问题，请解决并答复", "a payer told of a problem: solve it and answer"),
    "complaint": text("缴费人投诉，请查处并答复", "a payer complained: look into it and answer"),
}
"""What the case about each kind of feedback says."""


def evaluate(
    event: BusinessEvent,
    contract: Contract,
    customer: Party,
    unit: UnitView,
    parameters: ParametersAt,
    settings: Settings,
    calendar: WorkingCalendar,
    trace: Trace,
) -> list[Draft]:
    """Open a case for who must solve it, and demand that the payer be told, both by the end of the second working day after receipt.

    Feedback about an office, of nobody in particular, is a case alone.
    """
    feedback = event.payload
    assert isinstance(feedback, FeedbackReceived)
    trace_event(event, trace)
    of_office = is_of_office(contract)
    in_scope = (
        of_line(contract, settings.lines, trace, cites="PF-3")
        if of_office
        else payer_in_scope(contract, unit, settings, trace, cites="PF-3")
    )
    if not in_scope:
        return []
    received_on = day_of(feedback.received_at)
    trace.fact(
        "feedback.received_on",
        received_on,
        f"{received_on}收到反馈",
        f"the feedback came in on {received_on}",
    )
    window = within_working_days_after(
        received_on,
        parameters["reply.within_working_days"],
        counting_calendar(calendar, trace, ignore_make_up_days=settings.ignore_make_up_days),
        trace,
        due_from=feedback.received_at,
    )
    answered = trace.branch()
    trace.decision(
        "case",
        "须由机构在同一期限内解决（PF-3、PF-4）",
        "the office has to solve it within the same time (PF-3, PF-4)",
    )
    case = CaseDraft(
        case_class=feedback.kind,
        occasion=root_of(event),
        subject=SUBJECTS[feedback.kind],
        trace=trace.steps,
        due_by=window.due_by,
    )
    if of_office:
        trace.decision(
            "reply",
            "反馈针对机构，未留缴费人，无从答复",
            "it is about an office and nobody's in particular: there is nobody to answer",
        )
        return [case]
    reply = obligation(
        "reply",
        root_of(event),
        cites=("PF-3", "PF-4"),
        channels=settings.reply_channels,
        window=window,
        customer=customer,
        parameters=parameters,
        settings=settings,
        trace=answered,
        facts={"feedback.kind": feedback.kind, "feedback.received_on": received_on},
    )
    return [case, msgspec.structs.replace(reply, trace=answered.steps)]


REPLY = Rule(
    "reply",
    title=TITLES["reply"],
    events=("feedback.received",),
    cites=("PF-3", "PF-4", "GEN-5", "DEC-3", "DEC-15"),
    evaluate=evaluate,
)
"""PF-3: suggestions and problems are answered within two working days after receipt."""
