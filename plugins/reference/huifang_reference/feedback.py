"""A case without a contact: what comes in by itself and somebody has to solve."""

from huifang_core.applicability import of_line
from huifang_core.cases import CaseDraft
from huifang_core.contracts import Contract
from huifang_core.drafting import root_of, trace_event
from huifang_core.events import BusinessEvent, FeedbackReceived
from huifang_core.rules import Rule
from huifang_core.texts import text
from huifang_core.trace import Trace

from huifang_reference.settings import Settings


def evaluate(event: BusinessEvent, contract: Contract, settings: Settings, trace: Trace) -> list[CaseDraft]:
    """Open a case for a complaint; should it be taken back, the case is flagged, not deleted."""
    trace_event(event, trace)
    received = event.payload
    assert isinstance(received, FeedbackReceived)
    if not of_line(contract, settings.lines, trace, cites="GEN-3"):
        return []
    if received.kind != "complaint":
        trace.decision("kind", "不是投诉", "no complaint")
        return []
    trace.decision("complaint", "投诉须处理", "a complaint must be solved")
    return [
        CaseDraft(
            case_class="complaint",
            # Stays the same when the event is corrected, so that the case is opened once.
            occasion=root_of(event),
            subject=text("客户投诉，请处理并答复", "a customer complained: solve it and answer"),
        )
    ]


FEEDBACK = Rule(
    "feedback",
    title=text("投诉立案", "cases for complaints"),
    events=("feedback.received",),
    cites=("GEN-3",),
    evaluate=evaluate,
)
