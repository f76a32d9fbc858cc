"""The callbacks around a grace period (宽限期): before it ends (SD-7a), and after it where the premium is unpaid (SD-7b)."""

from datetime import date, timedelta
from decimal import Decimal

from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.drafting import contract_over, counting_calendar, trace_event
from huifang_core.events import BusinessEvent, GraceEnded, GraceEntered
from huifang_core.obligations import ObligationDraft, VoidOn
from huifang_core.parameters import ParametersAt
from huifang_core.rules import Rule, UnitView
from huifang_core.trace import Trace
from huifang_core.windows import (
    day_of,
    start_of_day,
    until_working_days_before,
    within_working_days_after,
)
from huifang_core.workdays import WorkingCalendar

from huifang_shandong_life.drafts import TITLES, obligation
from huifang_shandong_life.scope import servicing_in_scope
from huifang_shandong_life.settings import Settings


def evaluate_entered(
    event: BusinessEvent,
    contract: Contract,
    customer: Party,
    unit: UnitView,
    parameters: ParametersAt,
    settings: Settings,
    calendar: WorkingCalendar,
    trace: Trace,
) -> list[ObligationDraft]:
    """Demand a callback completed at least 15 working days before the grace period ends (SD-7a).

    It opens on the day of the event. Where that is past the last day already, the window is empty and stays so (DEC-4).
    """
    grace = event.payload
    assert isinstance(grace, GraceEntered)
    day = trace_event(event, trace)
    if not (
        servicing_in_scope(contract, customer, unit, settings, trace)
        and _still_unpaid(grace.unpaid, grace.grace_end, trace)
    ):
        return []
    window = until_working_days_before(
        grace.grace_end,
        parameters["grace_period.before_end_working_days"],
        counting_calendar(calendar, trace, ignore_make_up_days=settings.ignore_make_up_days),
        trace,
        due_from=start_of_day(day),
    )
    if window.is_empty:
        trace.decision(
            "window",
            "进入宽限期时距宽限期结束已不足规定的工作日数；期限不顺延，按生成即逾期处理（DEC-4）",
            "fewer working days than required were left when the grace period began; the deadline is not shifted, "
            "the obligation is late at birth (DEC-4)",
        )
    owed = _amount(grace.unpaid) or _premium(contract)
    return [
        obligation(
            "grace_period",
            grace.grace_end.isoformat(),
            cites=("SD-1", "SD-7a"),
            contract=contract,
            parameters=parameters,
            settings=settings,
            trace=trace,
            window=window,
            void_on=(
                VoidOn("premium.paid", day, owed),
                VoidOn("contract.reinstated", day),
                *contract_over(contract, day),
            ),
            facts={"grace.end": grace.grace_end, "grace.unpaid": _amount(grace.unpaid)},
        )
    ]


def evaluate_ended(
    event: BusinessEvent,
    contract: Contract,
    customer: Party,
    unit: UnitView,
    parameters: ParametersAt,
    settings: Settings,
    calendar: WorkingCalendar,
    history: tuple[BusinessEvent, ...],
    trace: Trace,
) -> list[ObligationDraft]:
    """Demand another callback within 15 working days after the grace period where it ended unpaid (SD-7b)."""
    grace = event.payload
    assert isinstance(grace, GraceEnded)
    day = trace_event(event, trace)
    if not (
        servicing_in_scope(contract, customer, unit, settings, trace)
        and _still_unpaid(grace.unpaid, grace.grace_end, trace)
    ):
        return []
    window = within_working_days_after(
        grace.grace_end,
        parameters["grace_period.after_end_working_days"],
        counting_calendar(calendar, trace, ignore_make_up_days=settings.ignore_make_up_days),
        trace,
    )
    return [
        obligation(
            "after_grace_period",
            grace.grace_end.isoformat(),
            cites=("SD-1", "SD-7b"),
            contract=contract,
            parameters=parameters,
            settings=settings,
            trace=trace,
            window=window,
            void_on=(
                *_paid_up(grace, contract, history, parameters, trace),
                VoidOn("contract.reinstated", grace.grace_end),
                *contract_over(contract, day),
            ),
            facts={"grace.end": grace.grace_end, "grace.unpaid": _amount(grace.unpaid)},
        )
    ]


