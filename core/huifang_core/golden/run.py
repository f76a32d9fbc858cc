"""Running golden cases: derive the obligations, put them on empty books, and compare with what was worked out by hand."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import permutations
from random import Random
from typing import Protocol

import msgspec

from huifang_core.content import ContentItem, applicable
from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.derive import Derivation, Desired, DesiredCase, RulePlugin, SettingsVersion, Subject, derive
from huifang_core.events import BusinessEvent
from huifang_core.facts import contract_facts, typed_facts
from huifang_core.golden.format import (
    Case,
    Expected,
    ExpectedCase,
    Given,
    GoldenError,
    days_of,
    instant_of,
)
from huifang_core.parameters import ParameterError
from huifang_core.plans import Plan
from huifang_core.population import population
from huifang_core.reconcile import Create, reconcile
from huifang_core.rules import Rule, UnitView
from huifang_core.trace import Trace, TraceStep
from huifang_core.windows import SHANGHAI, day_of
from huifang_core.workdays import AnnouncedDay, WorkingCalendar

_ORDERS = 12


class GoldenPlugin(RulePlugin, Protocol):
    """What golden cases need of a plugin."""

    @property
    def content_items(self) -> tuple[ContentItem, ...]:
        """The plugin's content items."""

    @property
    def plans(self) -> tuple[Plan, ...]:
        """The plugin's plans."""


def given_subject(given: Given) -> Subject:
    """Return the contract that is given, with its events. Raises GoldenError."""
    return _subject(given, _events(given))


class Found(msgspec.Struct, frozen=True):
    """An obligation that came of a case: how it is put on the books, and which content items apply."""

    created: Create
    applies: tuple[str, ...]

    @property
    def desired(self) -> Desired:
        """What was derived."""
        return self.created.desired


def derive_given(plugin: GoldenPlugin, given: Given) -> tuple[Found, ...]:
    """Return the obligations that come of what is given, in the order of their keys. Raises GoldenError."""
    derivation, created = _run(plugin, given, _events(given))
    items = {item.id: item for item in plugin.content_items}
    facts = contract_facts(derivation.contract)
    found = []
    for create in sorted(created, key=lambda c: c.desired.key):
        draft = create.desired.draft
        missing = [item for item in draft.content if item not in items]
        if missing:
            raise GoldenError(f"{draft.kind} demands unknown content items: {', '.join(missing)}")
        known = {**facts, **typed_facts(draft.facts)}
        applies = applicable([items[item] for item in draft.content], known)
        found.append(Found(create, tuple(item.id for item in applies)))
    return tuple(found)


def check_case(plugin: GoldenPlugin, case: Case) -> list[str]:
    """Return what is not as the case expects, nothing where all is well. Raises GoldenError where it can't be run."""
    found = derive_given(plugin, case.given)
    problems = list(_differences(case.expect, found))
    if case.because:
        problems += _wrong_reasons(case.because, _refusals(plugin, case.given))
    problems += _wrong_cases(case.opens, _run(plugin, case.given, _events(case.given))[0].cases)
    problems += _wrong_members(plugin, case)
    created = [f.created for f in found]
    for events in _other_orders(_events(case.given)):
        again = sorted(_run(plugin, case.given, events)[1], key=lambda c: c.desired.key)
        if again != created:
            order = ", ".join(event.event_id for event in events)
            problems.append(f"events coming in as {order} give another result")
            break
    return problems


def _run(
    plugin: GoldenPlugin, given: Given, events: tuple[BusinessEvent, ...]
) -> tuple[Derivation, tuple[Create, ...]]:
    subject = _subject(given, events)
    day = max((day_of(event.time) for event in events), default=date.min)
    try:
        for name, value in given.parameters.items():
            plugin.parameters.check_override(name, value, day)
    except ParameterError as error:
        raise GoldenError(f"given: {error}") from error
    derivation = derive(subject, [plugin], [given_settings(plugin, given)], given_calendar(given))
    if derivation.failures:
        raise GoldenError("; ".join(f"rule {f.rule} raised {f.error}" for f in derivation.failures))
    now = instant_of(given.now) if given.now else max(event.received_at for event in events)
    cut_over = instant_of(given.cut_over) if given.cut_over else None
    changes = reconcile(derivation, (), now=now, cut_over=cut_over)
    return derivation, tuple(change for change in changes if isinstance(change, Create))


def given_settings(plugin: GoldenPlugin, given: Given) -> SettingsVersion:
    """Return the tenant's settings that are given."""
    return SettingsVersion(plugin.id, 1, settings=given.settings, parameters=given.parameters)


