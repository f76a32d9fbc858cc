"""Plugin hosts: the processes in which plugin code runs, and nowhere else.

Batches go in, derivations come out, within a deadline. A host that hangs or dies is replaced, and the subject that did it
is found and reported, so that one bad event or plugin never stops the others.
"""

import asyncio
import multiprocessing
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import TimeoutError as HostTimeout
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import msgspec
from huifang_core.catalogue import Catalogue
from huifang_core.derive import SettingsVersion, Subject
from huifang_core.explain import Consideration
from huifang_core.outcomes import Reacted
from huifang_core.population import AmountWanted
from huifang_core.workdays import AnnouncedDay
from pebble import ProcessExpired, ProcessPool

from huifang_tenants.plugin_process import (
    Answer,
    Candidates,
    Document,
    HostFailure,
    OutcomeTask,
    PopulationTask,
    Task,
    Told,
    encoder,
    host_amount,
    host_catalogue,
    host_check_settings,
    host_derive,
    host_explain,
    host_population,
    host_react,
    host_start,
)

__all__ = ["Answer", "Candidates", "Document", "HostBroken", "HostFailure", "PluginHost", "Told"]

_START_LIMIT: Final = 60.0
# How much of a batch's deadline one rule may use up before it is interrupted.
_SHARE_OF_ONE_RULE: Final = 0.25

_answers_decoder = msgspec.msgpack.Decoder(list[bytes])
_answer_decoder = msgspec.msgpack.Decoder(Answer | HostFailure)
_reactions_decoder = msgspec.msgpack.Decoder(list[Reacted | HostFailure])
_candidates_decoder = msgspec.msgpack.Decoder(list[Candidates | HostFailure])


class HostBroken(Exception):
    """The host hung past its deadline, died, or what it was asked for failed; the message says which."""


