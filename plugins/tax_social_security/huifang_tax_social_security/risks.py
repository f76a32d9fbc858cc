"""Risks over registered payers: warnings, and formal talks (约见谈话) with those who have many problems or refuse service (TS-2)."""

from collections.abc import Iterable
from datetime import date

from huifang_core.accounts import is_of_office
from huifang_core.applicability import of_line
from huifang_core.cases import CaseDraft
from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.drafting import counting_calendar, root_of, trace_event
from huifang_core.events import BusinessEvent, RiskFlagged, order
from huifang_core.obligations import ObligationDraft
from huifang_core.offices import payer_in_scope
from huifang_core.parameters import ParametersAt
from huifang_core.rules import Draft, Rule, UnitView
from huifang_core.texts import text
from huifang_core.trace import Trace
from huifang_core.windows import Window, add_months, day_of, within_working_days_after
from huifang_core.workdays import WorkingCalendar

from huifang_tax_social_security.drafts import TITLES, obligation
from huifang_tax_social_security.settings import Settings


def evaluate_warning(
    event: BusinessEvent,
    contract: Contract,
    customer: Party,
    unit: UnitView,
    parameters: ParametersAt,
    settings: Settings,
    calendar: WorkingCalendar,
    history: tuple[BusinessEvent, ...],
    trace: Trace,
) -> list[Draft]:
    """Demand that a payer be warned of a risk, unless it leads to a formal talk; a risk at an office itself is a case."""
    day = trace_event(event, trace)
    kind = _kind(event, trace)
    if is_of_office(contract):
        return _at_office(event, contract, unit, settings, trace)
    if not payer_in_scope(contract, unit, settings, trace, cites="TS-2"):
        return []
    if _leads_to_talk(event, history, parameters, settings, trace):
        trace.decision(
            "formal_talk",
            "改为约见谈话，不再单独提示（TS-2）",
            "a formal talk takes the place of the warning (TS-2)",
        )
        return []
    return [
        obligation(
            "risk_warning",
            root_of(event),
            cites=("TS-2",),
            channels=("phone", "on_site", "letter"),
            window=_window(day, "risk_warning", parameters, settings, calendar, trace),
            customer=customer,
            parameters=parameters,
            settings=settings,
            trace=trace,
            facts={"risk.kind": kind},
        )
    ]


def evaluate_talk(
    event: BusinessEvent,
    contract: Contract,
    customer: Party,
    unit: UnitView,
    parameters: ParametersAt,
    settings: Settings,
    calendar: WorkingCalendar,
    history: tuple[BusinessEvent, ...],
    trace: Trace,
) -> list[ObligationDraft]:
    """Demand a formal talk, face to face and by appointment, with a payer who has many problems or refuses service."""
    day = trace_event(event, trace)
    kind = _kind(event, trace)
    if not payer_in_scope(contract, unit, settings, trace, cites="TS-2"):
        return []
    if not _leads_to_talk(event, history, parameters, settings, trace):
        trace.decision(
            "formal_talk",
            "问题未达约见谈话的次数，也未拒绝服务，无须约谈（TS-2）",
            "neither many problems nor service refused: no formal talk (TS-2)",
        )
        return []
    return [
        obligation(
            "formal_talk",
            root_of(event),
            cites=("TS-2",),
            channels=("on_site",),
            window=_window(day, "formal_talk", parameters, settings, calendar, trace),
            customer=customer,
            parameters=parameters,
            settings=settings,
            trace=trace,
            appointment=True,
            facts={"risk.kind": kind},
        )
    ]


def _kind(event: BusinessEvent, trace: Trace) -> str:
    flagged = event.payload
    assert isinstance(flagged, RiskFlagged)
    trace.fact("risk.kind", flagged.kind, f"风险类型：{flagged.kind}", f"kind of risk: {flagged.kind}")
    return flagged.kind


def _at_office(
    event: BusinessEvent, contract: Contract, unit: UnitView, settings: Settings, trace: Trace
) -> list[Draft]:
    if not of_line(contract, settings.lines, trace, cites="TS-2"):
        return []
    trace.decision(
        "office_risk",
        f"风险涉及机构{unit.code}自身，须核查（TS-2）",
        f"the risk is office {unit.code}'s own, and must be looked into (TS-2)",
    )
    return [
        CaseDraft(
            case_class="office_risk",
            occasion=root_of(event),
            subject=text(
                f"核查机构{unit.code}的风险预警", f"look into the risk flagged at office {unit.code}"
            ),
        )
    ]


def _leads_to_talk(
    event: BusinessEvent,
    history: Iterable[BusinessEvent],
    parameters: ParametersAt,
    settings: Settings,
    trace: Trace,
) -> bool:
    """Tell whether this flag is the one that calls for a talk: service was refused, or it is the last of many since the last talk.

    Only flags up to this one count, so that later ones change nothing about what was done.
    """
    many: int = parameters["formal_talk.problems"]
    months: int = parameters["formal_talk.within_months"]
    counted: list[date] = []
    for flag in sorted((event, *history), key=order):
        on = day_of(flag.time)
        refused = isinstance(flag.payload, RiskFlagged) and flag.payload.kind in settings.refusals
        counted = [day for day in (*counted, on) if day >= add_months(on, -months)]
        called = refused or len(counted) >= many
        if flag is event:
            _explain(refused, counted, many, months, trace)
            return called
        if called:
            counted = []
    raise LookupError("an event is always among its own flags")


def _explain(refused: bool, counted: list[date], many: int, months: int, trace: Trace) -> None:
    if refused:
        trace.fact("risk.refused", True, "缴费人拒绝接受服务", "the payer refuses service")
    days = "、".join(day.isoformat() for day in counted)
    trace.count(
        "risk.problems",
        f"{months}个月内、上次约谈之后的风险提示共{len(counted)}次（{days}），达到{many}次即约谈",
        f"{len(counted)} risks within {months} months and since the last talk ({days}); {many} lead to a talk",
        days=counted,
        wanted=many,
    )


def _window(
    day: date,
    kind: str,
    parameters: ParametersAt,
    settings: Settings,
    calendar: WorkingCalendar,
    trace: Trace,
) -> Window:
    return within_working_days_after(
        day,
        parameters[f"{kind}.within_working_days"],
        counting_calendar(calendar, trace, ignore_make_up_days=settings.ignore_make_up_days),
        trace,
    )


RISK_WARNING = Rule(
    "risk_warning",
    title=TITLES["risk_warning"],
    events=("risk.flagged",),
    needs=("risk.flagged",),
    cites=("TS-2", "DEC-3", "DEC-15"),
    evaluate=evaluate_warning,
)
"""TS-2: risk warnings over registered payers."""

FORMAL_TALK = Rule(
    "formal_talk",
    title=TITLES["formal_talk"],
    events=("risk.flagged",),
    needs=("risk.flagged",),
    cites=("TS-2", "DEC-3", "DEC-15"),
    evaluate=evaluate_talk,
)
"""TS-2: many problems, or service refused: called in for a formal talk and told the consequences."""