def _subject(given: Given, events: tuple[BusinessEvent, ...]) -> Subject:
    try:
        contract = {"contract_no": "C-1", "unit": "U-1", "policyholder": "P-1", **given.contract}
        return Subject(
            contract=msgspec.convert(contract, Contract),
            policyholder=msgspec.convert(
                {"customer_id": "P-1", "kind": "individual", **given.policyholder}, Party
            ),
            unit=msgspec.convert({"code": contract["unit"], "level": "city", **given.unit}, UnitView),
            events=events,
        )
    except msgspec.ValidationError as error:
        raise GoldenError(f"given: {error}") from error


def _events(given: Given) -> tuple[BusinessEvent, ...]:
    if not given.events:
        raise GoldenError("given: at least one event is needed")
    events = []
    for number, event in enumerate(given.events, 1):
        happened = instant_of(event.at)
        fields = {
            "source": "golden",
            "event_id": event.id or f"e{number}",
            "type": event.type,
            "time": happened,
            "received_at": instant_of(event.received_at) if event.received_at else happened,
            "payload": {"event_type": event.type, **event.data} if event.data or not event.retracts else None,
            "contract_no": given.contract.get("contract_no", "C-1"),
            "claim_no": event.claim_no or event.data.get("claim_no"),
            "sequence": event.sequence,
            "corrects": event.corrects,
            "retracts": event.retracts,
        }
        try:
            events.append(msgspec.convert(fields, BusinessEvent))
        except msgspec.ValidationError as error:
            raise GoldenError(f"event {number} ({event.type}): {error}") from error
    return tuple(events)


def given_calendar(given: Given) -> WorkingCalendar:
    """Return the working calendar with the years announced that are given."""
    announced = {
        int(year): (
            *(AnnouncedDay(day, "holiday") for day in days.holidays),
            *(AnnouncedDay(day, "workday") for day in days.workdays),
        )
        for year, days in given.announced.items()
    }
    return WorkingCalendar(announced)


def _other_orders(events: tuple[BusinessEvent, ...]) -> Iterator[tuple[BusinessEvent, ...]]:
    if len(events) <= 3:
        yield from permutations(events)
        return
    yield events[::-1]
    random = Random(len(events))  # noqa: S311
    for _ in range(_ORDERS):
        yield tuple(random.sample(events, len(events)))


def _differences(expected: Sequence[Expected], found: Sequence[Found]) -> Iterator[str]:
    left = list(found)
    for wanted in expected:
        fitting = [
            f
            for f in left
            if f.desired.draft.kind == wanted.kind and wanted.occasion in (None, f.desired.draft.occasion)
        ]
        if not fitting:
            yield f"{wanted.kind}: expected, but there is none"
            continue
        left.remove(fitting[0])
        for problem in _differences_of(wanted, fitting[0]):
            yield f"{wanted.kind}: {problem}"
    for extra in left:
        yield f"{extra.desired.draft.kind} ({extra.desired.draft.occasion}): not expected"


def _differences_of(wanted: Expected, found: Found) -> Iterator[str]:
    created, draft = found.created, found.desired.draft
    window, voided = draft.window, found.desired.voided
    is_now: dict[str, object] = {
        "status": created.status,
        "born_late": created.born_late,
        "provisional": window is not None and window.provisional,
        "voided_by": voided.type if voided else None,
        "opens_on": draft.opens_on,
        "alarm_on": draft.alarm_on,
        "channels": tuple(rung.channel for rung in draft.ladder),
        "call": draft.call,
        "script": draft.script,
        "priority": draft.priority,
        "retention_years": draft.retention.years,
    }
    always = {"status", "born_late", "provisional", "voided_by"}
    for name, value in is_now.items():
        expected = getattr(wanted, name)
        if (expected is not None or name in always) and expected != value:
            yield f"{name} is {value}, expected {expected}"
    due_from, due_by = (window.due_from, window.due_by) if window else (None, None)
    for name, instant in (("due_from", due_from), ("due_by", due_by)):
        expected = getattr(wanted, name)
        if expected is not None and instant != instant_of(expected):
            yield f"{name} is {_local(instant)}, expected {expected}"
    if wanted.applies is not None and set(wanted.applies) != set(found.applies):
        wrongly = sorted(set(found.applies) - set(wanted.applies))
        missing = sorted(set(wanted.applies) - set(found.applies))
        yield f"content items: unexpectedly apply {wrongly}, unexpectedly don't {missing}"
    for fact, text in (wanted.facts or {}).items():
        if str(draft.facts.get(fact)) != text:
            yield f"fact {fact} is {draft.facts.get(fact)}, expected {text}"
    yield from _wrong_count(wanted, draft.trace)
    said = " ".join(_in_words(draft.trace))
    for words in wanted.trace:
        if words not in said:
            yield f"the trace doesn't say {words!r}"


