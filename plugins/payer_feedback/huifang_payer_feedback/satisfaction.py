"""Regular satisfaction surveys (满意度调查) of those who paid, and what an office makes of them (PF-3, PF-4)."""

from huifang_core.cases import CaseDraft
from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.drafting import counting_calendar, first_of_period, is_drawn, trace_event
from huifang_core.events import BusinessEvent, SampleDrawn
from huifang_core.offices import payer_in_scope
from huifang_core.parameters import ParametersAt
from huifang_core.plans import Membership, Plan, Share
from huifang_core.rules import Draft, Rule, UnitView
from huifang_core.texts import text
from huifang_core.trace import Trace
from huifang_core.windows import within_working_days_after
from huifang_core.workdays import WorkingCalendar

from huifang_payer_feedback.drafts import TITLES, obligation
from huifang_payer_feedback.settings import Settings


def select(
    event: BusinessEvent,
    contract: Contract,
    unit: UnitView,
    settings: Settings,
    history: tuple[BusinessEvent, ...],
    trace: Trace,
) -> Membership | None:
    """Count in every payer who paid in the quarter, once, by office."""
    trace_event(event, trace)
    if not payer_in_scope(contract, unit, settings, trace, cites="PF-3"):
        return None
    return Membership(stratum=unit.code) if first_of_period(event, history, "quarter", trace) else None


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
    """Have a payer drawn asked, and with the first one of each office, the office look at what all of them said (PF-4).

    A survey stops once its time is up (DEC-3).
    """
    day = trace_event(event, trace)
    drawn = event.payload
    assert isinstance(drawn, SampleDrawn)
    if not is_drawn(event, "payer_feedback/satisfaction", trace) or not payer_in_scope(
        contract, unit, settings, trace, cites="PF-3"
    ):
        return []
    analysed = trace.branch()
    survey = obligation(
        "satisfaction",
        drawn.period,
        cites=("PF-3",),
        channels=settings.channels,
        window=within_working_days_after(
            day,
            parameters["satisfaction.within_working_days"],
            counting_calendar(calendar, trace, ignore_make_up_days=settings.ignore_make_up_days),
            trace,
        ),
        customer=customer,
        parameters=parameters,
        settings=settings,
        trace=trace,
        category="survey",
    )
    if drawn.rank > 1:
        return [survey]
    analysed.decision(
        "improvement",
        f"{drawn.period}的回访和调查结果须由机构{unit.code}分析并改进（PF-4）",
        f"office {unit.code} has to look at what callbacks and surveys of {drawn.period} showed, and improve (PF-4)",
    )
    improvement = CaseDraft(
        case_class="improvement",
        occasion=drawn.period,
        subject=text(
            f"分析{drawn.period}缴费人回访和满意度调查结果，提出改进措施",
            f"look at the results of {drawn.period} and say what is to be improved",
        ),
        trace=analysed.steps,
    )
    return [survey, improvement]


SATISFACTION = Rule(
    "satisfaction",
    title=TITLES["satisfaction"],
    events=("sample.drawn",),
    cites=("PF-3", "PF-4", "DEC-3", "DEC-14", "DEC-15"),
    after_due="stop",
    evaluate=evaluate,
)
"""PF-3, PF-4: surveys at regular times, and an office that looks at them."""

SATISFACTION_PLAN = Plan(
    "satisfaction",
    title=TITLES["satisfaction"],
    events=("payment.completed",),
    needs=("payment.completed",),
    cites=("PF-3", "DEC-14"),
    select=select,
    size=Share("satisfaction.share"),
    period="quarter",
)
"""PF-3: a share of each office's payers of a quarter."""