def _still_unpaid(unpaid: Decimal | bool | None, grace_end: date, trace: Trace) -> bool:
    zh, en = _unpaid_in_words(unpaid)
    trace.fact(
        "grace.end", grace_end, f"宽限期最后一日：{grace_end}", f"last day of the grace period: {grace_end}"
    )
    trace.fact("grace.unpaid", unpaid, f"应交未交保险费：{zh}", f"premium outstanding: {en}")
    if unpaid is None or unpaid > 0:
        return True
    trace.decision(
        "grace.unpaid", "保险费已交清，无须回访", "the premium is paid in full: no callback is due"
    )
    return False


def _unpaid_in_words(unpaid: Decimal | bool | None) -> tuple[str, str]:
    match unpaid:
        case None:
            return "未说明，按未交处理", "not stated, treated as unpaid"
        case bool():
            return ("是", "yes") if unpaid else ("否", "no")
        case _:
            return f"{unpaid}元", f"{unpaid} yuan"


def _paid_up(
    grace: GraceEnded,
    contract: Contract,
    history: tuple[BusinessEvent, ...],
    parameters: ParametersAt,
    trace: Trace,
) -> tuple[VoidOn, ...]:
    """Return when payments leave nothing to ask about; a partial one never does.

    What is outstanding at the end covers payments after it. What was outstanding when the period began, else the
    premium of one period, covers payments since then: the core may have booked one after it told of the end. Where no
    amount is known but the core says "unpaid", earlier payments did not settle it.
    """
    outstanding = _amount(grace.unpaid)
    after_end = VoidOn("premium.paid", grace.grace_end + timedelta(1), outstanding)
    entered = _entered(grace, history)
    at_start = (
        _amount(entered.payload.unpaid) if entered and isinstance(entered.payload, GraceEntered) else None
    )
    owed = at_start or _premium(contract)
    since = day_of(entered.time) if entered and at_start else _first_day(grace, entered, parameters)
    if owed is None and grace.unpaid is not None:
        return (after_end,)
    trace.fact(
        "grace.start",
        since,
        f"自{since}起交清欠费的，回访不再需要",
        f"once what was owed is paid by payments since {since}, the callback is not needed any more",
    )
    since_start = VoidOn("premium.paid", since, owed)
    return (since_start,) if outstanding is None else (since_start, after_end)


def _entered(grace: GraceEnded, history: tuple[BusinessEvent, ...]) -> BusinessEvent | None:
    """Return the event that told of the beginning of this same grace period."""
    for event in history:
        began = event.payload
        if isinstance(began, GraceEntered) and began.grace_end == grace.grace_end:
            return event
    return None


def _first_day(grace: GraceEnded, entered: BusinessEvent | None, parameters: ParametersAt) -> date:
    if grace.due_on is not None:
        return grace.due_on
    if entered is not None:
        began = entered.payload
        assert isinstance(began, GraceEntered)
        return began.due_on or day_of(entered.time)
    return grace.grace_end - timedelta(parameters["grace_period.assumed_length_days"])


def _amount(unpaid: Decimal | bool | None) -> Decimal | None:
    return None if unpaid is None or isinstance(unpaid, bool) else unpaid


def _premium(contract: Contract) -> Decimal | None:
    return contract.premium.amount if contract.premium and contract.premium.mode == "regular" else None


GRACE_PERIOD = Rule(
    "grace_period",
    title=TITLES["grace_period"],
    events=("grace.entered",),
    cites=("SD-1", "SD-7a", "GEN-1", "GEN-5", "DEC-4", "DEC-11"),
    evaluate=evaluate_entered,
)

AFTER_GRACE_PERIOD = Rule(
    "after_grace_period",
    title=TITLES["after_grace_period"],
    events=("grace.ended",),
    cites=("SD-1", "SD-7b", "GEN-1", "GEN-5", "DEC-11"),
    evaluate=evaluate_ended,
    needs=("grace.entered",),
)
