"""What services share: the database, the plugin host, and the announced working calendars."""

import asyncio
import time
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

from huifang_core.catalogue import Catalogue
from huifang_core.workdays import AnnouncedDay, WorkingCalendar

from huifang_tenants.database import Database
from huifang_tenants.plugin_host import PluginHost
from huifang_tenants.stores.calendar import load_announced

CALENDAR_SECONDS: Final = 30.0
"""How long a process may go on counting by the calendar it read last."""


class Services:
    """Made once per process; holds no data of any tenant."""

    def __init__(self, db: Database, host: PluginHost) -> None:
        self.db = db
        self.host = host
        self._announced: dict[int, tuple[AnnouncedDay, ...]] = {}
        self._calendar = WorkingCalendar()
        self._read_at = float("-inf")
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    def turn(self, tenant_id: UUID) -> asyncio.Lock:
        """Return the lock by which batches of a tenant that got in each other's way take turns in this process."""
        return self._turns.setdefault(tenant_id, asyncio.Lock())

    async def catalogue(self) -> Catalogue:
        """Return what the installed plugins supply."""
        return await self.host.catalogue()

    async def announced(self) -> dict[int, tuple[AnnouncedDay, ...]]:
        """Return the calendars announced after this release; read anew every half minute. Not inside a scope."""
        if time.monotonic() - self._read_at > CALENDAR_SECONDS:
            announced = await load_announced(self.db)
            if announced != self._announced:
                self._announced, self._calendar = announced, WorkingCalendar(announced)
            self._read_at = time.monotonic()
        return self._announced

    async def calendar(self) -> WorkingCalendar:
        """Return the working calendar with everything announced. Not inside a scope."""
        await self.announced()
        return self._calendar