class PluginHost:
    """A small pool of plugin-host processes; use it as an async context manager.

    `deadline` is in seconds, for one batch: one that misses it is cut in two until the culprit stands alone. A rule
    is interrupted after a quarter of it. `release` is the folder or wheel of a plugin to be used in the place of the installed one. With an
    `allow_list`, a file, only the plugins it pins are loaded; the others are broken.
    """

    def __init__(
        self,
        *,
        processes: int = 1,
        deadline: float = 20.0,
        release: Path | None = None,
        allow_list: Path | None = None,
    ) -> None:
        self._release = None if release is None else str(release.resolve())
        self._allow_list = allow_list
        self._processes = processes
        self._deadline = deadline
        self._pool = self._new_pool()
        self._closed = False
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
        self._closed = True
        await asyncio.to_thread(self._stop)

    def _stop(self) -> None:
        stop: Callable[[], None] = self._pool.stop
        stop()
        self._pool.join(5)

    def _new_pool(self) -> Any:
        # Loading the plugins is the start of a process, not part of what it is asked first: after a crash it would
        # use up the deadline of the next batch.
        return ProcessPool(
            max_workers=self._processes,
            initializer=host_start,
            initargs=(self._release, self._allow_list),
            context=multiprocessing.get_context("forkserver"),
        )

    async def catalogue(self) -> Catalogue:
        """Return what the installed plugins supply, read once per pool; raises `HostBroken`, also where they never load."""
        if self._catalogue is None:
            try:
                async with asyncio.timeout(_START_LIMIT):
                    answer = await self._ask(host_catalogue, (), _START_LIMIT)
            except TimeoutError as error:
                raise HostBroken(f"the plugins did not load within {_START_LIMIT:g} s") from error
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
        task = self._task(subjects, settings, announced)
        try:
            answer = await self._ask(host_derive, (encoder.encode(task),), self._deadline)
        except HostBroken as error:
            if len(subjects) == 1:
                return [HostFailure(str(error))]
            middle = len(subjects) // 2
            first = await self.derive(subjects[:middle], task.settings, announced)
            return first + await self.derive(subjects[middle:], task.settings, announced)
        return [_read(one) for one in _answers_decoder.decode(answer)]

    async def population(
        self,
        plugin: str,
        plan: str,
        period: tuple[date, date],
        subjects: Sequence[Subject],
        settings: Iterable[SettingsVersion],
        announced: dict[int, tuple[AnnouncedDay, ...]],
    ) -> list[Candidates | HostFailure]:
        """Return which events of each subject a plan counts in, from the first to the last day of the period, in order.

        A subject that breaks its host gets a `HostFailure`. The plugin and the plan must be in the catalogue.
        """
        if not subjects:
            return []
        versions, limit = tuple(settings), self._deadline * _SHARE_OF_ONE_RULE
        task = PopulationTask(plugin, plan, *period, tuple(subjects), versions, announced, limit)
        try:
            answer = await self._ask(host_population, (encoder.encode(task),), self._deadline)
        except HostBroken as error:
            if len(subjects) == 1:
                return [HostFailure(str(error))]
            middle = len(subjects) // 2
            first = await self.population(plugin, plan, period, subjects[:middle], versions, announced)
            return first + await self.population(plugin, plan, period, subjects[middle:], versions, announced)
        return _candidates_decoder.decode(answer)

    async def amount(
        self, plugin: str, plan: str, settings: Iterable[SettingsVersion], first: date
    ) -> AmountWanted:
        """Return how many a plan draws in the period that begins on day `first`; raises `HostBroken` where it says none."""
        arguments = (plugin, plan, encoder.encode(tuple(settings)), first)
        answer = await self._ask(host_amount, arguments, self._deadline)
        return msgspec.msgpack.decode(answer, type=AmountWanted)

    async def react(self, told: Sequence[Told]) -> list[Reacted | HostFailure]:
        """Return what plugins want done about outcomes, in order; one that breaks its host gets a `HostFailure`."""
        if not told:
            return []
        task = OutcomeTask(tuple(told), self._deadline * _SHARE_OF_ONE_RULE)
        try:
            answer = await self._ask(host_react, (encoder.encode(task),), self._deadline)
        except HostBroken as error:
            if len(told) == 1:
                return [HostFailure(str(error))]
            middle = len(told) // 2
            return await self.react(told[:middle]) + await self.react(told[middle:])
        return _reactions_decoder.decode(answer)

    async def explain(
        self,
        subject: Subject,
        settings: Iterable[SettingsVersion],
        announced: dict[int, tuple[AnnouncedDay, ...]],
    ) -> tuple[Consideration, ...]:
        """Return what every rule makes of a contract's events; raises `HostBroken`."""
        task = self._task((subject,), settings, announced)
        answer = await self._ask(host_explain, (encoder.encode(task),), self._deadline)
        return msgspec.msgpack.decode(answer, type=list[tuple[Consideration, ...]])[0]

    async def check_settings(self, plugin: str, settings: dict[str, Any]) -> str | None:
        """Return what is wrong with a plugin's settings by its own type, None where it takes them; raises `HostBroken`."""
        answer = await self._ask(host_check_settings, (plugin, encoder.encode(settings)), self._deadline)
        return msgspec.msgpack.decode(answer, type=str | None)

    def _task(
        self,
        subjects: Sequence[Subject],
        settings: Iterable[SettingsVersion],
        announced: dict[int, tuple[AnnouncedDay, ...]],
    ) -> Task:
        return Task(tuple(subjects), tuple(settings), announced, self._deadline * _SHARE_OF_ONE_RULE)

    async def _ask(self, function: Any, arguments: tuple[Any, ...], deadline: float) -> bytes:
        if not self._closed and not self._pool.active:
            # A pool that lost its processes for good takes no more work.
            self._pool = self._new_pool()
        future = self._pool.schedule(function, args=arguments, timeout=deadline)
        try:
            answer: bytes = await asyncio.wrap_future(future)
        except HostTimeout as error:
            raise HostBroken(f"no answer within {deadline:g} s") from error
        except ProcessExpired as error:
            raise HostBroken(f"the plugin host died: {error}") from error
        except (Exception, SystemExit) as error:
            raise HostBroken(f"{type(error).__name__}: {error}"[:500]) from error
        return answer


def _read(encoded: bytes) -> Answer | HostFailure:
    try:
        answer: Answer | HostFailure = _answer_decoder.decode(encoded)
    except msgspec.MsgspecError as error:
        return HostFailure(f"its answer can't be read: {error}")
    return answer
