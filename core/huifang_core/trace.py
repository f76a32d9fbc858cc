"""Traces: why an obligation exists and why it is due then, one step a line, in both languages (GEN-3)."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

import msgspec

from huifang_core.texts import Language, Text

StepKind = Literal["event", "fact", "parameter", "count", "decision"]


class TraceStep(msgspec.Struct, frozen=True, omit_defaults=True):
    """One step of a trace: what was looked at (`subject`), the values that counted, and the sentence that says so."""

    kind: StepKind
    subject: str
    text: Text
    values: dict[str, Any] = {}


class Trace:
    """Collects the steps of one evaluation in the order in which a rule takes them."""

    def __init__(self, steps: Sequence[TraceStep] = ()) -> None:
        self._steps = list(steps)

    @property
    def steps(self) -> tuple[TraceStep, ...]:
        """The steps so far."""
        return tuple(self._steps)

    def fact(self, subject: str, value: object, zh_cn: str, en: str) -> None:
        """Record a fact of the event, contract or customer that the rule relied on."""
        self._add("fact", subject, zh_cn, en, {"value": value})

    def event(self, subject: str, zh_cn: str, en: str, **values: object) -> None:
        """Record the business event that set the rule off."""
        self._add("event", subject, zh_cn, en, values)

    def parameter(self, subject: str, zh_cn: str, en: str, **values: object) -> None:
        """Record a dated parameter: its value, since when, and its source."""
        self._add("parameter", subject, zh_cn, en, values)

    def count(self, subject: str, zh_cn: str, en: str, **values: object) -> None:
        """Record how a date was counted: from where, how many days, which were skipped."""
        self._add("count", subject, zh_cn, en, values)

    def add(self, step: TraceStep) -> None:
        """Record a step that was made before; steps can't be changed, so traces may share them."""
        self._steps.append(step)

    def decision(self, subject: str, zh_cn: str, en: str) -> None:
        """Record what follows: in scope or not, due or waiting."""
        self._add("decision", subject, zh_cn, en, {})

    def branch(self) -> "Trace":
        """Return a trace that starts with the steps so far: one per draft where a rule makes several."""
        return Trace(self._steps)

    def _add(self, kind: StepKind, subject: str, zh_cn: str, en: str, values: dict[str, Any]) -> None:
        self._steps.append(step(kind, subject, zh_cn, en, values))


def step(kind: StepKind, subject: str, zh_cn: str, en: str, values: dict[str, Any]) -> TraceStep:
    """Return a step with its values as JSON can carry them: dates as ISO strings, money as decimal strings."""
    return TraceStep(kind, subject, Text(zh_cn=zh_cn, en=en), msgspec.to_builtins(values))


def lines(steps: Sequence[TraceStep], language: Language) -> list[str]:
    """Return a trace as numbered lines for a person to read."""
    return [f"{n}. {step.text.in_language(language)}" for n, step in enumerate(steps, 1)]


def days_in_words(days: Sequence[date]) -> str:
    """Join days for a trace sentence; a long holiday is written as its first and last day."""
    parts: list[str] = []
    run: list[date] = []
    for day in days:
        if run and (day - run[-1]).days > 1:
            parts.append(_run_in_words(run))
            run = []
        run.append(day)
    if run:
        parts.append(_run_in_words(run))
    return ", ".join(parts)


def _run_in_words(run: Sequence[date]) -> str:
    return run[0].isoformat() if len(run) == 1 else f"{run[0].isoformat()}…{run[-1].isoformat()}"
