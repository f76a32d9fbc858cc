"""Whether the servers that the settings name can be used, and if not, what is wrong and what to set."""

import asyncio
import os
import socket
import ssl
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import asyncpg
import msgspec
from huifang_tenants.database import admin_connection
from redis.asyncio import Redis
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    InvalidResponse,
    RedisError,
    ResponseError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from huifang_api.settings import Settings, SettingsError

_PATIENCE_SECONDS: Final = 5.0
_POSTGRES_PORT: Final = 5432
_REDIS_PORT: Final = 6379
_DATABASE: Final = "HUIFANG_DATABASE_URL"
_REDIS: Final = "HUIFANG_REDIS_URL"


class Trouble(msgspec.Struct, frozen=True):
    """Why a server can't be used.

    `variable` names its setting, `server` what is meant by it, without account and password, `problem` what is wrong, `fix` what
    to do. `misset` says that the setting itself is wrong: trying again won't help.
    """

    variable: str
    server: str
    problem: str
    fix: str
    misset: bool = True


class ServerUnreachable(Exception):
    """A server does not answer, or not now; the message says which, and what to do."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble = trouble

    def __str__(self) -> str:
        found = self.trouble
        return f"{found.variable}: {found.server} {found.problem}\nFix: {found.fix}"


async def check_servers(settings: Settings, *, redis: bool = True) -> None:
    """Look at the servers that are named; those that are not are none of ours yet.

    Raises:
        SettingsError: a server does not take what the setting says.
        ServerUnreachable: a server does not answer, or can't serve now.
    """
    if settings.database_url is not None:
        refuse(await database_trouble(settings.database_url))
    if redis and settings.redis_url is not None:
        refuse(await redis_trouble(settings.redis_url))


def refuse(trouble: Trouble | None) -> None:
    """Raise what a trouble calls for; nothing where there is none."""
    if trouble is None:
        return
    if trouble.misset:
        raise SettingsError(trouble.variable, f"{trouble.server} {trouble.problem}", trouble.fix)
    raise ServerUnreachable(trouble)


async def database_trouble(url: str) -> Trouble | None:
    """Say why this PostgreSQL can't be used; None when it lets us in."""
    server = _named("PostgreSQL", url, _POSTGRES_PORT)

    def trouble(problem: str, fix: str, *, misset: bool = True) -> Trouble:
        return Trouble(_DATABASE, server, problem, fix, misset)

    try:
        async with asyncio.timeout(_PATIENCE_SECONDS), admin_connection(url) as connection:
            await connection.fetchval("SELECT 1")
    except asyncpg.InvalidPasswordError:
        return trouble("refuses the password", f"set the right one in {_DATABASE}")
    except asyncpg.InvalidAuthorizationSpecificationError:
        return trouble(
            "does not let this user in from here",
            f"set another user in {_DATABASE}, or allow it in pg_hba.conf",
        )
    except asyncpg.InvalidCatalogNameError:
        return trouble("has no such database", f"create it, or set another in {_DATABASE}")
    except (asyncpg.CannotConnectNowError, asyncpg.TooManyConnectionsError) as error:
        return trouble(f"can't serve now: {error}", "try again in a moment", misset=False)
    except (asyncpg.InterfaceError, asyncpg.PostgresError, ValueError, ssl.SSLError) as error:
        said = str(error).split("\n")[0]
        return trouble(f"can't be talked to ({type(error).__name__}: {said})", f"correct {_DATABASE}")
    except socket.gaierror:
        return trouble("has a host name that is not known", f"correct the host in {_DATABASE}")
    except TimeoutError:
        return trouble("does not answer", _unreachable_fix(_DATABASE), misset=False)
    except OSError as error:
        return trouble(f"can't be reached ({_reason(error)})", _unreachable_fix(_DATABASE), misset=False)
    return None


async def redis_trouble(url: str) -> Trouble | None:
    """Say why this Redis can't be used; None when it answers."""
    server = _named("Redis", url, _REDIS_PORT)

    def trouble(problem: str, fix: str, *, misset: bool = True) -> Trouble:
        return Trouble(_REDIS, server, problem, fix, misset)

    client = Redis.from_url(url, socket_timeout=_PATIENCE_SECONDS, socket_connect_timeout=_PATIENCE_SECONDS)
    try:
        await client.ping()
    except (RedisError, OSError, TimeoutError) as error:
        # What goes wrong while connecting comes wrapped.
        inner = error.__cause__ or error.__context__
        cause = inner if type(error) is RedisConnectionError and inner is not None else error
    else:
        return None
    finally:
        await client.aclose()
    match cause:
        case AuthenticationError() if "without any password" in str(cause):
            return trouble("has no password, and is given one", f"take it out of {_REDIS}")
        case AuthenticationError():
            problem = "wants a password" if "required" in str(cause) else "refuses the user or password"
            return trouble(problem, f"set redis://user:password@server:port/0 in {_REDIS}")
        case BusyLoadingError():
            return trouble("is still loading its data", "try again in a moment", misset=False)
        case InvalidResponse() | ResponseError():
            return trouble(f"can't be talked to ({cause})", f"correct {_REDIS}: its port, database or user")
        case socket.gaierror():
            return trouble("has a host name that is not known", f"correct the host in {_REDIS}")
        case RedisTimeoutError() | TimeoutError():
            return trouble("does not answer", _unreachable_fix(_REDIS), misset=False)
    said = _reason(cause) if isinstance(cause, OSError) else str(cause)
    return trouble(f"can't be reached ({said})", _unreachable_fix(_REDIS), misset=False)


def _named(kind: str, url: str, port: int) -> str:
    """What a person calls the server: its host and port, or its socket; never account or password."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"{kind} at {parts.path}"
    given = dict(parse_qsl(parts.query))
    host = parts.hostname or given.get("host", "localhost")
    return f"{kind} at {host}:{parts.port or given.get('port', port)}"


def _reason(error: OSError) -> str:
    # What asyncio says instead names the addresses it tried.
    return os.strerror(error.errno) if error.errno else "no connection"


def _unreachable_fix(variable: str) -> str:
    return f"start it or open the way to it, or correct host and port in {variable}; unset it for the embedded one"
