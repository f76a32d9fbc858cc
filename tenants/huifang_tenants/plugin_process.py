"""What runs inside a plugin-host process: plugin code, kept from taking more down than the contract it failed on.

A rule that takes too long is interrupted, and after the second time left out for the rest of the task. What a plugin returns is
checked here, so that nobody outside has to trust it.
"""

import gc
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib.metadata import EntryPoint
from pathlib import Path
from types import FrameType
from typing import Any, Final, TypeVar

import msgspec
from huifang_core.cases import CaseDraft
from huifang_core.catalogue import catalogue_of
from huifang_core.derive import (
    Derivation,
    Desired,
    DesiredCase,
    RuleFailure,
    RulePlugin,
    SettingsVersion,
    Subject,
    derive,
)
from huifang_core.explain import explain
from huifang_core.obligations import ObligationDraft
from huifang_core.outcomes import ContactOutcome, Reacted, react
from huifang_core.parameters import ParameterSet
from huifang_core.plans import Membership, Plan
from huifang_core.population import Candidate, amount_wanted, population
from huifang_core.registry import Broken, Plugin, Registry, installed, load_registry
from huifang_core.releases import registry_with
from huifang_core.rules import Rule
from huifang_core.trace import TraceStep
from huifang_core.workdays import AnnouncedDay, WorkingCalendar

from huifang_tenants.plugin_allow_list import AllowListError, read_allow_list, sift

_D = TypeVar("_D", Desired, DesiredCase)

_MOST_OVERTIME: Final = 2
_SMALLINT: Final = range(-(2**15), 2**15)
_LONGEST_TEXT: Final = 500


class Task(msgspec.Struct, frozen=True, array_like=True):
    """What a host is asked: derive these subjects under these settings and this calendar.

    `limit` is how many seconds one rule may take.
    """

    subjects: tuple[Subject, ...]
    settings: tuple[SettingsVersion, ...]
    announced: dict[int, tuple[AnnouncedDay, ...]]
    limit: float


class PopulationTask(msgspec.Struct, frozen=True, array_like=True):
    """What a host is asked: which events of these subjects does a plan count in, in `[first, last]`.

    `limit` is how many seconds the plan may take over one subject.
    """

    plugin: str
    plan: str
    first: date
    last: date
    subjects: tuple[Subject, ...]
    settings: tuple[SettingsVersion, ...]
    announced: dict[int, tuple[AnnouncedDay, ...]]
    limit: float


class Told(msgspec.Struct, frozen=True, array_like=True):
    """An outcome for a plugin, with the tenant's own settings and parameters of it."""

    plugin: str
    outcome: ContactOutcome
    settings: dict[str, Any]
    parameters: dict[str, Any]


class OutcomeTask(msgspec.Struct, frozen=True, array_like=True):
    """What a host is asked: what do plugins want done about these outcomes? `limit` is how many seconds one may take."""

    told: tuple[Told, ...]
    limit: float


class Candidates(msgspec.Struct, frozen=True, array_like=True, tag="candidates"):
    """The events of one subject that a plan looked at."""

    candidates: tuple[Candidate, ...]


class Document(msgspec.Struct, frozen=True, array_like=True):
    """A draft and its trace as the JSON to be stored: written where they are made, and not taken apart on the way."""

    draft: bytes
    trace: bytes


class Answer(msgspec.Struct, frozen=True, array_like=True, tag="answer"):
    """What was derived for one subject; drafts in it hold what intake and simulations look at.

    They are whole, with their traces, in `documents` by obligation key, those of cases in `case_documents` by case key.
    """

    derivation: Derivation
    documents: dict[str, Document]
    case_documents: dict[str, Document] = {}


class HostFailure(msgspec.Struct, frozen=True, array_like=True, tag="failure"):
    """No answer for one subject: the host hung past the deadline, died, could not read it or made no sense."""

    reason: str


class Overtime(Exception):
    """A rule took longer than it may; raised in the middle of it."""


encoder: Final = msgspec.msgpack.Encoder()
_task_decoder = msgspec.msgpack.Decoder(Task)
_population_decoder = msgspec.msgpack.Decoder(PopulationTask)
_outcome_decoder = msgspec.msgpack.Decoder(OutcomeTask)
_draft_decoder = msgspec.json.Decoder(ObligationDraft)
_case_decoder = msgspec.json.Decoder(CaseDraft)
_json = msgspec.json.Encoder()

