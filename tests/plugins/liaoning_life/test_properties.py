"""Whatever comes in, in whatever order: the same obligations, each of which can say why."""

from datetime import date, datetime, timedelta

from huifang_core.contracts import Contract, Premium
from huifang_core.customers import Party
from huifang_core.derive import SettingsVersion, Subject, derive
from huifang_core.events import (
    BusinessEvent,
    ClaimSettled,
    ContractCancelled,
    ContractChanged,
    ContractDelivered,
    ContractEnded,
    ContractIssued,
    ContractLapsed,
    ContractReinstated,
    ContractSurrendered,
    ScheduleReached,
    SellerDeparted,
)
from huifang_core.reconcile import Create, reconcile
from huifang_core.registry import Plugin
from huifang_core.rules import UnitView
from huifang_core.windows import SHANGHAI
from huifang_core.workdays import WorkingCalendar
from hypothesis import given, settings
from hypothesis import strategies as st

CALENDAR = WorkingCalendar()
EVERYTHING = {"projects": ["departed_seller", "policy_servicing", "lapse", "satisfaction", "claim"]}

days = st.dates(date(2024, 3, 1), date(2026, 11, 20))
sellers = st.sampled_from(["S1", "S2"])
changes_made = st.sampled_from(
    [{}, {"seller_no": "S1"}, {"seller_no": "S2"}, {"status": "suspended"}, {"status": "in_force"}]
)
payloads = st.one_of(
    st.builds(ContractIssued),
    st.builds(ContractDelivered, days),
    st.builds(ContractCancelled, days),
    st.builds(ContractSurrendered, days),
    st.builds(ContractEnded, days),
    st.builds(ContractLapsed, days),
    st.builds(ContractReinstated, days),
    st.builds(ContractChanged, st.sampled_from(["loan", "other"]), changes_made),
    st.builds(SellerDeparted, sellers, days),
    st.builds(lambda on: ScheduleReached("liaoning_life/satisfaction", on.isoformat(), on), days),
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
    line=st.sampled_from(["life", "health", "motor"]),
    unit=st.just("U-1"),
    policyholder=st.sampled_from(["P-1", "S1"]),
    seller_no=st.sampled_from([None, "S1", "S2"]),
    product_class=st.sampled_from([None, "traditional", "universal"]),
    channel=st.sampled_from([None, "agent", "bank", "online"]),
    effective_on=st.one_of(st.none(), days),
    expires_on=st.one_of(st.none(), days),
    premium=st.sampled_from([None, Premium("single")]),
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
        same = [event.event_id for event in events if event.type == kind]
        refers = {against: draw(st.sampled_from(same))} if against and same else {}
        events.append(BusinessEvent("core", f"e{number}", kind, time, time + late, payload, "C-1", **refers))
    return events


def changes(plugin: Plugin, contract: Contract, events: list[BusinessEvent]) -> list[Create]:
    subject = Subject(
        contract, Party("P-1", "individual"), UnitView("U-1", "city", "liaoning"), tuple(events)
    )
    derivation = derive(subject, [plugin], [SettingsVersion(plugin.id, 1, EVERYTHING)], CALENDAR)
    assert derivation.failures == ()
    now = max(event.received_at for event in events)
    return sorted(reconcile(derivation, (), now=now), key=lambda change: change.desired.key)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(contracts, histories(), st.randoms())
def test_the_order_of_events_makes_no_difference(plugin: Plugin, contract, events, random) -> None:
    """LN-2: derived from all that is known, so it never matters what came in first; and no rule raises."""
    shuffled = random.sample(events, len(events))
    assert changes(plugin, contract, events) == changes(plugin, contract, shuffled)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(contracts, histories())
def test_every_obligation_can_say_why(plugin: Plugin, contract, events) -> None:
    """GEN-3, DEC-4: event, facts, parameters with their source, dates counted, decision; and it is never shifted."""
    for create in changes(plugin, contract, events):
        draft = create.desired.draft
        kinds = [step.kind for step in draft.trace]
        assert kinds[0] == "event"
        assert kinds[-1] == "decision"
        assert {"fact", "parameter", "count"} <= set(kinds)
        assert draft.filed_script == (draft.kind == "new_contract")


@settings(max_examples=150, deadline=None, derandomize=True)
@given(contracts, days)
def test_a_new_contract_in_scope_is_always_called_back(plugin: Plugin, contract, day) -> None:
    """LN-1, LN-2, LN-3: whatever is not known about it, and whoever sold it."""
    time = datetime.combine(day, datetime.min.time(), SHANGHAI)
    events = [BusinessEvent("core", "e1", "contract.issued", time, time, ContractIssued(), "C-1")]
    created = changes(plugin, contract, events)
    assert [create.desired.draft.kind for create in created] == (
        ["new_contract"] if contract.line in ("life", "health") else []
    )
