"""The only place that switches role and search_path: everything a tenant does happens in one scope.

A scope is one transaction of the login role in which role, search_path and time limits are set LOCAL, in one round
trip. Outside, the login role sees no tenant's tables. `tests/architecture` holds that no other module switches.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from datetime import datetime
from functools import lru_cache
from types import TracebackType
from typing import Final, Self, TypeVar

import asyncpg
from asyncpg.exceptions import (
    DeadlockDetectedError,
    InvalidCachedStatementError,
    SerializationError,
)

from huifang_tenants.database import Connection, Database, is_lost
from huifang_tenants.engine import ScopedEngine
from huifang_tenants.errors import (
    IllegalName,
    NestedScope,
    NoScope,
    ScopeAborted,
    SharedScope,
    TenantNotActive,
)
from huifang_tenants.fields import FieldCipher
from huifang_tenants.tenant import Tenant

_T = TypeVar("_T")

_TENANT_NAME: Final = re.compile(r"t_[a-z0-9]{16}")
_SAVEPOINT_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,40}")
_ROLE_NAME: Final = re.compile(r"huifang_[a-z]+_[0-9a-f]{8}")
_CONTROL: Final = "control"
# A scope waits for nothing but the database, so one that idles this long (milliseconds) has lost its owner.
_IDLE_LIMIT: Final = 60_000
_CONNECTION_LOST: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    # What asyncpg says when it has read the server's last word, and not yet that the connection ended.
    asyncpg.InternalClientError,
    ConnectionError,
)

_current: ContextVar["Transaction | None"] = ContextVar("huifang_transaction", default=None)


class Transaction:
    """One database transaction, used by the task that opened it and by no other."""

    __slots__ = ("_connection", "_db", "_label", "_opening", "_savepoints", "_task", "wall_now")

    def __init__(self, db: Database, opening: str, label: str) -> None:
        self._db = db
        self._opening = opening
        self._label = label
        self._connection: Connection | None = None
        self._task: asyncio.Task[object] | None = None
        self._savepoints = 0
        self.wall_now: datetime = db.wall_clock()
        """Wall time at the opening."""

    @property
    def connection(self) -> Connection:
        """The connection: NoScope after the end, SharedScope from another task.

        Parameters only, never values in the SQL: whoever can write SQL here can switch roles.
        """
        if self._connection is None:
            raise NoScope
        if asyncio.current_task() is not self._task:
            raise SharedScope(self._label)
        return self._connection

    async def __aenter__(self) -> Self:
        _refuse_nesting()
        connection = await self._begin()
        self._connection, self._task = connection, asyncio.current_task()
        try:
            await self._opened(connection)
        except BaseException:
            await self._leave(commit=False)
            raise
        _current.set(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _current.set(None)
        await self._leave(commit=error is None)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Undo only what happens inside when it raises; asyncpg's and Piccolo's own transactions don't work here."""
        connection = self.connection
        self._savepoints += 1
        name = f"scope_{self._savepoints}"
        await connection.execute(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            if not is_lost(connection):
                await connection.execute(f"ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}")
            raise
        await connection.execute(f"RELEASE SAVEPOINT {name}")

    async def _begin(self) -> Connection:
        """Acquire and begin; again when the pool hands out a connection the server has closed, as all are by its restart."""
        for left in reversed(range(self._db.max_connections + 1)):
            connection = await self._db.acquire()
            try:
                await connection.execute(self._opening)
            except BaseException as error:
                lost = isinstance(error, _CONNECTION_LOST)
                if not lost:
                    await _roll_back(connection)
                elif not is_lost(connection):
                    connection.terminate()
                await self._db.release(connection)
                if not (lost and left):
                    raise
            else:
                return connection
        raise AssertionError("unreachable")

    async def _opened(self, connection: Connection) -> None:
        """What a kind of transaction has to read before it can be used."""

    async def _leave(self, *, commit: bool) -> None:
        """End the transaction and give the connection back, whatever happens."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            if not commit:
                await _roll_back(connection)
            # COMMIT of a transaction in which a query had failed does not raise: it answers ROLLBACK.
            elif await connection.execute("COMMIT") != "COMMIT":
                raise ScopeAborted(self._label)
        finally:
            await self._db.release(connection)


class Scope(Transaction):
    """A tenant's transaction: its tables under their bare names, its cipher and its clock.

    `now` is business time (windows, deadlines, caps), `wall_now` is wall time (leases, tokens, ledger); both stand
    still while the scope is open.
    """

    __slots__ = ("now", "read_only", "tenant")

    def __init__(self, db: Database, tenant: Tenant, opening: str, *, read_only: bool) -> None:
        super().__init__(db, opening, f"the scope of tenant {tenant.slug!r}")
        self.tenant = tenant
        self.read_only = read_only
        self.now = self.wall_now

    @property
    def cipher(self) -> FieldCipher:
        """What encrypts, decrypts and finds this tenant's personal fields."""
        return self.tenant.cipher

    async def _opened(self, connection: Connection) -> None:
        # The tenant may come from a cache, in which a test clock may stand behind: ask, for sandboxes only.
        if self.tenant.is_sandbox:
            self.now = await connection.fetchval("SELECT control.tenant_clock()") or self.wall_now


class Control(Transaction):
    """A transaction of the login role on the registry: names qualified (`control.tenant`), no tenant's table."""

    __slots__ = ()


def scope(
    db: Database,
    tenant: Tenant,
    *,
    read_only: bool = False,
    statement_timeout: float = 30.0,
    lock_timeout: float = 5.0,
) -> Scope:
    """Open a tenant's world: `async with scope(db, tenant) as s:`. Commits at the end, rolls back on any exception.

    A read-only scope sees everything as it was at its first query. Timeouts are in seconds. Piccolo's queries inside use the scope's
    connection. Raises TenantNotActive when a
    suspended tenant would be written to; entering raises NestedScope, DatabaseBusy; leaving raises ScopeAborted
    when a swallowed error had spoiled the transaction, and the database's errors of COMMIT.
    """
    if tenant.state == "suspended" and not read_only:
        raise TenantNotActive(tenant.slug, tenant.state)
    opening = _opening(
        tenant.schema_name, read_only, _milliseconds(statement_timeout), _milliseconds(lock_timeout)
    )
    return Scope(db, tenant, opening, read_only=read_only)


def control(db: Database, *, statement_timeout: float = 30.0, lock_timeout: float = 5.0) -> Control:
    """Open a transaction on the registry: `async with control(db) as c: await c.connection.fetch(…)`."""
    opening = _opening(None, False, _milliseconds(statement_timeout), _milliseconds(lock_timeout))
    return Control(db, opening, "the control transaction")


async def in_scope(
    db: Database,
    tenant: Tenant,
    work: Callable[[Scope], Awaitable[_T]],
    *,
    attempts: int = 3,
    read_only: bool = False,
    statement_timeout: float = 30.0,
) -> _T:
    """Run a unit of work in a scope of its own, again when the database asks for that.

    It is repeated whole after a deadlock, a serialization failure or a cached statement that a migration made
    invalid, so it may do nothing but database work. The last attempt's error is raised.
    """
    for attempt in range(1, attempts + 1):
        try:
            async with scope(db, tenant, read_only=read_only, statement_timeout=statement_timeout) as opened:
                return await work(opened)
        except InvalidCachedStatementError:
            if attempt == attempts:
                raise
            await db.recycle()
        except (DeadlockDetectedError, SerializationError):
            if attempt == attempts:
                raise
            # The other side of a deadlock gets on meanwhile.
            await asyncio.sleep(0.02 * attempt)
    raise ValueError("attempts must be at least 1")


def current_scope() -> Scope:
    """The scope open in this task; NoScope when there is none, SharedScope when another task opened it."""
    holder = _current.get()
    if not isinstance(holder, Scope):
        raise NoScope
    _ = holder.connection
    return holder


@asynccontextmanager
async def inside_schema(
    connection: asyncpg.Connection, schema: str, *, lock_timeout: float = 5.0
) -> AsyncIterator[None]:
    """Let an admin's open transaction see one schema under bare names, and none afterwards.

    For migrations and grants. `schema` is a tenant's or `control`, else IllegalName.
    """
    if schema != _CONTROL:
        _check(_TENANT_NAME, "schema", schema)
    await connection.execute(
        f"SET LOCAL search_path TO {schema}, pg_temp; SET LOCAL lock_timeout TO {_milliseconds(lock_timeout)}"
    )
    yield
    # Not on errors: the transaction is spoilt then, and its end undoes the setting.
    await connection.execute("SET LOCAL search_path TO pg_catalog, pg_temp")


def login_defaults(role: str) -> str:
    """The SQL that gives the login role its standing settings: no schema in sight, time in UTC."""
    _check(_ROLE_NAME, "role", role)
    return f"ALTER ROLE {role} SET search_path TO ''; ALTER ROLE {role} SET timezone TO 'UTC'"


def check_tenant_name(name: str) -> str:
    """The name of a tenant's schema and role, checked before it may stand in SQL; IllegalName if it isn't one."""
    return _check(_TENANT_NAME, "schema", name)


def refuse_open_transaction() -> None:
    """Raise NestedScope when a scope or control transaction is open here, before a second connection is taken."""
    _refuse_nesting()


@lru_cache(maxsize=4096)
def _opening(schema: str | None, read_only: bool, statement_timeout: int, lock_timeout: int) -> str:
    if schema is None:
        # Said outright, so that even a session-level SET ROLE smuggled in earlier could not reach the registry.
        role, path = "NONE", "''"
    else:
        role = _check(_TENANT_NAME, "schema", schema)
        path = f"{role}, pg_temp"
    return (
        f"BEGIN{' ISOLATION LEVEL REPEATABLE READ READ ONLY' if read_only else ''}; SET LOCAL ROLE {role}; SET LOCAL search_path TO {path}; "
        # Compiled, a short query with many conditions takes seconds where it would take milliseconds.
        f"SET LOCAL jit TO off; SET LOCAL statement_timeout TO {statement_timeout}; SET LOCAL lock_timeout TO {lock_timeout}; "
        f"SET LOCAL idle_in_transaction_session_timeout TO {_IDLE_LIMIT}"
    )


def _refuse_nesting() -> None:
    holder = _current.get()
    # A task started inside a scope inherits it; once the scope has ended, that no longer matters.
    if holder is not None and holder._connection is not None:
        raise NestedScope(holder._label)


def _milliseconds(seconds: float) -> int:
    # PostgreSQL reads 0 as "no limit".
    return max(1, round(seconds * 1000))


def _check(pattern: re.Pattern[str], kind: str, name: str) -> str:
    if not pattern.fullmatch(name):
        raise IllegalName(kind, name)
    return name


async def _roll_back(connection: Connection) -> None:
    """Best effort, without hiding the error that led here: `release` ends a connection still in a transaction."""
    with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
        if connection.is_in_transaction():
            await connection.execute("ROLLBACK")


ENGINE: Final = ScopedEngine(lambda: current_scope().connection)
"""The engine of every table: `class Customer(Table, db=ENGINE)`."""
