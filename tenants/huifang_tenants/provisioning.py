"""Making a database ready for Huifang, and making tenants in it. Both whole or not at all."""

import base64
import hashlib
import hmac
import re
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import asyncpg

from huifang_tenants.database import admin_connection
from huifang_tenants.errors import IllegalSlug, PreparationError, TenantExists, WrongKey
from huifang_tenants.fields import FieldCipher
from huifang_tenants.grants import grant_control, grant_tenant
from huifang_tenants.ids import new_id, opaque_id
from huifang_tenants.keys import MasterKeys, TenantKeys, new_data_key, tenant_context
from huifang_tenants.migrate import CONTROL_STEPS, TENANT_STEPS, apply_steps, read_steps
from huifang_tenants.scope import check_tenant_name, login_defaults
from huifang_tenants.tenant import Tenant, TenantSummary

_SLUG: Final = re.compile(r"[a-z][a-z0-9-]{1,30}")
_OLDEST_SERVER: Final = 150_000
# Any number will do, as long as no other program takes the same lock in this database.
_PREPARE_LOCK: Final = 0x48_46_01
_SCRAM_ROUNDS: Final = 4096
_CREDENTIALS: Final = frozenset({"user", "password", "passfile"})

_INSERT: Final = """
INSERT INTO control.tenant
    (id, slug, name, schema_name, state, cell, cut_over_on, clock_at, settings, wrapped_key, key_version)
VALUES ($1, $2, $3, $4, 'active', $5, $6, $7, $8, $9, $10)
RETURNING created_at
"""
_RECORD_STEP: Final = "INSERT INTO control.tenant_migration (tenant_id, state, step) VALUES ($1, 'done', $2)"
_SUMMARIES: Final = """
SELECT t.id, t.slug, t.name, t.schema_name, t.state, t.cell, t.cut_over_on, t.clock_at, t.created_at,
       m.state AS migration, m.step, m.error
FROM control.tenant t LEFT JOIN control.tenant_migration m ON m.tenant_id = t.id ORDER BY t.slug
"""
_ROLES_TO_RESTORE: Final = """
SELECT t.schema_name, r.oid IS NULL AS missing
FROM control.tenant t LEFT JOIN pg_catalog.pg_roles r ON r.rolname = t.schema_name
WHERE r.oid IS NULL OR 2 > (
    SELECT count(DISTINCT (m.roleid, m.member)) FROM pg_catalog.pg_auth_members m
    WHERE (m.roleid = r.oid AND m.member = $1::text::regrole) OR (m.roleid = $2::text::regrole AND m.member = r.oid)
)
ORDER BY t.schema_name
"""


def login_role(database: str) -> str:
    """The runtime login role of a database: roles are shared by a server's databases, so its name tells which."""
    return f"huifang_app_{_short_hash(database)}"


def tenant_group(database: str) -> str:
    """The role all tenants' roles of a database belong to; it may call the outbox functions and nothing else."""
    return f"huifang_tenants_{_short_hash(database)}"


def runtime_url(admin_url: str, keys: MasterKeys) -> str:
    """The URL of the same database for the runtime login role: same host, port, socket and TLS options.

    The password derives from the current master key, so after a change of that, `prepare_database` comes first.
    PreparationError when the URL does not name its database.
    """
    parts = urlsplit(admin_url)
    query = [(key, value) for key, value in parse_qsl(parts.query) if key not in _CREDENTIALS]
    named = [value for key, value in query if key in ("dbname", "database")]
    database = named[-1] if named else unquote(parts.path.removeprefix("/"))
    if not database:
        raise PreparationError("the database URL must name the database: postgresql://user@host/DATABASE")
    hosts = parts.netloc.rpartition("@")[2]
    user = f"{quote(login_role(database))}:{_password(keys, database)}"
    return urlunsplit(parts._replace(netloc=f"{user}@{hosts}", query=urlencode(query)))