_registry: Registry | None = None
_release: str | None = None
_allow_list: Path | None = None
_calendars: dict[bytes, WorkingCalendar] = {}


def host_start(release: str | None = None, allow_list: Path | None = None) -> None:
    """Load the plugins, before anything is asked.

    `release` is the path of one to load in the place of the installed one; with an allow-list, those that it takes are loaded.
    """
    global _release, _allow_list
    _release, _allow_list = release, allow_list
    _loaded()


def host_catalogue() -> bytes:
    """Return the catalogue of what is installed."""
    return encoder.encode(catalogue_of(_loaded()))


def host_derive(payload: bytes) -> bytes:
    """Return one `Answer` or `HostFailure` per subject of a `Task`, each encoded by itself."""
    task = _task_decoder.decode(payload)
    calendar = _calendar(task.announced)
    plugins: tuple[RulePlugin, ...] = tuple(_loaded().plugins.values())
    overtime: dict[tuple[str, str], int] = {}
    answers: list[bytes] = []
    with _interrupted_after(task.limit):
        for subject in task.subjects:
            answer = _answer_to(subject, plugins, task, calendar)
            answers.append(answer[0])
            for failed in answer[1]:
                overtime[failed] = overtime.get(failed, 0) + 1
                if overtime[failed] == _MOST_OVERTIME:
                    plugins = tuple(_Without(plugin, failed) for plugin in plugins)
    return encoder.encode(answers)


def host_explain(payload: bytes) -> bytes:
    """Return what every rule makes of the subjects of a `Task`."""
    task = _task_decoder.decode(payload)
    plugins = tuple(_loaded().plugins.values())
    calendar = _calendar(task.announced)
    with _interrupted_after(task.limit):
        return encoder.encode(
            [explain(subject, plugins, task.settings, calendar) for subject in task.subjects]
        )


def host_population(payload: bytes) -> bytes:
    """Return `Candidates` or a `HostFailure` per subject of a `PopulationTask`; raises KeyError for an unknown plan."""
    task = _population_decoder.decode(payload)
    plugin = _loaded().plugins[task.plugin]
    plan = _plan(plugin, task.plan)
    calendar = _calendar(task.announced)
    answers: list[Candidates | HostFailure] = []
    overtime = 0
    with _interrupted_after(task.limit):
        for subject in task.subjects:
            if overtime == _MOST_OVERTIME:
                answers.append(HostFailure("left out, since the plan took too long on the contracts before"))
                continue
            answers.append(_candidates(subject, plugin, plan, task, calendar))
            overtime += _took_too_long(answers[-1])
    return encoder.encode(answers)


def host_amount(plugin: str, plan: str, settings: bytes, first: date) -> bytes:
    """Return the `AmountWanted` of a plan; raises KeyError where its parameter says none."""
    loaded = _loaded().plugins[plugin]
    versions = msgspec.msgpack.decode(settings, type=tuple[SettingsVersion, ...])
    return encoder.encode(amount_wanted(loaded, _plan(loaded, plan), versions, first))


def host_react(payload: bytes) -> bytes:
    """Return a `Reacted` or a `HostFailure` for each outcome of an `OutcomeTask`."""
    task = _outcome_decoder.decode(payload)
    answers: list[Reacted | HostFailure] = []
    with _interrupted_after(task.limit):
        for told in task.told:
            plugin = _loaded().plugins.get(told.plugin)
            hook = plugin.reacts() if plugin is not None else None
            try:
                _restart(task.limit)
                answers.append(
                    Reacted()
                    if plugin is None or hook is None
                    else _sound_reaction(plugin, react(hook, told.outcome, told.settings, told.parameters))
                )
            except BaseException as error:
                # As with rules: it ends the work on this outcome, and no more.
                answers.append(HostFailure(f"{type(error).__name__}: {error}"[:500]))
    return encoder.encode(answers)


def _sound_reaction(plugin: Plugin, reacted: Reacted) -> Reacted:
    """The reaction, if it can be put on the books; ValueError or what msgspec raises where it can't."""
    written = _json.encode(reacted)
    sound = msgspec.json.decode(written, type=Reacted)
    if b"\\u0000" in written:
        raise ValueError("its answer holds a character that can't be stored")
    classes = {known.id for known in plugin.case_classes}
    for case in sound.cases:
        if case.case_class not in classes:
            raise ValueError(f"its case is of class {case.case_class}, which the plugin does not have")
        if case.due_by is not None and case.due_by.tzinfo is None:
            raise ValueError("its case is due at an instant without a zone")
    return sound


