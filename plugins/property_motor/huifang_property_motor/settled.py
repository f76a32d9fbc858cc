"""The callbacks after a claim was settled (已决): of motor (HT-4), and of property, cargo, liability and accident (HT-9)."""

from datetime import date, timedelta

from huifang_core.applicability import of_line
from huifang_core.contracts import Contract
from huifang_core.drafting import trace_event
from huifang_core.events import BusinessEvent, ClaimSettled
from huifang_core.obligations import ObligationDraft
from huifang_core.parameters import ParametersAt
from huifang_core.rules import Rule
from huifang_core.trace import Trace
from huifang_core.windows import Window, end_of_day, start_of_day, within_days

from huifang_property_motor.claims import claim_facts
from huifang_property_motor.drafts import TITLES, is_made, obligation
from huifang_property_motor.settings import Settings

_RESULTS = {
    "paid": ("已赔付", "paid"),
    "declined": ("拒赔", "declined"),
    "zero": ("零结案", "settled at nothing"),
}


def evaluate_motor(
    event: BusinessEvent,
    contract: Contract,
    parameters: ParametersAt,
    settings: Settings,
    history: tuple[BusinessEvent, ...],
    trace: Trace,
) -> list[ObligationDraft]:
    """Demand a callback about every motor claim paid, from day 10 to day 15 after the payment (HT-4)."""
    claim = event.payload
    assert isinstance(claim, ClaimSettled)
    day = trace_event(event, trace)
    if not (
        is_made("motor_settled", settings, trace)
        and of_line(contract, ("motor",), trace, cites="HT-4")
        and _money_was_paid(claim, trace)
    ):
        return []
    return [
        obligation(
            "motor_settled",
            claim.claim_no,
            cites=("HT-4",),
            contract=contract,
            parameters=parameters,
            settings=settings,
            trace=trace,
            window=_from_day(_counted_from(claim, day, trace), parameters, settings, trace),
            call=("insured", "driver", "other_party"),
            claim_no=claim.claim_no,
            facts=claim_facts(claim.claim_no, (*history, event)),
        )
    ]


def evaluate_lines(
    event: BusinessEvent,
    contract: Contract,
    parameters: ParametersAt,
    settings: Settings,
    history: tuple[BusinessEvent, ...],
    trace: Trace,
) -> list[ObligationDraft]:
    """Demand a callback about every claim settled in the four classes, whatever its result (HT-9); the time is our default."""
    claim = event.payload
    assert isinstance(claim, ClaimSettled)
    day = trace_event(event, trace)
    if not (
        is_made("lines_settled", settings, trace)
        and of_line(contract, ("property", "cargo", "liability", "accident"), trace, cites="HT-9")
    ):
        return []
    _trace_result(claim, trace)
    if claim.result not in settings.lines_settled_results:
        trace.decision(
            "claim.result",
            "按本机构设置，该结论的赔案不回访",
            "by the tenant's setting claims with this result are not called back",
        )
        return []
    start = _counted_from(claim, day, trace)
    return [
        obligation(
            "lines_settled",
            claim.claim_no,
            cites=("HT-9",),
            contract=contract,
            parameters=parameters,
            settings=settings,
            trace=trace,
            window=within_days(
                start, parameters["lines_settled.within_days"], trace, since=end_of_day(start)
            ),
            call=("insured", "contact"),
            claim_no=claim.claim_no,
            facts=claim_facts(claim.claim_no, (*history, event)),
        )
    ]


def _trace_result(claim: ClaimSettled, trace: Trace) -> None:
    zh, en = _RESULTS[claim.result]
    trace.fact(
        "claim.result", claim.result, f"赔案{claim.claim_no}结论：{zh}", f"claim {claim.claim_no}: {en}"
    )


def _money_was_paid(claim: ClaimSettled, trace: Trace) -> bool:
    _trace_result(claim, trace)
    if claim.result == "declined":
        trace.decision("claim.result", "拒赔案件不回访（HT-4）", "declined: no callback (HT-4)")
        return False
    if claim.result == "zero" or (claim.amount is not None and claim.amount == 0):
        trace.decision("claim.amount", "零结案件不回访（HT-4）", "settled at nothing: no callback (HT-4)")
        return False
    return True


def _counted_from(claim: ClaimSettled, day: date, trace: Trace) -> date:
    start = claim.paid_on or day
    if claim.paid_on:
        trace.fact("claim.paid_on", start, f"赔款支付日：{start}", f"paid on {start}")
    else:
        trace.fact(
            "claim.paid_on",
            None,
            f"未载明支付日，自已决日{start}起算",
            f"no day of payment: counted from {start}",
        )
    return start


def _from_day(day: date, parameters: ParametersAt, settings: Settings, trace: Trace) -> Window:
    """The days from the tenant's first day to the last, which is there to be called on even where the first lies later."""
    last = parameters["motor_settled.within_days"]
    first = min(settings.motor_settled_from_day, last)
    opens_on = day + timedelta(first)
    trace.count(
        "due_from",
        f"自支付日起第{first}天（{opens_on}）00:00开始回访",
        f"called about from day {first} after the payment, 00:00 on {opens_on}",
        start=day,
        days=first,
        day=opens_on,
    )
    return within_days(day, last, trace, since=start_of_day(opens_on))


MOTOR_SETTLED = Rule(
    "motor_settled",
    title=TITLES["motor_settled"],
    events=("claim.settled",),
    cites=("HT-1", "HT-2", "HT-3", "HT-4", "HT-8"),
    evaluate=evaluate_motor,
    needs=("claim.reported", "claim.assessed"),
)

LINES_SETTLED = Rule(
    "lines_settled",
    title=TITLES["lines_settled"],
    events=("claim.settled",),
    cites=("HT-1", "HT-2", "HT-3", "HT-8", "HT-9"),
    evaluate=evaluate_lines,
    needs=("claim.reported", "claim.assessed"),
)
