"""A small insurer's world for the kernel's tests: one contract, a plugin of two rules, and books that obey the table."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.derive import Derivation, SettingsVersion, Subject, derive
from huifang_core.events import PAYLOADS, BusinessEvent
from huifang_core.obligations import (
    ObligationDraft,
    Retention,
    Rung,
    VoidOn,
    check_transition,
)
from huifang_core.parameters import ParameterSet, load_parameters
from huifang_core.reconcile import Change, Close, Complete, Create, OnBooks, Open, reconcile
from huifang_core.rules import Rule, UnitView
from huifang_core.setting_changes import SettingChange
from huifang_core.texts import text
from huifang_core.windows import day_of, until_working_days_before, within_days
from huifang_core.workdays import WorkingCalendar
from hypothesis import settings

settings.register_profile("kernel", deadline=None, max_examples=100, derandomize=True)
settings.load_profile("kernel")

FIRST_DAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CALENDAR = WorkingCalendar()
PARAMETERS = """
cooling_off.days:
  title: {zh-CN: 犹豫期天数, en: days of the cooling-off period}
  unit: days
  stricter: lower
  values:
    - {value: 15, cites: [REG-1], source: none, verified_on: 2026-01-01}
grace.working_days:
  title: {zh-CN: 提前的工作日数, en: working days before the end}
  unit: working_days
  stricter: higher
  values:
    - {value: 15, cites: [SD-7a], source: guide, verified_on: 2026-01-01}
"""


class EmptySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of the test plugin."""

    reminders: bool = True


def draft(kind: str, occasion: str, **fields: Any) -> ObligationDraft:
    """A draft with everything a rule has to fill in."""
    return ObligationDraft(
        kind=kind,
        occasion=occasion,
        title=text("回访", "callback"),
        ladder=(Rung("phone", 3), Rung("letter", 1)),
        script=kind,
        content=("identity",),
        retention=Retention(10, ("REG-4",)),
        **fields,
    )


def new_contract(
    event: BusinessEvent, contract: Contract, parameters: Any, trace: Any
) -> list[ObligationDraft]:
    """A callback within the cooling-off period, which waits for delivery (REG-1, DEC-12)."""
    over = (VoidOn("contract.cancelled", day_of(event.time)),)
    if contract.delivered_on is None:
        return [draft("new_contract", "new", opens_on="contract.delivered", void_on=over)]
    window = within_days(contract.delivered_on, parameters["cooling_off.days"], trace)
    return [draft("new_contract", "new", window=window, void_on=over)]


def grace_period(
    event: BusinessEvent, parameters: Any, calendar: WorkingCalendar, trace: Any
) -> list[ObligationDraft]:
    """A callback before the grace period ends, which 100 yuan of premium make pointless (SD-7a)."""
    end = event.payload.grace_end  # type: ignore[union-attr]
    window = until_working_days_before(
        end, parameters["grace.working_days"], calendar, trace, due_from=event.time
    )
    paid = VoidOn("premium.paid", day_of(event.time), Decimal(100))
    return [draft("grace_period", end.isoformat(), window=window, void_on=(paid,))]


def rule(id: str, on: str, evaluate: Callable[..., Sequence[ObligationDraft]], **more: Any) -> Rule:
    """A rule with the papers in order."""
    return Rule(id, title=text("规则", "rule"), events=[on], cites=["SD-7"], evaluate=evaluate, **more)


RULES = (rule("new", "contract.issued", new_contract), rule("grace", "grace.entered", grace_period))


class Plugin:
    """A plugin as far as `derive` looks at one."""

    def __init__(
        self,
        *rules: Rule,
        id: str = "guide",
        version: str = "1",
        parameters: ParameterSet | None = None,
        settings_type: type[Any] = EmptySettings,
        setting_changes: tuple[SettingChange, ...] = (),
    ) -> None:
        self.id, self.version, self.settings_type = id, version, settings_type
        self.setting_changes = setting_changes
        self.rules = rules or RULES
        self.parameters = parameters or load_parameters(PARAMETERS)