def _wrong_count(wanted: Expected, trace: Iterable[TraceStep]) -> Iterator[str]:
    """Hold the days counted by hand against the count in the trace."""
    if wanted.counted is None and wanted.skipped is None:
        return
    count = next((s.values for s in trace if s.kind == "count" and "working_days" in s.values), None)
    if count is None:
        yield "no working days were counted"
        return
    skipped = [day.isoformat() for day, _ in days_of(wanted.skipped or {})]
    if skipped != list(count["skipped"]):
        yield f"skipped are {', '.join(count['skipped']) or 'none'}, expected {', '.join(skipped) or 'none'}"
    if wanted.counted is None:
        return
    days = sorted(days_of(wanted.counted))
    if len(days) != count["working_days"]:
        yield f"{len(days)} days are listed, {count['working_days']} were counted"
    made_up = [day.isoformat() for day, marked in days if marked]
    if made_up != list(count["make_up"]):
        yield f"make-up days are {', '.join(count['make_up']) or 'none'}, expected {', '.join(made_up) or 'none'}"
    last = days[0] if count["direction"] == "before" else days[-1]
    if last[0].isoformat() != count["day"]:
        yield f"the last day counted is {count['day']}, expected {last[0]}"


def _refusals(plugin: GoldenPlugin, given: Given) -> dict[str, str]:
    """Return, by rule, what the traces of evaluations without a draft decided."""
    said: dict[str, str] = {}

    def note(
        event: BusinessEvent,
        plugin_id: str,
        rule: Rule,
        trace: Trace,
        desired: tuple[Desired | DesiredCase, ...],
        error: str | None,
    ) -> None:
        if not desired:
            said[rule.id] = " ".join(_in_words(step for step in trace.steps if step.kind == "decision"))

    derive(
        _subject(given, _events(given)),
        [plugin],
        [given_settings(plugin, given)],
        given_calendar(given),
        note,
    )
    return said


def _wrong_cases(expected: Sequence[ExpectedCase], found: Sequence[DesiredCase]) -> Iterator[str]:
    left = list(found)
    for wanted in expected:
        fitting = [
            f
            for f in left
            if f.draft.case_class == wanted.case_class and wanted.occasion in (None, f.draft.occasion)
        ]
        if not fitting:
            yield f"case {wanted.case_class}: expected, but none is opened"
            continue
        left.remove(fitting[0])
        draft = fitting[0].draft
        due_by = instant_of(wanted.due_by) if wanted.due_by else None
        for name, expects, value in (
            ("severity", wanted.severity, draft.severity),
            ("level", wanted.level, draft.level),
            ("due_by", due_by, draft.due_by),
        ):
            if expects is not None and expects != value:
                yield f"case {wanted.case_class}: {name} is {value}, expected {expects}"
        said = " ".join(_in_words(draft.trace))
        for words in wanted.trace:
            if words not in said:
                yield f"case {wanted.case_class}: the trace doesn't say {words!r}"
    for extra in left:
        yield f"case {extra.draft.case_class} ({extra.draft.occasion}): not expected"


def _wrong_members(plugin: GoldenPlugin, case: Case) -> Iterator[str]:
    """Hold what each plan named in the case says of the case's events against what was expected."""
    if not case.members:
        return
    events = _events(case.given)
    days = [day_of(event.time) for event in events]
    plans = {plan.id: plan for plan in plugin.plans}
    for id in sorted({wanted.plan for wanted in case.members}):
        if id not in plans:
            raise GoldenError(f"the plugin has no plan {id}")
        found = {
            candidate.member.removeprefix("golden/"): candidate
            for candidate in population(
                _subject(case.given, events),
                plugin,
                plans[id],
                [given_settings(plugin, case.given)],
                given_calendar(case.given),
                min(days),
                max(days),
            )
        }
        for wanted in case.members:
            if wanted.plan != id:
                continue
            candidate = found.pop(wanted.event, None)
            if candidate is None:
                yield f"plan {id} doesn't look at event {wanted.event}"
            elif candidate.error is not None:
                yield f"plan {id} raised {candidate.error} on event {wanted.event}"
            else:
                member, said = candidate.membership, " ".join(_in_words(candidate.steps))
                is_now = (member.stratum, member.group) if member else None
                expects = None if wanted.excluded else (wanted.stratum, wanted.group)
                if is_now != expects:
                    yield f"plan {id}, event {wanted.event}: membership is {is_now}, expected {expects}"
                if wanted.excluded and wanted.excluded not in said:
                    yield f"plan {id}, event {wanted.event}: the trace doesn't say {wanted.excluded!r}"
        for extra, candidate in found.items():
            if candidate.membership is not None:
                yield f"plan {id}: event {extra} is a member, which is not expected"


def _wrong_reasons(because: Mapping[str, str], refusals: Mapping[str, str]) -> Iterator[str]:
    for rule, words in because.items():
        if words not in refusals.get(rule, ""):
            yield f"rule {rule} doesn't say {words!r}, but {refusals.get(rule) or 'nothing'!r}"


def _in_words(steps: Iterable[TraceStep]) -> Iterator[str]:
    for step in steps:
        yield step.text.zh_cn
        yield step.text.en


def _local(instant: datetime | None) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if instant else "not set"
