"""The callbacks about loss assessment (定损): a sample of claims registered (HT-5), and all out of area (HT-6).

Out of area is a rule and no full plan: nothing is left to chance, so there is nothing to draw and to prove. A population is closed
once a month, and would miss a report that comes late or is corrected afterwards; a rule never does, and each of its claims can say
by itself why it is called about, or why not.
"""

from calendar import monthrange

from huifang_core.applicability import of_line
from huifang_core.contracts import Contract
from huifang_core.drafting import trace_event
from huifang_core.events import BusinessEvent, ClaimRegistered, ClaimReported, SampleDrawn
from huifang_core.obligations import CalledParty, ObligationDraft
from huifang_core.parameters import ParametersAt
from huifang_core.plans import Membership, Plan, Successes
from huifang_core.regions import RegionLevel, region_at
from huifang_core.rules import Rule, UnitView
from huifang_core.trace import Trace
from huifang_core.windows import day_of, end_of_day, within_days

from huifang_property_motor.claims import assessor_of, claim_facts, latest, reporter_counts
from huifang_property_motor.drafts import TITLES, is_made, obligation
from huifang_property_motor.settings import Settings

PLAN = "property_motor/assessment_service"
"""How a draw of the plan names it."""

_CALLED: tuple[CalledParty, ...] = ("reporter", "insured", "driver", "other_party")
_LEVELS: dict[RegionLevel, tuple[str, str]] = {
    "province": ("省级", "province"),
    "city": ("地市级", "city"),
    "county": ("区县级", "county"),
}


def select_registered(
    event: BusinessEvent,
    contract: Contract,
    unit: UnitView,
    parameters: ParametersAt,
    settings: Settings,
    history: tuple[BusinessEvent, ...],
    trace: Trace,
) -> Membership | None:
    """Count in motor claims registered, by branch and assessor, less those that certain people reported (HT-5)."""
    claim = event.payload
    assert isinstance(claim, ClaimRegistered)
    trace_event(event, trace)
    if not (
        is_made("assessment_service", settings, trace)
        and of_line(contract, ("motor",), trace, cites="HT-5")
        and reporter_counts(latest(ClaimReported, claim.claim_no, history), parameters, trace, cites="HT-5")
    ):
        return None
    assessor = assessor_of(claim.claim_no, (*history, event), trace)
    if assessor is None:
        trace.decision(
            "assessor",
            "定损员未知，归入未知定损员一组（HT-5）",
            "assessor not known: counted in the group of those without one (HT-5)",
        )
    trace.decision(
        "membership",
        f"计入{unit.code}机构的抽样总体",
        f"a member of the population of branch {unit.code}",
    )
    return Membership(stratum=unit.code, group=assessor or "")


def evaluate_drawn(
    event: BusinessEvent,
    contract: Contract,
    parameters: ParametersAt,
    settings: Settings,
    history: tuple[BusinessEvent, ...],
    trace: Trace,
) -> list[ObligationDraft]:
    """Demand a callback about a claim that was drawn; the time for it is our default (HT-5)."""
    drawn = event.payload
    assert isinstance(drawn, SampleDrawn)
    day = trace_event(event, trace)
    if drawn.plan != PLAN:
        trace.decision("plan", f"由其他抽样计划（{drawn.plan}）抽中", f"drawn by another plan ({drawn.plan})")
        return []
    trace.fact(
        "sample.rank",
        drawn.rank,
        f"{drawn.period}期定损服务抽样，定损员{drawn.group or '未知'}组第{drawn.rank}位",
        f"drawn for {drawn.period}, number {drawn.rank} of assessor {drawn.group or 'not known'}",
    )
    if drawn.substitutes is not None:
        trace.fact(
            "sample.substitutes",
            drawn.substitutes,
            f"替补{drawn.substitutes}",
            f"stands in for {drawn.substitutes}",
        )
    if not is_made("assessment_service", settings, trace):
        return []
    facts = claim_facts(event.claim_no, history)
    facts["claim.assessor_no"] = drawn.group or assessor_of(event.claim_no, history, trace)
    return [
        obligation(
            "assessment_service",
            f"{drawn.period}/{event.claim_no or drawn.member}",
            cites=("HT-5",),
            contract=contract,
            parameters=parameters,
            settings=settings,
            trace=trace,
            window=within_days(day, parameters["assessment_service.within_days"], trace),
            call=_CALLED,
            claim_no=event.claim_no,
            category="survey",
            facts=facts,
        )
    ]


