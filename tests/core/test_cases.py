"""The life of a problem item (问题件) as a table."""

from typing import get_args

import pytest
from huifang_core.cases import TRANSITIONS, CaseClass, CaseStatus, case_class, check_transition
from huifang_core.obligations import IllegalTransition
from huifang_core.parameters import load_parameters
from huifang_core.texts import text

STATUSES: tuple[CaseStatus, ...] = get_args(CaseStatus)
ALLOWED = {
    ("open", "assigned"),
    ("open", "solved"),
    ("assigned", "assigned"),
    ("assigned", "open"),
    ("assigned", "solved"),
    ("solved", "closed"),
    ("solved", "open"),
    ("closed", "open"),
}


@pytest.mark.parametrize("current", STATUSES)
@pytest.mark.parametrize("wanted", STATUSES)
def test_a_case_moves_only_as_the_table_says(current: CaseStatus, wanted: CaseStatus) -> None:
    if (current, wanted) in ALLOWED:
        assert check_transition(current, wanted) == wanted
    else:
        with pytest.raises(IllegalTransition, match="case"):
            check_transition(current, wanted)


def test_every_case_can_be_closed_and_reopened() -> None:
    assert set(TRANSITIONS) == set(STATUSES)
    for start in STATUSES:
        reached, frontier = set(), {start}
        while frontier:
            reached |= frontier
            frontier = {after for status in frontier for after in TRANSITIONS[status]} - reached
        assert reached == set(STATUSES)


def test_a_class_takes_its_days_and_its_source_from_the_parameters() -> None:
    """SD-2: the newest value counts, for every tenant alike."""
    parameters = load_parameters("""
case.inquiry.solve_within_working_days:
  title: {zh-CN: 咨询件处理时限, en: working days to answer a question}
  unit: working_days
  values:
    - {value: 5, cites: [SD-4], source: none, verified_on: 2026-11-25}
    - {value: 3, cites: [SD-2], source: none, verified_on: 2026-11-25, from: 2027-01-01}
""")
    found = case_class("inquiry", text("咨询", "question"), 1, "city", parameters=parameters)
    assert found == CaseClass("inquiry", text("咨询", "question"), 1, "city", 3, ("SD-2",))
