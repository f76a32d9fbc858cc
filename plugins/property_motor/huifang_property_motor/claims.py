"""What is known of a claim beyond the event at hand: who reported it and where, who assessed it, how it was settled."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from huifang_core.events import (
    BusinessEvent,
    ClaimAssessed,
    ClaimRegistered,
    ClaimReported,
    ClaimSettled,
    Payload,
)
from huifang_core.parameters import ParametersAt
from huifang_core.trace import Trace
from huifang_core.windows import SHANGHAI

REPORTERS: dict[str, tuple[str, str]] = {
    "insured": ("被保险人", "the insured"),
    "driver": ("驾驶员", "the driver"),
    "other_party": ("事故其他当事人", "another party to the accident"),
    "policyholder": ("投保人", "the policyholder"),
    "agent": ("代理人", "an agent"),
    "salesperson": ("业务员", "a salesperson"),
    "repair_shop": ("修理厂", "a repair shop"),
}
"""What each role of a reporter is called."""

_P = TypeVar("_P", bound=Payload)


def latest(kind: type[_P], claim_no: str | None, events: Sequence[BusinessEvent]) -> _P | None:
    """Return the last of these events, oldest first, that is of this kind and about this claim; None without any."""
    if claim_no is None:
        return None
    for event in reversed(events):
        payload = event.payload
        if isinstance(payload, kind) and getattr(payload, "claim_no", None) == claim_no:
            return payload
    return None


def assessor_of(claim_no: str | None, events: Sequence[BusinessEvent], trace: Trace) -> str | None:
    """Return the staff number of the loss assessor (定损员): who assessed the loss, else whom the registration names."""
    assessed = latest(ClaimAssessed, claim_no, events)
    registered = latest(ClaimRegistered, claim_no, events)
    found = (assessed.assessor_no if assessed else None) or (registered.assessor_no if registered else None)
    trace.fact(
        "claim.assessor_no",
        found,
        f"定损员：{found or '未知'}",
        f"assessor: {found or 'not known'}",
    )
    return found


def reporter_counts(
    report: ClaimReported | None, parameters: ParametersAt, trace: Trace, *, cites: str
) -> bool:
    """Tell whether a claim reported by this person is called about; one whose reporter is not known is (HT-5, HT-6)."""
    role = report.reporter.role if report and report.reporter else None
    zh, en = REPORTERS[role] if role else ("未知", "not known")
    trace.fact("claim.reporter_role", role, f"报案人：{zh}", f"reported by: {en}")
    if role is None:
        trace.decision(
            "reporter",
            f"报案人身份不明，按须回访处理（{cites}）",
            f"reporter not known: treated as in scope ({cites})",
        )
        return True
    if role in parameters["assessment.excluded_reporters"]:
        trace.decision("reporter", f"{zh}报案的不回访（{cites}）", f"reported by {en}: no callback ({cites})")
        return False
    return True


def claim_facts(claim_no: str | None, events: Sequence[BusinessEvent]) -> dict[str, object]:
    """Return what the script may use of a claim; what is not known is None."""
    report = latest(ClaimReported, claim_no, events)
    settled = latest(ClaimSettled, claim_no, events)
    assessed = latest(ClaimAssessed, claim_no, events)
    return {
        "claim.no": claim_no,
        "claim.reported_at": in_words(report.reported_at) if report else None,
        "claim.loss_region": report.loss_region if report else None,
        "claim.reporter_role": report.reporter.role if report and report.reporter else None,
        "claim.surveyor_no": report.surveyor_no if report else None,
        "claim.assessor_no": assessed.assessor_no if assessed else None,
        "claim.result": settled.result if settled else None,
        "claim.amount": settled.amount if settled else None,
        "claim.paid_on": settled.paid_on if settled else None,
    }


def in_words(instant: datetime) -> str:
    """Return an instant as the caller is shown it, in Asia/Shanghai to the minute."""
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
