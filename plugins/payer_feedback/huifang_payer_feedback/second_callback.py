"""The callback after a case was solved (处理结果回访): the payer is told, and says whether that is enough (PF-4: tell, and keep following).

Feedback that came in has its reply; this is for what payers brought up in a callback.
"""

from huifang_core.customers import Party
from huifang_core.drafting import counting_calendar, is_solved_here, trace_event
from huifang_core.events import BusinessEvent, CaseSolved
from huifang_core.obligations import ObligationDraft
from huifang_core.parameters import ParametersAt
from huifang_core.rules import Rule
from huifang_core.trace import Trace
from huifang_core.windows import within_working_days_after
from huifang_core.workdays import WorkingCalendar

from huifang_payer_feedback.drafts import TITLES, obligation
from huifang_payer_feedback.settings import Settings


def evaluate(
    event: BusinessEvent,
    customer: Party,
    parameters: ParametersAt,
    settings: Settings,
    calendar: WorkingCalendar,
    trace: Trace,
) -> list[ObligationDraft]:
    """Demand that the payer be told what came of a case, each time it is solved."""
    trace_event(event, trace)
    solved = event.payload
    assert isinstance(solved, CaseSolved)
    if not is_solved_here(event, "payer_feedback", trace):
        return []
    window = within_working_days_after(
        solved.solved_on,
        parameters["second_callback.within_working_days"],
        counting_calendar(calendar, trace, ignore_make_up_days=settings.ignore_make_up_days),
        trace,
        due_from=event.time,
    )
    return [
        obligation(
            "second_callback",
            f"{solved.number}/{solved.round}",
            cites=("PF-4",),
            channels=settings.reply_channels,
            window=window,
            customer=customer,
            parameters=parameters,
            settings=settings,
            trace=trace,
            facts={"case.number": solved.number, "case.solved_on": solved.solved_on},
        )
    ]


SECOND_CALLBACK = Rule(
    "second_callback",
    title=TITLES["second_callback"],
    events=("case.solved",),
    cites=("PF-4", "GEN-1", "GEN-5", "DEC-15"),
    evaluate=evaluate,
)
