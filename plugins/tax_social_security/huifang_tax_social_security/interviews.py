"""Regular interviews with those served (TS-1) and campaigns at fixed times, as around the annual review (TS-3)."""

from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.drafting import counting_calendar, is_reached, trace_event
from huifang_core.events import BusinessEvent, ScheduleReached
from huifang_core.obligations import ObligationDraft
from huifang_core.offices import payer_in_scope
from huifang_core.parameters import ParametersAt
from huifang_core.rules import Evaluate, Rule, UnitView
from huifang_core.schedules import Schedule
from huifang_core.trace import Trace
from huifang_core.windows import within_working_days_after
from huifang_core.workdays import WorkingCalendar

from huifang_tax_social_security.drafts import TITLES, obligation
from huifang_tax_social_security.registrations import REGISTRATIONS, registration_at
from huifang_tax_social_security.settings import Settings


def _round(kind: str, cites: tuple[str, ...]) -> Evaluate:
    """Return what demands an interview of this kind when its schedule's day has come."""

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
        day = trace_event(event, trace)
        reached = event.payload
        assert isinstance(reached, ScheduleReached)
        if not is_reached(event, f"tax_social_security/{kind}", trace) or not payer_in_scope(
            contract, unit, settings, trace, cites=cites[0]
        ):
            return []
        return [
            obligation(
                kind,
                reached.period,
                cites=cites,
                channels=settings.interview_channels,
                window=within_working_days_after(
                    day,
                    parameters[f"{kind}.within_working_days"],
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

    return evaluate


INTERVIEW = Rule(
    "interview",
    title=TITLES["interview"],
    events=("schedule.reached",),
    needs=REGISTRATIONS,
    cites=("TS-1", "TS-4", "DEC-3", "DEC-15"),
    evaluate=_round("interview", ("TS-1", "TS-4")),
)
"""TS-1, TS-4: everybody registered is interviewed regularly: about officers, certificate, base, verification and account."""

CAMPAIGN = Rule(
    "campaign",
    title=TITLES["campaign"],
    events=("schedule.reached",),
    needs=REGISTRATIONS,
    cites=("TS-3", "TS-4", "DEC-3", "DEC-15"),
    evaluate=_round("campaign", ("TS-3", "TS-4")),
)
"""TS-3: campaigns at fixed times, with the content of an interview."""

INTERVIEW_SCHEDULE = Schedule(
    id="interview",
    title=TITLES["interview"],
    cites=("TS-1",),
    anchor="calendar",
    dates=("04-01",),
    dates_setting="interview_dates",
    lines=("social_security", "tax"),
)
"""TS-1: the days on which rounds of interviews begin."""

CAMPAIGN_SCHEDULE = Schedule(
    id="campaign",
    title=TITLES["campaign"],
    cites=("TS-3",),
    anchor="calendar",
    dates=("03-01", "07-01"),
    dates_setting="campaign_dates",
    lines=("social_security", "tax"),
)
"""TS-3: the days on which campaigns begin."""
