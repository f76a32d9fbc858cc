"""What the database was asked, read from the server's own log, so that two programs can be held against each other."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import msgspec

from bench.world import World

_LINE = re.compile(r"^\S+ \S+ UTC \[(\d+)\] LOG:  (?:statement|execute [^:]*): (.*)$")
_ANY_LINE = re.compile(r"^\S+ \S+ UTC \[\d+\] ")
_TENANT = re.compile(r"\bt_[a-z0-9]{16}\b")
_ON_THE_REGISTRY = "SET LOCAL ROLE NONE"


class Asked(msgspec.Struct):
    """Statements by their text, tenants' names left out, and without those that refresh what is cached of the registry."""

    statements: Counter[str] = msgspec.field(default_factory=Counter)


@asynccontextmanager
async def statements_logged(world: World) -> AsyncIterator[Asked]:
    """Let the server log every statement meanwhile; what it was asked stands in the result afterwards."""
    connection = await asyncpg.connect(world.admin_url)
    try:
        await _log(connection, "all")
        begin = world.postgres_log.stat().st_size
        asked = Asked()
        try:
            yield asked
        finally:
            await _log(connection, "none")
        _read(world.postgres_log.read_bytes()[begin:].decode(errors="replace"), asked)
    finally:
        await connection.close()


async def _log(connection: asyncpg.Connection, what: str) -> None:
    await connection.execute(f"ALTER SYSTEM SET log_statement TO '{what}'")
    await connection.execute("SELECT pg_reload_conf()")
    # Sessions take the change up between two statements, once the server has told them.
    while await connection.fetchval("SHOW log_statement") != what:
        pass
    await connection.execute("SELECT pg_sleep(0.2)")


def _read(log: str, asked: Asked) -> None:
    elsewhere: set[str] = set()
    for pid, statement in _statements(log):
        if _ON_THE_REGISTRY in statement:
            elsewhere.add(pid)
        if pid in elsewhere:
            if statement == "COMMIT":
                elsewhere.discard(pid)
        elif "pg_sleep" not in statement and "log_statement" not in statement and "reload" not in statement:
            asked.statements[_TENANT.sub("t_", " ".join(statement.split()))] += 1


def _statements(log: str) -> list[tuple[str, str]]:
    """Backend and statement; a statement of several lines goes on until another line begins with a time."""
    found: list[tuple[str, str]] = []
    open_ended = False
    for line in log.splitlines():
        if match := _LINE.match(line):
            found.append((match[1], match[2]))
            open_ended = True
        elif _ANY_LINE.match(line):
            open_ended = False
        elif open_ended:
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
    return found
