"""Explaining a contract: what every rule made of every event, also where nothing came of it (GEN-3)."""

from collections.abc import Iterable

import msgspec

from huifang_core.derive import Desired, DesiredCase, RulePlugin, SettingsVersion, Subject, derive
from huifang_core.events import BusinessEvent
from huifang_core.rules import Rule
from huifang_core.texts import Text
from huifang_core.trace import Trace, TraceStep
from huifang_core.workdays import WorkingCalendar


class Consideration(msgspec.Struct, frozen=True):
    """One rule looking at one event: the steps it took, and the keys of the obligations and cases that came of it.

    `error` is set when the rule raised.
    """

    plugin: str
    rule: str
    title: Text
    cites: tuple[str, ...]
    event_id: str
    event_type: str
    steps: tuple[TraceStep, ...]
    obligations: tuple[str, ...]
    error: str | None = None
    cases: tuple[str, ...] = ()


def explain(
    subject: Subject,
    plugins: Iterable[RulePlugin],
    settings: Iterable[SettingsVersion],
    calendar: WorkingCalendar,
) -> tuple[Consideration, ...]:
    """Return every evaluation of the rules over a contract's events that stand, oldest event first."""
    seen: list[Consideration] = []

    def watch(
        event: BusinessEvent,
        plugin: str,
        rule: Rule,
        trace: Trace,
        desired: tuple[Desired | DesiredCase, ...],
        error: str | None,
    ) -> None:
        seen.append(
            Consideration(
                plugin=plugin,
                rule=rule.id,
                title=rule.title,
                cites=rule.cites,
                event_id=event.event_id,
                event_type=event.type,
                steps=trace.steps,
                obligations=tuple(one.key for one in desired if isinstance(one, Desired)),
                error=error,
                cases=tuple(one.key for one in desired if isinstance(one, DesiredCase)),
            )
        )

    derive(subject, plugins, settings, calendar, watch)
    return tuple(seen)
