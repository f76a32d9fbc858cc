"""Greetings on birthdays and holidays (CARE-1), and the reminder before a policy expires (SP-2): courtesies, that stop in time (DEC-3)."""

from huifang_core.applicability import individual, of_line
from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.drafting import contract_over, is_reached, trace_event
from huifang_core.events import BusinessEvent, ScheduleReached
from huifang_core.obligations import ContactChannel, ObligationDraft
from huifang_core.parameters import ParametersAt
from huifang_core.rules import Rule
from huifang_core.schedules import Schedule
from huifang_core.trace import Trace
from huifang_core.windows import within_days

from huifang_customer_care.drafts import TITLES, obligation
from huifang_customer_care.settings import Settings

BIRTHDAY = Schedule(
    id="birthday",
    title=TITLES["birthday_greeting"],
    cites=("CARE-1",),
    anchor="customer.birth_date",
    per="customer",
)
"""Once a year for every customer, however many contracts there are."""

HOLIDAY = Schedule(
    id="holiday",
    title=TITLES["holiday_greeting"],
    cites=("CARE-1", "none"),
    anchor="calendar",
    dates=("01-01", "10-01"),
    dates_setting="holidays",
    per="customer",
)
"""On the days that the tenant sets; which holidays is left open by the rule."""

EXPIRY = Schedule(
    id="expiry",
    title=TITLES["expiry_reminder"],
    cites=("SP-2", "none"),
    anchor="contract.expires_on",
    days=-30,
    late_days=20,
)
"""Thirty days before expiry: time to renew at leisure. The rule says just "before", so whoever comes in late is reminded, too."""

SCHEDULES: tuple[Schedule, ...] = (BIRTHDAY, HOLIDAY, EXPIRY)
"""All schedules."""


def evaluate_birthday(
    event: BusinessEvent,
    contract: Contract,
    customer: Party,
    parameters: ParametersAt,
    settings: Settings,
    trace: Trace,
) -> list[ObligationDraft]:
    """Have a person greeted on the birthday."""
    return _courtesy("birthday_greeting", BIRTHDAY, event, contract, customer, parameters, settings, trace)


def evaluate_holiday(
    event: BusinessEvent,
    contract: Contract,
    customer: Party,
    parameters: ParametersAt,
    settings: Settings,
    trace: Trace,
) -> list[ObligationDraft]:
    """Have a person greeted on a holiday."""
    return _courtesy("holiday_greeting", HOLIDAY, event, contract, customer, parameters, settings, trace)


def evaluate_expiry(
    event: BusinessEvent,
    contract: Contract,
    customer: Party,
    parameters: ParametersAt,
    settings: Settings,
    trace: Trace,
) -> list[ObligationDraft]:
    """Have a person reminded that the policy expires."""
    return _courtesy("expiry_reminder", EXPIRY, event, contract, customer, parameters, settings, trace)


def _courtesy(
    kind: str,
    schedule: Schedule,
    event: BusinessEvent,
    contract: Contract,
    customer: Party,
    parameters: ParametersAt,
    settings: Settings,
    trace: Trace,
) -> list[ObligationDraft]:
    day = trace_event(event, trace)
    reached = event.payload
    assert isinstance(reached, ScheduleReached)
    cites = schedule.cites[0]
    if not (
        is_reached(event, f"customer_care/{schedule.id}", trace)
        and of_line(contract, settings.lines, trace, cites=cites)
        and individual(contract, customer, trace, cites=cites)
    ):
        return []
    reminder = kind == "expiry_reminder"
    channels: tuple[ContactChannel, ...] = ("phone",) if reminder else ("sms", "phone")
    return [
        obligation(
            kind,
            reached.period,
            cites=cites,
            channels=channels,
            window=within_days(
                reached.on,
                parameters["reminder.within_days" if reminder else "greeting.within_days"],
                trace,
            ),
            contract=contract,
            parameters=parameters,
            settings=settings,
            trace=trace,
            category="care",
            void_on=contract_over(contract, day),
        )
    ]


BIRTHDAY_GREETING = Rule(
    "birthday_greeting",
    title=TITLES["birthday_greeting"],
    events=("schedule.reached",),
    cites=("CARE-1", "CARE-2", "DEC-3", "GEN-5"),
    after_due="stop",
    evaluate=evaluate_birthday,
)
HOLIDAY_GREETING = Rule(
    "holiday_greeting",
    title=TITLES["holiday_greeting"],
    events=("schedule.reached",),
    cites=("CARE-1", "CARE-2", "DEC-3", "GEN-5"),
    after_due="stop",
    evaluate=evaluate_holiday,
)
EXPIRY_REMINDER = Rule(
    "expiry_reminder",
    title=TITLES["expiry_reminder"],
    events=("schedule.reached",),
    cites=("SP-2", "CARE-2", "DEC-3", "GEN-5"),
    after_due="stop",
    evaluate=evaluate_expiry,
)
