"""The callback for a new contract (新单), within its cooling-off period (REG-1, SD-1, SD-6)."""

from huifang_core.contracts import Contract
from huifang_core.cooling_off import cooling_off, delivery_alarm
from huifang_core.customers import Party
from huifang_core.drafting import contract_over, trace_event
from huifang_core.events import BusinessEvent
from huifang_core.obligations import ObligationDraft
from huifang_core.parameters import ParametersAt
from huifang_core.rules import Rule, UnitView
from huifang_core.trace import Trace

from huifang_shandong_life.drafts import TITLES, obligation
from huifang_shandong_life.scope import new_contract_in_scope
from huifang_shandong_life.settings import Settings

CITES = (
    "SD-0",
    "SD-1",
    "SD-5",
    "SD-6a",
    "SD-6b",
    "SD-6c",
    "SD-6d",
    "SD-6e",
    "SD-6f",
    "SD-6g",
    "SD-6h",
    "REG-1",
    "DEC-11",
    "DEC-12",
)


def evaluate(
    event: BusinessEvent,
    contract: Contract,
    customer: Party,
    unit: UnitView,
    parameters: ParametersAt,
    settings: Settings,
    trace: Trace,
) -> list[ObligationDraft]:
    """Demand one callback per contract; it waits for delivery (签收), with which cooling-off begins (DEC-12)."""
    day = trace_event(event, trace)
    if not new_contract_in_scope(contract, customer, unit, settings, trace):
        return []
    window = cooling_off(contract, parameters, trace)
    alarm_on = delivery_alarm(contract, day, parameters, trace) if window is None else None
    return [
        obligation(
            "new_contract",
            "issue",
            cites=("SD-1", "REG-1"),
            contract=contract,
            parameters=parameters,
            settings=settings,
            trace=trace,
            window=window,
            alarm_on=alarm_on,
            void_on=contract_over(contract, day),
        )
    ]


NEW_CONTRACT = Rule(
    "new_contract",
    title=TITLES["new_contract"],
    events=("contract.issued",),
    cites=CITES,
    evaluate=evaluate,
)
