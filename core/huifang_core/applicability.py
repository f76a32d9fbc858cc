"""Whether a contract falls under a jurisdiction's rules; each fact looked at lands in the trace, and so does the reason for a no.

A fact that is not known never takes a mandatory callback away: the contract is then in scope, and the trace says so.
"""

from collections.abc import Collection, Mapping

from huifang_core.contracts import Contract, Line, is_longer_than_one_year
from huifang_core.customers import Party
from huifang_core.events import ClaimSettled
from huifang_core.rules import UnitView
from huifang_core.trace import Trace

LINES: Mapping[Line, tuple[str, str]] = {
    "life": ("人寿保险", "life insurance"),
    "health": ("健康保险", "health insurance"),
    "accident": ("意外伤害保险", "accident insurance"),
    "motor": ("机动车辆保险", "motor insurance"),
    "property": ("财产保险", "property insurance"),
    "cargo": ("货物运输保险", "cargo insurance"),
    "liability": ("责任保险", "liability insurance"),
    "critical_illness": ("大病保险", "critical illness insurance"),
    "social_security": ("社会保险", "social security"),
    "tax": ("税务", "tax"),
}
"""What each line of business is called."""

CLAIM_RESULTS: Mapping[str, tuple[str, str]] = {
    "paid": ("已赔付", "paid"),
    "declined": ("拒赔", "declined"),
    "zero": ("零赔付", "settled at nothing"),
}
"""What each result of a claim is called."""


def of_line(contract: Contract, lines: Collection[Line], trace: Trace, *, cites: str) -> bool:
    """Tell whether the contract is of one of these lines of business; `cites` names the requirement that says so."""
    zh, en = LINES[contract.line]
    trace.fact("contract.line", contract.line, f"险种：{zh}", f"line of business: {en}")
    if contract.line in lines:
        return True
    trace.decision(
        "line",
        f"不属于适用的险种，无须回访（{cites}）",
        f"not a line of business in scope: no callback ({cites})",
    )
    return False


def supervised_by(unit: UnitView, bureaus: Collection[str], trace: Trace, *, cites: str) -> bool:
    """Tell whether the contract's unit is supervised by one of these bureaus (DEC-11); one that is not on file counts as if it were."""
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
    if bureau in bureaus:
        return True
    wanted = ", ".join(bureaus)
    trace.decision(
        "unit.supervisor",
        f"非{wanted}监管的机构，不适用，无须回访（{cites}、DEC-11）",
        f"not supervised by {wanted}: out of scope, no callback ({cites}, DEC-11)",
    )
    return False


def individual(contract: Contract, customer: Party, trace: Trace, *, cites: str) -> bool:
    """Tell whether the policyholder is an individual with a contract of their own, not a group's."""
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
        f"不是个人投保的个人保单，无须回访（{cites}）",
        f"not an individual's own contract: no callback ({cites})",
    )
    return False


def long_term(contract: Contract, trace: Trace, *, cites: str) -> bool:
    """Tell whether the term is longer than one year, one year exactly not being; a term that is not known counts as longer."""
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
            f"保险期间不明，按一年期以上处理（{cites}）",
            f"term not known: treated as longer than one year ({cites})",
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
            f"保险期间不超过一年（一年整不计），无须新单回访（{cites}）",
            f"a term of one year or less is out of scope: no callback ({cites})",
        )
    return longer


def settled_as(claim: ClaimSettled, results: Collection[str], trace: Trace) -> bool:
    """Tell whether a claim was settled with one of these results."""
    zh, en = CLAIM_RESULTS[claim.result]
    trace.fact(
        "claim.result", claim.result, f"赔案{claim.claim_no}结论：{zh}", f"claim {claim.claim_no}: {en}"
    )
    if claim.result in results:
        return True
    trace.decision(
        "claim.result",
        "赔案结论不在须回访之列，无须回访",
        "claims with this result are not called back: no callback",
    )
    return False