async def prepare_database(admin_url: str, keys: MasterKeys, *, directory: Path = CONTROL_STEPS) -> None:
    """Make or update the registry, the login role and their rights; safe to repeat and to run at the same time.

    Roles belong to the server and are in no dump: in a restored or copied database, the tenants' are made again.
    The admin is a superuser, or owns the database and has CREATEROLE. PreparationError says what it lacks, or that the
    tenants were made with other master keys.
    """
    steps = read_steps(directory)
    async with admin_connection(admin_url) as connection:
        try:
            async with connection.transaction():
                await connection.execute("SELECT pg_advisory_xact_lock($1)", _PREPARE_LOCK)
                database = await _check_server(connection)
                login, group = login_role(database), tenant_group(database)
                await connection.execute("CREATE SCHEMA IF NOT EXISTS control")
                await apply_steps(connection, "control", steps)
                await _check_keys(connection, keys)
                await _make_roles(connection, login, group)
                await connection.execute(
                    f"ALTER ROLE {login} PASSWORD '{_scram(keys, database)}'; {login_defaults(login)}"
                )
                await _close_public(connection, database, login)
                await grant_control(connection, login, group)
                await _restore_tenant_roles(connection, login, group)
        except asyncpg.InsufficientPrivilegeError as error:
            raise PreparationError(
                f"{error}: the admin must be a superuser, or own the database and have CREATEROLE "
                "(and, from PostgreSQL 16 on, have made Huifang's roles itself)"
            ) from error


async def create_tenant(
    admin_url: str,
    keys: MasterKeys,
    slug: str,
    name: str,
    *,
    cell: str = "default",
    cut_over_on: date | None = None,
    clock_at: datetime | None = None,
    settings: dict[str, Any] | None = None,
    directory: Path = TENANT_STEPS,
) -> Tenant:
    """Make a tenant in a prepared database: role, schema, tables, rights, key and registry row in one transaction.

    `clock_at` makes it a sandbox whose business time stands there. IllegalSlug, TenantExists; StepFailed when a
    migration does not work; nothing remains of a tenant that could not be made.
    """
    if not _SLUG.fullmatch(slug):
        raise IllegalSlug(slug)
    steps = read_steps(directory)
    tenant_id, schema, data_key = new_id(), opaque_id(), new_data_key()
    wrapped = keys.wrap(data_key, tenant_context(tenant_id))
    async with admin_connection(admin_url) as connection, connection.transaction():
        try:
            created_at = await connection.fetchval(
                _INSERT, tenant_id, slug, name, schema, cell, cut_over_on, clock_at, settings or {}, wrapped,
                keys.current,
            )  # fmt: skip
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name == "tenant_slug_key":
                raise TenantExists(slug) from None
            raise
        database = await connection.fetchval("SELECT current_database()")
        await _make_tenant_role(connection, schema, login_role(database), tenant_group(database))
        await connection.execute(f"CREATE SCHEMA {schema}")
        await apply_steps(connection, schema, steps)
        await grant_tenant(connection, schema)
        await connection.execute(_RECORD_STEP, tenant_id, steps[-1].id)
    return Tenant(
        id=tenant_id,
        slug=slug,
        name=name,
        schema_name=schema,
        state="active",
        cell=cell,
        cut_over_on=cut_over_on,
        clock_at=clock_at,
        settings=settings or {},
        created_at=created_at,
        keys=TenantKeys(data_key),
        cipher=FieldCipher(data_key),
    )


async def list_tenants(admin_url: str) -> list[TenantSummary]:
    """All tenants of the cell, by slug, with how their last migration ended; needs no keys."""
    async with admin_connection(admin_url) as connection:
        return [TenantSummary(**row) for row in await connection.fetch(_SUMMARIES)]


async def _check_server(connection: asyncpg.Connection) -> str:
    version = int(await connection.fetchval("SHOW server_version_num"))
    if version < _OLDEST_SERVER:
        raise PreparationError(f"PostgreSQL 15 or newer is needed, this is {version // 10_000}")
    return str(await connection.fetchval("SELECT current_database()"))