def evaluate_out_of_area(
    event: BusinessEvent,
    contract: Contract,
    parameters: ParametersAt,
    settings: Settings,
    history: tuple[BusinessEvent, ...],
    trace: Trace,
) -> list[ObligationDraft]:
    """Demand a callback about every motor claim reported out of area, in the month after it (HT-6).

    The list is the month's, so that the callback opens with the next month, when losses have been assessed; how long it stays open
    is our default.
    """
    claim = event.payload
    assert isinstance(claim, ClaimReported)
    trace_event(event, trace)
    if not (
        is_made("out_of_area", settings, trace)
        and of_line(contract, ("motor",), trace, cites="HT-6")
        and reporter_counts(claim, parameters, trace, cites="HT-6")
        and _out_of_area(claim.loss_region, contract.region, settings.compare_regions_at, trace)
    ):
        return []
    reported_on = day_of(claim.reported_at)
    month_end = reported_on.replace(day=monthrange(reported_on.year, reported_on.month)[1])
    trace.fact(
        "claim.reported_at",
        reported_on,
        f"报案日{reported_on}，计入当月报案清单，至{month_end}",
        f"reported on {reported_on}: on the list of the month that ends on {month_end}",
    )
    facts = claim_facts(claim.claim_no, (*history, event))
    facts["claim.assessor_no"] = assessor_of(claim.claim_no, history, trace)
    return [
        obligation(
            "out_of_area",
            claim.claim_no,
            cites=("HT-6",),
            contract=contract,
            parameters=parameters,
            settings=settings,
            trace=trace,
            window=within_days(
                month_end,
                parameters["out_of_area.within_days_after_month"],
                trace,
                since=end_of_day(month_end),
            ),
            call=_CALLED,
            claim_no=claim.claim_no,
            facts=facts,
        )
    ]


def _out_of_area(loss: str | None, underwritten: str | None, level: RegionLevel, trace: Trace) -> bool:
    """Tell whether the place of loss is not that of underwriting; where that can't be told, it is taken to be."""
    trace.fact(
        "claim.loss_region", loss, f"出险地：{loss or '未知'}", f"place of loss: {loss or 'not known'}"
    )
    trace.fact(
        "contract.region",
        underwritten,
        f"承保地：{underwritten or '未知'}",
        f"place of underwriting: {underwritten or 'not known'}",
    )
    zh, en = _LEVELS[level]
    here = region_at(underwritten, level) if underwritten else None
    there = region_at(loss, level) if loss else None
    if here is not None and here == there:
        trace.decision(
            "region",
            f"出险地与承保地在{zh}相同（{here}），不属异地案件，不回访（HT-6）",
            f"loss and underwriting in the same {en} ({here}): not out of area, no callback (HT-6)",
        )
        return False
    if here is None or there is None:
        trace.decision(
            "region",
            f"在{zh}无法比较出险地与承保地，按异地案件处理（HT-6）",
            f"the places can't be compared by {en}: treated as out of area (HT-6)",
        )
    return True


ASSESSMENT_PLAN = Plan(
    "assessment_service",
    title=TITLES["assessment_service"],
    events=("claim.registered",),
    cites=("HT-1", "HT-5", "HT-8"),
    select=select_registered,
    size=Successes("assessment_service.successes_per_assessor"),
    period="month",
    needs=("claim.reported", "claim.assessed"),
)

ASSESSMENT_SERVICE = Rule(
    "assessment_service",
    title=TITLES["assessment_service"],
    events=("sample.drawn",),
    cites=("HT-1", "HT-2", "HT-3", "HT-5", "HT-7", "HT-8", "DEC-3"),
    evaluate=evaluate_drawn,
    # A survey: who isn't reached in time is replaced by the next of the assessor's claims (DEC-3).
    after_due="stop",
    needs=("claim.reported", "claim.registered", "claim.assessed", "claim.settled"),
)

OUT_OF_AREA = Rule(
    "out_of_area",
    title=TITLES["out_of_area"],
    events=("claim.reported",),
    cites=("HT-1", "HT-2", "HT-3", "HT-6", "HT-7", "HT-8"),
    evaluate=evaluate_out_of_area,
    needs=("claim.registered", "claim.assessed"),
)
