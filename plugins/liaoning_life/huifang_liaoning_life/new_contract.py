"""The callback for a new contract (新契约), mandatory (LN-2): in the cooling-off period where there is one (REG-1)."""

from datetime import date

from huifang_core.contracts import Contract, is_longer_than_one_year, is_new_type
from huifang_core.cooling_off import cooling_off, delivery_alarm
from huifang_core.customers import Party
from huifang_core.drafting import contract_over, trace_event
from huifang_core.events import BusinessEvent
from huifang_core.obligations import ObligationDraft
from huifang_core.parameters import ParametersAt
from huifang_core.rules import Rule, UnitView
from huifang_core.trace import Trace
from huifang_core.windows import Window, within_days

from huifang_liaoning_life.drafts import TITLES, obligation
from huifang_liaoning_life.scope import in_scope
from huifang_liaoning_life.settings import Settings
from huifang_liaoning_life.standard import demanded

FIRST = 80
"""Priority of new-type products sold by individual agents and by banks, above all other new contracts (LN-1)."""


def evaluate(
    event: BusinessEvent,
    contract: Contract,
    customer: Party,
    unit: UnitView,
    parameters: ParametersAt,
    settings: Settings,
    trace: Trace,
) -> list[ObligationDraft]:
    """Demand one callback per contract, by a script that is filed; for longer terms it waits for delivery (签收, DEC-12)."""
    day = trace_event(event, trace)
    if not in_scope(contract, customer, unit, settings, trace):
        return []
    window, alarm_on = _window(contract, day, parameters, trace), None
    if window is None:
        alarm_on = delivery_alarm(contract, day, parameters, trace)
    content = demanded(parameters, settings.standard_leaves_out, trace)
    priority = FIRST if _comes_first(contract, trace) else None
    trace.decision(
        "filed_script",
        "只能使用已向监管机构书面报备的话术版本（LN-6）",
        "only by a script version that was filed with the regulator in writing (LN-6)",
    )
    return [
        obligation(
            "new_contract",
            "issue",
            content=content,
            cites=("LN-2", "REG-1"),
            contract=contract,
            parameters=parameters,
            settings=settings,
            trace=trace,
            window=window,
            alarm_on=alarm_on,
            void_on=contract_over(contract, day),
            priority=priority,
            filed_script=True,
        )
    ]


def _window(contract: Contract, day: date, parameters: ParametersAt, trace: Trace) -> Window | None:
    """Return the window, or None while the contract of a longer term is not delivered."""
    longer = is_longer_than_one_year(contract)
    if longer is False:
        issued_on = contract.issued_on or day
        trace.fact(
            "contract.longer_than_one_year",
            longer,
            f"保险期间自{contract.effective_on}至{contract.expires_on}，未超过一年，不等待签收，自承保日{issued_on}起算",
            f"term from {contract.effective_on} until {contract.expires_on}: not more than one year, so delivery is not waited for "
            f"and days count from the issue on {issued_on}",
        )
        return within_days(issued_on, parameters["new_contract.short_term_within_days"], trace)
    trace.fact(
        "contract.longer_than_one_year",
        longer,
        "保险期间超过一年，应在犹豫期内回访（REG-1）" if longer else "保险期间不明，按超过一年处理（REG-1）",
        "a term of more than one year: called back within the cooling-off period (REG-1)"
        if longer
        else "term not known: treated as longer than one year (REG-1)",
    )
    return cooling_off(contract, parameters, trace)


def _comes_first(contract: Contract, trace: Trace) -> bool:
    """Tell whether the rule puts weight on this contract (LN-1); what is not known about it counts as if it did."""
    new_type, channel = is_new_type(contract), contract.channel
    first = new_type is not False and channel in ("agent", "bank", None)
    trace.fact(
        "priority",
        {"new_type": new_type, "channel": channel},
        "个人代理或银行代理销售的新型产品（或资料不明），优先回访（LN-1）"
        if first
        else "不属优先回访的产品和渠道（LN-1）",
        "a new-type product sold by an agent or a bank, or not known to be another: comes first (LN-1)"
        if first
        else "no new-type product of an agent or a bank: not one of those that come first (LN-1)",
    )
    return first


NEW_CONTRACT = Rule(
    "new_contract",
    title=TITLES["new_contract"],
    events=("contract.issued",),
    cites=(
        "LN-1",
        "LN-2",
        "LN-3",
        "LN-4a",
        "LN-4b",
        "LN-4c",
        "LN-6",
        "REG-1",
        "DEC-4",
        "DEC-7",
        "DEC-11",
        "DEC-12",
        "GEN-5",
    ),
    evaluate=evaluate,
)