async def _check_keys(connection: asyncpg.Connection, keys: MasterKeys) -> None:
    """Refuse keys that open no tenant there: with them the login would get another password under whoever runs on it."""
    rows = await connection.fetch("SELECT id, wrapped_key FROM control.tenant WHERE wrapped_key IS NOT NULL")
    for row in rows:
        with suppress(WrongKey):
            keys.unwrap(row["wrapped_key"], tenant_context(row["id"]))
            return
    if rows:
        raise PreparationError(
            "the tenants in this database were made with other master keys: name the file they are in with HUIFANG_KEYS"
        )


async def _make_roles(connection: asyncpg.Connection, login: str, group: str) -> None:
    standing = {
        row["rolname"]: row["mighty"]
        for row in await connection.fetch(
            "SELECT rolname, rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls AS mighty "
            "FROM pg_catalog.pg_roles WHERE rolname = ANY($1)",
            [login, group],
        )
    }
    for role, mighty in standing.items():
        if mighty:
            raise PreparationError(
                f"role {role} has rights over the whole server, which a runtime role must not have"
            )
    if group not in standing:
        await connection.execute(f"CREATE ROLE {group} NOLOGIN")
    if login not in standing:
        await connection.execute(f"CREATE ROLE {login} LOGIN NOINHERIT")
    else:
        await connection.execute(f"ALTER ROLE {login} LOGIN NOINHERIT")


async def _make_tenant_role(connection: asyncpg.Connection, role: str, login: str, group: str) -> None:
    await connection.execute(f"CREATE ROLE {role} NOLOGIN")
    await _join(connection, role, login, group)


async def _join(connection: asyncpg.Connection, role: str, login: str, group: str) -> None:
    # Before PostgreSQL 16 NOINHERIT of the login says the same for all its memberships.
    modern = int(await connection.fetchval("SHOW server_version_num")) >= 160_000
    await connection.execute(
        f"GRANT {group} TO {role}{' WITH INHERIT TRUE, SET FALSE' if modern else ''}; "
        f"GRANT {role} TO {login}{' WITH INHERIT FALSE, SET TRUE' if modern else ''}"
    )


async def _restore_tenant_roles(connection: asyncpg.Connection, login: str, group: str) -> None:
    for row in await connection.fetch(_ROLES_TO_RESTORE, login, group):
        role = check_tenant_name(row["schema_name"])
        if row["missing"]:
            await _make_tenant_role(connection, role, login, group)
            await grant_tenant(connection, role)
        else:
            await _join(connection, role, login, group)


async def _close_public(connection: asyncpg.Connection, database: str, login: str) -> None:
    """What every role may do by default, no role may: temporary tables, and anything in `public`."""
    quoted = await connection.fetchval("SELECT quote_ident($1)", database)
    await connection.execute(
        f"REVOKE ALL ON DATABASE {quoted} FROM PUBLIC; GRANT CONNECT ON DATABASE {quoted} TO {login}"
    )
    if await connection.fetchval("SELECT to_regnamespace('public') IS NOT NULL"):
        await connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")


def _short_hash(database: str) -> str:
    return hashlib.sha256(database.encode()).hexdigest()[:8]


def _password(keys: MasterKeys, database: str) -> str:
    return keys.derive(f"login/{database}").hex()


def _scram(keys: MasterKeys, database: str) -> str:
    """The password's SCRAM verifier, made here so that the password never stands in the server's log."""
    salt = keys.derive(f"login-salt/{database}")[:16]
    salted = hashlib.pbkdf2_hmac("sha256", _password(keys, database).encode(), salt, _SCRAM_ROUNDS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    salt_text, stored_text, server_text = (base64.b64encode(part).decode() for part in (salt, stored, server))
    return f"SCRAM-SHA-256${_SCRAM_ROUNDS}:{salt_text}${stored_text}:{server_text}"
