"""Days that come: a schedule names them, the platform sends an event on each, and a rule looks at it as at any other.

The rule needs more than the event: `needs` names the types, and `history` holds those events of the contract.
"""

from huifang_core.applicability import of_line
from huifang_core.contracts import Contract
from huifang_core.drafting import contract_over, is_reached, trace_event
from huifang_core.events import BusinessEvent, ScheduleReached
from huifang_core.obligations import ObligationDraft
from huifang_core.parameters import ParametersAt
from huifang_core.rules import Rule
from huifang_core.schedules import Schedule
from huifang_core.texts import text
from huifang_core.trace import Trace
from huifang_core.windows import within_days

from huifang_reference.drafts import TITLES, draft
from huifang_reference.settings import Settings

YEARLY = Schedule(
    id="yearly",
    title=text("合同周年", "anniversary of the contract"),
    cites=("GEN-4",),
    anchor="contract.effective_on",
    months=12,
    every_months=12,
)
"""A year after effect and each year from then on; counted from the contract."""

OPEN_DAY = Schedule(
    id="open_day",
    title=text("开放日", "open day"),
    cites=("GEN-4",),
    anchor="calendar",
    dates=("03-15",),
    # A tenant may have others; the default of the setting must be `dates`.
    dates_setting="open_days",
    lines=("property", "liability"),
    per="customer",
)
"""On days of the calendar, once for each customer, however many contracts there are."""

SCHEDULES: tuple[Schedule, ...] = (YEARLY, OPEN_DAY)


def evaluate(
    event: BusinessEvent,
    contract: Contract,
    parameters: ParametersAt,
    settings: Settings,
    history: tuple[BusinessEvent, ...],
    trace: Trace,
) -> list[ObligationDraft]:
    """Send good wishes on a schedule's day, unless the customer complained before: then a greeting would be out of place."""
    day = trace_event(event, trace)
    reached = event.payload
    assert isinstance(reached, ScheduleReached)
    if not of_line(contract, settings.lines, trace, cites="GEN-3"):
        return []
    # Every schedule of every plugin comes as the same type of event.
    schedule = reached.schedule if reached.schedule in _OURS else "reference/yearly"
    if not is_reached(event, schedule, trace):
        return []
    complained = [e.event_id for e in history if getattr(e.payload, "kind", None) == "complaint"]
    if complained:
        trace.decision(
            "complaint",
            f"客户曾投诉（{complained[0]}），不致意",
            f"complained before ({complained[0]}): no greeting",
        )
        return []
    return [
        draft(
            "courtesy",
            f"{schedule}/{reached.period}",
            ("sms", "phone"),
            contract,
            parameters,
            settings,
            trace,
            window=within_days(reached.on, parameters["courtesy.within_days"], trace),
            void_on=contract_over(contract, day),
            # What a customer doesn't want holds a courtesy back, and only here may a product be recommended.
            category="care",
            priority=10,
        )
    ]


_OURS = tuple(f"reference/{schedule.id}" for schedule in SCHEDULES)

ANNIVERSARY = Rule(
    "anniversary",
    title=TITLES["courtesy"],
    events=("schedule.reached",),
    needs=("feedback.received",),
    cites=("GEN-4", "GEN-5", "DEC-3"),
    # A greeting that is late is none: it stops on the day it was due.
    after_due="stop",
    evaluate=evaluate,
)
