"""A mandatory callback for a new contract, which waits for delivery: the ordinary case of a rule.

It names every argument a rule may ask for but `history`; `anniversary` has that. An argument that isn't named isn't handed over, and is
no part of what a change of makes the obligation anew.
"""

from datetime import timedelta

from huifang_core.applicability import individual, of_line
from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.drafting import contract_over, counting_calendar, trace_event
from huifang_core.events import BusinessEvent
from huifang_core.obligations import ObligationDraft
from huifang_core.parameters import ParametersAt
from huifang_core.rules import Rule, UnitView
from huifang_core.trace import Trace
from huifang_core.windows import within_working_days_after
from huifang_core.workdays import WorkingCalendar

from huifang_reference.drafts import TITLES, draft
from huifang_reference.settings import Settings


def evaluate(
    event: BusinessEvent,
    contract: Contract,
    customer: Party,
    unit: UnitView,
    parameters: ParametersAt,
    settings: Settings,
    calendar: WorkingCalendar,
    trace: Trace,
) -> list[ObligationDraft]:
    """Demand a callback within so many working days of delivery; until that is known the obligation waits, with an alarm."""
    day = trace_event(event, trace)
    # Each test says in the trace why it ends there, so that nothing ever comes of an event without a reason.
    if not of_line(contract, settings.lines, trace, cites="GEN-3"):
        return []
    if not individual(contract, customer, trace, cites="GEN-3"):
        return []
    window = alarm_on = None
    if contract.delivered_on is None:
        alarm_on = day + timedelta(parameters["welcome.delivery_alarm_days"])
        trace.decision(
            "delivery", "尚无签收信息，等待签收", "not delivered yet as far as is known: waits for it"
        )
    else:
        window = within_working_days_after(
            contract.delivered_on,
            parameters["welcome.within_working_days"],
            counting_calendar(calendar, trace, ignore_make_up_days=settings.ignore_make_up_days),
            trace,
        )
    # A county has nobody who writes letters.
    channels = ("phone", "on_site") if unit.level == "county" else ("phone", "on_site", "letter")
    return [
        draft(
            "welcome",
            "issue",
            channels,
            contract,
            parameters,
            settings,
            trace,
            window=window,
            opens_on=None if window else "contract.delivered",
            alarm_on=alarm_on,
            void_on=contract_over(contract, day),
            # `outcomes` is told how its contacts end.
            tells_outcome=True,
        )
    ]


WELCOME = Rule(
    "welcome",
    title=TITLES["welcome"],
    events=("contract.issued",),
    cites=("GEN-1", "GEN-3", "GEN-5", "DEC-12"),
    evaluate=evaluate,
)
