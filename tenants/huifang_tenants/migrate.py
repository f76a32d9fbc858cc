"""The fleet migrator: plain SQL steps, a ledger of them in each schema, one transaction per tenant.

Piccolo's own runner breaks on the second tenant. A step is a file `NNNN_name.sql` with unqualified names; it is never
changed once applied anywhere, and can't end its transaction or hold what needs none (CREATE INDEX CONCURRENTLY).
"""

import asyncio
import hashlib
import re
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Literal
from uuid import UUID

import asyncpg
import msgspec

from huifang_tenants.database import admin_connection
from huifang_tenants.errors import MigrationError
from huifang_tenants.grants import grant_tenant
from huifang_tenants.scope import inside_schema

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
CONTROL_STEPS: Final = _MIGRATIONS / "control"
TENANT_STEPS: Final = _MIGRATIONS / "tenant"

_STEP_FILE: Final = re.compile(r"([0-9]{4})_[a-z][a-z0-9_]*\.sql")
_LEDGER: Final = """
CREATE TABLE IF NOT EXISTS schema_migration (
    id text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
)
"""
_RECORD: Final = """
INSERT INTO control.tenant_migration (tenant_id, state, step, error) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id) DO UPDATE
SET state = excluded.state, step = excluded.step, error = excluded.error, at = now()
"""


class Step(msgspec.Struct, frozen=True):
    """One SQL file: `id` is its name without the suffix, `checksum` the SHA-256 of its text in hex."""

    id: str
    sql: str
    checksum: str


class TenantOutcome(msgspec.Struct, frozen=True):
    """How the migration of one tenant ended.

    `applied` are the steps run now; `step` is the last one that stands or, when it failed, the one that did not
    work; `error` is the database's message.
    """

    tenant_id: UUID
    slug: str
    state: Literal["done", "failed"]
    applied: tuple[str, ...]
    step: str
    error: str | None = None


class StepFailed(MigrationError):
    """The database refused a step; `__cause__` is its error."""


def read_steps(directory: Path) -> list[Step]:
    """The steps of a directory in order; MigrationError when a name is odd or a number occurs twice."""
    steps: list[Step] = []
    numbers: set[str] = set()
    for file in sorted(directory.glob("*.sql")):
        match = _STEP_FILE.fullmatch(file.name)
        if not match or match[1] in numbers:
            raise MigrationError(
                directory.name, file.stem, "is not named NNNN_name.sql with a number of its own"
            )
        numbers.add(match[1])
        sql = file.read_text(encoding="utf-8").replace("\r\n", "\n")
        steps.append(Step(file.stem, sql, hashlib.sha256(sql.encode()).hexdigest()))
    if not steps:
        raise MigrationError(directory.name, "", f"no steps in {directory}")
    return steps


async def apply_steps(
    connection: asyncpg.Connection, schema: str, steps: Sequence[Step], *, lock_timeout: float = 5.0
) -> list[str]:
    """Run the steps that `schema` still lacks, in the open transaction; answer their ids.

    Raises MigrationError when an applied step was changed or is unknown, or a new one stands before an applied
    one; StepFailed when the database refuses one.
    """
    applied: list[str] = []
    async with inside_schema(connection, schema, lock_timeout=lock_timeout):
        await connection.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('huifang-migrate:' || $1, 0))", schema
        )
        if not await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", f"{schema}.schema_migration"):
            await connection.execute(_LEDGER)
        standing = {
            row["id"]: row["checksum"]
            for row in await connection.fetch("SELECT id, checksum FROM schema_migration")
        }
        _compare(schema, standing, steps)
        for step in steps[len(standing) :]:
            await _apply(connection, schema, step)
            applied.append(step.id)
    return applied


async def migrate_tenants(
    admin_url: str,
    *,
    directory: Path = TENANT_STEPS,
    parallel: int = 4,
    lock_timeout: float = 5.0,
    progress: Callable[[TenantOutcome], None] | None = None,
) -> list[TenantOutcome]:
    """Bring every tenant of the cell up to date; one that fails is recorded and does not stop the others.

    Run again, it goes on where it failed. `progress` is called as each tenant ends, in that order; the answer is
    ordered by slug. `lock_timeout` in seconds bounds how long a step may wait for (and so block) running work.
    """
    steps = read_steps(directory)
    async with admin_connection(admin_url) as connection:
        tenants = await connection.fetch("SELECT id, slug, schema_name FROM control.tenant ORDER BY slug")
    waiting = deque(tenants)
    outcomes: list[TenantOutcome] = []

    async def work() -> None:
        while waiting:
            async with admin_connection(admin_url) as connection:
                while waiting and not connection.is_closed():
                    outcome = await _migrate_one(connection, waiting.popleft(), steps, lock_timeout)
                    outcomes.append(outcome)
                    if progress is not None:
                        progress(outcome)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(parallel, len(tenants))):
            group.create_task(work())
    return sorted(outcomes, key=lambda outcome: outcome.slug)


async def _migrate_one(
    connection: asyncpg.Connection, tenant: asyncpg.Record, steps: Sequence[Step], lock_timeout: float
) -> TenantOutcome:
    applied: list[str] = []
    try:
        async with connection.transaction():
            applied = await apply_steps(connection, tenant["schema_name"], steps, lock_timeout=lock_timeout)
            if applied:
                await grant_tenant(connection, tenant["schema_name"])
            await connection.execute(_RECORD, tenant["id"], "done", steps[-1].id, None)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, MigrationError) as error:
        step = error.step if isinstance(error, MigrationError) else ""
        message = error.problem if isinstance(error, MigrationError) else str(error)
        if not connection.is_closed():
            await connection.execute(_RECORD, tenant["id"], "failed", step, message[:2000])
        return TenantOutcome(tenant["id"], tenant["slug"], "failed", (), step, message)
    return TenantOutcome(tenant["id"], tenant["slug"], "done", tuple(applied), steps[-1].id)


def _compare(schema: str, standing: dict[str, str], steps: Sequence[Step]) -> None:
    """What stands must be a beginning of what the program knows."""
    known = {step.id for step in steps}
    for unknown in sorted(standing.keys() - known):
        raise MigrationError(schema, unknown, "was applied by a newer program; this one does not know it")
    for step in steps[: len(standing)]:
        if step.id not in standing:
            raise MigrationError(
                schema, step.id, "stands before steps already applied; give it the next number"
            )
        if standing[step.id] != step.checksum:
            raise MigrationError(
                schema, step.id, "was changed after it had been applied; undo that, add a new step"
            )


async def _apply(connection: asyncpg.Connection, schema: str, step: Step) -> None:
    try:
        await connection.execute(step.sql)
    except asyncpg.PostgresError as error:
        raise StepFailed(schema, step.id, str(error)) from error
    # A step that ended its transaction, or moved to another schema, would do the rest in the wrong place.
    status = await connection.execute(
        f"INSERT INTO {schema}.schema_migration (id, checksum) SELECT $1, $2 WHERE current_schema() = $3",
        step.id,
        step.checksum,
        schema,
    )
    if status != "INSERT 0 1":
        raise MigrationError(schema, step.id, "left its schema or ended its transaction")
