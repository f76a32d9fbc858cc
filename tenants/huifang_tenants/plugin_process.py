"""What runs inside a plugin-host process: plugin code, kept from taking more down than the contract it failed on.

A rule that takes too long is interrupted, and after the second time left out for the rest of the task. What a plugin returns is
checked here, so that nobody outside has to trust it.
"""

import gc
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

import msgspec
from huifang_core.catalogue import catalogue_of
from huifang_core.derive import Derivation, Desired, RuleFailure, RulePlugin, SettingsVersion, Subject, derive
from huifang_core.explain import explain
from huifang_core.obligations import ObligationDraft
from huifang_core.parameters import ParameterSet
from huifang_core.registry import Registry, load_registry
from huifang_core.rules import Rule
from huifang_core.workdays import AnnouncedDay, WorkingCalendar

_MOST_OVERTIME: Final = 2
_SMALLINT: Final = range(-(2**15), 2**15)


class Task(msgspec.Struct, frozen=True, array_like=True):
    """What a host is asked: derive these subjects under these settings and this calendar.

    `limit` is how many seconds one rule may take.
    """

    subjects: tuple[Subject, ...]
    settings: tuple[SettingsVersion, ...]
    announced: dict[int, tuple[AnnouncedDay, ...]]
    limit: float


class Document(msgspec.Struct, frozen=True, array_like=True):
    """A draft and its trace as the JSON to be stored: written where they are made, and not taken apart on the way."""

    draft: bytes
    trace: bytes


class Answer(msgspec.Struct, frozen=True, array_like=True, tag="answer"):
    """What was derived for one subject; drafts in it are without traces, which are in `documents` by obligation key."""

    derivation: Derivation
    documents: dict[str, Document]


class HostFailure(msgspec.Struct, frozen=True, array_like=True, tag="failure"):
    """No answer for one subject: the host hung past the deadline, died, could not read it or made no sense."""

    reason: str


class Overtime(Exception):
    """A rule took longer than it may; raised in the middle of it."""


encoder: Final = msgspec.msgpack.Encoder()
_task_decoder = msgspec.msgpack.Decoder(Task)
_draft_decoder = msgspec.json.Decoder(ObligationDraft)
_json = msgspec.json.Encoder()

_registry: Registry | None = None
_calendars: dict[bytes, WorkingCalendar] = {}


def host_start() -> None:
    """Load the plugins, before anything is asked."""
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
        _registry = load_registry()
        # What is loaded stays, and what a task makes is gone after it: hardly ever worth looking through.
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
    return _registry


def _calendar(announced: dict[int, tuple[AnnouncedDay, ...]]) -> WorkingCalendar:
    key = encoder.encode(announced)
    known = _calendars.get(key)
    if known is None:
        # There is one at a time, and a new one once a year.
        _calendars.clear()
        known = _calendars[key] = WorkingCalendar(announced)
    return known


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
    bare: list[Desired] = []
    documents: dict[str, Document] = {}
    failures = list(derivation.failures)
    for desired in derivation.desired:
        draft = msgspec.structs.replace(desired.draft, trace=())
        document = Document(_json.encode(draft), _json.encode(desired.draft.trace))
        flaw = _flaw(desired, document)
        if flaw is not None:
            failures.append(
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
        bare.append(msgspec.structs.replace(desired, draft=draft))
        documents[desired.key] = document
    return Answer(
        msgspec.structs.replace(derivation, desired=tuple(bare), failures=tuple(failures)), documents
    )


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


class _Without:
    """A plugin one rule of which only says that it is left out."""

    def __init__(self, plugin: RulePlugin, left_out: tuple[str, str]) -> None:
        self.id = plugin.id
        self.version = plugin.version
        self.parameters: ParameterSet = plugin.parameters
        self.settings_type: type[Any] = plugin.settings_type
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
