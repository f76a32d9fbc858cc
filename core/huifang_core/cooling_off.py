"""The cooling-off period (犹豫期) as the time in which a new contract is called back (REG-1, DEC-12).

The functions read their parameters under fixed names, which a plugin's `parameters.yaml` then holds: `new_contract.cooling_off_default_days`
and `new_contract.delivery_alarm_days`.
"""

from datetime import date, timedelta

from huifang_core.contracts import Contract
from huifang_core.parameters import ParametersAt
from huifang_core.trace import Trace
from huifang_core.windows import Window, within_days


def cooling_off(contract: Contract, parameters: ParametersAt, trace: Trace) -> Window | None:
    """Return the cooling-off period as the window, or None while the contract is not delivered (签收).

    Its length is contract data; where the contract states none, or nought, the parameter's days are counted. They are never
    told to the customer: a default chosen so that no callback comes too late may be shorter than his right (SD-6d).
    """
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
    if days is None:
        trace.decision(
            "contract.cooling_off_days",
            "默认天数仅用于计算期限，不得告知客户；请补传犹豫期天数（cooling_off_days），否则回访不能完成（SD-6d、SD-6h）",
            "the default only counts the window and is not told to the customer: send `cooling_off_days` with the contract, or the"
            " callback can't be completed (SD-6d, SD-6h)",
        )
    return within_days(delivered_on, days or parameters["new_contract.cooling_off_default_days"], trace)


def delivery_alarm(contract: Contract, day: date, parameters: ParametersAt, trace: Trace) -> date:
    """Return the day on which a delivery still missing raises an alarm, counted from the issue, else from `day`, its event's."""
    issued_on = contract.issued_on or day
    alarm_on = issued_on + timedelta(parameters["new_contract.delivery_alarm_days"])
    trace.count(
        "alarm_on",
        f"尚无签收信息，等待签收；至{alarm_on}仍未收到即报警（DEC-12）",
        f"not delivered yet as far as is known: waits for it, with an alarm on {alarm_on} (DEC-12)",
        start=issued_on,
        day=alarm_on,
    )
    return alarm_on
