"""Plugin hosts: the processes in which plugin code runs, and nowhere else.

Batches go in, derivations come out, within a deadline. A host that hangs or dies is replaced, and the subject that did it
is found and reported, so that one bad event or plugin never stops the others.
"""

import asyncio
import multiprocessing
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import TimeoutError as HostTimeout
from types import TracebackType
from typing import Any, Final, Self

import msgspec
from huifang_core.catalogue import Catalogue, catalogue_of
from huifang_core.derive import Derivation, Desired, SettingsVersion, Subject, derive
from huifang_core.explain import Consideration, explain
from huifang_core.registry import Registry, load_registry
from huifang_core.workdays import AnnouncedDay, WorkingCalendar
from pebble import ProcessExpired, ProcessPool

_START_LIMIT: Final = 60.0


class Task(msgspec.Struct, frozen=True, array_like=True):
    """What a host is asked: derive these subjects under these settings and this calendar."""

    subjects: tuple[Subject, ...]
    settings: tuple[SettingsVersion, ...]
    announced: dict[int, tuple[AnnouncedDay, ...]]


class Document(msgspec.Struct, frozen=True, array_like=True):
    """A draft and its trace as the JSON to be stored: written where they are made, and not taken apart on the way."""

    draft: bytes
    trace: bytes


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """What was derived for one subject; drafts in it are without traces, which are in `documents` by obligation key."""

    derivation: Derivation
    documents: dict[str, Document]


class HostFailure(msgspec.Struct, frozen=True):
    """No answer for one subject: the host hung past the deadline, died, or could not read it."""

    reason: str


_encoder = msgspec.msgpack.Encoder()
_task_decoder = msgspec.msgpack.Decoder(Task)
_result_decoder = msgspec.msgpack.Decoder(list[Answer])
_json = msgspec.json.Encoder()

_registry: Registry | None = None
_calendars: dict[bytes, WorkingCalendar] = {}


def _loaded() -> Registry:
    global _registry
    if _registry is None:
        _registry = load_registry()
    return _registry


def _host_catalogue() -> bytes:
    return _encoder.encode(catalogue_of(_loaded()))


def _host_derive(payload: bytes) -> bytes:
    task = _task_decoder.decode(payload)
    key = _encoder.encode(task.announced)
    calendar = _calendars.get(key)
    if calendar is None:
        calendar = _calendars[key] = WorkingCalendar(task.announced)
    plugins = tuple(_loaded().plugins.values())
    return _encoder.encode(
        [_answer(derive(subject, plugins, task.settings, calendar)) for subject in task.subjects]
    )


def _host_explain(payload: bytes) -> bytes:
    task = _task_decoder.decode(payload)
    plugins = tuple(_loaded().plugins.values())
    calendar = WorkingCalendar(task.announced)
    return _encoder.encode([explain(subject, plugins, task.settings, calendar) for subject in task.subjects])


def _answer(derivation: Derivation) -> Answer:
    bare: list[Desired] = []
    documents: dict[str, Document] = {}
    for desired in derivation.desired:
        draft = msgspec.structs.replace(desired.draft, trace=())
        bare.append(msgspec.structs.replace(desired, draft=draft))
        documents[desired.key] = Document(_json.encode(draft), _json.encode(desired.draft.trace))
    return Answer(msgspec.structs.replace(derivation, desired=tuple(bare)), documents)


class PluginHost:
    """A small pool of plugin-host processes; use it as an async context manager.

    `deadline` is in seconds, for one batch; a batch that misses it is cut in two until the culprit stands alone.
    """

    def __init__(self, *, processes: int = 1, deadline: float = 20.0) -> None:
        self._pool = ProcessPool(max_workers=processes, context=multiprocessing.get_context("forkserver"))
        self._deadline = deadline
        self._catalogue: Catalogue | None = None

    async def __aenter__(self) -> Self:
        await self.catalogue()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop the processes; what they still work on is lost."""
        await asyncio.to_thread(self._stop)

    def _stop(self) -> None:
        stop: Callable[[], None] = self._pool.stop
        stop()
        self._pool.join(5)

    async def catalogue(self) -> Catalogue:
        """Return what the installed plugins supply, read once per pool."""
        if self._catalogue is None:
            answer = await self._ask(_host_catalogue, (), _START_LIMIT)
            self._catalogue = msgspec.msgpack.decode(answer, type=Catalogue)
        return self._catalogue

    async def derive(
        self,
        subjects: Sequence[Subject],
        settings: Iterable[SettingsVersion],
        announced: dict[int, tuple[AnnouncedDay, ...]],
    ) -> list[Answer | HostFailure]:
        """Derive the obligations of each subject, in order; a subject that breaks its host gets a `HostFailure`."""
        if not subjects:
            return []
        task = Task(tuple(subjects), tuple(settings), announced)
        try:
            answer = await self._ask(_host_derive, (_encoder.encode(task),), self._deadline)
        except (HostTimeout, ProcessExpired) as error:
            if len(subjects) == 1:
                hung = isinstance(error, HostTimeout)
                reason = (
                    f"no answer within {self._deadline:g} s" if hung else f"the plugin host died: {error}"
                )
                return [HostFailure(reason)]
        except msgspec.MsgspecError as error:
            if len(subjects) == 1:
                return [HostFailure(f"the plugin host could not read it: {error}")]
        else:
            return list(_result_decoder.decode(answer))
        middle = len(subjects) // 2
        first = await self.derive(subjects[:middle], task.settings, announced)
        return first + await self.derive(subjects[middle:], task.settings, announced)

    async def explain(
        self,
        subject: Subject,
        settings: Iterable[SettingsVersion],
        announced: dict[int, tuple[AnnouncedDay, ...]],
    ) -> tuple[Consideration, ...]:
        """Return what every rule makes of a contract's events; raises TimeoutError when the host hangs."""
        task = Task((subject,), tuple(settings), announced)
        answer = await self._ask(_host_explain, (_encoder.encode(task),), self._deadline)
        return msgspec.msgpack.decode(answer, type=list[tuple[Consideration, ...]])[0]

    async def _ask(self, function: Any, arguments: tuple[Any, ...], deadline: float) -> bytes:
        future = self._pool.schedule(function, args=arguments, timeout=deadline)
        answer: bytes = await asyncio.wrap_future(future)
        return answer
