"""Suggestions of customers: somebody decides whether they are adopted, and the customer is told, with the reason (CARE-3)."""

from huifang_core.applicability import of_line
from huifang_core.cases import CaseDraft
from huifang_core.contracts import Contract
from huifang_core.drafting import counting_calendar, root_of, trace_event
from huifang_core.events import BusinessEvent, FeedbackReceived
from huifang_core.parameters import ParametersAt
from huifang_core.rules import Draft, Rule
from huifang_core.texts import text
from huifang_core.trace import Trace
from huifang_core.windows import day_of, within_working_days_after
from huifang_core.workdays import WorkingCalendar

from huifang_customer_care.drafts import TITLES, obligation
from huifang_customer_care.settings import Settings


def evaluate(
    event: BusinessEvent,
    contract: Contract,
    parameters: ParametersAt,
    settings: Settings,
    calendar: WorkingCalendar,
    trace: Trace,
) -> list[Draft]:
    """Open a case for the decision and demand an answer, both by the same day."""
    feedback = event.payload
    assert isinstance(feedback, FeedbackReceived)
    trace_event(event, trace)
    if not of_line(contract, settings.lines, trace, cites="CARE-3"):
        return []
    if feedback.kind != "suggestion":
        trace.decision(
            "feedback.kind",
            "不是建议，按其他规定处理，本规则不适用",
            "no suggestion: a matter of other rules, not of this one",
        )
        return []
    received_on = day_of(feedback.received_at)
    window = within_working_days_after(
        received_on,
        parameters["reply.within_working_days"],
        counting_calendar(calendar, trace, ignore_make_up_days=settings.ignore_make_up_days),
        trace,
        due_from=feedback.received_at,
    )
    decided = trace.branch()
    decided.decision(
        "case",
        "须研究决定是否采纳，不采纳的说明理由（CARE-3）",
        "somebody decides whether to adopt it, with the reason if not (CARE-3)",
    )
    case = CaseDraft(
        case_class="suggestion",
        occasion=root_of(event),
        subject=text(
            "客户提出建议，请决定是否采纳并说明理由",
            "a customer made a suggestion: decide whether to adopt it, and say why",
        ),
        trace=decided.steps,
        due_by=window.due_by,
    )
    reply = obligation(
        "reply",
        root_of(event),
        cites="CARE-3",
        channels=("phone",),
        window=window,
        contract=contract,
        parameters=parameters,
        settings=settings,
        trace=trace,
        category="mandatory",
        facts={"feedback.kind": feedback.kind, "feedback.received_on": received_on},
    )
    return [case, reply]


REPLY = Rule(
    "reply",
    title=TITLES["reply"],
    events=("feedback.received",),
    cites=("CARE-3", "GEN-1", "GEN-5", "DEC-3"),
    evaluate=evaluate,
)
"""CARE-3: the customer who made a suggestion is told what becomes of it, late if need be."""
