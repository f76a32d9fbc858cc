"""One look of a rule at one event of a contract: what it is given, the hash of that, and what it asks for.

What was made must not change with a release of its plugin alone (GEN-4), so an obligation keeps the hash of its input. The life of
a contract goes on, though, and with it the input: `same_inputs` finds out which inputs of before lead to the same all the same.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from datetime import date
from hashlib import sha256
from typing import Any, Final, get_args

import msgspec

from huifang_core.contracts import Contract, ContractStatus
from huifang_core.customers import Party
from huifang_core.events import BusinessEvent
from huifang_core.obligations import ObligationDraft
from huifang_core.parameters import ParametersAt, ParameterSet
from huifang_core.rules import Draft, Rule, UnitView
from huifang_core.setting_changes import SettingChange, upgraded
from huifang_core.trace import Trace
from huifang_core.workdays import WorkingCalendar

_STATUSES: Final[tuple[ContractStatus, ...]] = get_args(ContractStatus)
_ARRIVALS: Final = 4
"""How many arrivals of events a rule needs are thought away, the last ones first."""


class Case:
    """What every rule sees of one contract, with its part of the input hash."""

    def __init__(
        self,
        contract: Contract,
        policyholder: Party,
        unit: UnitView,
        standing: tuple[BusinessEvent, ...],
        calendar: WorkingCalendar,
    ) -> None:
        self.contract = contract
        self.policyholder = policyholder
        self.unit = unit
        self.standing = standing
        self.calendar = calendar
        # Its version grows with every event, those that change nothing else included.
        self.hashed = _bytes((msgspec.structs.replace(contract, version=0), policyholder, unit))

    def before(self) -> Iterator["Case"]:
        """The states the contract may have been in before its life went on: another status, not delivered yet; itself first."""
        yield self
        for delivered_on in dict.fromkeys((self.contract.delivered_on, None)):
            for status in _STATUSES:
                contract = msgspec.structs.replace(self.contract, status=status, delivered_on=delivered_on)
                if contract != self.contract:
                    yield Case(contract, self.policyholder, self.unit, self.standing, self.calendar)


class Evaluation(msgspec.Struct, frozen=True):
    """A rule with the event it looks at, and what it counts with: `overrides` are a tenant's own parameters."""

    rule: Rule
    event: BusinessEvent
    day: date
    plugin: str
    parameters: ParameterSet
    overrides: dict[str, Any]
    settings: dict[str, Any]
    settings_type: type[Any]
    setting_changes: tuple[SettingChange, ...] = ()

    def history(self, standing: Sequence[BusinessEvent]) -> tuple[BusinessEvent, ...]:
        """Return the other events that the rule needs."""
        if not self.rule.needs:
            return ()
        return tuple(e for e in standing if e.type in self.rule.needs and e is not self.event)

    def drafts(self, case: Case, history: tuple[BusinessEvent, ...], trace: Trace) -> tuple[Draft, ...]:
        """Return what the rule asks for; raises whatever it raises."""
        return self.rule.apply(
            event=self.event,
            contract=case.contract,
            customer=case.policyholder,
            unit=case.unit,
            parameters=ParametersAt(self.parameters, self.day, self.overrides, trace),
            settings=msgspec.convert(upgraded(self.settings, self.setting_changes), self.settings_type),
            calendar=case.calendar,
            history=history,
            trace=trace,
        )

    def input_hash(self, case: Case, history: tuple[BusinessEvent, ...], *, provisional: bool) -> str:
        """Return the hash of what the rule is given.

        Nothing that only a release of the plugin can change is part of it, so that the next release leaves what was made
        alone (GEN-4); and the calendar is only where counting by it was provisional.
        """
        given = (
            self.plugin,
            self.rule.id,
            _timeless(self.event),
            tuple(_timeless(e) for e in history),
            self.settings,
            self.overrides,
            self.parameters.changes_by(self.day),
            case.calendar.fingerprint if provisional else None,
        )
        return sha256(case.hashed + _bytes(given)).hexdigest()


class Evaluated(msgspec.Struct, frozen=True):
    """An evaluation, the hash of its input, and what came of it."""

    evaluation: Evaluation
    input_hash: str
    drafts: tuple[Draft, ...]


def is_provisional(drafts: Iterable[Draft]) -> bool:
    """Tell whether a window among these was counted by a calendar that is not announced yet."""
    return any(
        isinstance(draft, ObligationDraft) and draft.window is not None and draft.window.provisional
        for draft in drafts
    )


def fingerprint(draft: Draft) -> str:
    """Return the hash of what a draft demands; why it does is not part of it."""
    return sha256(_bytes(msgspec.structs.replace(draft, trace=()))).hexdigest()


def same_inputs(evaluated: Iterable[Evaluated], case: Case, wanted: Set[str]) -> dict[str, str]:
    """Return those of the input hashes `wanted` that come to the same as now, each with the hash of the present input.

    They are inputs from before the contract's life went on: it had another status, was not delivered, or the last of the events
    the rule needs had not come in. Where the rule asks for the same with either input, what has changed since is nothing it
    builds on. Whether it is, the present release of the rule says, as nobody can ask the one before.
    """
    found: dict[str, str] = {}
    states: list[Case] = []
    for one in evaluated:
        if len(found) == len(wanted):
            break
        states = states or list(case.before())
        for state in states:
            for history in _histories(one.evaluation.history(case.standing)):
                found |= _same(one, state, history, wanted - found.keys())
    return found


def _same(
    one: Evaluated, state: Case, history: tuple[BusinessEvent, ...], wanted: Set[str]
) -> dict[str, str]:
    asked = one.evaluation
    # Hashes first: they are cheap, and hardly ever is one of them looked for.
    hashes = {asked.input_hash(state, history, provisional=provisional) for provisional in (False, True)}
    if not hashes & wanted:
        return {}
    try:
        drafts = asked.drafts(state, history, Trace())
    except Exception:
        return {}
    input_hash = asked.input_hash(state, history, provisional=is_provisional(drafts))
    if input_hash not in wanted or _demands(drafts) != _demands(one.drafts):
        return {}
    return {input_hash: one.input_hash}


def _demands(drafts: Iterable[Draft]) -> set[tuple[type, str, str]]:
    return {(type(draft), draft.occasion, fingerprint(draft)) for draft in drafts}


def _histories(history: tuple[BusinessEvent, ...]) -> Iterator[tuple[BusinessEvent, ...]]:
    """The history, and as it was before each of its last arrivals."""
    yield history
    for arrival in sorted({event.received_at for event in history}, reverse=True)[:_ARRIVALS]:
        yield tuple(event for event in history if event.received_at < arrival)


def _bytes(value: object) -> bytes:
    # A database gives the keys of an object back in an order of its own.
    return msgspec.msgpack.encode(value, order="deterministic")


def _timeless(event: BusinessEvent) -> tuple[object, ...]:
    """The event without the time it came in, which must not change a result."""
    return (event.source, event.event_id, event.type, event.time, event.payload, event.claim_no)
