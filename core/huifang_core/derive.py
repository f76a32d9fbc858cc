"""From everything known of one contract to what must be done about it.

Obligations are derived from the whole history of a contract each time it changes, never nudged along. So it makes no
difference in which order events came in, and a correction, a retraction or an event sent twice needs no code of its own.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Protocol

import msgspec

from huifang_core.contracts import Contract, ContractStatus
from huifang_core.customers import Party
from huifang_core.events import BusinessEvent, CallbackCompleted, effective
from huifang_core.obligations import AfterDue, ObligationDraft, VoidedBy, voided_by
from huifang_core.parameters import ParametersAt, ParameterSet
from huifang_core.rules import Rule, UnitView
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

    `as_of` is when the contract data given was true, if that is known.
    """

    contract: Contract
    policyholder: Party
    unit: UnitView
    events: tuple[BusinessEvent, ...]
    as_of: datetime | None = None


class Desired(msgspec.Struct, frozen=True):
    """An obligation that should exist, by `key` within its contract; what becomes of it is for `reconcile`.

    `input_hash` covers all the rule saw: the same hash means the same result. `fingerprint` covers what the
    obligation demands. `done` is the callback, made in the system used before, that met it.
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


class RuleFailure(msgspec.Struct, frozen=True):
    """A rule raised: its event is parked with the error, the others go on."""

    plugin: str
    rule: str
    source: str
    event_id: str
    error: str


class Derivation(msgspec.Struct, frozen=True):
    """What was derived for one contract: the contract as it now stands, the obligations, and what failed.

    `plugins` are those that were asked: obligations of others are left alone. `unmatched` are the ids of historic callbacks
    that belong to no obligation.
    """

    contract: Contract
    desired: tuple[Desired, ...]
    failures: tuple[RuleFailure, ...]
    plugins: tuple[str, ...]
    unmatched: tuple[str, ...] = ()


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


STATUS_AFTER: Mapping[str, ContractStatus] = {
    "contract.cancelled": "cancelled",
    "contract.surrendered": "surrendered",
    "contract.ended": "ended",
    "contract.lapsed": "lapsed",
    "contract.reinstated": "in_force",
    "grace.entered": "grace",
    "premium.paid": "in_force",
}
"""Status of a contract after an event; a payment only ends a grace period."""


def current_contract(
    base: Contract, standing: Iterable[BusinessEvent], as_of: datetime | None = None
) -> Contract:
    """Return the contract as it stands: `base`, and what the events that stand changed since.

    An event that carries a `sequence` not above the contract's version is already part of it; so is a change without
    one that happened before `as_of`.
    """
    changes: dict[str, Any] = {}
    status: ContractStatus = base.status
    for event in standing:
        stale = event.sequence is not None and event.sequence <= base.version
        if event.type == "contract.delivered" and not (stale and base.delivered_on is not None):
            changes["delivered_on"] = event.payload.delivered_on  # type: ignore[union-attr]
        elif event.type == "contract.changed" and not stale:
            if event.sequence is None and as_of is not None and event.time <= as_of:
                continue
            changes.update(event.payload.changes)  # type: ignore[union-attr]
        after = STATUS_AFTER.get(event.type)
        if after is not None and not stale and not (event.type == "premium.paid" and status != "grace"):
            status = after
    if status != base.status:
        changes["status"] = status
    if not changes:
        return base
    return msgspec.convert({**msgspec.to_builtins(base), **changes}, Contract)


def settings_on(versions: Iterable[SettingsVersion], plugin: str, day: date) -> SettingsVersion | None:
    """Return the version of a plugin's settings in force on `day`; before the first one, the first; None if it is off."""
    mine = sorted(
        (v for v in versions if v.plugin == plugin), key=lambda v: (v.valid_from or date.min, v.version)
    )
    if not mine:
        return None
    return next((v for v in reversed(mine) if v.valid_from is None or v.valid_from <= day), mine[0])


