"""Rules: pure functions from a business event to what must be done about it."""

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from huifang_core.cases import CaseDraft
from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.events import PAYLOADS, BusinessEvent
from huifang_core.obligations import AfterDue, ObligationDraft
from huifang_core.parameters import ParametersAt
from huifang_core.texts import Text
from huifang_core.trace import Trace
from huifang_core.units import Level
from huifang_core.workdays import WorkingCalendar


class UnitView(msgspec.Struct, frozen=True):
    """What a rule may know of the unit a contract belongs to; `supervisor` is the bureau in charge (DEC-11)."""

    code: str
    level: Level
    supervisor: str | None = None


Draft = ObligationDraft | CaseDraft
"""What a rule asks for: that a customer be contacted, or that somebody look into something."""

Evaluate = Callable[..., Sequence[Draft]]

ARGUMENTS = (
    "event",
    "contract",
    "customer",
    "unit",
    "parameters",
    "settings",
    "calendar",
    "history",
    "trace",
)
"""What `evaluate` may name. Arguments are only ever added, so a rule written today runs tomorrow."""


class RuleError(ValueError):
    """A rule is not one: `rule` names it, `reason` says what is wrong."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"rule {rule}: {reason}")
        self.rule, self.reason = rule, reason


def checked_arguments(
    id: str, name: str, function: Callable[..., Any], kinds: Iterable[str], cites: tuple[str, ...]
) -> frozenset[str]:
    """Return which of `ARGUMENTS` a function of a plugin, called `name`, asks for.

    Raises `RuleError` where it asks for anything else, an event type is unknown, or nothing is cited.
    """
    for kind in kinds:
        if kind not in PAYLOADS:
            raise RuleError(id, f"no such event type: {kind}")
    if not cites:
        raise RuleError(id, "cites no requirement; give a tuple of requirement ids")
    wanted = frozenset(inspect.signature(function).parameters)
    unknown = sorted(wanted - set(ARGUMENTS))
    if unknown:
        raise RuleError(id, f"{name} asks for {', '.join(unknown)}; it may ask for {', '.join(ARGUMENTS)}")
    return wanted


class Rule:
    """A rule of a plugin: which events it looks at, what it cites, and the function that decides.

    `evaluate` names, as keyword arguments, those of `ARGUMENTS` that it needs:

    - `event` (BusinessEvent), `contract` (Contract, as it stands), `customer` (Party, the policyholder),
      `unit` (UnitView);
    - `parameters` (ParametersAt the day of the event), `settings` (the plugin's settings struct),
      `calendar` (WorkingCalendar);
    - `history`: those other events of the contract that still stand and whose type is listed in `needs`;
    - `trace`: records why; what a draft leaves empty is filled from it.

    It returns drafts of obligations and cases, none when nothing is to be done, and is pure: no clock, no I/O, no randomness. `after_due` says what
    becomes of an obligation once its due window is over (DEC-3). Raises `RuleError` where it is no rule.
    """

    def __init__(
        self,
        id: str,
        *,
        title: Text,
        events: Iterable[str],
        cites: Iterable[str],
        evaluate: Evaluate,
        after_due: AfterDue = "continue",
        needs: Iterable[str] = (),
    ) -> None:
        self.id = id
        self.title = title
        self.events = frozenset(events)
        self.cites = tuple(cites)
        self.evaluate = evaluate
        self.after_due: AfterDue = after_due
        self.needs = frozenset(needs)
        if isinstance(cites, str):
            raise RuleError(id, "cites no requirement; give a tuple of requirement ids")
        self._wanted = checked_arguments(id, "evaluate", evaluate, self.events | self.needs, self.cites)

    def __repr__(self) -> str:
        return f"Rule({self.id!r})"

    def apply(
        self,
        *,
        event: BusinessEvent,
        contract: Contract,
        customer: Party,
        unit: UnitView,
        parameters: ParametersAt,
        settings: Any,
        calendar: WorkingCalendar,
        history: tuple[BusinessEvent, ...],
        trace: Trace,
    ) -> tuple[Draft, ...]:
        """Evaluate the rule and return its drafts, each with its trace.

        Raises what the rule raises, and `RuleError` where a draft could never be met or would be lost.
        """
        offered = {
            "event": event,
            "contract": contract,
            "customer": customer,
            "unit": unit,
            "parameters": parameters,
            "settings": settings,
            "calendar": calendar,
            "history": history,
            "trace": trace,
        }
        drafts = tuple(self.evaluate(**{name: offered[name] for name in self._wanted}))
        occasions = set()
        for draft in drafts:
            self._check(draft)
            occasions.add((type(draft), draft.occasion))
        if len(occasions) != len(drafts):
            raise RuleError(self.id, "two drafts share an occasion, so that one would be lost")
        return tuple(
            draft if draft.trace else msgspec.structs.replace(draft, trace=trace.steps) for draft in drafts
        )

    def _check(self, draft: object) -> None:
        if isinstance(draft, CaseDraft):
            return
        if not isinstance(draft, ObligationDraft):
            raise RuleError(self.id, f"returned {type(draft).__name__}, not ObligationDraft or CaseDraft")
        if draft.window is None and draft.opens_on is None:
            raise RuleError(self.id, "a draft has neither a window nor an event that opens it")
        if not draft.ladder:
            raise RuleError(self.id, "a draft has no channel to try")
        for kind in (draft.opens_on, *(condition.type for condition in draft.void_on)):
            if kind is not None and kind not in PAYLOADS:
                raise RuleError(self.id, f"a draft waits for an unknown event type: {kind}")
