"""The customer has the last word: a case that was solved is called about, and closed after that.

The platform makes the event for classes of cases that say `second_callback`. The script's `judge_case` puts down what the customer said, and
has the case opened again where that was not enough.
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

from huifang_reference.drafts import TITLES, draft
from huifang_reference.settings import Settings


def evaluate(
    event: BusinessEvent,
    contract: Contract,
    parameters: ParametersAt,
    settings: Settings,
    calendar: WorkingCalendar,
    trace: Trace,
) -> list[ObligationDraft]:
    """Demand a call within so many working days of the solution; cases of other plugins are theirs to call about."""
    trace_event(event, trace)
    solved = event.payload
    assert isinstance(solved, CaseSolved)
    if not is_solved_here(event, "reference", trace):
        return []
    window = within_working_days_after(
        solved.solved_on,
        parameters["solved.within_working_days"],
        counting_calendar(calendar, trace, ignore_make_up_days=settings.ignore_make_up_days),
        trace,
        due_from=event.time,
    )
    return [
        draft(
            "solved",
            # One that was opened again and solved again is called about again.
            f"{solved.number}/{solved.round}",
            ("phone",),
            contract,
            parameters,
            settings,
            trace,
            # By the number the platform finds how the case was solved, which the script says as `case.answer`.
            facts={"case.number": solved.number},
            window=window,
        )
    ]


SOLVED = Rule(
    "solved", title=TITLES["solved"], events=("case.solved",), cites=("GEN-1", "GEN-5"), evaluate=evaluate
)
