"""However many risks are flagged, and in whatever order they become known: warned or called in, as a naive counter has it, too."""

from datetime import UTC, date, datetime

from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.derive import SettingsVersion, Subject, derive
from huifang_core.events import BusinessEvent, RiskFlagged
from huifang_core.registry import Plugin
from huifang_core.rules import UnitView
from huifang_core.workdays import WorkingCalendar
from hypothesis import given, settings
from hypothesis import strategies as st

CALENDAR = WorkingCalendar()
ACCOUNT = Contract(contract_no="C1", line="tax", unit="JN", policyholder="K1")
FLAGS = st.lists(
    st.tuples(
        st.dates(date(2023, 12, 1), date(2026, 11, 20)),
        st.sampled_from(["欠缴", "申报异常", "service_refused"]),
    ),
    min_size=1,
    max_size=10,
    unique_by=lambda flag: flag[0],
)


def flagged(flags: list[tuple[date, str]]) -> list[BusinessEvent]:
    events = []
    for on, kind in flags:
        at = datetime(on.year, on.month, on.day, 4, tzinfo=UTC)
        events.append(BusinessEvent("core", on.isoformat(), "risk.flagged", at, at, RiskFlagged(kind), "C1"))
    return events


def a_year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return date(day.year - 1, 2, 28)


def expected(flags: list[tuple[date, str]]) -> dict[str, str]:
    """What each flag comes to, counted on fingers."""
    found: dict[str, str] = {}
    fingers: list[date] = []
    for on, kind in sorted(flags):
        fingers.append(on)
        fingers = [day for day in fingers if day >= a_year_before(on)]
        if kind == "service_refused" or len(fingers) == 3:
            found[on.isoformat()] = "formal_talk"
            fingers = []
        else:
            found[on.isoformat()] = "risk_warning"
    return found


@settings(max_examples=80, deadline=None)
@given(flags=FLAGS, seed=st.randoms(use_true_random=False))
def test_every_risk_is_warned_of_or_talked_about_and_never_both(plugin: Plugin, flags, seed) -> None:
    """TS-2."""

    def found(events: list[BusinessEvent]) -> dict[str, str]:
        subject = Subject(ACCOUNT, Party("K1", "organisation"), UnitView("JN", "city"), tuple(events))
        derivation = derive(subject, [plugin], [SettingsVersion(plugin.id, 1)], CALENDAR)
        assert derivation.failures == ()
        kinds = [(d.draft.occasion, d.draft.kind) for d in derivation.desired]
        assert len(kinds) == len(dict(kinds))
        return dict(kinds)

    events = flagged(flags)
    assert found(events) == expected(flags)
    shuffled = list(events)
    seed.shuffle(shuffled)
    assert found(shuffled) == expected(flags)


@settings(max_examples=40, deadline=None)
@given(flags=FLAGS)
def test_a_later_risk_changes_nothing_about_an_earlier_one(plugin: Plugin, flags) -> None:
    """TS-2, GEN-4: what was done before stands."""
    last = max(flags)[0]
    events = flagged(flags)

    def drafts(given_events):
        subject = Subject(ACCOUNT, Party("K1", "organisation"), UnitView("JN", "city"), tuple(given_events))
        derivation = derive(subject, [plugin], [SettingsVersion(plugin.id, 1)], CALENDAR)
        return {d.draft.occasion: d.fingerprint for d in derivation.desired}

    before = drafts([e for e in events if e.event_id != last.isoformat()])
    after = drafts(events)
    assert {k: v for k, v in after.items() if k != last.isoformat()} == before
    assert last.isoformat() in after
