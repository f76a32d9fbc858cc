"""Cases (问题件): what a contact brought to light and somebody must solve."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from huifang_core.obligations import IllegalTransition
from huifang_core.texts import Text
from huifang_core.units import Level

CaseStatus = Literal["open", "assigned", "solved", "closed"]

TRANSITIONS: Mapping[CaseStatus, frozenset[CaseStatus]] = {
    "open": frozenset({"assigned", "solved"}),
    "assigned": frozenset({"assigned", "open", "solved"}),
    "solved": frozenset({"closed", "open"}),
    "closed": frozenset({"open"}),
}
"""A solved or closed case that goes back to open was reopened."""

Severity = Annotated[int, msgspec.Meta(ge=1, le=4, description="1 minor … 4 most serious.")]
MOST_SERIOUS = 4


class CaseClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A class of problem: how serious, which level of unit solves it, and within how many working days.

    `cites` names the requirement, or is ("none",) where the source states no value.
    """

    id: str
    title: Text
    severity: Severity
    solved_at: Level
    solve_within_working_days: int
    cites: tuple[str, ...]


def check_transition(current: CaseStatus, wanted: CaseStatus) -> CaseStatus:
    """Return `wanted`, or raise `IllegalTransition` when it can't follow `current`."""
    if wanted not in TRANSITIONS[current]:
        raise IllegalTransition("case", current, wanted)
    return wanted
