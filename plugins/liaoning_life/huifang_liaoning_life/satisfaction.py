"""The satisfaction survey (客户满意度回访): once a year for every customer, where it is set up (LN-2)."""

from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.drafting import contract_over, trace_event
from huifang_core.events import BusinessEvent, ScheduleReached
from huifang_core.obligations import ObligationDraft, VoidOn
from huifang_core.parameters import ParametersAt
from huifang_core.rules import Rule, UnitView
from huifang_core.schedules import Schedule
from huifang_core.trace import Trace
from huifang_core.windows import within_days

from huifang_liaoning_life.content import CONTENT
from huifang_liaoning_life.drafts import TITLES, obligation
from huifang_liaoning_life.scope import in_scope, is_set_up
from huifang_liaoning_life.settings import Settings

YEARLY = Schedule(
    id="satisfaction",
    title=TITLES["satisfaction"],
    cites=("LN-2", "none"),
    anchor="contract.effective_on",
    months=12,
    every_months=12,
    lines=("life", "health", "accident"),
    per="customer",
)
"""Each anniversary of effect: far from the sale, and evenly spread over the year. The rule states no rhythm."""


def evaluate(
    event: BusinessEvent,
    contract: Contract,
    customer: Party,
    unit: UnitView,
    parameters: ParametersAt,
    settings: Settings,
    trace: Trace,
) -> list[ObligationDraft]:
    """Ask for a survey on the day the schedule names; it stops when its time is up, as opinions do (DEC-3)."""
    reached = event.payload
    assert isinstance(reached, ScheduleReached)
    trace_event(event, trace)
    if reached.schedule != f"liaoning_life/{YEARLY.id}":
        trace.decision(
            "schedule",
            f"计划{reached.schedule}与满意度回访无关",
            f"schedule {reached.schedule} is none of the satisfaction survey's",
        )
        return []
    if not (
        is_set_up("satisfaction", settings, trace) and in_scope(contract, customer, unit, settings, trace)
    ):
        return []
    return [
        obligation(
            "satisfaction",
            reached.period,
            content=CONTENT["satisfaction"],
            contract=contract,
            parameters=parameters,
            settings=settings,
            trace=trace,
            window=within_days(reached.on, parameters["satisfaction.within_days"], trace),
            void_on=(VoidOn("contract.lapsed", reached.on), *contract_over(contract, reached.on)),
            category="survey",
        )
    ]


SATISFACTION = Rule(
    "satisfaction",
    title=TITLES["satisfaction"],
    events=("schedule.reached",),
    cites=("LN-1", "LN-2", "LN-3", "DEC-3", "DEC-11", "GEN-5"),
    evaluate=evaluate,
    after_due="stop",
)
