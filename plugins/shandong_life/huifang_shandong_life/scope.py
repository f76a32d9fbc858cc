"""Whether a contract falls under the Shandong guide (SD-0, SD-1, DEC-11); each fact looked at lands in the trace.

A fact that is not known never takes a mandatory callback away: the contract is then in scope, and the trace says so.
"""

from huifang_core.applicability import individual, long_term, of_line, supervised_by
from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.rules import UnitView
from huifang_core.trace import Trace

from huifang_shandong_life.settings import OptionalCallback, Settings


def new_contract_in_scope(
    contract: Contract, customer: Party, unit: UnitView, settings: Settings, trace: Trace
) -> bool:
    """Tell whether a new contract (新单) is in scope: an individual's, for a term of more than one year (SD-1)."""
    return (
        of_line(contract, settings.lines, trace, cites="SD-1")
        and supervised_by(unit, settings.supervising_bureaus, trace, cites="SD-0")
        and individual(contract, customer, trace, cites="SD-1")
        and long_term(contract, trace, cites="SD-1")
    )


def servicing_in_scope(
    contract: Contract, customer: Party, unit: UnitView, settings: Settings, trace: Trace
) -> bool:
    """Tell whether a renewal, lapse, surrender or claim is in scope: no term test, individuals by setting (SD-1)."""
    if not (
        of_line(contract, settings.lines, trace, cites="SD-1")
        and supervised_by(unit, settings.supervising_bureaus, trace, cites="SD-0")
    ):
        return False
    if settings.individuals_only_elsewhere:
        return individual(contract, customer, trace, cites="SD-1")
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
