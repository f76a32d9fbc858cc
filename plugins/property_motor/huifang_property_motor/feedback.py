"""What customers send in by themselves becomes a transfer work order (转工单) to the department responsible (PC-4)."""

from huifang_core.applicability import of_line
from huifang_core.cases import CaseDraft
from huifang_core.contracts import Contract
from huifang_core.drafting import trace_event
from huifang_core.events import BusinessEvent, FeedbackReceived
from huifang_core.rules import Rule
from huifang_core.texts import Text, text
from huifang_core.trace import Trace

from huifang_property_motor.settings import Settings

_ORDERS: dict[str, tuple[str, Text]] = {
    "suggestion": ("inquiry", text("客户提出建议", "a customer's suggestion")),
    "problem": ("problem", text("客户反映问题", "a customer's problem")),
    "complaint": ("complaint", text("客户投诉", "a customer's complaint")),
}


def evaluate(event: BusinessEvent, contract: Contract, settings: Settings, trace: Trace) -> list[CaseDraft]:
    """Open a transfer work order for every suggestion, problem and complaint; a correction changes no more than what it says."""
    feedback = event.payload
    assert isinstance(feedback, FeedbackReceived)
    trace_event(event, trace)
    if not of_line(contract, settings.first_contact_lines, trace, cites="PC-4"):
        return []
    if not settings.transfer_orders_for_feedback:
        trace.decision(
            "transfer_orders_for_feedback",
            "本机构设置不为客户反馈生成转办工单",
            "by the tenant's setting feedback becomes no transfer work order",
        )
        return []
    case_class, subject = _ORDERS[feedback.kind]
    trace.decision("feedback", f"{subject.zh_cn}，转责任部门（PC-4）", f"{subject.en}: transferred (PC-4)")
    return [CaseDraft(case_class=case_class, occasion=event.corrects or event.event_id, subject=subject)]


FEEDBACK = Rule(
    "feedback",
    title=text("客户反馈转办工单", "transfer work order for feedback"),
    events=("feedback.received",),
    cites=("PC-4",),
    evaluate=evaluate,
)
