"""From everything known of one contract to what must be done about it.

Obligations are derived from the whole history of a contract each time it changes, never nudged along. So it makes no
difference in which order events came in, and a correction, a retraction or an event sent twice needs no code of its own.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Protocol

import msgspec

from huifang_core.accounts import FROM_EVENTS, as_registered
from huifang_core.cases import CaseDraft
from huifang_core.contracts import Contract, ContractStatus, amended
from huifang_core.customers import Party
from huifang_core.evaluation import Case, Evaluated, Evaluation, fingerprint, is_provisional, same_inputs
from huifang_core.events import (
    BusinessEvent,
    CallbackCompleted,
    ContractChanged,
    ContractDelivered,
    GraceEntered,
    PremiumPaid,
    effective,
)
from huifang_core.obligations import AfterDue, ObligationDraft, VoidedBy, voided_by
from huifang_core.parameters import ParameterSet
from huifang_core.rules import Rule, UnitView
from huifang_core.setting_changes import SettingChange
from huifang_core.trace import Trace
from huifang_core.windows import day_of
from huifang_core.workdays import WorkingCalendar


class SettingsVersion(msgspec.Struct, frozen=True):
    """A plugin's settings in one tenant from day `valid_from` on: its own values, and parameters made stricter."""

    plugin: str
    version: int
    settings: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    valid_from: date | None = None


class Subject(msgspec.Struct, frozen=True):
    """One contract with all that bears on it: its policyholder, its unit and every event that came in for it.

    Among the events are those of other contracts that correct one of its own, and those that one of its own corrects.
    `as_of` is when the contract data given was true, if that is known. `made` are the input hashes of what was made of it before.
    """

    contract: Contract
    policyholder: Party
    unit: UnitView
    events: tuple[BusinessEvent, ...]
    as_of: datetime | None = None
    made: frozenset[str] = frozenset()


class Desired(msgspec.Struct, frozen=True):
    """An obligation that should exist, by `key` within its contract; what becomes of it is for `reconcile`.

    `input_hash` covers what the rule was given: the same hash means the same result by the same release of its
    plugin. `fingerprint` covers what the obligation demands. `done` is the callback, made in the system used
    before, that met it.
    """

    key: str
    plugin: str
    plugin_version: str
    rule: str
    after_due: AfterDue
    cites: tuple[str, ...]
    source: str
    event_id: str
    root_event_id: str
    happened_at: datetime
    parameters_on: date
    settings_version: int
    calendar: str
    input_hash: str
    fingerprint: str
    draft: ObligationDraft
    voided: VoidedBy | None = None
    done: CallbackCompleted | None = None


class DesiredCase(msgspec.Struct, frozen=True):
    """A case that a rule wants opened, by `key` within its contract; it is opened once.

    `input_hash` covers what the rule was given, as that of an obligation does.
    """

    key: str
    plugin: str
    plugin_version: str
    rule: str
    cites: tuple[str, ...]
    source: str
    event_id: str
    root_event_id: str
    happened_at: datetime
    input_hash: str
    draft: CaseDraft


class RuleFailure(msgspec.Struct, frozen=True):
    """A rule raised: its event is parked with the error, the others go on."""

    plugin: str
    rule: str
    source: str
    event_id: str
    error: str
    root_event_id: str


class Derivation(msgspec.Struct, frozen=True):
    """What was derived for one contract: the contract as it now stands, the obligations, and what failed.

    `plugins` are those that were asked: obligations of others are left alone. `unmatched` are the ids of historic callbacks
    that belong to no obligation. `inputs` are the input hashes of every evaluation, those without a draft included. `cases` are
    those that rules want opened. `same` are hashes of inputs from before that come to the same as a present one, by which each
    stands (GEN-4).
    """

    contract: Contract
    desired: tuple[Desired, ...]
    failures: tuple[RuleFailure, ...]
    plugins: tuple[str, ...]
    unmatched: tuple[str, ...] = ()
    inputs: frozenset[str] = frozenset()
    cases: tuple[DesiredCase, ...] = ()
    same: dict[str, str] = {}


Watch = Callable[[BusinessEvent, str, Rule, Trace, tuple[Desired | DesiredCase, ...], str | None], None]
"""Told of an evaluation: event, plugin id, rule, its trace, what it led to, and the error if it raised."""


class RulePlugin(Protocol):
    """What `derive` needs of a plugin."""

    @property
    def id(self) -> str:
        """The plugin's id."""

    @property
    def version(self) -> str:
        """The plugin's version."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The plugin's rules."""

    @property
    def parameters(self) -> ParameterSet:
        """The plugin's dated parameters."""

    @property
    def settings_type(self) -> type[Any]:
        """The struct of the plugin's settings."""

    @property
    def setting_changes(self) -> tuple[SettingChange, ...]:
        """What became of settings that earlier releases had."""


