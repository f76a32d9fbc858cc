"""Tip-offs (举报): looked into as cases; one that proves true is rewarded, or goes straight to the responsible office (TS-2)."""

from huifang_core.applicability import of_line
from huifang_core.cases import CaseDraft
from huifang_core.contracts import Contract
from huifang_core.drafting import root_of, trace_event
from huifang_core.events import BusinessEvent, TipOffDecided, TipOffReceived
from huifang_core.rules import Rule
from huifang_core.texts import text
from huifang_core.trace import Trace

from huifang_tax_social_security.settings import Settings


def evaluate_received(
    event: BusinessEvent, contract: Contract, settings: Settings, trace: Trace
) -> list[CaseDraft]:
    """Open a case about a payer, or about an office, whichever it is about."""
    received = event.payload
    assert isinstance(received, TipOffReceived)
    trace_event(event, trace)
    if not of_line(contract, settings.lines, trace, cites="TS-2"):
        return []
    trace.decision("tip_off", "举报须调查核实（TS-2）", "a tip-off must be looked into (TS-2)")
    return [
        CaseDraft(
            case_class="tip_off",
            occasion=received.tip_off_no or root_of(event),
            subject=text("收到举报，请调查核实并作出结论", "a tip-off came in: look into it and decide"),
        )
    ]


def evaluate_decided(
    event: BusinessEvent, contract: Contract, settings: Settings, trace: Trace
) -> list[CaseDraft]:
    """Open a case for the reward where it is due, else for the responsible office; nothing where it proved unfounded.

    What is not known about a tip-off never buries it: it goes to the responsible office.
    """
    decided = event.payload
    assert isinstance(decided, TipOffDecided)
    trace_event(event, trace)
    if not of_line(contract, settings.lines, trace, cites="TS-2"):
        return []
    occasion = decided.tip_off_no or root_of(event)
    proven = _proven(decided, settings, trace)
    if proven is False:
        trace.decision(
            "tip_off", "举报不属实，到此办结（TS-2）", "the tip-off is unfounded, and at an end (TS-2)"
        )
        return []
    if _may_be_rewarded(decided, settings, trace) and proven:
        trace.decision(
            "tip_off",
            "属实、符合政策条件且未造成损失，按程序给予奖励（TS-2）",
            "proven, fitting the policy, without loss: to be rewarded (TS-2)",
        )
        return [
            CaseDraft(
                case_class="tip_off_reward",
                occasion=occasion,
                subject=text("举报属实，请按程序办理奖励", "the tip-off proved true: see to the reward"),
            )
        ]
    trace.decision(
        "tip_off", "举报材料直接转相关机构处理（TS-2）", "it goes straight to the responsible office (TS-2)"
    )
    return [
        CaseDraft(
            case_class="tip_off_forwarded",
            occasion=occasion,
            subject=text("举报材料转办，请依规处理", "a tip-off was passed on: deal with it by the rules"),
        )
    ]


def _proven(decided: TipOffDecided, settings: Settings, trace: Trace) -> bool | None:
    proven = decided.proven
    if proven is None and decided.outcome in settings.proven_outcomes:
        proven = True
    if proven is None and decided.outcome in settings.unfounded_outcomes:
        proven = False
    zh, en = _in_words(proven)
    trace.fact("tip_off.proven", proven, f"是否属实：{zh}", f"proven: {en}")
    return proven


def _may_be_rewarded(decided: TipOffDecided, settings: Settings, trace: Trace) -> bool:
    for name, value, zh_name, en_name in (
        ("eligible", decided.eligible, "符合政策条件", "fits the policy"),
        ("caused_loss", decided.caused_loss, "造成损失", "caused a loss"),
    ):
        zh, en = _in_words(value)
        trace.fact(f"tip_off.{name}", value, f"{zh_name}：{zh}", f"{en_name}: {en}")
    if not settings.reward_tip_offs:
        trace.decision("reward", "本机构设置不予奖励", "by the tenant's setting tip-offs are not rewarded")
        return False
    return decided.eligible is True and decided.caused_loss is False


def _in_words(value: bool | None) -> tuple[str, str]:
    match value:
        case None:
            return "未说明", "not stated"
        case True:
            return "是", "yes"
        case _:
            return "否", "no"


TIP_OFF = Rule(
    "tip_off",
    title=text("举报受理", "tip-off received"),
    events=("tip_off.received",),
    cites=("TS-2",),
    evaluate=evaluate_received,
)
"""TS-2: every tip-off is looked into."""

TIP_OFF_DECIDED = Rule(
    "tip_off_decided",
    title=text("举报办结", "tip-off decided"),
    events=("tip_off.decided",),
    cites=("TS-2",),
    evaluate=evaluate_decided,
)
"""TS-2: rewarded, or straight to the responsible office."""
