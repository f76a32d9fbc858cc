"""What is drawn from the roll of registered payers: spot checks, the yearly summary, and records by which offices are checked (TS-2, TS-3)."""

from huifang_core.cases import CaseDraft
from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.drafting import counting_calendar, first_of_period, is_drawn, trace_event
from huifang_core.events import BusinessEvent, SampleDrawn, ScheduleReached
from huifang_core.obligations import ObligationDraft
from huifang_core.offices import payer_in_scope
from huifang_core.parameters import ParametersAt
from huifang_core.plans import Full, Membership, Number, Plan
from huifang_core.rules import Draft, Rule, UnitView
from huifang_core.schedules import Schedule
from huifang_core.texts import text
from huifang_core.trace import Trace
from huifang_core.windows import within_working_days_after
from huifang_core.workdays import WorkingCalendar

from huifang_tax_social_security.drafts import TITLES, obligation
from huifang_tax_social_security.registrations import REGISTRATIONS, registration_at
from huifang_tax_social_security.settings import Settings

ROLL = Schedule(
    id="roll",
    title=text("登记户名册", "roll of registered payers"),
    cites=("TS-3",),
    anchor="calendar",
    dates=("01-01", "04-01", "07-01", "10-01"),
    lines=("social_security", "tax"),
)
"""TS-3: everybody registered is in the population of a quarter, also those who neither pay nor report anything."""


def select(
    event: BusinessEvent, contract: Contract, unit: UnitView, settings: Settings, trace: Trace
) -> Membership | None:
    """Count in every registered payer on the quarter's roll, by office."""
    return Membership(stratum=unit.code) if _on_roll(event, contract, unit, settings, trace) else None


def select_yearly(
    event: BusinessEvent,
    contract: Contract,
    unit: UnitView,
    settings: Settings,
    history: tuple[BusinessEvent, ...],
    trace: Trace,
) -> Membership | None:
    """Count in every registered payer on one of the year's rolls, once, by office."""
    rolls = [e for e in history if _is_roll(e)]
    if _on_roll(event, contract, unit, settings, trace) and first_of_period(event, rolls, "year", trace):
        return Membership(stratum=unit.code)
    return None