def host_check_settings(plugin: str, settings: bytes) -> bytes:
    """Return what is wrong with a plugin's settings, None where it takes them; raises KeyError for an unknown plugin."""
    try:
        msgspec.convert(msgspec.msgpack.decode(settings), _loaded().plugins[plugin].settings_type)
    except (msgspec.ValidationError, ValueError, TypeError) as error:
        return encoder.encode(str(error))
    return encoder.encode(None)


def _loaded() -> Registry:
    global _registry
    if _registry is None:
        _registry = _chosen()
        # What is loaded stays, and what a task makes is gone after it: hardly ever worth looking through.
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
    return _registry


def _chosen() -> Registry:
    points, refused = _allowed()
    if _release is None:
        return load_registry(points, refused)
    return registry_with(Path(_release), points, refused)


def _allowed() -> tuple[Sequence[EntryPoint], Sequence[Broken]]:
    points = installed()
    if _allow_list is None:
        return points, ()
    try:
        return sift(points, read_allow_list(_allow_list))
    except AllowListError as error:
        # Without the list nobody can say what may be imported, so nothing is.
        return (), [Broken(point.name, str(error)) for point in points]


def _calendar(announced: dict[int, tuple[AnnouncedDay, ...]]) -> WorkingCalendar:
    key = encoder.encode(announced)
    known = _calendars.get(key)
    if known is None:
        # There is one at a time, and a new one once a year.
        _calendars.clear()
        known = _calendars[key] = WorkingCalendar(announced)
    return known


def _plan(plugin: Plugin, id: str) -> Plan:
    return next(plan for plan in plugin.plans if plan.id == id)


def _candidates(
    subject: Subject, plugin: Plugin, plan: Plan, task: PopulationTask, calendar: WorkingCalendar
) -> Candidates | HostFailure:
    try:
        _restart(task.limit)
        found = population(subject, plugin, plan, task.settings, calendar, task.first, task.last)
        return Candidates(tuple(_sound(candidate) for candidate in found))
    except BaseException as error:
        # As with rules: it ends the work on this contract, and no more.
        return HostFailure(f"{type(error).__name__}: {error}"[:500])


def _took_too_long(answer: Candidates | HostFailure) -> bool:
    errors = (
        (answer.reason,)
        if isinstance(answer, HostFailure)
        else tuple(candidate.error or "" for candidate in answer.candidates)
    )
    return any(error.startswith(f"{Overtime.__name__}:") for error in errors)


def _sound(candidate: Candidate) -> Candidate:
    """The candidate, with an error where its membership or its trace can't be put on the books."""
    try:
        membership = msgspec.convert(msgspec.to_builtins(candidate.membership), Membership | None)
        trace = _json.encode(candidate.steps)
        msgspec.json.decode(trace, type=tuple[TraceStep, ...])
    except (msgspec.MsgspecError, TypeError) as error:
        return msgspec.structs.replace(
            candidate, membership=None, steps=(), error=f"its membership can't be read: {error}"[:500]
        )
    texts = () if membership is None else (membership.stratum, membership.group)
    if b"\\u0000" in trace or any("\0" in text or len(text) > _LONGEST_TEXT for text in texts):
        return msgspec.structs.replace(
            candidate, membership=None, steps=(), error="its membership holds a text that can't be stored"
        )
    return candidate


def _answer_to(
    subject: Subject, plugins: tuple[RulePlugin, ...], task: Task, calendar: WorkingCalendar
) -> tuple[bytes, list[tuple[str, str]]]:
    """Return the encoded answer, and the (plugin, rule) of each rule that took too long."""
    try:
        _restart(task.limit)
        answer = _answer(derive(subject, plugins, task.settings, calendar))
        slow = [
            (f.plugin, f.rule)
            for f in answer.derivation.failures
            if f.error.startswith(f"{Overtime.__name__}:")
        ]
        return encoder.encode(answer), slow
    except BaseException as error:
        # Whatever it is, SystemExit included: it ends the work on this contract, and no more.
        return encoder.encode(HostFailure(f"{type(error).__name__}: {error}"[:500])), []


