"""Cases (问题件): what a contact brought to light and somebody must solve."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from huifang_core.obligations import IllegalTransition
from huifang_core.parameters import ParameterSet
from huifang_core.texts import Text, text
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

CaseKind = Literal["problem", "suggestion", "improvement_plan"]
"""problem: is solved. suggestion: is adopted or declined, with the reason, before it counts as solved (CARE-3, PF-4).
improvement_plan: findings become measures that branches carry out, and its effect is put down before it is closed (CI-6).
"""
Decision = Literal["adopted", "declined"]
CallbackResult = Literal["satisfied", "dissatisfied"]
"""What a customer said of how a case was solved."""
PlanEffect = Literal["achieved", "partly", "not_achieved"]
"""What a plan of improvements came to."""

WorkOrderStatus = Literal["sent", "answered", "accepted", "cancelled"]

WORK_ORDER_TRANSITIONS: Mapping[WorkOrderStatus, frozenset[WorkOrderStatus]] = {
    "sent": frozenset({"answered", "cancelled"}),
    "answered": frozenset({"accepted", "sent", "cancelled"}),
    "accepted": frozenset(),
    "cancelled": frozenset(),
}
"""The life of a work order (工单), a part of a case sent to a responsible department; one answered and sent again was returned."""


class CaseClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A class of problem: how serious, which level of unit solves it, and within how long.

    Either `solve_within_working_days` or, around the clock, `solve_within_minutes` (MS-2). `second_callback`: once it is solved the
    customer is called about it, and it is closed only after that (PF-4). `cites` names the requirement, or is ("none",) where the
    source states no value. Raises ValueError where it has both times or none.
    """

    id: str
    title: Text
    severity: Severity
    solved_at: Level
    solve_within_working_days: int | None
    cites: tuple[str, ...]
    solve_within_minutes: int | None = None
    kind: CaseKind = "problem"
    second_callback: bool = False

    def __post_init__(self) -> None:
        """Refuse a class that could not say when its cases are due."""
        if (self.solve_within_working_days is None) == (self.solve_within_minutes is None):
            raise ValueError(f"case class {self.id}: working days or minutes, one of the two")


ENDING_CLASSES: tuple[CaseClass, ...] = (
    CaseClass(
        "deceased", text("客户身故核实", "death of a customer to be verified"), 3, "city", 3, ("none",)
    ),
    CaseClass("unable", text("客户无法接受回访", "customer who can't answer"), 2, "city", 5, ("none",)),
)
"""Classes of the platform's own, by the outcome that says a person is not to be called any more: somebody finds out what is true, and who
is to be contacted instead.
"""


def case_class(
    id: str,
    title: Text,
    severity: int,
    solved_at: Level,
    *,
    parameters: ParameterSet,
    kind: CaseKind = "problem",
    second_callback: bool = False,
) -> CaseClass:
    """Return a class with the newest value of its time limit and what that cites.

    That is the parameter `case.<id>.solve_within_minutes` where there is one, else `case.<id>.solve_within_working_days`.
    """
    in_minutes = parameters.parameters.get(f"case.{id}.solve_within_minutes")
    found = in_minutes or parameters.parameters[f"case.{id}.solve_within_working_days"]
    dated = found.values[-1]
    return CaseClass(
        id,
        title,
        severity,
        solved_at,
        None if in_minutes else dated.value,
        dated.cites,
        solve_within_minutes=dated.value if in_minutes else None,
        kind=kind,
        second_callback=second_callback,
    )


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


def check_work_order(current: WorkOrderStatus, wanted: WorkOrderStatus) -> WorkOrderStatus:
    """Return `wanted`, or raise `IllegalTransition` when it can't follow `current`."""
    if wanted not in WORK_ORDER_TRANSITIONS[current]:
        raise IllegalTransition("work order", current, wanted)
    return wanted
