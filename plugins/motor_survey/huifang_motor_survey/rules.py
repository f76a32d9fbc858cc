"""The callback for every motor loss reported (MS-1)."""

from huifang_core.applicability import of_line
from huifang_core.contracts import Contract
from huifang_core.drafting import ladder, retention, script_facts, trace_event
from huifang_core.events import BusinessEvent, ClaimReported
from huifang_core.obligations import ObligationDraft
from huifang_core.parameters import ParametersAt
from huifang_core.rules import Rule
from huifang_core.texts import text
from huifang_core.trace import Trace
from huifang_core.windows import SHANGHAI, Window, within_minutes

from huifang_motor_survey.content import CONTENT
from huifang_motor_survey.settings import Settings

TITLE = text("车险查勘及时性回访", "callback about the timeliness of a motor survey")

PRIORITY = 100
"""Above everything else: all other callbacks have days."""


def evaluate(
    event: BusinessEvent,
    contract: Contract,
    parameters: ParametersAt,
    settings: Settings,
    trace: Trace,
) -> list[ObligationDraft]:
    """Demand a call to whoever reported a motor loss, within 30 minutes in town and 60 in the county, day and night (MS-1, DEC-6)."""
    claim = event.payload
    assert isinstance(claim, ClaimReported)
    trace_event(event, trace)
    if not of_line(contract, ("motor",), trace, cites="MS-1"):
        return []
    reported_at = f"{claim.reported_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    trace.fact(
        "claim.reported_at", claim.reported_at, f"报案时间：{reported_at}", f"reported at {reported_at}"
    )
    window = _window(claim, parameters, trace)
    trace.decision(
        "around_the_clock",
        "不受免打扰时段限制，全天候回访（MS-1、DEC-6）",
        "made around the clock: quiet hours don't hold it back (MS-1, DEC-6)",
    )
    rungs, kept = ladder(parameters, "phone"), retention(contract, parameters)
    trace.decision("obligation", f"须进行{TITLE.zh_cn}（MS-1）", f"due: {TITLE.en} (MS-1)")
    return [
        ObligationDraft(
            kind="survey_timeliness",
            occasion=claim.claim_no,
            title=TITLE,
            ladder=rungs,
            script="motor_survey.timeliness",
            content=CONTENT["survey_timeliness"],
            retention=kept,
            window=window,
            call=("reporter", "insured", "driver", "other_party", "policyholder"),
            priority=PRIORITY,
            facts=script_facts(_facts(claim, reported_at), insurer_name=settings.insurer_name),
            claim_no=claim.claim_no,
            around_the_clock=True,
        )
    ]


def _window(claim: ClaimReported, parameters: ParametersAt, trace: Trace) -> Window:
    """From minute 10, when the surveyor should have called, to the end of the area's time; an area not known counts as town."""
    if claim.area is None:
        trace.fact("claim.area", None, "出险区域：未知", "area of the loss: not known")
        trace.decision(
            "claim.area",
            "出险区域未知，按较严的市区时限处理（MS-1）",
            "area not known: the stricter time of town counts (MS-1)",
        )
    else:
        zh, en = ("市区", "town") if claim.area == "urban" else ("县区", "county")
        trace.fact("claim.area", claim.area, f"出险区域：{zh}", f"area of the loss: {en}")
    minutes = parameters[
        "motor_survey.county_minutes" if claim.area == "county" else "motor_survey.urban_minutes"
    ]
    callable_after = parameters["motor_survey.callable_after_minutes"]
    if callable_after >= minutes:
        trace.decision(
            "callable_after",
            "本机构时限短于查勘员联系时限，受理后即可回访",
            "the tenant's time is shorter than the surveyor's: called at once",
        )
        callable_after = 0
    return within_minutes(claim.reported_at, minutes, trace, callable_after=callable_after)


def _facts(claim: ClaimReported, reported_at: str) -> dict[str, object]:
    return {
        "claim.no": claim.claim_no,
        "claim.reported_at": reported_at,
        "claim.loss_region": claim.loss_region,
        "claim.area": claim.area,
        "claim.dual_agency": claim.dual_agency,
        "claim.surveyor_no": claim.surveyor_no,
        "claim.reporter_role": claim.reporter.role if claim.reporter else None,
    }


TIMELINESS_RULE = Rule(
    "survey_timeliness",
    title=TITLE,
    events=("claim.reported",),
    cites=("MS-1", "MS-2", "MS-3", "MS-4", "DEC-3", "DEC-6"),
    evaluate=evaluate,
    # It asks about the first minutes after a loss, and surveys stop (DEC-3): the queue gives out what is due first, so that what is
    # late already would be called before what can still be called in time, and make that late as well. What was missed stays overdue.
    after_due="stop",
)

RULES: tuple[Rule, ...] = (TIMELINESS_RULE,)
"""The plugin's one rule."""