class Books:
    """The books of one contract, kept as a store keeps them; a change outside the table of statuses raises."""

    def __init__(self, entries: Iterable[OnBooks] = ()) -> None:
        self.entries = {entry.id: entry for entry in entries}

    def apply(self, changes: Iterable[Change]) -> None:
        """Carry out what `reconcile` returned."""
        for change in changes:
            match change:
                case Create():
                    self._create(change)
                case Open(id=id, desired=desired):
                    self._set(id, change.status)
                    self.entries[id] = msgspec.structs.replace(
                        self.entries[id],
                        input_hash=desired.input_hash,
                        fingerprint=desired.fingerprint,
                        window=desired.draft.window,
                    )
                case Close(id=id, reason=reason, event_id=event_id):
                    self._set(id, change.status)
                    self.entries[id] = msgspec.structs.replace(
                        self.entries[id], reason=reason if event_id is None else f"{reason}:{event_id}"
                    )
                case Complete(id=id, desired=desired):
                    self._set(id, "completed")
                    self.entries[id] = msgspec.structs.replace(
                        self.entries[id], imported_at=desired.done and desired.done.completed_at
                    )

    def complete(self, key: str) -> None:
        """Record a completed callback, as the contact service does."""
        self._set(self.live(key).id, "completed")

    def recall(self, key: str) -> None:
        """Take an entry off as wrongly made, as the recall service does."""
        id = self.live(key).id
        self._set(id, "cancelled")
        self.entries[id] = msgspec.structs.replace(self.entries[id], recalled=True)

    def lift_recalls(self) -> None:
        """Let what was recalled be made again."""
        self.entries = {id: msgspec.structs.replace(e, recalled=False) for id, e in self.entries.items()}

    def live(self, key: str) -> OnBooks:
        """The entry that stands for `key`; there is exactly one."""
        (entry,) = (
            e for e in self.entries.values() if e.key == key and e.status not in ("superseded", "cancelled")
        )
        return entry

    def statuses(self) -> dict[str, str]:
        """Status by key of what stands."""
        return {e.key: e.status for e in self.entries.values() if e.status not in ("superseded", "cancelled")}

    def _create(self, change: Create) -> None:
        desired, id = change.desired, f"{change.desired.key}#{change.generation}"
        assert id not in self.entries, "a generation is given once"
        if change.replaces is not None:
            self._set(change.replaces, "superseded")
        self.entries[id] = OnBooks(
            id=id,
            key=desired.key,
            generation=change.generation,
            plugin=desired.plugin,
            rule=desired.rule,
            root_event_id=desired.root_event_id,
            status=change.status,
            input_hash=desired.input_hash,
            fingerprint=desired.fingerprint,
            imported_at=desired.done.completed_at if desired.done and change.status == "completed" else None,
            reason=desired.voided.reason if desired.voided and change.status == "voided" else None,
            window=desired.draft.window,
        )
        self.live(desired.key)

    def _set(self, id: str, status: Any) -> None:
        check_transition(self.entries[id].status, status)
        self.entries[id] = msgspec.structs.replace(self.entries[id], status=status)


class Build:
    """Builders of everything a test of the kernel needs."""

    first_day = FIRST_DAY
    calendar = CALENDAR
    rules = RULES
    Plugin = Plugin
    rule = staticmethod(rule)
    draft = staticmethod(draft)

    def books(self) -> Books:
        """Empty books."""
        return Books()

    def at(self, day: float) -> datetime:
        """The instant `day` days after the first one, 10:00 in Shanghai."""
        return FIRST_DAY + timedelta(days=day)

    def on(self, day: float) -> date:
        """The day `day` days after the first one."""
        return day_of(self.at(day))

    def event(self, id: str, type: str, day: float = 0, /, **fields: Any) -> BusinessEvent:
        """An event; what is no field of the event itself belongs to its payload."""
        own = {name: fields.pop(name) for name in tuple(fields) if name in BusinessEvent.__struct_fields__}
        if "claim_no" in own and "claim_no" in PAYLOADS[type].__struct_fields__:
            fields["claim_no"] = own["claim_no"]
        payload = None if "retracts" in own and not fields else PAYLOADS[type](**fields)
        return BusinessEvent(
            **{
                "source": "core",
                "event_id": id,
                "type": type,
                "time": self.at(day),
                "received_at": self.at(day),
                "payload": payload,
                "contract_no": "C1",
                **own,
            }
        )

    def contract(self, **fields: Any) -> Contract:
        """A life contract of ten years."""
        known: dict[str, Any] = {
            "contract_no": "C1",
            "line": "life",
            "unit": "3701",
            "policyholder": "P1",
            "effective_on": date(2026, 3, 1),
            "expires_on": date(2036, 3, 1),
        }
        return Contract(**{**known, **fields})

    def subject(self, *events: BusinessEvent, contract: Contract | None = None) -> Subject:
        """The contract with these events."""
        return Subject(
            contract or self.contract(),
            Party("p1", "individual"),
            UnitView("3701", "city", "shandong"),
            events,
        )

    def settings(self, plugin: str = "guide", **fields: Any) -> SettingsVersion:
        """A version of a plugin's settings."""
        return SettingsVersion(plugin, fields.pop("version", 1), **fields)

    def derive(
        self,
        *events: BusinessEvent,
        plugins: Sequence[Any] = (Plugin(),),
        settings: Sequence[SettingsVersion] | None = None,
        contract: Contract | None = None,
        calendar: WorkingCalendar = CALENDAR,
    ) -> Derivation:
        """Derive the contract's obligations; every plugin is on unless `settings` says otherwise."""
        versions = [self.settings(p.id) for p in plugins] if settings is None else settings
        return derive(self.subject(*events, contract=contract), plugins, versions, calendar)

    def settle(
        self, books: Books, derivation: Derivation, day: float = 0, **options: Any
    ) -> tuple[Change, ...]:
        """Reconcile, apply, and make sure that nothing is left to do; return the changes."""
        now = self.at(day)
        changes = reconcile(derivation, books.entries.values(), now=now, **options)
        books.apply(changes)
        assert reconcile(derivation, books.entries.values(), now=now, **options) == ()
        return changes


@pytest.fixture(scope="session")
def build() -> Build:
    """The builders; they hold no state."""
    return Build()
