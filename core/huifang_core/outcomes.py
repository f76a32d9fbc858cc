"""Outcomes: what a plugin is told when a contact about one of its obligations has ended, and what it may answer.

Answers act through the effects of a script. What only shows once a contact has ended, the third call in vain or an answer that
matters together with another, a plugin sees here. It is told data and answers data: the platform opens the cases and leaves the
notices. Only of obligations whose draft asks for it (`tells_outcome`) is it told.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from huifang_core.cases import CaseDraft
from huifang_core.contacts import Outcome
from huifang_core.contracts import Contract
from huifang_core.obligations import Category, ContactChannel
from huifang_core.parameters import ParametersAt, ParameterSet
from huifang_core.rules import UnitView
from huifang_core.texts import Text
from huifang_core.trace import Trace, TraceStep
from huifang_core.units import Level, Role
from huifang_core.windows import day_of


class ContactOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a contact ended, as far as one obligation goes; without personal data.

    `key` is that of the obligation within its contract, `attempts` all contacts made for it so far, this one included. The four facts of
    REG-2 are those of the contact; `section_completed` and `affirmative` those of this obligation's part in it. `answers` hold the codes
    chosen, by step; what a customer said freely is not told. `due_by` is the end of its window, `overdue` whether that was over by then.
    """

    key: str
    rule: str
    kind: str
    category: Category
    contract: Contract
    unit: UnitView
    channel: ContactChannel
    outcome: Outcome
    ended_at: datetime
    attempted: bool
    connected: bool
    right_party: bool
    completed: bool
    section_completed: bool
    affirmative: bool
    attempts: int
    answers: dict[str, str] = {}
    due_by: datetime | None = None
    overdue: bool = False
    claim_no: str | None = None


class NoticeDraft(msgspec.Struct, frozen=True):
    """A notice to those who hold a role, in the unit of the contract or the one at `level` above it; no personal data in it."""

    role: Role
    message: Text
    level: Level | None = None


Reaction = CaseDraft | NoticeDraft
"""What a plugin may want done about an outcome; the `occasion` of a case sets it apart from others it opens for the same contact."""

OnOutcome = Callable[..., Sequence[Reaction] | None]


class OutcomePlugin(msgspec.Struct, frozen=True):
    """What `react` needs of a plugin: its hook, and what its settings and parameters are read by."""

    on_outcome: OnOutcome
    parameters: ParameterSet
    read_settings: Callable[[dict[str, Any]], Any]


class Reacted(msgspec.Struct, frozen=True, array_like=True, tag="reacted"):
    """What a plugin wants done about an outcome, and why."""

    cases: tuple[CaseDraft, ...] = ()
    notices: tuple[NoticeDraft, ...] = ()
    steps: tuple[TraceStep, ...] = ()


def react(
    plugin: OutcomePlugin, outcome: ContactOutcome, settings: dict[str, Any], overrides: dict[str, Any]
) -> Reacted:
    """Tell a plugin of an outcome and return what it answers; pure as far as the plugin is.

    `settings` and `overrides` are the tenant's own, as they stand on the day the contact ended. Raises what the plugin raises, TypeError
    where it answers with anything but cases and notices, and ValueError where two of its cases share an occasion.
    """
    trace = Trace()
    answered = plugin.on_outcome(
        outcome=outcome,
        parameters=ParametersAt(plugin.parameters, day_of(outcome.ended_at), overrides, trace),
        settings=plugin.read_settings(settings),
        trace=trace,
    )
    cases: list[CaseDraft] = []
    notices: list[NoticeDraft] = []
    for one in answered or ():
        match one:
            case CaseDraft():
                cases.append(one)
            case NoticeDraft():
                notices.append(one)
            case _:
                raise TypeError(
                    f"answered an outcome with {type(one).__name__}, not CaseDraft or NoticeDraft"
                )
    if len({case.occasion for case in cases}) != len(cases):
        raise ValueError("two cases share an occasion, so that one would be lost")
    return Reacted(tuple(cases), tuple(notices), trace.steps)
