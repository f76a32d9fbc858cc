"""However many payments come, and in whatever order: nobody who paid is left out, and nothing is due sooner or later than it should be."""

from datetime import UTC, datetime, timedelta

import pytest
from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.derive import SettingsVersion, Subject, derive
from huifang_core.events import BusinessEvent, PaymentCompleted
from huifang_core.registry import Plugin
from huifang_core.rules import UnitView
from huifang_core.windows import day_of, end_of_day
from huifang_core.workdays import WorkingCalendar
from hypothesis import given, settings
from hypothesis import strategies as st

CALENDAR = WorkingCalendar()
ACCOUNT = Contract(contract_no="K1", line="social_security", unit="JN", policyholder="K1")
START = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = st.lists(st.integers(0, 60 * 24 * 40), min_size=1, max_size=8)


def derived(plugin: Plugin, events: list[BusinessEvent], mode: str):
    subject = Subject(ACCOUNT, Party("K1", "individual"), UnitView("JN", "city"), tuple(events))
    version = SettingsVersion(plugin.id, 1, settings={"several_payments": mode})
    return derive(subject, [plugin], [version], CALENDAR)


def payments(minutes: list[int]) -> list[BusinessEvent]:
    found = []
    for n, minute in enumerate(minutes):
        at = START + timedelta(minutes=minute)
        found.append(
            BusinessEvent("core", f"e{n}", "payment.completed", at, at, PaymentCompleted("K1", at), "K1")
        )
    return found


@settings(max_examples=60, deadline=None)
@given(minutes=MOMENTS, seed=st.randoms(use_true_random=False))
@pytest.mark.parametrize("mode", ["each", "each_day", "each_window"])
def test_every_payment_has_a_callback_that_is_due_within_five_working_days(
    plugin, mode, minutes, seed
) -> None:
    """PF-1, PF-3, PF-4: of its own, or one that covers it, whatever the setting and the order."""
    events = payments(minutes)
    found = derived(plugin, events, mode)
    assert found.failures == ()
    shuffled = list(events)
    seed.shuffle(shuffled)
    assert derived(plugin, shuffled, mode).desired == found.desired
    windows = [desired.draft.window for desired in found.desired]
    for event in events:
        due_by = end_of_day(CALENDAR.after(day_of(event.time), 5).day)
        assert any(window.due_by <= due_by and window.due_by > event.time for window in windows)
    if mode == "each":
        assert len(windows) == len(events)
    if mode == "each_day":
        # One a day, and none can be met before all payments of its day are made.
        assert len(windows) == len({day_of(event.time) for event in events})
        for event in events:
            assert end_of_day(day_of(event.time)) in {window.due_from for window in windows}
