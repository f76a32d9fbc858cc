"""Cases (问题件): what a contact brought to light and somebody must solve."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from huifang_core.obligations import IllegalTransition
from huifang_core.parameters import ParameterSet
from huifang_core.texts import Text
from huifang_core.trace import TraceStep
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


OTHER = "other"
"""Class of a case (其他) that belongs to no plugin: opened by hand about what none of their classes is for."""


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


def case_class(
    id: str, title: Text, severity: int, solved_at: Level, *, parameters: ParameterSet
) -> CaseClass:
    """Return a class whose days are the newest value of the parameter `case.<id>.solve_within_working_days`, and with what it cites."""
    dated = parameters.parameters[f"case.{id}.solve_within_working_days"].values[-1]
    return CaseClass(id, title, severity, solved_at, dated.value, dated.cites)


class CaseDraft(msgspec.Struct, frozen=True, omit_defaults=True):
    """A case that a rule wants opened because of an event, without any contact: a tip-off, a complaint by letter (TS-2, PF-3).

    `occasion` sets it apart from others of the same rule and contract; it is opened once, and flagged as withdrawn should its event
    be taken back. `severity`, `level` and `due_by` stand in for what its class says: how serious it is, which level of unit above
    the contract's own solves it, and until when. `subject` holds no personal data.
    """

    case_class: str
    occasion: str
    subject: Text
    trace: tuple[TraceStep, ...] = ()
    severity: Severity | None = None
    level: Level | None = None
    due_by: datetime | None = None


def check_transition(current: CaseStatus, wanted: CaseStatus) -> CaseStatus:
    """Return `wanted`, or raise `IllegalTransition` when it can't follow `current`."""
    if wanted not in TRANSITIONS[current]:
        raise IllegalTransition("case", current, wanted)
    return wanted
