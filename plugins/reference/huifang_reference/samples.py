"""Samples: a plan counts events into a population, the platform draws, and each member drawn comes to a rule as an event.

A plan is told one event at a time and never who is drawn: the seed was committed to before the period began (DEC-14). Four plans, one
for each size there is; a real plugin has the one its rule asks for.
"""

from huifang_core.applicability import of_line
from huifang_core.contracts import Contract
from huifang_core.drafting import trace_event
from huifang_core.events import BusinessEvent, ClaimSettled, SampleDrawn
from huifang_core.obligations import ObligationDraft
from huifang_core.parameters import ParametersAt
from huifang_core.plans import Full, Membership, Number, Plan, Share, Successes
from huifang_core.rules import Rule, UnitView
from huifang_core.texts import text
from huifang_core.trace import Trace
from huifang_core.windows import within_days

from huifang_reference.drafts import TITLES, draft
from huifang_reference.settings import Settings


def settled(
    event: BusinessEvent, contract: Contract, unit: UnitView, settings: Settings, trace: Trace
) -> Membership | None:
    """Count in every claim paid, by unit; what is left out says why in the trace."""
    claim = event.payload
    assert isinstance(claim, ClaimSettled)
    if not of_line(contract, settings.lines, trace, cites="GEN-3"):
        return None
    if claim.result != "paid":
        trace.decision("result", "未赔付，不计入", "nothing was paid: not counted in")
        return None
    return Membership(stratum=unit.code, group=contract.seller_no or "")


EVERYBODY = Plan(
    "everybody", title=text("全部", "everybody"), events=("claim.settled",), cites=("DEC-14",), select=settled,
    size=Full(), period="month",
)  # fmt: skip
A_SHARE = Plan(
    "a_share", title=text("按比例", "a share"), events=("claim.settled",), cites=("DEC-14",), select=settled,
    size=Share("survey.share"), period="quarter",
)  # fmt: skip
A_NUMBER = Plan(
    "a_number", title=text("按件数", "a number"), events=("claim.settled",), cites=("DEC-14",), select=settled,
    size=Number("survey.number"), period="year", replace=True,
)  # fmt: skip
SUCCESSES = Plan(
    "successes", title=text("按成功件数", "until so many succeed"), events=("claim.settled",), cites=("DEC-14",), select=settled,
    size=Successes("survey.successes"), period="month",
)  # fmt: skip
PLANS: tuple[Plan, ...] = (EVERYBODY, A_SHARE, A_NUMBER, SUCCESSES)


def evaluate(
    event: BusinessEvent, contract: Contract, parameters: ParametersAt, settings: Settings, trace: Trace
) -> list[ObligationDraft]:
    """Ask whoever was drawn about the claim."""
    day = trace_event(event, trace)
    drawn = event.payload
    assert isinstance(drawn, SampleDrawn)
    if drawn.plan not in _OURS:
        trace.decision("plan", f"由其他计划{drawn.plan}抽中", f"drawn by another plan, {drawn.plan}")
        return []
    return [
        draft(
            "survey",
            f"{drawn.plan}/{drawn.period}/{drawn.member}",
            ("phone", "online"),
            contract,
            parameters,
            settings,
            trace,
            window=within_days(day, parameters["survey.within_days"], trace),
            category="survey",
            claim_no=event.claim_no,
        )
    ]


_OURS = tuple(f"reference/{plan.id}" for plan in PLANS)

SURVEY = Rule(
    "survey",
    title=TITLES["survey"],
    events=("sample.drawn",),
    cites=("DEC-14", "GEN-5"),
    after_due="stop",
    evaluate=evaluate,
)
