"""Brings due jobs from the outbox to the broker, fairly, and brings back what got lost there. Several may run at once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final

import structlog
from huifang_tenants import outbox
from huifang_tenants.database import Database
from huifang_tenants.outbox import WAKE_CHANNEL, NewJob, enqueue_for
from huifang_tenants.scope import control

from huifang_api.jobs.broker import Broker
from huifang_api.jobs.desk import Desk, in_one_line
from huifang_api.jobs.handlers import RECURRING
from huifang_api.jobs.pace import Pace

_IN_A_LANE: Final = 100
"""Jobs that may wait and run in one lane: more would only wait there, where no fairness reaches them."""

_PER_TENANT: Final = 8
_AT_A_TIME: Final = 50
_BREATH: Final = 0.01
_LONGEST_PAUSE: Final = 5.0
_LISTEN_ANEW: Final = 300.0
_FORGET_EVERY: Final = 300.0

# They are urgent, so that the index finds them beside a tenant's bulk work. One that failed and waits for its next try
# counts, or each look would add another.
_MISSING: Final = """
SELECT tenant.id, kind FROM control.tenant CROSS JOIN unnest($1::text[]) AS kind
WHERE tenant.state = 'active' AND tenant.wrapped_key IS NOT NULL
  AND NOT EXISTS (SELECT FROM control.jobs j WHERE j.tenant_id = tenant.id AND j.kind = kind.kind
                  AND j.urgency > 0 AND j.state = 'pending')
  AND NOT EXISTS (SELECT FROM control.jobs j WHERE j.tenant_id = tenant.id AND j.kind = kind.kind AND j.state = 'sent')
"""

_log = structlog.get_logger()


class Dispatcher:
    """Runs until cancelled; `wake` it when there may be room or work."""

    def __init__(self, db: Database, broker: Broker, desk: Desk, pace: Pace) -> None:
        self._db = db
        self._broker = broker
        self._desk = desk
        self._pace = pace
        self._awake = asyncio.Event()
        self._listening = asyncio.Event()

    def wake(self) -> None:
        """Look into the outbox now."""
        self._awake.set()

    async def dispatch(self) -> None:
        """Hand out what is due, again and again."""
        await self._keep("dispatch", self._dispatch_or_wait, 0.0)

    async def look_after(self) -> None:
        """Listen for urgent work, keep every tenant's recurring jobs alive, forget what is done."""
        pace = self._pace
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep("listen", self._listen, 0.0))
            tasks.create_task(self._keep("watch", self.ensure_recurring, pace.watch))
            tasks.create_task(self._keep("forget", self._forget, min(_FORGET_EVERY, pace.forget)))

    async def keep_hands(self) -> None:
        """Show which jobs wait or run, and put back those that nobody shows any more."""
        await self._keep("hands", self._show_and_return, self._pace.beat)

    async def ensure_recurring(self) -> None:
        """Give every active tenant the recurring jobs it lacks: new tenants get their first ones here."""
        async with control(self._db) as opened:
            for row in await opened.connection.fetch(_MISSING, list(RECURRING)):
                kind = row["kind"]
                await enqueue_for(opened, row["id"], [NewJob(kind, {}, urgency=1, dedupe=kind)])

    async def _dispatch_or_wait(self) -> None:
        self._awake.clear()
        if await self._dispatch():
            # Ends of short jobs that come close together are worth one look, not one each.
            await asyncio.sleep(_BREATH)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self._pace.poll):
                await self._awake.wait()

    async def _dispatch(self) -> int:
        # First, so that nothing is picked while Redis is down.
        depths = await self._broker.depths()
        room = _IN_A_LANE - depths["ordinary"]
        if room <= 0 and depths["urgent"] >= _IN_A_LANE:
            return 0
        jobs = await outbox.pick(
            self._db,
            limit=min(_AT_A_TIME, room) if room > 0 else _AT_A_TIME,
            per_tenant=_PER_TENANT,
            urgent_only=room <= 0,
        )
        for number, job in enumerate(jobs):
            try:
                await self._broker.send(job)
            except BaseException:
                for left in jobs[number:]:
                    await asyncio.shield(outbox.hand_back(self._db, left.id, left.tries))
                raise
        return len(jobs)

    async def _show_and_return(self) -> None:
        await self._desk.show_hands()
        beat, stale = (timedelta(seconds=s) for s in (self._pace.beat, self._pace.stale_after))
        sent = await outbox.sent(self._db, beat)
        if sent:
            # While Redis can't be asked nothing is put back: what waits there may still run.
            await outbox.hold(self._db, await self._broker.waiting(sent))
        returned = await outbox.return_stale(self._db, stale)
        if returned:
            _log.warning("jobs_returned", jobs=returned)
            self.wake()

    async def _listen(self) -> None:
        # A connection that died says nothing, so it is made anew after any other trouble, and now and then.
        self._listening.clear()
        async with self._db.listen(WAKE_CHANNEL, lambda _: self.wake()):
            with suppress(TimeoutError):
                async with asyncio.timeout(_LISTEN_ANEW):
                    await self._listening.wait()

    async def _forget(self) -> None:
        await outbox.forget_finished(self._db, timedelta(seconds=self._pace.forget))

    async def _keep(self, name: str, work: Callable[[], Awaitable[None]], every: float) -> None:
        """Do `work` for ever; trouble with a server is sat out, longer each time up to a few seconds."""
        pause = 0.0
        while True:
            try:
                await work()
            except Exception as error:
                pause = min(_LONGEST_PAUSE, max(0.1, pause * 2))
                _log.warning("worker_trouble", task=name, error=in_one_line(error), next_try_in=pause)
                self._listening.set()
                await asyncio.sleep(pause)
            else:
                pause = 0.0
                await asyncio.sleep(every)
