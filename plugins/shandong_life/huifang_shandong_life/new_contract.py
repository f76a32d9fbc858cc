"""The callback for a new contract (新单), within its cooling-off period (REG-1, SD-1, SD-6)."""

from datetime import timedelta

from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.drafting import contract_over, trace_event
from huifang_core.events import BusinessEvent
from huifang_core.obligations import ObligationDraft
from huifang_core.parameters import ParametersAt
from huifang_core.rules import Rule, UnitView
from huifang_core.trace import Trace
from huifang_core.windows import Window, within_days

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
    window, alarm_on = _cooling_off(contract, parameters, trace), None
    if window is None:
        issued_on = contract.issued_on or day
        alarm_on = issued_on + timedelta(parameters["new_contract.delivery_alarm_days"])
        trace.count(
            "alarm_on",
            f"尚无签收信息，等待签收；至{alarm_on}仍未收到即报警（DEC-12）",
            f"not delivered yet as far as is known: waits for it, with an alarm on {alarm_on} (DEC-12)",
            start=issued_on,
            day=alarm_on,
        )
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


def _cooling_off(contract: Contract, parameters: ParametersAt, trace: Trace) -> Window | None:
    """Return the cooling-off period (犹豫期) as the window, or None while the contract is not delivered."""
    delivered_on = contract.delivered_on
    if delivered_on is None:
        return None
    trace.fact(
        "contract.delivered_on",
        delivered_on,
        f"客户签收日：{delivered_on}",
        f"delivered to the customer on {delivered_on}",
    )
    days = contract.cooling_off_days
    trace.fact(
        "contract.cooling_off_days",
        days,
        f"合同载明犹豫期{days}天" if days else "合同未载明犹豫期，按默认值计算",
        f"cooling-off period of the contract: {days} days"
        if days
        else "the contract states no cooling-off period: the default is used",
    )
    return within_days(delivered_on, days or parameters["new_contract.cooling_off_default_days"], trace)


NEW_CONTRACT = Rule(
    "new_contract",
    title=TITLES["new_contract"],
    events=("contract.issued",),
    cites=CITES,
    evaluate=evaluate,
)
