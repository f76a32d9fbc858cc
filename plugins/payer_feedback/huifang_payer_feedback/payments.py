"""The callback after a payment (缴费): everyone who completed one is contacted within five working days (PF-1, PF-3)."""

from collections.abc import Iterable

from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.drafting import counting_calendar, root_of, trace_event
from huifang_core.events import BusinessEvent, PaymentCompleted, order
from huifang_core.obligations import ObligationDraft
from huifang_core.offices import payer_in_scope
from huifang_core.parameters import ParametersAt
from huifang_core.rules import Rule, UnitView
from huifang_core.trace import Trace
from huifang_core.windows import SHANGHAI, day_of, within_working_days_after
from huifang_core.workdays import WorkingCalendar

from huifang_payer_feedback.drafts import TITLES, obligation
from huifang_payer_feedback.settings import Settings


def evaluate(
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
    """Demand a first contact within five working days after the payment; by a setting, several payments share one.

    The callback is the office's duty, so it goes on and counts as late once its time is up (DEC-3).
    """
    trace_event(event, trace)
    if not payer_in_scope(contract, unit, settings, trace, cites="PF-1"):
        return []
    counted = counting_calendar(calendar, trace, ignore_make_up_days=settings.ignore_make_up_days)
    days: int = parameters["payment.within_working_days"]
    together = _together(event, history, settings, counted, days)
    for payment in together:
        paid = _paid(payment)
        trace.fact(
            "payment.paid_at",
            paid.paid_at,
            f"{paid.paid_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}缴费（事件{payment.event_id}）",
            f"paid on {paid.paid_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} (event {payment.event_id})",
        )
    if together[0] is not event:
        trace.decision(
            "several_payments",
            f"按本机构设置，与事件{together[0].event_id}的缴费合并为一次回访（PF-4：已记录，不遗漏）",
            f"by the tenant's setting it shares the callback of event {together[0].event_id} (PF-4: recorded, not left out)",
        )
        return []
    day = day_of(_paid(event).paid_at)
    return [
        obligation(
            "payment",
            root_of(event) if settings.several_payments == "each" else day.isoformat(),
            cites=("PF-1", "PF-2", "PF-3"),
            channels=settings.channels,
            window=within_working_days_after(day, days, counted, trace),
            customer=customer,
            parameters=parameters,
            settings=settings,
            trace=trace,
        )
    ]


def _together(
    event: BusinessEvent,
    history: Iterable[BusinessEvent],
    settings: Settings,
    calendar: WorkingCalendar,
    days: int,
) -> list[BusinessEvent]:
    """Return the payments that share the callback of this one, itself among them, in the order in which they were paid."""
    if settings.several_payments == "each":
        return [event]
    payments = sorted((event, *history), key=lambda e: (_paid(e).paid_at, order(e)))
    shared: list[BusinessEvent] = []
    for payment in payments:
        paid_on = day_of(_paid(payment).paid_at)
        first = day_of(_paid(shared[0]).paid_at) if shared else None
        last = first
        if first is not None and settings.several_payments == "each_window":
            last = calendar.after(first, days).day
        if last is None or paid_on > last:
            if event in shared:
                break
            shared = []
        shared.append(payment)
    return shared


def _paid(event: BusinessEvent) -> PaymentCompleted:
    assert isinstance(event.payload, PaymentCompleted)
    return event.payload


PAYMENT = Rule(
    "payment",
    title=TITLES["payment"],
    events=("payment.completed",),
    needs=("payment.completed",),
    cites=("PF-1", "PF-2", "PF-3", "PF-4", "GEN-5", "DEC-3", "DEC-15"),
    evaluate=evaluate,
)
"""PF-1 to PF-3: a first contact after every payment."""
