"""The callback after a case was solved (二次回访): whether the customer finds it solved, before it is closed (SD-4).

The guide asks for problem items to be resolved in the system; that the customer has the last word is our decision.
"""

from huifang_core.contracts import Contract
from huifang_core.drafting import counting_calendar, is_solved_here, trace_event
from huifang_core.events import BusinessEvent, CaseSolved
from huifang_core.obligations import ObligationDraft
from huifang_core.parameters import ParametersAt
from huifang_core.rules import Rule
from huifang_core.trace import Trace
from huifang_core.windows import within_working_days_after
from huifang_core.workdays import WorkingCalendar

from huifang_shandong_life.drafts import TITLES, obligation
from huifang_shandong_life.settings import Settings


def evaluate(
    event: BusinessEvent,
    contract: Contract,
    parameters: ParametersAt,
    settings: Settings,
    calendar: WorkingCalendar,
    trace: Trace,
) -> list[ObligationDraft]:
    """Demand that the customer be called about a case, each time it is solved; whatever has become of the contract."""
    trace_event(event, trace)
    solved = event.payload
    assert isinstance(solved, CaseSolved)
    if not is_solved_here(event, "shandong_life", trace):
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
            cites=("SD-4",),
            contract=contract,
            parameters=parameters,
            settings=settings,
            trace=trace,
            window=window,
            facts={
                "case.number": solved.number,
                "case.subject": solved.subject,
                "case.solved_on": solved.solved_on,
            },
        )
    ]


SECOND_CALLBACK = Rule(
    "second_callback",
    title=TITLES["second_callback"],
    events=("case.solved",),
    cites=("SD-4", "GEN-1", "GEN-5"),
    evaluate=evaluate,
)
