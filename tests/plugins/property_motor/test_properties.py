"""Whatever comes in, in whatever order: the same obligations, and the dates a naive counter finds, too."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.derive import SettingsVersion, Subject, derive
from huifang_core.events import (
    BusinessEvent,
    ClaimAssessed,
    ClaimClosed,
    ClaimRegistered,
    ClaimReported,
    ClaimSettled,
    ContractEnded,
    ContractIssued,
    ContractSurrendered,
    FeedbackReceived,
    Reporter,
    SampleDrawn,
)
from huifang_core.population import population
from huifang_core.reconcile import Create, reconcile
from huifang_core.registry import Plugin
from huifang_core.rules import UnitView
from huifang_core.windows import SHANGHAI
from huifang_core.workdays import WorkingCalendar
from hypothesis import given, settings
from hypothesis import strategies as st

CALENDAR = WorkingCalendar()
UNIT = UnitView("JN", "city", "shandong")

days = st.dates(date(2024, 1, 1), date(2026, 11, 20))
instants = st.builds(lambda day, time: datetime.combine(day, time, SHANGHAI), days, st.times())
claims = st.sampled_from(["K-1", "K-2"])
assessors = st.sampled_from([None, "A-1", "A-2"])
regions = st.sampled_from([None, "370000", "370100", "370102", "370611", "429004", "500229"])
reporters = st.one_of(
    st.none(),
    st.builds(
        Reporter,
        role=st.sampled_from(
            [None, "insured", "driver", "other_party", "policyholder", "agent", "salesperson", "repair_shop"]
        ),
    ),
)
payloads = st.one_of(
    st.builds(ContractIssued),
    st.builds(ContractSurrendered, days),
    st.builds(ContractEnded, days),
    st.builds(ClaimReported, claim_no=claims, reported_at=instants, reporter=reporters, loss_region=regions),
    st.builds(ClaimRegistered, claim_no=claims, registered_at=instants, assessor_no=assessors),
    st.builds(ClaimAssessed, claim_no=claims, assessed_at=instants, assessor_no=assessors),
    st.builds(
        ClaimSettled,
        claim_no=claims,
        result=st.sampled_from(["paid", "declined", "zero"]),
        amount=st.sampled_from([None, Decimal("0.00"), Decimal("5200.00")]),
        paid_on=st.one_of(st.none(), days),
    ),
    st.builds(ClaimClosed, claim_no=claims, closed_on=days),
    st.builds(
        SampleDrawn,
        plan=st.sampled_from(["property_motor/assessment_service", "other/plan"]),
        period=st.just("2026-09"),
        member=st.just("core/e1"),
        rank=st.integers(1, 9),
        group=assessors,
    ),
    st.builds(
        FeedbackReceived,
        kind=st.sampled_from(["suggestion", "problem", "complaint"]),
        received_at=instants,
    ),
)
contracts = st.builds(
    Contract,
    contract_no=st.just("C-1"),
    line=st.sampled_from(["motor", "property", "cargo", "liability", "accident", "life"]),
    unit=st.just("JN"),
    policyholder=st.just("P-1"),
    insured=st.sampled_from([(), ("P-1",), ("P-2",)]),
    region=regions,
    effective_on=st.one_of(st.none(), days),
    expires_on=st.one_of(st.none(), days),
    issued_on=st.one_of(st.none(), days),
)


@st.composite
def histories(draw: st.DrawFn) -> list[BusinessEvent]:
    events: list[BusinessEvent] = []
    for number in range(draw(st.integers(1, 6))):
        payload = draw(payloads)
        time = draw(instants)
        kind = type(payload).__struct_config__.tag
        late = timedelta(days=draw(st.integers(0, 40)))
        against = draw(st.sampled_from([None, None, None, "corrects", "retracts"]))
        same = [event.event_id for event in events if event.type == kind]
        refers = {against: draw(st.sampled_from(same))} if against and same else {}
        claim = getattr(payload, "claim_no", "K-1" if kind == "sample.drawn" else None)
        events.append(
            BusinessEvent("core", f"e{number}", kind, time, time + late, payload, "C-1", claim, **refers)
        )
    return events


def changes(
    plugin: Plugin, contract: Contract, events: list[BusinessEvent], kind: str = "individual"
) -> list[Create]:
    subject = Subject(contract, Party("P-1", kind), UNIT, tuple(events))
    derivation = derive(subject, [plugin], [SettingsVersion(plugin.id, 1)], CALENDAR)
    assert derivation.failures == ()
    now = max(event.received_at for event in events)
    return sorted(reconcile(derivation, (), now=now), key=lambda change: change.desired.key)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(contracts, st.sampled_from(["individual", "organisation"]), histories(), st.randoms())
def test_the_order_of_events_makes_no_difference(plugin: Plugin, contract, kind, events, random) -> None:
    """HT-1, PC-1: derived from all that is known, so it never matters what came in first; and no rule raises."""
    shuffled = random.sample(events, len(events))
    assert changes(plugin, contract, events, kind) == changes(plugin, contract, shuffled, kind)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(contracts, histories())
def test_every_obligation_can_say_why(plugin: Plugin, contract, events) -> None:
    """GEN-3: event, facts, parameters with their source, dates counted, decision; never shifted (DEC-4)."""
    for create in changes(plugin, contract, events):
        draft = create.desired.draft
        kinds = [step.kind for step in draft.trace]
        assert (kinds[0], kinds[-1]) == ("event", "decision")
        assert {"fact", "parameter", "count"} <= set(kinds)
        assert not draft.window.is_empty
        assert draft.retention.years in (5, 10)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(contracts, histories())
def test_every_no_is_explained(plugin: Plugin, contract, events) -> None:
    """GEN-3, HT-5: an evaluation that demands nothing, and an event left out of the population, says why in its last step."""
    subject = Subject(contract, Party("P-1", "individual"), UNIT, tuple(events))
    versions = [SettingsVersion(plugin.id, 1)]

    def watch(event, plugin_id, rule, trace, made, error) -> None:
        assert error is None
        assert trace.steps[-1].kind == "decision"

    derive(subject, [plugin], versions, CALENDAR, watch)
    (plan,) = plugin.plans
    first, last = date(2024, 1, 1), date(2026, 11, 20)
    for candidate in population(subject, plugin, plan, versions, CALENDAR, first, last):
        assert candidate.error is None
        assert candidate.steps[-1].kind == "decision"


@settings(max_examples=200, deadline=None, derandomize=True)
@given(days)
def test_days_are_counted_as_a_person_would(plugin: Plugin, day) -> None:
    """HT-4, HT-9, PC-1, GEN-5: one day after the other, the first one not counted."""
    time = datetime.combine(day, datetime.min.time(), SHANGHAI)

    def windows(line: str):
        events = [
            BusinessEvent("core", "e1", "claim.settled", time, time, ClaimSettled("K-1", "paid"), "C-1"),
            BusinessEvent("core", "e2", "claim.closed", time, time, ClaimClosed("K-1", day), "C-1"),
        ]
        found = changes(plugin, Contract("C-1", line, "JN", "P-1"), events)
        return {create.desired.draft.kind: create.desired.draft.window for create in found}

    def midnight(days: int) -> datetime:
        return datetime.combine(day + timedelta(days), datetime.min.time(), SHANGHAI)

    motor, cargo = windows("motor"), windows("cargo")
    assert (motor["motor_settled"].due_from, motor["motor_settled"].due_by) == (midnight(10), midnight(16))
    assert (cargo["lines_settled"].due_from, cargo["lines_settled"].due_by) == (midnight(1), midnight(16))
    for found in (motor, cargo):
        assert (found["claim_closed"].due_from, found["claim_closed"].due_by) == (midnight(0), midnight(8))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(instants)
def test_a_report_is_on_the_list_of_its_own_month(plugin: Plugin, reported_at) -> None:
    """HT-6, GEN-5: called about from the first to the fifteenth of the next one."""
    payload = ClaimReported("K-1", reported_at, loss_region="320102")
    event = BusinessEvent("core", "e1", "claim.reported", reported_at, reported_at, payload, "C-1")
    (create,) = changes(plugin, Contract("C-1", "motor", "JN", "P-1", region="370102"), [event])
    window = create.desired.draft.window
    opens = window.due_from.astimezone(SHANGHAI)
    assert (opens.day, opens.hour, opens.minute) == (1, 0, 0)
    assert (opens - timedelta(seconds=1)).strftime("%Y-%m") == reported_at.strftime("%Y-%m")
    assert window.due_by - window.due_from == timedelta(15)