def derive(
    subject: Subject,
    plugins: Iterable[RulePlugin],
    settings: Iterable[SettingsVersion],
    calendar: WorkingCalendar,
) -> Derivation:
    """Derive every obligation of one contract; pure, and the same for the same input.

    A rule that raises is reported as a `RuleFailure`, and the other rules and events go on.
    """
    versions = tuple(settings)
    roots = effective(subject.events)
    standing = tuple(event for event, _ in roots)
    contract = current_contract(subject.contract, standing, subject.as_of)
    asked = [plugin for plugin in plugins if any(v.plugin == plugin.id for v in versions)]
    found: dict[str, Desired] = {}
    failures: list[RuleFailure] = []
    for event, root in roots:
        for plugin in asked:
            for rule in plugin.rules:
                if event.type not in rule.events:
                    continue
                try:
                    for desired in _apply(
                        rule, plugin, event, root, contract, subject, standing, versions, calendar
                    ):
                        found.setdefault(desired.key, desired)
                except Exception as error:
                    failures.append(
                        RuleFailure(plugin.id, rule.id, event.source, event.event_id, _in_one_line(error))
                    )
    wanted, unmatched = _with_callbacks(found, standing)
    return Derivation(
        contract=contract,
        desired=wanted,
        failures=tuple(failures),
        plugins=tuple(plugin.id for plugin in asked),
        unmatched=unmatched,
    )


def _apply(
    rule: Rule,
    plugin: RulePlugin,
    event: BusinessEvent,
    root: str,
    contract: Contract,
    subject: Subject,
    standing: tuple[BusinessEvent, ...],
    versions: tuple[SettingsVersion, ...],
    calendar: WorkingCalendar,
) -> Iterable[Desired]:
    day = day_of(event.time)
    version = settings_on(versions, plugin.id, day)
    if version is None:
        return
    trace = Trace()
    parameters = ParametersAt(plugin.parameters, day, version.parameters, trace)
    history = tuple(e for e in standing if e.type in rule.needs and e is not event) if rule.needs else ()
    drafts = rule.apply(
        event=event,
        contract=contract,
        customer=subject.policyholder,
        unit=subject.unit,
        parameters=parameters,
        settings=msgspec.convert(version.settings, plugin.settings_type),
        calendar=calendar,
        history=history,
        trace=trace,
    )
    if not drafts:
        return
    seen = (
        rule.id,
        _timeless(event),
        contract,
        subject.policyholder,
        subject.unit,
        tuple(_timeless(e) for e in history),
        parameters.used,
        version.settings,
        calendar.fingerprint,
    )
    input_hash = sha256(msgspec.msgpack.encode(seen)).hexdigest()
    for draft in drafts:
        demands = msgspec.structs.replace(draft, trace=())
        yield Desired(
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
            parameters_on=day,
            settings_version=version.version,
            calendar=calendar.fingerprint,
            input_hash=input_hash,
            fingerprint=sha256(msgspec.msgpack.encode(demands)).hexdigest(),
            draft=draft,
            voided=voided_by(draft.void_on, standing) if draft.void_on else None,
        )


def _timeless(event: BusinessEvent) -> tuple[object, ...]:
    """The event without the time it came in, which must not change a result."""
    return (event.source, event.event_id, event.type, event.time, event.payload, event.claim_no)


def _with_callbacks(
    found: Mapping[str, Desired], standing: tuple[BusinessEvent, ...]
) -> tuple[tuple[Desired, ...], tuple[str, ...]]:
    """Give each historic callback to the latest obligation of its kind that was there when it was made."""
    wanted = dict(found)
    unmatched: list[str] = []
    for event in standing:
        done = event.payload
        if not isinstance(done, CallbackCompleted):
            continue
        fitting = [
            d
            for d in wanted.values()
            if d.draft.kind == done.kind
            and d.done is None
            and day_of(d.happened_at) <= day_of(done.completed_at)
        ]
        if not fitting:
            unmatched.append(event.event_id)
            continue
        latest = max(fitting, key=lambda d: (d.happened_at, d.key))
        wanted[latest.key] = msgspec.structs.replace(latest, done=done)
    return tuple(wanted.values()), tuple(unmatched)


def _in_one_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".replace("\n", " ")[:500]
