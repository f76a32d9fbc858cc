"""Whether a contract falls under the Liaoning rule (LN-1, LN-3, DEC-11); each fact looked at lands in the trace.

A fact that is not known never takes a mandatory callback away: the contract is then in scope, and the trace says so.
"""

from huifang_core.applicability import individual, of_line, supervised_by
from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.rules import UnitView
from huifang_core.trace import Trace

from huifang_liaoning_life.settings import Project, Settings


def in_scope(contract: Contract, customer: Party, unit: UnitView, settings: Settings, trace: Trace) -> bool:
    """Tell whether a contract is in scope: life or health, of a unit of Liaoning's bureau, an individual's unless set otherwise."""
    return (
        of_line(contract, settings.lines, trace, cites="LN-1")
        and supervised_by(unit, settings.supervising_bureaus, trace, cites="LN-1")
        and _called_in_person(contract, customer, settings, trace)
    )


def is_set_up(project: Project, settings: Settings, trace: Trace) -> bool:
    """Tell whether the tenant has set this kind of callback up, as only its business can say (LN-2)."""
    if project in settings.projects:
        return True
    trace.decision(
        "projects",
        "本机构未开办此类回访，无须回访（LN-2）",
        "the tenant has not set these callbacks up: no callback (LN-2)",
    )
    return False


def _called_in_person(contract: Contract, customer: Party, settings: Settings, trace: Trace) -> bool:
    if settings.individuals_only:
        if not individual(contract, customer, trace, cites="LN-3"):
            return False
    else:
        trace.decision(
            "individuals_only",
            "按本机构设置，回访不限个人客户",
            "by the tenant's setting callbacks are not limited to individuals",
        )
    if contract.seller_no is not None and contract.seller_no == contract.policyholder:
        trace.decision(
            "self_sold",
            "投保人即销售人员本人（自保件），同样须回访（LN-3）",
            "the policyholder is the salesperson: called back all the same (LN-3)",
        )
    return True
