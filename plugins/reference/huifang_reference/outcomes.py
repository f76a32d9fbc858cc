"""What follows from how contacts ended, where no single answer says it: the third call in vain, or cover not understood and late.

Told are obligations whose draft says `tells_outcome`. The answer is data; the platform opens the cases and leaves the notices.
"""

from collections.abc import Sequence

from huifang_core.cases import CaseDraft
from huifang_core.outcomes import ContactOutcome, NoticeDraft, Reaction
from huifang_core.parameters import ParametersAt
from huifang_core.texts import text
from huifang_core.trace import Trace

from huifang_reference.settings import Settings


def reactions(
    outcome: ContactOutcome, parameters: ParametersAt, settings: Settings, trace: Trace
) -> Sequence[Reaction]:
    """Have the data checked after so many calls in vain, and tell the team leader where a late call found cover not understood."""
    vain = parameters["outcome.calls_in_vain"]
    if not outcome.connected and outcome.attempts == vain:
        trace.decision(
            "vain", f"已{vain}次未接通，请核对联系方式", f"{vain} calls in vain: check the contact data"
        )
        return [
            CaseDraft(
                case_class="contact_data",
                occasion=f"{outcome.key}/in_vain",
                subject=text("多次未接通，请核对联系方式", "several calls in vain: check the contact data"),
            )
        ]
    if outcome.overdue and outcome.answers.get("cover") == "not_clear":
        trace.decision("late", "逾期回访中客户不清楚保障", "a late call, and the cover was not understood")
        return [
            NoticeDraft(
                "team_leader",
                text("逾期回访的客户不清楚保障范围", "a customer called late does not understand the cover"),
                level="city",
            )
        ]
    return []
