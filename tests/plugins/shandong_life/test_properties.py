"""Whatever comes in, in whatever order: the same obligations, and the dates a naive counter finds, too."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from huifang_core.contracts import Contract, Premium
from huifang_core.customers import Party
from huifang_core.derive import SettingsVersion, Subject, derive
from huifang_core.events import (
    BusinessEvent,
    ClaimSettled,
    ContractCancelled,
    ContractDelivered,
    ContractEnded,
    ContractIssued,
    ContractLapsed,
    ContractReinstated,
    ContractSurrendered,
    GraceEnded,
    GraceEntered,
    PremiumPaid,
)
from huifang_core.reconcile import Create, reconcile
from huifang_core.registry import Plugin
from huifang_core.rules import UnitView
from huifang_core.windows import SHANGHAI
from huifang_core.workdays import WorkingCalendar
from hypothesis import given, settings
from hypothesis import strategies as st

CALENDAR = WorkingCalendar()

# The calendars as announced by the General Office of the State Council, typed in here so that the counter below owes nothing
# to the calendar library: weekdays that are off, and weekend days that are worked.
OFF = (
    (date(2024, 1, 1), date(2024, 1, 1)),
    (date(2024, 2, 10), date(2024, 2, 17)),
    (date(2024, 4, 4), date(2024, 4, 6)),
    (date(2024, 5, 1), date(2024, 5, 5)),
    (date(2024, 6, 10), date(2024, 6, 10)),
    (date(2024, 9, 15), date(2024, 9, 17)),
    (date(2024, 10, 1), date(2024, 10, 7)),
    (date(2025, 1, 1), date(2025, 1, 1)),
    (date(2025, 1, 28), date(2025, 2, 4)),
    (date(2025, 4, 4), date(2025, 4, 6)),
    (date(2025, 5, 1), date(2025, 5, 5)),
    (date(2025, 5, 31), date(2025, 6, 2)),
    (date(2025, 10, 1), date(2025, 10, 8)),
    (date(2026, 1, 1), date(2026, 1, 3)),
    (date(2026, 2, 15), date(2026, 2, 23)),
    (date(2026, 4, 4), date(2026, 4, 6)),
    (date(2026, 5, 1), date(2026, 5, 5)),
    (date(2026, 6, 19), date(2026, 6, 21)),
    (date(2026, 9, 25), date(2026, 9, 27)),
    (date(2026, 10, 1), date(2026, 10, 7)),
)
WORKED = frozenset(
    (
        *(date(2024, 2, 4), date(2024, 2, 18), date(2024, 4, 7), date(2024, 4, 28), date(2024, 5, 11)),
        *(date(2024, 9, 14), date(2024, 9, 29), date(2024, 10, 12)),
        *(date(2025, 1, 26), date(2025, 2, 8), date(2025, 4, 27), date(2025, 9, 28), date(2025, 10, 11)),
        *(date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9)),
        *(date(2026, 9, 20), date(2026, 10, 10)),
    )
)

days = st.dates(date(2024, 3, 1), date(2026, 11, 20))
amounts = st.sampled_from([Decimal("0.00"), Decimal("600.00"), Decimal("1200.00")])
owing = st.one_of(st.none(), st.booleans(), amounts)
payloads = st.one_of(
    st.builds(ContractIssued),
    st.builds(ContractDelivered, days),
    st.builds(ContractCancelled, days),
    st.builds(ContractSurrendered, days),
    st.builds(ContractEnded, days),
    st.builds(ContractLapsed, days),
    st.builds(ContractReinstated, days),
    st.builds(GraceEntered, grace_end=days, unpaid=owing),
    st.builds(GraceEnded, grace_end=days, unpaid=owing),
    st.builds(PremiumPaid, paid_on=days, amount=st.one_of(st.none(), amounts)),
    st.builds(
        ClaimSettled,
        claim_no=st.sampled_from(["K-1", "K-2"]),
        result=st.sampled_from(["paid", "declined", "zero"]),
        paid_on=st.one_of(st.none(), days),
    ),
)
contracts = st.builds(
    Contract,
    contract_no=st.just("C-1"),
    line=st.sampled_from(["life", "health", "accident", "motor"]),
    unit=st.just("U-1"),
    policyholder=st.just("P-1"),
    group=st.booleans(),
    effective_on=st.one_of(st.none(), days),
    expires_on=st.one_of(st.none(), days),
    premium=st.sampled_from([None, Premium("single"), Premium("regular", Decimal("1200.00"), 12, 20)]),
    cooling_off_days=st.sampled_from([None, 0, 10, 15, 20]),
    delivered_on=st.one_of(st.none(), days),
)


@st.composite
def histories(draw: st.DrawFn) -> list[BusinessEvent]:
    events: list[BusinessEvent] = []
    for number in range(draw(st.integers(1, 6))):
        payload = draw(payloads)
        time = datetime.combine(draw(days), draw(st.times()), SHANGHAI)
        kind = type(payload).__struct_config__.tag
        late = timedelta(days=draw(st.integers(0, 40)))
        against = draw(st.sampled_from([None, None, None, "corrects", "retracts"]))
        refers = {}
        same = [event.event_id for event in events if event.type == kind]
        if against and same:
            refers = {against: draw(st.sampled_from(same))}
        events.append(BusinessEvent("core", f"e{number}", kind, time, time + late, payload, "C-1", **refers))
    return events


def changes(plugin: Plugin, contract: Contract, kind: str, events: list[BusinessEvent]) -> list[Create]:
    subject = Subject(contract, Party("P-1", kind), UnitView("U-1", "city", "shandong"), tuple(events))
    derivation = derive(subject, [plugin], [SettingsVersion(plugin.id, 1)], CALENDAR)
    assert derivation.failures == ()
    now = max(event.received_at for event in events)
    return sorted(reconcile(derivation, (), now=now), key=lambda change: change.desired.key)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(contracts, st.sampled_from(["individual", "organisation"]), histories(), st.randoms())
def test_the_order_of_events_makes_no_difference(plugin: Plugin, contract, kind, events, random) -> None:
    """SD-1, SD-6, SD-7: derived from all that is known, so it never matters what came in first; and no rule raises."""
    shuffled = random.sample(events, len(events))
    assert changes(plugin, contract, kind, events) == changes(plugin, contract, kind, shuffled)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(contracts, histories())
def test_every_obligation_can_say_why(plugin: Plugin, contract, events) -> None:
    """GEN-3: event, parameters with their source, dates counted, decision; and it is never shifted (DEC-4)."""
    for create in changes(plugin, contract, "individual", events):
        draft = create.desired.draft
        kinds = [step.kind for step in draft.trace]
        assert kinds[0] == "event"
        assert kinds[-1] == "decision"
        assert {"fact", "parameter", "count"} <= set(kinds)
        if draft.window is not None and draft.window.is_empty:
            assert create.born_late == "window_empty" or create.status != "open"


@settings(max_examples=400, deadline=None, derandomize=True)
@given(days, st.integers(1, 30))
def test_working_days_are_counted_as_a_person_would(plugin: Plugin, last_day, n) -> None:
    """SD-7a, SD-7b, GEN-1, GEN-5: one day after the other, on calendars typed in by hand."""
    assert CALENDAR.before(last_day, n).day == naive(last_day, n, -1)
    if last_day < date(2026, 10, 20):
        assert CALENDAR.after(last_day, n).day == naive(last_day, n, +1)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(days)
def test_grace_periods_are_due_when_a_person_would_say(plugin: Plugin, grace_end) -> None:
    """SD-7a, SD-7b: the end of the 15th working day before, and after, the last day of the grace period."""
    contract = Contract("C-1", "life", "U-1", "P-1")
    time = datetime.combine(grace_end - timedelta(59), datetime.min.time(), SHANGHAI)
    events = [
        BusinessEvent("core", "e1", "grace.entered", time, time, GraceEntered(grace_end, True), "C-1"),
        BusinessEvent("core", "e2", "grace.ended", time, time, GraceEnded(grace_end, True), "C-1"),
    ]
    after, before = changes(plugin, contract, "individual", events)
    assert before.desired.draft.kind == "grace_period"
    assert before.desired.draft.window.due_by == midnight_after(naive(grace_end, 15, -1))
    if grace_end < date(2026, 11, 20):
        assert after.desired.draft.window.due_by == midnight_after(naive(grace_end, 15, +1))
        assert after.desired.draft.window.due_from == midnight_after(grace_end)


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_calendars_agree_day_by_day(year: int) -> None:
    """GEN-1, REG-8: the library's calendar and the announcement typed in above."""
    day = date(year, 1, 1)
    while day.year == year:
        assert CALENDAR.is_working_day(day) == works(day), day
        day += timedelta(1)


def works(day: date) -> bool:
    if day in WORKED:
        return True
    return day.weekday() < 5 and not any(first <= day <= last for first, last in OFF)


def naive(day: date, n: int, step: int) -> date:
    while n:
        day += timedelta(step)
        n -= works(day)
    return day


def midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(1), datetime.min.time(), SHANGHAI)
