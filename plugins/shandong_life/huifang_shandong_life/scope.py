"""Whether a contract falls under the Shandong guide (SD-0, SD-1, DEC-11); each fact looked at lands in the trace.

A fact that is not known never takes a mandatory callback away: the contract is then in scope, and the trace says so.
"""

from huifang_core.contracts import Contract, Line, is_longer_than_one_year
from huifang_core.customers import Party
from huifang_core.rules import UnitView
from huifang_core.trace import Trace

from huifang_shandong_life.settings import OptionalCallback, Settings

_LINES: dict[Line, tuple[str, str]] = {
    "life": ("人寿保险", "life insurance"),
    "health": ("健康保险", "health insurance"),
    "accident": ("意外伤害保险", "accident insurance"),
}


def new_contract_in_scope(
    contract: Contract, customer: Party, unit: UnitView, settings: Settings, trace: Trace
) -> bool:
    """Tell whether a new contract (新单) is in scope: an individual's, for a term of more than one year (SD-1)."""
    return (
        _line(contract, settings, trace)
        and _supervisor(unit, settings, trace)
        and _individual(contract, customer, trace)
        and _long_term(contract, trace)
    )


def servicing_in_scope(
    contract: Contract, customer: Party, unit: UnitView, settings: Settings, trace: Trace
) -> bool:
    """Tell whether a renewal, lapse, surrender or claim is in scope: no term test, individuals by setting (SD-1)."""
    if not (_line(contract, settings, trace) and _supervisor(unit, settings, trace)):
        return False
    if settings.individuals_only_elsewhere:
        return _individual(contract, customer, trace)
    trace.decision(
        "individual",
        "按本机构设置，此类回访不限个人客户",
        "by the tenant's setting these callbacks are not limited to individuals",
    )
    return True


def is_switched_on(callback: OptionalCallback, settings: Settings, trace: Trace) -> bool:
    """Tell whether the tenant makes these callbacks, for which the guide states no time (SD-1)."""
    if callback in settings.optional_callbacks:
        return True
    trace.decision(
        "optional_callbacks", "本机构设置已停用此类回访", "the tenant has switched these callbacks off"
    )
    return False


def _line(contract: Contract, settings: Settings, trace: Trace) -> bool:
    zh, en = _LINES.get(contract.line, (contract.line, contract.line))
    trace.fact("contract.line", contract.line, f"险种：{zh}", f"line of business: {en}")
    if contract.line in settings.lines:
        return True
    trace.decision(
        "line", "不属于适用的人身保险险种，无须回访", "not a line of personal insurance in scope: no callback"
    )
    return False


def _supervisor(unit: UnitView, settings: Settings, trace: Trace) -> bool:
    bureau = unit.supervisor
    trace.fact(
        "unit.supervisor",
        bureau,
        f"所属机构{unit.code}的监管局：{bureau or '未登记'}",
        f"supervising bureau of unit {unit.code}: {bureau or 'not on file'}",
    )
    if bureau is None:
        trace.decision(
            "unit.supervisor",
            "监管局未登记，按适用处理，请补录（DEC-11）",
            "no bureau on file: treated as in scope, please complete it (DEC-11)",
        )
        return True
    if bureau in settings.supervising_bureaus:
        return True
    wanted = ", ".join(settings.supervising_bureaus)
    trace.decision(
        "unit.supervisor",
        f"非{wanted}监管的机构，不适用本指引，无须回访（SD-0、DEC-11）",
        f"not supervised by {wanted}: the guide does not apply, no callback (SD-0, DEC-11)",
    )
    return False


def _individual(contract: Contract, customer: Party, trace: Trace) -> bool:
    zh = "个人" if customer.kind == "individual" else "单位"
    trace.fact(
        "policyholder.kind", customer.kind, f"投保人类型：{zh}", f"kind of policyholder: {customer.kind}"
    )
    trace.fact(
        "contract.group",
        contract.group,
        "团体保单" if contract.group else "非团体保单",
        "a group contract" if contract.group else "not a group contract",
    )
    if customer.kind == "individual" and not contract.group:
        return True
    trace.decision(
        "individual",
        "不是个人投保的个人保单，无须回访（SD-1）",
        "not an individual's own contract: no callback (SD-1)",
    )
    return False


def _long_term(contract: Contract, trace: Trace) -> bool:
    longer = is_longer_than_one_year(contract)
    if longer is None:
        trace.fact(
            "contract.longer_than_one_year",
            None,
            "生效日不明，保险期间无法判断",
            "the effective date is not known, so neither is the term",
        )
        trace.decision(
            "term",
            "保险期间不明，按一年期以上处理（SD-1）",
            "term not known: treated as longer than one year (SD-1)",
        )
        return True
    until_zh = f"至{contract.expires_on}" if contract.expires_on else "终身"
    until_en = f"until {contract.expires_on}" if contract.expires_on else "for life"
    trace.fact(
        "contract.longer_than_one_year",
        longer,
        f"保险期间自{contract.effective_on}{until_zh}，{'超过' if longer else '未超过'}一年",
        f"term from {contract.effective_on} {until_en}: {'more' if longer else 'not more'} than one year",
    )
    if not longer:
        trace.decision(
            "term",
            "保险期间不超过一年（一年整不计），无须新单回访（SD-1）",
            "a term of one year or less is out of scope: no callback (SD-1)",
        )
    return longer