STATUS_AFTER: Mapping[str, ContractStatus] = {
    "contract.cancelled": "cancelled",
    "contract.surrendered": "surrendered",
    "contract.ended": "ended",
    "contract.lapsed": "lapsed",
    "contract.reinstated": "in_force",
    "grace.entered": "grace",
    "premium.paid": "in_force",
}
"""Status of a contract after an event; a payment only ends a grace period, and only when it is paid in full."""

_OVER: frozenset[ContractStatus] = frozenset({"cancelled", "surrendered", "ended"})


def current_contract(
    base: Contract, standing: Iterable[BusinessEvent], as_of: datetime | None = None
) -> Contract:
    """Return the contract as it stands: `base`, and what the events that stand, oldest first, changed since.

    An event whose `sequence` is not above the contract's version is already part of it; so is one without a sequence
    that happened before `as_of`, unless it is a correction, which is newer knowledge. Of two events the one with the
    higher sequence decides, whatever their times. A contract that is over stays so.
    """
    events = tuple(standing)
    contract = as_registered(base, events) if as_of == FROM_EVENTS else base
    status = base.status
    newest: dict[str, int] = {}
    owed: Decimal | None = None
    for event in events:
        if event.sequence is not None:
            known = event.sequence <= base.version
        else:
            known = as_of is not None and event.time <= as_of and event.corrects is None
        match event.payload:
            case ContractDelivered(delivered_on=day):
                # Stale data may lack the day, or be older than its version says.
                told = event.sequence is not None and known and base.delivered_on is not None
                if not told and _is_newest("delivered_on", event, newest):
                    contract = msgspec.structs.replace(contract, delivered_on=day)
            case ContractChanged(changes=changes) if not known:
                new = {name: value for name, value in changes.items() if _is_newest(name, event, newest)}
                status = new.get("status", status)
                contract = amended(contract, new)
            case GraceEntered(unpaid=unpaid):
                owed = unpaid if isinstance(unpaid, Decimal) else None
            case PremiumPaid(amount=amount) if owed is not None and amount is not None:
                owed -= amount
            case _:
                pass
        after = STATUS_AFTER.get(event.type)
        # A status nobody stated reads as in force, so that alone is no sign that the data includes the event.
        if after is None or (known and (event.sequence is not None or base.status != "in_force")):
            continue
        if event.type == "premium.paid" and (status != "grace" or (owed is not None and owed > 0)):
            continue
        if (status not in _OVER or after in _OVER) and _is_newest("status", event, newest):
            status = after
    return contract if status == contract.status else msgspec.structs.replace(contract, status=status)


def _is_newest(field: str, event: BusinessEvent, newest: dict[str, int]) -> bool:
    """Tell whether `event` may set `field`, and note that it did; a correction counts where the corrected event stood."""
    if event.sequence is None or event.corrects is not None:
        return True
    if event.sequence < newest.get(field, 0):
        return False
    newest[field] = event.sequence
    return True


def settings_on(versions: Iterable[SettingsVersion], plugin: str, day: date) -> SettingsVersion | None:
    """Return the version of a plugin's settings in force on `day`; before the first one, the first; None if it is off."""
    mine = _by_day(v for v in versions if v.plugin == plugin)
    return _in_force(mine, day) if mine else None


def _by_day(versions: Iterable[SettingsVersion]) -> list[SettingsVersion]:
    return sorted(versions, key=lambda v: (v.valid_from or date.min, v.version))


def _in_force(by_day: list[SettingsVersion], day: date) -> SettingsVersion:
    return next((v for v in reversed(by_day) if v.valid_from is None or v.valid_from <= day), by_day[0])


def derive(
    subject: Subject,
    plugins: Iterable[RulePlugin],
    settings: Iterable[SettingsVersion],
    calendar: WorkingCalendar,
    watch: Watch | None = None,
) -> Derivation:
    """Derive every obligation of one contract; pure, and the same for the same input.

    A rule that raises is reported as a `RuleFailure`, and the other rules and events go on. `watch` is told of every
    evaluation, those that came to nothing included.
    """
    versions = tuple(settings)
    roots = effective(subject.events, subject.contract.contract_no)
    standing = tuple(event for event, _ in roots)
    contract = current_contract(subject.contract, standing, subject.as_of)
    asked = [
        (plugin, mine)
        for plugin in plugins
        if (mine := _by_day(v for v in versions if v.plugin == plugin.id))
    ]
    case = Case(contract, subject.policyholder, subject.unit, standing, calendar)
    found: dict[str, Desired] = {}
    cases: dict[str, DesiredCase] = {}
    failures: list[RuleFailure] = []
    evaluated: list[Evaluated] = []
    for event, root in roots:
        for plugin, mine in asked:
            for rule in plugin.rules:
                if event.type not in rule.events:
                    continue
                trace = Trace()
                try:
                    version = _in_force(mine, day_of(event.time))
                    one = _asked_for(rule, plugin, version, case, event, trace)
                    desired, opened = _wanted(one, plugin, version, case, root)
                except Exception as error:
                    if watch is not None:
                        watch(event, plugin.id, rule, trace, (), _in_one_line(error))
                    failures.append(
                        RuleFailure(
                            plugin.id, rule.id, event.source, event.event_id, _in_one_line(error), root
                        )
                    )
                    continue
                if watch is not None:
                    watch(event, plugin.id, rule, trace, (*desired, *opened), None)
                evaluated.append(one)
                for obligation in desired:
                    found.setdefault(obligation.key, obligation)
                for case_wanted in opened:
                    cases.setdefault(case_wanted.key, case_wanted)
    inputs = frozenset(one.input_hash for one in evaluated)
    wanted, unmatched = _with_callbacks(found, standing)
    return Derivation(
        contract=contract,
        desired=wanted,
        failures=tuple(failures),
        plugins=tuple(plugin.id for plugin, _ in asked),
        unmatched=unmatched,
        inputs=inputs,
        same=same_inputs(evaluated, case, subject.made - inputs),
        cases=tuple(cases.values()),
    )


