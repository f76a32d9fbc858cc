"""The questionnaire (问卷): a share of each branch's paid claims of a month, drawn so that anybody can repeat the draw (CI-1)."""

from datetime import date

from huifang_core.applicability import of_line, settled_as, supervised_by
from huifang_core.cases import CaseDraft
from huifang_core.contracts import Contract, Line
from huifang_core.drafting import counting_calendar, is_drawn, ladder, retention, script_facts, trace_event
from huifang_core.events import BusinessEvent, ClaimSettled, SampleDrawn
from huifang_core.obligations import ObligationDraft
from huifang_core.parameters import ParametersAt
from huifang_core.plans import Membership, Plan, Share
from huifang_core.rules import Draft, Rule, UnitView
from huifang_core.texts import text
from huifang_core.trace import Trace
from huifang_core.windows import within_working_days_after
from huifang_core.workdays import WorkingCalendar

from huifang_critical_illness.content import CONTENT
from huifang_critical_illness.settings import Settings

TITLE = text("大病保险回访问卷", "critical illness questionnaire")

_LINES: tuple[Line, ...] = ("critical_illness",)
_QUARTERS_END = ("03", "06", "09", "12")


def select(
    event: BusinessEvent, contract: Contract, unit: UnitView, settings: Settings, trace: Trace
) -> Membership | None:
    """Count in every critical illness claim that was really paid, by branch."""
    trace_event(event, trace)
    claim = event.payload
    assert isinstance(claim, ClaimSettled)
    if not _in_scope(contract, unit, settings, trace) or not settled_as(claim, ("paid",), trace):
        return None
    return Membership(stratum=unit.code)


def evaluate(
    event: BusinessEvent,
    contract: Contract,
    unit: UnitView,
    parameters: ParametersAt,
    settings: Settings,
    calendar: WorkingCalendar,
    history: tuple[BusinessEvent, ...],
    trace: Trace,
) -> list[Draft]:
    """Have the insured or a beneficiary of a claim drawn asked (CI-1).

    With the first one of each branch and month the branch has to hand the questionnaires over (CI-3) and analyse them (CI-4), and
    once a quarter the province to plan improvements (CI-6).
    """
    day = trace_event(event, trace)
    drawn = event.payload
    assert isinstance(drawn, SampleDrawn)
    if not is_drawn(event, "critical_illness/questionnaire", trace) or not _in_scope(
        contract, unit, settings, trace
    ):
        return []
    counting = counting_calendar(calendar, trace, ignore_make_up_days=settings.ignore_make_up_days)
    of_branch = trace.branch()
    asked = _questionnaire(event, drawn, day, contract, parameters, settings, counting, history, trace)
    if drawn.rank > 1:
        return [asked]
    return [asked, *_of_branch(drawn, day, unit, parameters, counting, of_branch)]


def _questionnaire(
    event: BusinessEvent,
    drawn: SampleDrawn,
    day: date,
    contract: Contract,
    parameters: ParametersAt,
    settings: Settings,
    calendar: WorkingCalendar,
    history: tuple[BusinessEvent, ...],
    trace: Trace,
) -> ObligationDraft:
    window = within_working_days_after(day, parameters["questionnaire.within_working_days"], calendar, trace)
    rungs, kept = ladder(parameters, "phone", "on_site"), retention(contract, parameters)
    trace.decision(
        "obligation",
        "须征得被保险人或受益人同意后填写问卷（CI-1、CI-3）",
        "due: the questionnaire, with the consent of the insured or a beneficiary (CI-1, CI-3)",
    )
    return ObligationDraft(
        kind="questionnaire",
        occasion=f"{drawn.period}/{event.claim_no or drawn.member}",
        title=TITLE,
        ladder=rungs,
        script="critical_illness.questionnaire",
        content=CONTENT,
        retention=kept,
        trace=trace.steps,
        window=window,
        call=("insured", "beneficiary"),
        priority=25,
        category="survey",
        facts=script_facts(_claim_facts(event.claim_no, history), insurer_name=settings.insurer_name),
        claim_no=event.claim_no,
    )


def _of_branch(
    drawn: SampleDrawn,
    day: date,
    unit: UnitView,
    parameters: ParametersAt,
    calendar: WorkingCalendar,
    trace: Trace,
) -> list[Draft]:
    cases: list[Draft] = []
    for case_class, cites, subject in (
        (
            "handover",
            "CI-3",
            text(f"移交{drawn.period}抽样的问卷", f"hand over the questionnaires drawn for {drawn.period}"),
        ),
        (
            "area_analysis",
            "CI-4",
            text(
                f"分析辖内{drawn.period}的问卷，跟进问题",
                f"analyse the area's questionnaires of {drawn.period} and follow up on problems",
            ),
        ),
    ):
        owed = trace.branch()
        owed.decision(
            case_class,
            f"机构{unit.code}：{subject.zh_cn}（{cites}）",
            f"unit {unit.code}: {subject.en} ({cites})",
        )
        window = within_working_days_after(
            day, parameters[f"{case_class}.within_working_days"], calendar, owed
        )
        cases.append(
            CaseDraft(
                case_class=case_class,
                occasion=f"{drawn.period}/{case_class}",
                subject=subject,
                trace=owed.steps,
                due_by=window.due_by,
            )
        )
    if drawn.period.rpartition("-")[2] not in _QUARTERS_END:
        return cases
    planned = trace.branch()
    planned.decision(
        "improvement_plan",
        f"季度末月份，省公司须就机构{unit.code}的改进意见制定计划并督导落实（CI-6）",
        f"the last month of a quarter: the province plans improvements at unit {unit.code} and follows them (CI-6)",
    )
    plan = CaseDraft(
        case_class="improvement_plan",
        occasion=f"{drawn.period}/improvement_plan",
        subject=text(
            f"就截至{drawn.period}一季度的问卷制定改进计划",
            f"plan improvements by the questionnaires of the quarter to {drawn.period}",
        ),
        trace=planned.steps,
    )
    return [*cases, plan]


def _in_scope(contract: Contract, unit: UnitView, settings: Settings, trace: Trace) -> bool:
    return of_line(contract, _LINES, trace, cites="CI-1") and (
        not settings.supervising_bureaus
        or supervised_by(unit, settings.supervising_bureaus, trace, cites="CI-1")
    )


def _claim_facts(claim_no: str | None, history: tuple[BusinessEvent, ...]) -> dict[str, object]:
    facts: dict[str, object] = {"claim.no": claim_no}
    for event in sorted(history, key=lambda one: one.time):
        claim = event.payload
        if isinstance(claim, ClaimSettled) and claim.claim_no == claim_no:
            facts |= {"claim.paid_on": claim.paid_on, "claim.result": claim.result}
    return facts


QUESTIONNAIRE = Rule(
    "questionnaire",
    title=TITLE,
    events=("sample.drawn",),
    cites=("CI-1", "CI-2", "CI-3", "CI-4", "CI-6", "DEC-3", "DEC-11", "DEC-14", "GEN-1", "GEN-5"),
    after_due="stop",
    evaluate=evaluate,
    needs=("claim.settled",),
)
"""CI-1: the draw's members are asked; an opinion is not asked for once its time is up (DEC-3)."""

QUESTIONNAIRE_PLAN = Plan(
    "questionnaire",
    title=TITLE,
    events=("claim.settled",),
    cites=("CI-1", "DEC-14"),
    select=select,
    size=Share("questionnaire.share"),
    period="month",
)
"""CI-1: a share of each branch's paid claims of a month."""