def evaluate_spot_check(
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
    """Demand a check that nobody announces: one channel, no text message, no appointment (TS-3)."""
    day = trace_event(event, trace)
    drawn = event.payload
    assert isinstance(drawn, SampleDrawn)
    if not _is_drawn_payer(event, "spot_check", contract, unit, settings, trace):
        return []
    trace.decision(
        "unannounced",
        "突击抽查不事先通知：不发短信，不预约（TS-3）",
        "a spot check is not announced: no text message, no appointment (TS-3)",
    )
    return [
        obligation(
            "spot_check",
            drawn.period,
            cites=("TS-3", "TS-4"),
            channels=(settings.spot_check_channel,),
            window=within_working_days_after(
                day,
                parameters["spot_check.within_working_days"],
                counting_calendar(calendar, trace, ignore_make_up_days=settings.ignore_make_up_days),
                trace,
            ),
            customer=customer,
            parameters=parameters,
            settings=settings,
            trace=trace,
            facts=registration_at(event, history).facts,
        )
    ]


def evaluate_summary(
    event: BusinessEvent,
    contract: Contract,
    customer: Party,
    unit: UnitView,
    parameters: ParametersAt,
    settings: Settings,
    calendar: WorkingCalendar,
    trace: Trace,
) -> list[Draft]:
    """Have everybody asked how the year was, and with the first one of each office, the office sum it up (TS-3)."""
    day = trace_event(event, trace)
    drawn = event.payload
    assert isinstance(drawn, SampleDrawn)
    if not _is_drawn_payer(event, "yearly_summary", contract, unit, settings, trace):
        return []
    summed_up = trace.branch()
    asked = obligation(
        "yearly_summary",
        drawn.period,
        cites=("TS-1", "TS-3"),
        channels=settings.interview_channels,
        window=within_working_days_after(
            day,
            parameters["yearly_summary.within_working_days"],
            counting_calendar(calendar, trace, ignore_make_up_days=settings.ignore_make_up_days),
            trace,
        ),
        customer=customer,
        parameters=parameters,
        settings=settings,
        trace=trace,
    )
    if drawn.rank > 1:
        return [asked]
    summed_up.decision(
        "summary",
        f"机构{unit.code}须汇总{drawn.period}年度回访情况（TS-3）",
        f"office {unit.code} has to sum up what was said in {drawn.period} (TS-3)",
    )
    summary = CaseDraft(
        case_class="yearly_summary",
        occasion=drawn.period,
        subject=text(f"汇总{drawn.period}年度回访情况", f"sum up the interviews of {drawn.period}"),
        trace=summed_up.steps,
    )
    return [asked, summary]


def evaluate_exchange_check(
    event: BusinessEvent, contract: Contract, unit: UnitView, settings: Settings, trace: Trace
) -> list[CaseDraft]:
    """Have it checked, by a payer's records, whether the office exchanges information as the rules say (TS-2)."""
    trace_event(event, trace)
    drawn = event.payload
    assert isinstance(drawn, SampleDrawn)
    if not _is_drawn_payer(event, "exchange_check", contract, unit, settings, trace):
        return []
    trace.decision(
        "exchange_check",
        f"须检查机构{unit.code}信息交换管理办法的落实情况（TS-2）",
        f"whether office {unit.code} follows the rules of information exchange has to be checked (TS-2)",
    )
    return [
        CaseDraft(
            case_class="exchange_check",
            occasion=drawn.period,
            subject=text(
                f"以本户资料检查机构{unit.code}在{drawn.period}的信息交换是否及时、准确、完整",
                f"check by this payer's records whether office {unit.code} exchanged information in {drawn.period} in time, "
                "rightly and in full",
            ),
        )
    ]


def _is_roll(event: BusinessEvent) -> bool:
    return isinstance(event.payload, ScheduleReached) and event.payload.schedule == "tax_social_security/roll"


def _on_roll(
    event: BusinessEvent, contract: Contract, unit: UnitView, settings: Settings, trace: Trace
) -> bool:
    trace_event(event, trace)
    if not _is_roll(event):
        trace.decision("roll", "不是名册日程，不计入", "not of the roll's schedule: not counted in")
        return False
    return payer_in_scope(contract, unit, settings, trace, cites="TS-3")


def _is_drawn_payer(
    event: BusinessEvent, plan: str, contract: Contract, unit: UnitView, settings: Settings, trace: Trace
) -> bool:
    return is_drawn(event, f"tax_social_security/{plan}", trace) and payer_in_scope(
        contract, unit, settings, trace, cites="TS-3"
    )


SPOT_CHECK = Rule(
    "spot_check",
    title=TITLES["spot_check"],
    events=("sample.drawn",),
    needs=REGISTRATIONS,
    cites=("TS-3", "TS-4", "DEC-3", "DEC-15"),
    evaluate=evaluate_spot_check,
)
"""TS-3: unannounced spot checks."""

YEARLY_SUMMARY = Rule(
    "yearly_summary",
    title=TITLES["yearly_summary"],
    events=("sample.drawn",),
    cites=("TS-1", "TS-3", "DEC-3", "DEC-15"),
    evaluate=evaluate_summary,
)
"""TS-3: full coverage once a year."""

EXCHANGE_CHECK = Rule(
    "exchange_check",
    title=text("信息交换检查", "check of information exchange"),
    events=("sample.drawn",),
    cites=("TS-2",),
    evaluate=evaluate_exchange_check,
)
"""TS-2: checks that offices follow the information-exchange rules."""

SPOT_CHECK_PLAN = Plan(
    "spot_check",
    title=TITLES["spot_check"],
    events=("schedule.reached",),
    cites=("TS-3", "DEC-14"),
    select=select,
    size=Number("spot_check.per_office"),
    period="quarter",
)
"""TS-3: so many of every office's payers each quarter; nobody can know beforehand whom."""

YEARLY_SUMMARY_PLAN = Plan(
    "yearly_summary",
    title=TITLES["yearly_summary"],
    events=("schedule.reached",),
    needs=("schedule.reached",),
    cites=("TS-3",),
    select=select_yearly,
    size=Full(),
    period="year",
)
"""TS-3: everybody registered during the year."""

EXCHANGE_CHECK_PLAN = Plan(
    "exchange_check",
    title=text("信息交换检查", "check of information exchange"),
    events=("schedule.reached",),
    cites=("TS-2", "DEC-14"),
    select=select,
    size=Number("exchange_check.per_office"),
    period="quarter",
)
"""TS-2: so many payers' records of every office each quarter."""