def _answer(derivation: Derivation) -> Answer:
    flaws: list[RuleFailure] = []
    bare, documents = _written(derivation.desired, _flaw, _bare, flaws)
    cases, case_documents = _written(derivation.cases, _case_flaw, lambda draft: draft, flaws)
    answered = msgspec.structs.replace(
        derivation, desired=bare, cases=cases, failures=(*derivation.failures, *flaws)
    )
    return Answer(answered, documents, case_documents)


def _written(
    asked_for: tuple[_D, ...],
    flaw_of: Callable[[_D, Document], str | None],
    bare_of: Callable[[Any], Any],
    flaws: list[RuleFailure],
) -> tuple[tuple[_D, ...], dict[str, Document]]:
    """What can be put on the books, with bare drafts, and their documents; what can't goes to `flaws`."""
    bare: list[_D] = []
    documents: dict[str, Document] = {}
    for desired in asked_for:
        draft = msgspec.structs.replace(desired.draft, trace=())
        document = Document(_json.encode(draft), _json.encode(desired.draft.trace))
        flaw = flaw_of(desired, document)
        if flaw is not None:
            flaws.append(
                RuleFailure(
                    desired.plugin,
                    desired.rule,
                    desired.source,
                    desired.event_id,
                    flaw,
                    desired.root_event_id,
                )
            )
            continue
        bare.append(msgspec.structs.replace(desired, draft=bare_of(draft)))
        documents[desired.key] = document
    return tuple(bare), documents


def _bare(draft: ObligationDraft) -> ObligationDraft:
    """A draft as it travels beside its document: long lists that nobody reads there cost an import time and memory."""
    return msgspec.structs.replace(draft, ladder=draft.ladder[:1], content=(), void_on=(), facts={})


def _flaw(desired: Desired, document: Document) -> str | None:
    """Tell why a draft can't be put on the books; a plugin may fill its fields with anything."""
    try:
        draft = _draft_decoder.decode(document.draft)
    except msgspec.MsgspecError as error:
        return f"its draft can't be read: {error}"
    if b"\\u0000" in document.draft or b"\\u0000" in document.trace:
        return "its draft holds a character that can't be stored"
    if draft.priority not in _SMALLINT:
        return f"its draft has the priority {draft.priority}"
    return None


def _case_flaw(desired: DesiredCase, document: Document) -> str | None:
    """Tell why a case can't be put on the books."""
    try:
        draft = _case_decoder.decode(document.draft)
        msgspec.json.decode(document.trace, type=tuple[TraceStep, ...])
    except msgspec.MsgspecError as error:
        return f"its case can't be read: {error}"
    if b"\\u0000" in document.draft or b"\\u0000" in document.trace:
        return "its case holds a character that can't be stored"
    if draft.due_by is not None and draft.due_by.tzinfo is None:
        return "its case is due at an instant without a zone"
    if draft.case_class not in {known.id for known in _loaded().plugins[desired.plugin].case_classes}:
        return f"its case is of class {draft.case_class}, which the plugin does not have"
    return None


class _Without:
    """A plugin one rule of which only says that it is left out."""

    def __init__(self, plugin: RulePlugin, left_out: tuple[str, str]) -> None:
        self.id = plugin.id
        self.version = plugin.version
        self.parameters: ParameterSet = plugin.parameters
        self.settings_type: type[Any] = plugin.settings_type
        self.setting_changes = plugin.setting_changes
        self.rules = tuple(
            _refusing(rule) if (plugin.id, rule.id) == left_out else rule for rule in plugin.rules
        )


def _refusing(rule: Rule) -> Rule:
    def refuse() -> Iterable[ObligationDraft]:
        raise TimeoutError("left out, since it took too long on the contracts before")

    return Rule(
        rule.id,
        title=rule.title,
        events=rule.events,
        cites=rule.cites,
        evaluate=refuse,  # type: ignore[arg-type]
        after_due=rule.after_due,
        needs=rule.needs,
    )


@contextmanager
def _interrupted_after(limit: float) -> Iterator[None]:
    """Interrupt what takes longer than `limit` seconds, again and again; each contract starts the clock anew."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise Overtime(f"took longer than {limit:g} s")

    signal.signal(signal.SIGALRM, interrupt)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _restart(limit: float) -> None:
    signal.setitimer(signal.ITIMER_REAL, limit, limit)
