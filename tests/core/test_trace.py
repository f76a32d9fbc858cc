"""Traces say why, one step a line, in both languages (GEN-3)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec
from huifang_core.trace import Trace, TraceStep, days_in_words, lines
from hypothesis import given
from hypothesis import strategies as st


def test_gen_3_steps_keep_their_order_and_carry_values_that_json_can_hold() -> None:
    trace = Trace()
    trace.event("grace.entered", "进入宽限期", "grace period entered", time=datetime(2026, 3, 2, tzinfo=UTC))
    trace.fact("contract.premium", Decimal("1200.00"), "保费1200.00元", "premium of 1200.00 yuan")
    trace.parameter("days", "15天", "15 days", value=15)
    trace.count("due_by", "至3月17日", "until 17 March", day=date(2026, 3, 17), skipped=(date(2026, 3, 8),))
    trace.decision("due", "须回访", "to be called")
    assert [step.kind for step in trace.steps] == ["event", "fact", "parameter", "count", "decision"]
    assert trace.steps[1].values == {"value": "1200.00"}
    assert trace.steps[3].values == {"day": "2026-03-17", "skipped": ("2026-03-08",)}
    stored = msgspec.json.encode(trace.steps)
    read = msgspec.json.decode(stored, type=tuple[TraceStep, ...])
    assert msgspec.json.encode(read) == stored


def test_gen_3_a_trace_reads_as_numbered_lines_in_either_language() -> None:
    trace = Trace()
    trace.decision("scope", "在范围内", "in scope")
    trace.decision("due", "须回访", "to be called")
    assert lines(trace.steps, "zh-CN") == ["1. 在范围内", "2. 须回访"]
    assert lines(trace.steps, "en") == ["1. in scope", "2. to be called"]


def test_a_branch_starts_with_the_steps_so_far_and_goes_its_own_way() -> None:
    trace = Trace()
    trace.decision("scope", "在范围内", "in scope")
    branch = trace.branch()
    branch.decision("due", "须回访", "to be called")
    assert (len(trace.steps), len(branch.steps)) == (1, 2)


@given(st.sets(st.integers(0, 40), min_size=1))
def test_days_in_words_name_every_day_once(offsets: set[int]) -> None:
    days = [date(2026, 9, 20) + timedelta(n) for n in sorted(offsets)]
    named = []
    for part in days_in_words(days).split(", "):
        first, _, last = part.partition("…")
        start, end = date.fromisoformat(first), date.fromisoformat(last or first)
        named += [start + timedelta(n) for n in range((end - start).days + 1)]
    assert named == days


def test_no_days_are_no_words() -> None:
    assert days_in_words(()) == ""
