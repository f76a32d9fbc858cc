"""The life of a problem item (问题件) as a table."""

from typing import get_args

import pytest
from huifang_core.cases import TRANSITIONS, CaseStatus, check_transition
from huifang_core.obligations import IllegalTransition

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
