"""The callbacks after a lapse (失效), a surrender (退保) and a claim settled (已决), which SD-1 puts in scope.

The guide states neither time nor content for them, so both are our defaults.
"""

from collections.abc import Mapping
from datetime import date

from huifang_core.applicability import settled_as
from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.drafting import contract_over, counting_calendar, trace_event
from huifang_core.events import (
    BusinessEvent,
    ClaimSettled,
    ContractCancelled,
    ContractLapsed,
    ContractSurrendered,
)
from huifang_core.obligations import CalledParty, ObligationDraft, VoidOn
from huifang_core.parameters import ParametersAt
from huifang_core.rules import Rule, UnitView
from huifang_core.trace import Trace
from huifang_core.windows import within_working_days_after
from huifang_core.workdays import WorkingCalendar

from huifang_shandong_life.drafts import TITLES, obligation
from huifang_shandong_life.scope import is_switched_on, servicing_in_scope
from huifang_shandong_life.settings import OptionalCallback, Settings


def evaluate_lapse(
    event: BusinessEvent,
    contract: Contract,
    customer: Party,
    unit: UnitView,
    parameters: ParametersAt,
    settings: Settings,
    calendar: WorkingCalendar,
    trace: Trace,
) -> list[ObligationDraft]:
    """Demand a callback for a lapsed contract, unless it is reinstated (复效)."""
    lapse = event.payload
    assert isinstance(lapse, ContractLapsed)
    day = trace_event(event, trace)
    if not (
        is_switched_on("lapse", settings, trace)
        and servicing_in_scope(contract, customer, unit, settings, trace)
    ):
        return []
    trace.fact("lapse.on", lapse.on, f"失效日：{lapse.on}", f"lapsed on {lapse.on}")
    void_on = (VoidOn("contract.reinstated", lapse.on), *contract_over(contract, day))
    facts = {"lapse.on": lapse.on}
    occasion = lapse.on.isoformat()
    return [
        _draft("lapse", occasion, lapse.on, contract, parameters, settings, calendar, trace, facts, void_on)
    ]


def evaluate_surrender(
    event: BusinessEvent,
    contract: Contract,
    customer: Party,
    unit: UnitView,
    parameters: ParametersAt,
    settings: Settings,
    calendar: WorkingCalendar,
    trace: Trace,
) -> list[ObligationDraft]:
    """Demand a callback for a surrendered contract; for one cancelled within cooling-off by setting only."""
    surrender = event.payload
    assert isinstance(surrender, ContractSurrendered | ContractCancelled)
    trace_event(event, trace)
    if not is_switched_on("surrender", settings, trace):
        return []
    if isinstance(surrender, ContractCancelled) and not settings.surrender_includes_cooling_off_cancellation:
        trace.decision(
            "surrender_includes_cooling_off_cancellation",
            "犹豫期内解除合同，按本机构设置不做退保回访",
            "cancelled within the cooling-off period: by the tenant's setting no surrender callback",
        )
        return []
    if not servicing_in_scope(contract, customer, unit, settings, trace):
        return []
    on = surrender.on
    trace.fact("surrender.on", on, f"退保日：{on}", f"surrendered on {on}")
    facts = {"surrender.on": on}
    return [_draft("surrender", on.isoformat(), on, contract, parameters, settings, calendar, trace, facts)]


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

    The policyholder is called; where that can't be, the insured or a beneficiary.
    """
    claim = event.payload
    assert isinstance(claim, ClaimSettled)
    day = trace_event(event, trace)
    if not (
        is_switched_on("claim", settings, trace)
        and settled_as(claim, settings.claim_results, trace)
        and servicing_in_scope(contract, customer, unit, settings, trace)
    ):
        return []
    paid_on = claim.paid_on or day
    trace.fact("claim.paid_on", paid_on, f"自{paid_on}起算", f"counted from {paid_on}")
    facts = {"claim.no": claim.claim_no, "claim.amount": claim.amount, "claim.paid_on": claim.paid_on}
    call: tuple[CalledParty, ...] = ("policyholder", "insured", "beneficiary")
    return [
        _draft(
            "claim",
            claim.claim_no,
            paid_on,
            contract,
            parameters,
            settings,
            calendar,
            trace,
            facts,
            call=call,
        )
    ]


def _draft(
    kind: OptionalCallback,
    occasion: str,
    counted_from: date,
    contract: Contract,
    parameters: ParametersAt,
    settings: Settings,
    calendar: WorkingCalendar,
    trace: Trace,
    facts: Mapping[str, object],
    void_on: tuple[VoidOn, ...] = (),
    call: tuple[CalledParty, ...] = ("policyholder",),
) -> ObligationDraft:
    window = within_working_days_after(
        counted_from,
        parameters[f"{kind}.within_working_days"],
        counting_calendar(calendar, trace, ignore_make_up_days=settings.ignore_make_up_days),
        trace,
    )
    return obligation(
        kind,
        occasion,
        cites=("SD-1",),
        contract=contract,
        parameters=parameters,
        settings=settings,
        trace=trace,
        window=window,
        void_on=void_on,
        call=call,
        facts=facts,
    )


LAPSE = Rule(
    "lapse",
    title=TITLES["lapse"],
    events=("contract.lapsed",),
    cites=("SD-1", "SD-7b", "DEC-11"),
    evaluate=evaluate_lapse,
)

SURRENDER = Rule(
    "surrender",
    title=TITLES["surrender"],
    events=("contract.surrendered", "contract.cancelled"),
    cites=("SD-1", "SD-5", "DEC-11"),
    evaluate=evaluate_surrender,
)

CLAIM = Rule(
    "claim",
    title=TITLES["claim"],
    events=("claim.settled",),
    cites=("SD-1", "DEC-11"),
    evaluate=evaluate_claim,
)
