"""The runtime connection pool of a cell, and the plain connections of admins and listeners."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final, Self, TypeAlias

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

from huifang_tenants.clock import wall_now
from huifang_tenants.errors import DatabaseBusy

Connection: TypeAlias = asyncpg.Connection | PoolConnectionProxy

_JSONB_VERSION: Final = b"\x01"
_CLOSE_TIMEOUT: Final = 5.0
_json = msgspec.json.Encoder()


class _AgedConnection(asyncpg.Connection):  # type: ignore[misc]
    """A connection that knows when it was opened, in seconds of the monotonic clock."""

    __slots__ = ("born",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.born = time.monotonic()


class Database:
    """A pool of connections of the runtime login role to one cell; opened in a lifespan, never at import.

    Use it through `scope` and `control` only. `acquire_timeout` and `max_age` are in seconds: backends that
    touched many tenants' tables grow, so connections are replaced by age and by number of queries.
    """

    def __init__(
        self,
        url: str,
        *,
        max_connections: int = 10,
        acquire_timeout: float = 10.0,
        max_age: float = 1800.0,
        max_queries: int = 50_000,
        wall_clock: Callable[[], datetime] = wall_now,
    ) -> None:
        self._url = url
        self.max_connections = max_connections
        self._acquire_timeout = acquire_timeout
        self._max_age = max_age
        self._max_queries = max_queries
        self._pool: asyncpg.Pool | None = None
        self.wall_clock = wall_clock

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Open the pool with one connection, so that a wrong URL or password shows at once."""
        self._pool = await asyncpg.create_pool(
            self._url,
            min_size=1,
            max_size=self.max_connections,
            max_queries=self._max_queries,
            connection_class=_AgedConnection,
            init=read_json,
            reset=_nothing_to_reset,
            server_settings={"application_name": "huifang"},
        )

    async def stop(self) -> None:
        """Close all connections; scopes still open get a few seconds to end."""
        if self._pool is None:
            return
        try:
            async with asyncio.timeout(_CLOSE_TIMEOUT):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()
        self._pool = None

    async def recycle(self) -> None:
        """Replace every connection when it is next used, as after a migration that changed column types."""
        await self._open_pool().expire_connections()

    async def acquire(self) -> Connection:
        """A connection for `scope.py` alone; DatabaseBusy when none comes free in time."""
        try:
            return await self._open_pool().acquire(timeout=self._acquire_timeout)
        except TimeoutError:
            raise DatabaseBusy(self._acquire_timeout) from None

    async def release(self, connection: Connection) -> None:
        """Give a connection back, or end it when it is old or something is still going on in it."""
        if not is_lost(connection):
            if connection.is_in_transaction():
                connection.terminate()
            elif time.monotonic() - connection.born > self._max_age:
                await connection.close(timeout=_CLOSE_TIMEOUT)
        await self._open_pool().release(connection)

    @asynccontextmanager
    async def listen(self, channel: str, on_notice: Callable[[str], None]) -> AsyncIterator[None]:
        """Call `on_notice(payload)` for each notification on `channel`, on a connection of its own.

        Notifications are lost while the connection is down: they only say that polling may pay now.
        """
        connection = await asyncpg.connect(self._url, server_settings={"application_name": "huifang-listen"})
        try:
            await connection.add_listener(channel, lambda _c, _pid, _channel, payload: on_notice(payload))
            yield
        finally:
            await connection.close(timeout=_CLOSE_TIMEOUT)

    def _open_pool(self) -> asyncpg.Pool:
        if self._pool is None:
            raise RuntimeError("the database is not open: `async with Database(url)` in the lifespan")
        return self._pool


@asynccontextmanager
async def admin_connection(url: str) -> AsyncIterator[asyncpg.Connection]:
    """One connection of an administrator, for provisioning and migrations."""
    connection = await asyncpg.connect(url, server_settings={"application_name": "huifang-admin"})
    try:
        await read_json(connection)
        yield connection
    finally:
        await connection.close(timeout=_CLOSE_TIMEOUT)


def is_lost(connection: Connection) -> bool:
    """Whether the connection has ended; a pool's proxy, asked for that then, raises instead of answering."""
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        return True


async def read_json(connection: asyncpg.Connection) -> None:
    """Let json and jsonb come and go as Python values; a str going in is taken for JSON text (Piccolo's way)."""
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", format="binary", encoder=_encode_jsonb, decoder=_decode_jsonb
    )
    await connection.set_type_codec(
        "json", schema="pg_catalog", format="binary", encoder=_encode_json, decoder=msgspec.json.decode
    )


def _encode_json(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    return value.encode() if isinstance(value, str) else _json.encode(value)


def _encode_jsonb(value: Any) -> bytes:
    return _JSONB_VERSION + _encode_json(value)


def _decode_jsonb(value: bytes) -> Any:
    return msgspec.json.decode(memoryview(value)[1:])


async def _nothing_to_reset(_: Connection) -> None:
    """Saves a round trip. Safe because everything `scope.py` sets is LOCAL to a transaction that has ended."""
