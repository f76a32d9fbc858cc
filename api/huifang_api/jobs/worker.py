"""`huifang worker`: one process with both lanes of arq and a dispatcher. Run as many as the work needs."""

import asyncio
import signal
from typing import cast

import structlog
from arq.typing import WorkerCoroutine
from arq.worker import Worker, func
from huifang_tenants.evidence_store import EvidenceStore
from huifang_tenants.services.contacts.calling import FETCH_RECORDING
from redis.exceptions import RedisError

from huifang_api.channels.exchange import Exchange
from huifang_api.channels.switchboard import Switchboard
from huifang_api.jobs.broker import FUNCTION, Broker, Lane, cell_of, connect
from huifang_api.jobs.desk import Desk, in_one_line
from huifang_api.jobs.dispatcher import Dispatcher
from huifang_api.jobs.handlers import handlers
from huifang_api.jobs.pace import Pace
from huifang_api.jobs.recordings import fetching
from huifang_api.logs import configure_logging
from huifang_api.runtime import ServersUnknown, open_runtime
from huifang_api.settings import Settings

_READ_LIMIT = 1000
_NEVER = 10**9
_RECONNECT_PAUSE = 1.0

_log = structlog.get_logger()


def run_worker(settings: Settings, pace: Pace | None = None) -> None:
    """Run a worker until SIGTERM or SIGINT: it takes nothing more then, finishes what runs, and hands back the rest.

    Raises ServersUnknown when the settings name no database or no Redis.
    """
    configure_logging(settings.log_level)

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await work(settings, stop, pace)

    asyncio.run(main())


async def work(settings: Settings, stop: asyncio.Event, pace: Pace | None = None) -> None:
    """Run a worker in this event loop until `stop` is set; see `run_worker`."""
    if settings.database_url is None or settings.redis_url is None:
        raise ServersUnknown
    pace = pace or Pace()
    redis = await connect(settings.redis_url)
    try:
        async with open_runtime(settings) as runtime, Exchange() as exchange:
            broker = Broker(redis, cell_of(settings.database_url))
            switchboard = Switchboard(
                runtime.services, runtime.registry, exchange, redis, look=pace.listen, pause=pace.listen / 2
            )
            evidence = EvidenceStore(settings.store_url)
            kinds = {
                **handlers(tick=pace.tick, evidence=evidence),
                FETCH_RECORDING: fetching(evidence, exchange, waits=pace.recordings),
            }
            desk = Desk(runtime, kinds, job_seconds=pace.job, on_end=lambda: dispatcher.wake())
            dispatcher = Dispatcher(runtime.database, broker, desk, pace)
            # Of the pool's connections each running job needs one; the rest is for the dispatcher.
            lanes = [
                _Lane("urgent", broker, desk, max(1, settings.pool_size // 4), pace),
                _Lane("ordinary", broker, desk, max(1, settings.pool_size // 2), pace),
            ]
            _log.info("worker_started")
            hands = asyncio.create_task(dispatcher.keep_hands())
            givers = [
                asyncio.create_task(dispatcher.look_after()),
                asyncio.create_task(dispatcher.dispatch()),
                asyncio.create_task(switchboard.run()),
            ]
            takers = [asyncio.create_task(lane.run()) for lane in lanes]
            try:
                await _until(stop, hands, *givers, *takers)
            finally:
                await _end(*givers)
                await asyncio.gather(*(lane.stop() for lane in lanes))
                await _end(*takers, hands)
                _log.info("worker_stopped", done=desk.done)
    finally:
        await redis.aclose(close_connection_pool=True)


class _Lane:
    """One arq worker, made anew when Redis was gone for longer than its retries."""

    def __init__(self, lane: Lane, broker: Broker, desk: Desk, places: int, pace: Pace) -> None:
        self._lane = lane
        self._broker = broker
        self._desk = desk
        self._places = places
        self._pace = pace
        self._worker: Worker | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Take jobs until cancelled."""
        while True:
            self._worker = worker = self._new_worker()
            try:
                await worker.async_run()
            except (RedisError, OSError, TimeoutError) as error:
                _log.warning("lane_lost_redis", lane=self._lane, error=in_one_line(error))
                # What it was working on goes on meanwhile; only telling Redis so may still fail.
                for task in worker.tasks.values():
                    self._tasks.add(task)
                    task.add_done_callback(self._forget)
                await asyncio.sleep(_RECONNECT_PAUSE)

    async def stop(self) -> None:
        """Take no more jobs, let those that run end, and break off what takes longer than the grace allows."""
        tasks = set(self._tasks)
        if self._worker is not None:
            self._worker.allow_pick_jobs = False
            tasks |= set(self._worker.tasks.values())
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=self._pace.grace)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()

    def _new_worker(self) -> Worker:
        return Worker(
            [func(cast(WorkerCoroutine, self._desk.take), name=FUNCTION, timeout=self._pace.job + 30)],
            redis_pool=self._broker.redis,
            queue_name=self._broker.queue(self._lane),
            handle_signals=False,
            max_jobs=self._places,
            max_tries=1,
            keep_result=0,
            poll_delay=self._pace.fetch,
            queue_read_limit=_READ_LIMIT,
            # What is broken off is handed back to the outbox, not to arq.
            retry_jobs=False,
            health_check_interval=_NEVER,
            job_serializer=self._broker.redis.job_serializer,
            job_deserializer=self._broker.redis.job_deserializer,
            log_results=False,
        )


async def _until(stop: asyncio.Event, *tasks: asyncio.Task[None]) -> None:
    """Wait for `stop`; a task that ends before has failed, and its error is raised."""
    waiting = asyncio.create_task(stop.wait())
    try:
        ended, _ = await asyncio.wait({waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        for task in ended - {waiting}:
            task.result()
    finally:
        waiting.cancel()


async def _end(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
