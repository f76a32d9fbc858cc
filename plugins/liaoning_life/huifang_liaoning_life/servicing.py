"""The callbacks after policy servicing (保全), a lapse or suspension (停效) and a claim settled (理赔), where they are set up (LN-2)."""

from collections.abc import Mapping
from datetime import date

from huifang_core.applicability import settled_as
from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.drafting import contract_over, counting_calendar, trace_event
from huifang_core.events import BusinessEvent, ClaimSettled, ContractChanged, ContractLapsed
from huifang_core.obligations import CalledParty, ObligationDraft, VoidOn
from huifang_core.parameters import ParametersAt
from huifang_core.rules import Rule, UnitView
from huifang_core.trace import Trace
from huifang_core.windows import Window, within_working_days_after
from huifang_core.workdays import WorkingCalendar

from huifang_liaoning_life.content import CONTENT
from huifang_liaoning_life.drafts import TITLES, obligation
from huifang_liaoning_life.scope import in_scope, is_set_up
from huifang_liaoning_life.settings import Project, Settings


def evaluate_change(
    event: BusinessEvent,
    contract: Contract,
    customer: Party,
    unit: UnitView,
    parameters: ParametersAt,
    settings: Settings,
    calendar: WorkingCalendar,
    trace: Trace,
) -> list[ObligationDraft]:
    """Demand a callback for a change of one of the kinds set; several of a kind on one day are one callback."""
    change = event.payload
    assert isinstance(change, ContractChanged)
    day = trace_event(event, trace)
    if not is_set_up("policy_servicing", settings, trace):
        return []
    trace.fact("change.kind", change.kind, f"保全项目：{change.kind}", f"kind of servicing: {change.kind}")
    if _suspends(change):
        trace.decision(
            "change.kind",
            "保单停效，按续期停效回访处理，不另作保全回访",
            "the contract was suspended: a matter of the callback after a lapse, not of this one",
        )
        return []
    if settings.change_kinds and change.kind not in settings.change_kinds:
        trace.decision(
            "change.kind",
            "保全项目不在须回访之列，无须回访",
            "this kind of servicing is not called back: no callback",
        )
        return []
    if not in_scope(contract, customer, unit, settings, trace):
        return []
    facts = {"change.kind": change.kind, "change.on": day}
    window = _window("policy_servicing", day, parameters, settings, calendar, trace)
    return [
        obligation(
            "policy_servicing",
            f"{day}/{change.kind}",
            content=CONTENT["policy_servicing"],
            contract=contract,
            parameters=parameters,
            settings=settings,
            trace=trace,
            window=window,
            void_on=contract_over(contract, day),
            facts=facts,
        )
    ]


def evaluate_lapse(
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
    """Demand a callback for a lapsed or suspended contract, unless it is reinstated (复效)."""
    day = trace_event(event, trace)
    if not is_set_up("lapse", settings, trace):
        return []
    match event.payload:
        case ContractLapsed(on=on):
            pass
        case ContractChanged() as change if _suspends(change):
            on = day
        case _:
            trace.decision(
                "change.status",
                "此项变更未使保单停效，无须回访",
                "this change did not suspend the contract: no callback",
            )
            return []
    trace.fact("lapse.on", on, f"停效日：{on}", f"lapsed or suspended on {on}")
    if not in_scope(contract, customer, unit, settings, trace) or _resumed(event, history, trace):
        return []
    return [
        obligation(
            "lapse",
            on.isoformat(),
            content=CONTENT["lapse"],
            contract=contract,
            parameters=parameters,
            settings=settings,
            trace=trace,
            window=_window("lapse", on, parameters, settings, calendar, trace),
            void_on=(VoidOn("contract.reinstated", on), *contract_over(contract, day)),
            facts={"lapse.on": on},
        )
    ]


def evaluate_claim(
    event: BusinessEvent,
    contract: Contract,
    customer: Party,
    unit: UnitView,
    parameters: ParametersAt,
    settings: Settings,
    calendar: WorkingCalendar,
    trace: Trace,
) -> list[ObligationDraft]:
    """Demand one callback per claim settled with one of the results set, counted from the day of payment.

    The policyholder is called (LN-3); where that can't be, the insured or a beneficiary.
    """
    claim = event.payload
    assert isinstance(claim, ClaimSettled)
    day = trace_event(event, trace)
    if not (
        is_set_up("claim", settings, trace)
        and settled_as(claim, settings.claim_results, trace)
        and in_scope(contract, customer, unit, settings, trace)
    ):
        return []
    paid_on = claim.paid_on or day
    trace.fact("claim.paid_on", paid_on, f"自{paid_on}起算", f"counted from {paid_on}")
    facts: Mapping[str, object] = {
        "claim.no": claim.claim_no,
        "claim.amount": claim.amount,
        "claim.paid_on": claim.paid_on,
    }
    call: tuple[CalledParty, ...] = ("policyholder", "insured", "beneficiary")
    return [
        obligation(
            "claim",
            claim.claim_no,
            content=CONTENT["claim"],
            contract=contract,
            parameters=parameters,
            settings=settings,
            trace=trace,
            window=_window("claim", paid_on, parameters, settings, calendar, trace),
            call=call,
            facts=facts,
            claim_no=claim.claim_no,
        )
    ]


def _suspends(change: ContractChanged) -> bool:
    return change.changes.get("status") == "suspended"


def _resumed(event: BusinessEvent, history: tuple[BusinessEvent, ...], trace: Trace) -> bool:
    """Tell whether a later change put the contract back in force; a reinstatement voids the callback by itself."""
    for later in history:
        change = later.payload
        if (
            isinstance(change, ContractChanged)
            and change.changes.get("status") == "in_force"
            and later.time > event.time
        ):
            trace.decision(
                "change.status",
                "保单此后已恢复效力，无须回访",
                "the contract was put back in force after that: no callback",
            )
            return True
    return False


def _window(
    kind: Project,
    counted_from: date,
    parameters: ParametersAt,
    settings: Settings,
    calendar: WorkingCalendar,
    trace: Trace,
) -> Window:
    return within_working_days_after(
        counted_from,
        parameters[f"{kind}.within_working_days"],
        counting_calendar(calendar, trace, ignore_make_up_days=settings.ignore_make_up_days),
        trace,
    )


POLICY_SERVICING = Rule(
    "policy_servicing",
    title=TITLES["policy_servicing"],
    events=("contract.changed",),
    cites=("LN-1", "LN-2", "LN-3", "DEC-11", "GEN-1", "GEN-5"),
    evaluate=evaluate_change,
)

LAPSE = Rule(
    "lapse",
    title=TITLES["lapse"],
    events=("contract.lapsed", "contract.changed"),
    cites=("LN-1", "LN-2", "LN-3", "DEC-11", "GEN-1", "GEN-5"),
    evaluate=evaluate_lapse,
    needs=("contract.changed",),
)

CLAIM = Rule(
    "claim",
    title=TITLES["claim"],
    events=("claim.settled",),
    cites=("LN-1", "LN-2", "LN-3", "DEC-11", "GEN-1", "GEN-5"),
    evaluate=evaluate_claim,
)
