"""Where jobs that arq hands over are run: by their kind, within their time, and put back when they fail."""

import asyncio
import traceback
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import asyncpg
import structlog
from huifang_tenants import outbox
from huifang_tenants.errors import KeyDestroyed, TenantsError, UnknownTenant
from huifang_tenants.outbox import Job
from huifang_tenants.services.errors import Refused

from huifang_api.channels.errors import SendFailed
from huifang_api.jobs.handlers import Handler
from huifang_api.runtime import Runtime

_log = structlog.get_logger()


class Desk:
    """Runs jobs of one process, and knows which are in its hands. `on_end` is called after each."""

    def __init__(
        self,
        runtime: Runtime,
        handlers: Mapping[str, Handler],
        *,
        job_seconds: float,
        on_end: Callable[[], None],
    ) -> None:
        self._runtime = runtime
        self._handlers = handlers
        self._job_seconds = job_seconds
        self._on_end = on_end
        self._in_hand: dict[UUID, int] = {}
        self.done = 0
        """Jobs that ended without an error since the start."""

    async def take(
        self,
        _: dict[str, Any],
        id: str,
        tenant_id: str,
        kind: str,
        payload: dict[str, Any],
        urgency: int,
        tries: int,
    ) -> None:
        """What arq calls. Raises nothing but CancelledError, after which the job is back in the outbox."""
        now = self._runtime.database.wall_clock()
        await self.run(Job(UUID(id), UUID(tenant_id), kind, payload, urgency, tries, now))

    async def run(self, job: Job) -> None:
        """Run one job; see `take`."""
        self._in_hand[job.id] = job.tries
        try:
            async with asyncio.timeout(self._job_seconds):
                await self._handle(job)
            self.done += 1
        except asyncio.CancelledError:
            await asyncio.shield(self._hand_back(job))
            raise
        except Exception as error:
            for_good = isinstance(error, (UnknownKind, UnknownTenant, KeyDestroyed))
            await self._put_back(job, in_one_line(error), for_good=for_good)
        finally:
            self._in_hand.pop(job.id, None)
            self._on_end()

    async def show_hands(self) -> None:
        """Tell the outbox which jobs are being worked on, so that nobody takes them for lost."""
        await outbox.hold(self._runtime.database, list(self._in_hand.items()))

    async def _handle(self, job: Job) -> None:
        handler = self._handlers.get(job.kind)
        if handler is None:
            raise UnknownKind(job.kind)
        await handler(self._runtime.services, await self._runtime.registry.by_id(job.tenant_id), job)

    async def _put_back(self, job: Job, problem: str, *, for_good: bool) -> None:
        """Where even that fails, nobody shows the job in hand any more, and it goes back as a lost one."""
        state: str | None = None
        try:
            state = await outbox.mark_failed(self._runtime.database, job.id, problem, for_good=for_good)
        except Exception as error:
            problem = f"{problem}; not put back: {in_one_line(error)}"
        _log.warning(
            "job_failed",
            job=str(job.id),
            kind=job.kind,
            tenant=str(job.tenant_id),
            tries=job.tries,
            state=state,
            error=problem,
        )

    async def _hand_back(self, job: Job) -> None:
        try:
            await outbox.hand_back(self._runtime.database, job.id, job.tries)
        except Exception as error:
            _log.warning("job_not_handed_back", job=str(job.id), error=in_one_line(error))


class UnknownKind(Exception):
    """No handler knows this kind of job: it was written by a release newer than this worker, or by mistake."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"no handler for jobs of kind {kind!r}: update the worker, or delete the job")


def in_one_line(error: BaseException) -> str:
    """What is known of an error without what it may quote: messages of others can hold personal data, ours don't."""
    name = type(error).__name__
    match error:
        case asyncpg.PostgresError():
            what = f"{name} {error.sqlstate} {error.constraint_name or ''}".rstrip()
        case TimeoutError() if not str(error):
            what = "it took too long"
        case Refused() | UnknownKind() | TenantsError() | SendFailed():
            what = f"{name}: {error}"
        case _:
            what = name
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "huifang_" in f.filename]
    if frames:
        what += f" in {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno} ({frames[-1].name})"
    return what