def _asked_for(
    rule: Rule, plugin: RulePlugin, version: SettingsVersion, case: Case, event: BusinessEvent, trace: Trace
) -> Evaluated:
    evaluation = Evaluation(
        rule=rule,
        event=event,
        day=day_of(event.time),
        plugin=plugin.id,
        parameters=plugin.parameters,
        overrides=version.parameters,
        settings=version.settings,
        settings_type=plugin.settings_type,
        setting_changes=plugin.setting_changes,
    )
    history = evaluation.history(case.standing)
    drafts = evaluation.drafts(case, history, trace)
    return Evaluated(
        evaluation, evaluation.input_hash(case, history, provisional=is_provisional(drafts)), drafts
    )


def _wanted(
    evaluated: Evaluated, plugin: RulePlugin, version: SettingsVersion, case: Case, root: str
) -> tuple[list[Desired], list[DesiredCase]]:
    rule, event = evaluated.evaluation.rule, evaluated.evaluation.event
    desired = [
        Desired(
            key=f"{plugin.id}/{rule.id}/{draft.occasion}",
            plugin=plugin.id,
            plugin_version=plugin.version,
            rule=rule.id,
            after_due=rule.after_due,
            cites=rule.cites,
            source=event.source,
            event_id=event.event_id,
            root_event_id=root,
            happened_at=event.time,
            parameters_on=evaluated.evaluation.day,
            settings_version=version.version,
            calendar=case.calendar.fingerprint,
            input_hash=evaluated.input_hash,
            fingerprint=fingerprint(draft),
            draft=draft,
            voided=voided_by(draft.void_on, case.standing) if draft.void_on else None,
        )
        for draft in evaluated.drafts
        if isinstance(draft, ObligationDraft)
    ]
    opened = [
        DesiredCase(
            key=f"{plugin.id}/{rule.id}/{draft.occasion}",
            plugin=plugin.id,
            plugin_version=plugin.version,
            rule=rule.id,
            cites=rule.cites,
            source=event.source,
            event_id=event.event_id,
            root_event_id=root,
            happened_at=event.time,
            input_hash=evaluated.input_hash,
            draft=draft,
        )
        for draft in evaluated.drafts
        if isinstance(draft, CaseDraft)
    ]
    return desired, opened


def _with_callbacks(
    found: Mapping[str, Desired], standing: tuple[BusinessEvent, ...]
) -> tuple[tuple[Desired, ...], tuple[str, ...]]:
    """Give each historic callback, oldest first, to the latest obligation of its kind that was there when it was made.

    Of several made from one event those come first whose window had opened by then.
    """
    callbacks = [(e.payload, e.event_id) for e in standing if isinstance(e.payload, CallbackCompleted)]
    wanted = dict(found)
    unmatched: list[str] = []
    for done, event_id in sorted(callbacks, key=lambda pair: (pair[0].completed_at, pair[1])):
        fitting = [
            d
            for d in wanted.values()
            if d.draft.kind == done.kind
            and d.done is None
            and day_of(d.happened_at) <= day_of(done.completed_at)
        ]
        if not fitting:
            unmatched.append(event_id)
            continue
        latest = max(fitting, key=lambda d: (d.happened_at, _opened(d, done.completed_at), d.key))
        wanted[latest.key] = msgspec.structs.replace(latest, done=done)
    return tuple(wanted.values()), tuple(unmatched)


def _opened(desired: Desired, by: datetime) -> datetime:
    """When the window opened, if it had `by` then; one that had not sorts before all that had."""
    window = desired.draft.window
    opened = window.due_from if window is not None else desired.happened_at
    return opened if opened <= by else datetime.min.replace(tzinfo=UTC)


def _in_one_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".replace("\n", " ")[:500]
