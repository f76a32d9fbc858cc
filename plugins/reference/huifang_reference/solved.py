"""The customer has the last word on a case: a class with `second_callback` has them called once it is solved, before it is closed.

The platform sends `case.solved`; the answer goes back by the effect `judge_case` in the script.
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
    """Demand that the customer be called about a case each time it is solved."""
    trace_event(event, trace)
    solved = event.payload
    assert isinstance(solved, CaseSolved)
    # Cases of every plugin that asks for it come as the same type of event.
    if not is_solved_here(event, "reference", trace):
        return []
    return [
        draft(
            "solved",
            f"{solved.number}/{solved.round}",
            ("phone",),
            contract,
            parameters,
            settings,
            trace,
            window=within_working_days_after(
                solved.solved_on,
                parameters["solved.within_working_days"],
                counting_calendar(calendar, trace, ignore_make_up_days=settings.ignore_make_up_days),
                trace,
            ),
        )
    ]


SOLVED = Rule(
    "solved", title=TITLES["solved"], events=("case.solved",), cites=("GEN-1", "GEN-5"), evaluate=evaluate
)
