"""Whatever the effective date and whatever happens since: the dates a person would find, and the same in any order."""

from calendar import monthrange
from datetime import date, datetime, timedelta

from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.derive import SettingsVersion, Subject, derive
from huifang_core.events import (
    BusinessEvent,
    ContractCancelled,
    ContractChanged,
    ContractEnded,
    ContractIssued,
    ContractLapsed,
    ContractReinstated,
    ContractSurrendered,
)
from huifang_core.reconcile import Create, reconcile
from huifang_core.registry import Plugin
from huifang_core.rules import UnitView
from huifang_core.windows import SHANGHAI
from huifang_core.workdays import WorkingCalendar
from hypothesis import given, settings
from hypothesis import strategies as st

CALENDAR = WorkingCalendar()

days = st.dates(date(2024, 1, 1), date(2027, 12, 31))
changes_made = st.one_of(
    st.just({"status": "suspended"}),
    st.just({"status": "in_force"}),
    st.builds(lambda day: {"effective_on": day.isoformat()}, days),
    st.builds(lambda day: {"expires_on": day.isoformat()}, days),
)
payloads = st.one_of(
    st.builds(ContractIssued),
    st.builds(ContractChanged, st.just("change"), changes_made),
    st.builds(ContractCancelled, days),
    st.builds(ContractSurrendered, days),
    st.builds(ContractEnded, days),
    st.builds(ContractLapsed, days),
    st.builds(ContractReinstated, days),
)
contracts = st.builds(
    Contract,
    contract_no=st.just("C-1"),
    line=st.just("health"),
    unit=st.just("U-1"),
    policyholder=st.just("P-1"),
    effective_on=st.one_of(st.none(), days),
    expires_on=st.one_of(st.none(), days),
    issued_on=st.one_of(st.none(), days),
)


def event(number: int, payload: object, day: date, late: int = 0) -> BusinessEvent:
    kind = type(payload).__struct_config__.tag  # type: ignore[attr-defined]
    time = datetime(day.year, day.month, day.day, 10, tzinfo=SHANGHAI)
    return BusinessEvent("core", f"e{number}", kind, time, time + timedelta(days=late), payload, "C-1")


@st.composite
def histories(draw: st.DrawFn) -> list[BusinessEvent]:
    return [
        event(0, ContractIssued(), draw(days)),
        *(
            event(number, draw(payloads), draw(days), draw(st.integers(0, 40)))
            for number in range(1, draw(st.integers(1, 6)))
        ),
    ]


def made(plugin: Plugin, contract: Contract, events: list[BusinessEvent]) -> list[Create]:
    subject = Subject(contract, Party("P-1", "individual"), UnitView("U-1", "city"), tuple(events))
    derivation = derive(subject, [plugin], [SettingsVersion(plugin.id, 1)], CALENDAR)
    assert derivation.failures == ()
    now = max(one.received_at for one in events)
    return sorted(reconcile(derivation, (), now=now), key=lambda change: change.desired.key)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(contracts, histories(), st.randoms())
def test_the_order_of_events_makes_no_difference(plugin: Plugin, contract, events, random) -> None:
    """HI-2: and no rule raises."""
    assert made(plugin, contract, events) == made(plugin, contract, random.sample(events, len(events)))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(days)
def test_the_same_day_of_a_later_month_or_its_last(plugin: Plugin, effect) -> None:
    """HI-2, GEN-5: counted here month by month."""
    contract = Contract("C-1", "health", "U-1", "P-1", effective_on=effect)
    found = {
        c.desired.draft.occasion: c for c in made(plugin, contract, [event(0, ContractIssued(), effect)])
    }
    assert set(found) == {"month_3", "month_6", "month_12"}
    for months in (3, 6, 12):
        window = found[f"month_{months}"].desired.draft.window
        year, month = effect.year, effect.month
        for _ in range(months):
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        on = date(year, month, min(effect.day, monthrange(year, month)[1]))
        assert window.due_from.astimezone(SHANGHAI).date() == on - timedelta(7)
        assert (window.due_by.astimezone(SHANGHAI) - timedelta(1)).date() == on + timedelta(14)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(contracts, histories())
def test_nobody_is_called_past_the_end_of_the_policy(plugin: Plugin, contract, events) -> None:
    """HI-2: no open window reaches beyond the day of expiry, none is empty, and none is open once the policy is over."""
    over = {"contract.cancelled", "contract.surrendered", "contract.ended"}
    expires_on = contract.expires_on
    for one in sorted(events, key=lambda e: (e.time, e.event_id)):
        if isinstance(one.payload, ContractChanged) and "expires_on" in one.payload.changes:
            expires_on = date.fromisoformat(one.payload.changes["expires_on"])
    begun = min(e.time.astimezone(SHANGHAI).date() for e in events if e.type == "contract.issued")
    for create in made(plugin, contract, events):
        window = create.desired.draft.window
        assert not window.is_empty
        if expires_on is not None:
            assert (window.due_by.astimezone(SHANGHAI) - timedelta(1)).date() <= expires_on
        if create.status == "open":
            assert not any(e.type in over and e.payload.on >= begun for e in events)
