"""The switchboard: hears what the telephone systems tell, and does what follows for each call (LN-4a).

One process at a time listens for a tenant, by a lease in Redis: a second listener would take the first one's place at the telephone system.
Where Redis forgets, two may listen for a moment, and every event is taken in once all the same. After each gap it looks at the lines there
are, and makes up for what was not told.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import structlog
from huifang_core.calls import (
    Call,
    CallerAnswered,
    CallerGone,
    CallEvent,
    CustomerAnswered,
    CustomerGone,
    Refused,
)
from huifang_tenants.registry import TenantRegistry
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.contacts import calling
from huifang_tenants.services.contacts.calling import Happened
from huifang_tenants.services.context import Services
from huifang_tenants.stores import calls
from huifang_tenants.telephone import SETTING, BrokenTelephone
from huifang_tenants.tenant import Tenant
from redis.asyncio import Redis
from redis.exceptions import RedisError

from huifang_api.channels.exchange import Exchange
from huifang_api.channels.telephone import CallName, Telephone, TelephoneFailed, Told

_LEASE_SECONDS: Final = 15
_LOOK_SECONDS: Final = 5.0
_PAUSE_SECONDS: Final = 2.0
_AT_ONCE: Final = 4
_SETTLING_SECONDS: Final = 10.0
_LOOKS_PER_ROUND: Final = 6
_log = structlog.get_logger("huifang.telephone")


class Switchboard:
    """Listens for every active tenant that has a telephone system, as long as this process holds its lease.

    In seconds: `look` is how often tenants and leases are looked at; `pause` how long after a connection dropped it is made anew;
    `settling` how long a call is left alone after each step, whose line may be about to be there.
    """

    def __init__(
        self,
        services: Services,
        registry: TenantRegistry,
        exchange: Exchange,
        redis: Redis,
        *,
        look: float = _LOOK_SECONDS,
        pause: float = _PAUSE_SECONDS,
        settling: float = _SETTLING_SECONDS,
    ) -> None:
        self._services = services
        self._registry = registry
        self._exchange = exchange
        self._redis = redis
        self._look = look
        self._pause = pause
        self._settling = timedelta(seconds=settling)
        self._name = secrets.token_hex(8)
        self._listening: dict[UUID, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Listen until cancelled."""
        try:
            while True:
                try:
                    await self._attend()
                except Exception as error:
                    # The database or Redis is away: what rings or is spoken goes on meanwhile.
                    _log.warning("switchboard_trouble", error=type(error).__name__)
                await asyncio.sleep(self._look)
        finally:
            tasks = list(self._listening.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with suppress(RedisError, OSError):
                for tenant_id in self._listening:
                    await self._give_up(tenant_id)

    async def _attend(self) -> None:
        """Begin to listen where nobody does, keep the leases held, and stop where they are lost or there is nothing to listen to."""
        wanted = await self._registry.active_with(SETTING)
        for tenant_id, task in list(self._listening.items()):
            if tenant_id not in wanted or task.done() or not await self._hold(tenant_id):
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                del self._listening[tenant_id]
        for tenant_id in wanted:
            if tenant_id not in self._listening and await self._hold(tenant_id):
                self._listening[tenant_id] = asyncio.create_task(self._listen(tenant_id))

    async def _hold(self, tenant_id: UUID) -> bool:
        """Take or renew the lease; while Redis is away, whoever has it goes on."""
        key = f"huifang:telephone:{tenant_id}"
        try:
            if await self._redis.set(key, self._name, nx=True, ex=_LEASE_SECONDS):
                return True
            holder = await self._redis.get(key)
            if holder != self._name.encode():
                return False
            await self._redis.expire(key, _LEASE_SECONDS)
        except (RedisError, OSError):
            return tenant_id in self._listening
        return True

    async def _give_up(self, tenant_id: UUID) -> None:
        key = f"huifang:telephone:{tenant_id}"
        if await self._redis.get(key) == self._name.encode():
            await self._redis.delete(key)

    async def _listen(self, tenant_id: UUID) -> None:
        while True:
            # Asked for again after each connection, so that a changed setting is heard of.
            tenant = await self._registry.by_id(tenant_id)
            try:
                telephone = await self._exchange.of(tenant)
                if telephone is None:
                    return
                async with telephone.told() as told, _InOrder() as hands:
                    looking = asyncio.create_task(self._keep_looking(tenant, telephone))
                    try:
                        async for one in told:
                            hands.take(one.call, partial(self.take_in, tenant, telephone, one))
                    finally:
                        looking.cancel()
                        await asyncio.gather(looking, return_exceptions=True)
            except TelephoneFailed as failed:
                _log.warning("telephone_lost", tenant=tenant.slug, failure=failed.failure)
            except BrokenTelephone:
                _log.warning("telephone_lost", tenant=tenant.slug, failure="unreadable_setting")
            await asyncio.sleep(self._pause)

    async def _keep_looking(self, tenant: Tenant, telephone: Telephone) -> None:
        """Look around at once and every now and then: what a connection that stands never told is missed, too."""
        while True:
            with suppress(TelephoneFailed):
                await self.look_around(tenant, telephone)
            await asyncio.sleep(self._look * _LOOKS_PER_ROUND)

    async def look_around(self, tenant: Tenant, telephone: Telephone) -> None:
        """Hold the calls on record against the lines there are, and make up for what was not told."""
        live = await in_scope(self._services.db, tenant, calls.live, read_only=True)
        if not live:
            return
        lines = await telephone.standing()
        for contact_id in live:

            async def stands(scope: Scope, contact_id: UUID = contact_id) -> Told | None:
                _, call = await calls.load(scope, contact_id)
                if call is None or scope.wall_now - _since(call) < self._settling:
                    return None
                name = CallName(contact_id, call.number)
                missed = _missed(call.state, name, lines)
                return None if missed is None else Told(name, missed)

            told = await in_scope(self._services.db, tenant, stands, read_only=True)
            if told is not None:
                await self.take_in(tenant, telephone, told)

    async def take_in(self, tenant: Tenant, telephone: Telephone, told: Told) -> None:
        """Take one event in and do what follows."""
        found = await self._happened(tenant, told.call, told.event)
        if found is not None:
            await self._do(tenant, telephone, told.call, found)

    async def _happened(self, tenant: Tenant, call: CallName, event: CallEvent) -> Happened | None:
        catalogue = await self._services.catalogue()
        return await in_scope(
            self._services.db,
            tenant,
            lambda scope: calling.happened(scope, catalogue, call.contact_id, call.number, event),
        )

    async def _do(self, tenant: Tenant, telephone: Telephone, call: CallName, found: Happened) -> None:
        try:
            await carry_out(telephone, call, found)
        except TelephoneFailed as failed:
            _log.warning("telephone_failed", tenant=tenant.slug, call=str(call), failure=failed.failure)
            event = _given_up(found, failed)
            further = None if event is None else await self._happened(tenant, call, event)
            if further is not None:
                with suppress(TelephoneFailed):
                    await carry_out(telephone, call, further)


class _InOrder:
    """Works on several calls at once, and on each in the order in which it was told of. Leaving the block waits for what was begun."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._last: dict[CallName, asyncio.Task[None]] = {}

    async def __aenter__(self) -> "_InOrder":
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._last:
            await asyncio.wait(self._last.values())

    def take(self, call: CallName, work: Callable[[], Awaitable[None]]) -> None:
        """Do this once what was taken for the same call before is done."""
        task = asyncio.create_task(self._work(call, self._last.get(call), work))
        self._last[call] = task
        task.add_done_callback(partial(self._forget, call))

    async def _work(
        self, call: CallName, before: asyncio.Task[None] | None, work: Callable[[], Awaitable[None]]
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
        async with self._places:
            try:
                await work()
            except Exception as error:
                # What was not taken in is made up for when the lines are next looked at.
                _log.warning("call_not_followed", call=str(call), error=type(error).__name__)

    def _forget(self, call: CallName, task: asyncio.Task[None]) -> None:
        if self._last.get(call) is task:
            del self._last[call]


async def carry_out(telephone: Telephone, call: CallName, found: Happened) -> None:
    """Do what an event gave to be done at the telephone system. Raises TelephoneFailed."""
    for action in found.actions:
        match action:
            case "ring_customer" if found.to_dial is not None:
                await telephone.ring_customer(call, found.to_dial)
            case "connect":
                await telephone.connect(call)
            case "hang_up_caller":
                await telephone.hang_up(call, "caller")
            case "hang_up_customer":
                await telephone.hang_up(call, "customer")
            case _:
                # What is fetched is fetched by a job.
                pass


def _given_up(found: Happened, failed: TelephoneFailed) -> CallEvent | None:
    """What a failure makes of a call: one that can't ring, be joined or recorded is over; a line that can't be released is left."""
    if {"ring_customer", "connect"} & set(found.actions):
        return Refused(f"telephone_{failed.failure}")
    return None


def _since(call: Call) -> datetime:
    return call.connected_at or call.ringing_at or call.requested_at


def _missed(state: str, call: CallName, lines: Mapping[str, bool]) -> CallEvent | None:
    """What must have happened to a call in this state, given the lines there are; None where nothing must."""
    caller, customer = call.line("caller"), call.line("customer")
    if state == "requested":
        answered = lines.get(caller)
        return CallerGone() if answered is None else CallerAnswered() if answered else None
    if caller not in lines:
        return CallerGone()
    if customer not in lines:
        return CustomerGone(None)
    return CustomerAnswered() if state == "ringing" and lines[customer] else None
