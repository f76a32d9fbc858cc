"""The cooling-off period as a window, and the alarm while nobody has signed for the contract (REG-1, DEC-12)."""

from datetime import UTC, date, datetime

import pytest
from huifang_core.contracts import Contract
from huifang_core.cooling_off import cooling_off, delivery_alarm
from huifang_core.parameters import ParametersAt, load_parameters
from huifang_core.trace import Trace, lines

PARAMETERS = load_parameters("""
new_contract.cooling_off_default_days:
  title: {zh-CN: 犹豫期, en: cooling-off}
  unit: days
  values: [{value: 10, cites: [REG-1], source: none, verified_on: 2026-11-25}]
new_contract.delivery_alarm_days:
  title: {zh-CN: 报警, en: alarm}
  unit: days
  values: [{value: 7, cites: [DEC-12], source: none, verified_on: 2026-11-25}]
""")


def at(trace: Trace) -> ParametersAt:
    return ParametersAt(PARAMETERS, date(2026, 3, 2), {}, trace)


@pytest.mark.parametrize(
    ("own", "due_by"),
    [
        (15, datetime(2026, 3, 21, 16, tzinfo=UTC)),
        (None, datetime(2026, 3, 16, 16, tzinfo=UTC)),
        (0, datetime(2026, 3, 16, 16, tzinfo=UTC)),
    ],
)
def test_days_of_the_contract_else_of_the_parameter(own, due_by) -> None:
    """REG-1: the day of delivery isn't counted; nought counts as not stated."""
    trace = Trace()
    contract = Contract("C-1", "life", "U-1", "P-1", delivered_on=date(2026, 3, 6), cooling_off_days=own)
    window = cooling_off(contract, at(trace), trace)
    assert window is not None
    assert window.due_from == datetime(2026, 3, 5, 16, tzinfo=UTC)
    assert window.due_by == due_by
    assert ("the default is used" in "\n".join(lines(trace.steps, "en"))) == (not own)


def test_not_delivered_means_no_window() -> None:
    """DEC-12: it runs from delivery."""
    trace = Trace()
    assert cooling_off(Contract("C-1", "life", "U-1", "P-1"), at(trace), trace) is None


@pytest.mark.parametrize(("issued_on", "alarm_on"), [(date(2026, 3, 2), 9), (None, 11)])
def test_the_alarm_counts_from_the_issue_else_from_its_event(issued_on, alarm_on) -> None:
    """DEC-12."""
    trace = Trace()
    contract = Contract("C-1", "life", "U-1", "P-1", issued_on=issued_on)
    assert delivery_alarm(contract, date(2026, 3, 4), at(trace), trace) == date(2026, 3, alarm_on)
    assert "DEC-12" in trace.steps[-1].text.en
