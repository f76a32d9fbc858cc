"""Which rights the database roles have: a tenant's role on its tables, the login role on the registry."""

from typing import Final

import asyncpg

from huifang_tenants.scope import check_tenant_name

APPEND_ONLY: Final = "append-only:"
"""How the comment of a table begins whose rows the tenant may add and read, never change or delete."""

DELETABLE: Final = "deletable:"
"""How the comment of a table begins whose rows the tenant may delete, too: they prove nothing and can be made anew (GEN-2)."""

_ORDINARY_RIGHTS: Final = "SELECT, INSERT, UPDATE"
_DELETABLE_RIGHTS: Final = "SELECT, INSERT, UPDATE, DELETE"
_APPEND_RIGHTS: Final = "SELECT, INSERT"
_READ_RIGHTS: Final = "SELECT"

_CONTROL_RIGHTS: Final = {
    # Identity, schema and keys of a tenant change through provisioning only.
    "tenant": "SELECT, UPDATE (name, state, settings, cut_over_on, clock_at)",
    "tenant_migration": "SELECT",
    "schema_migration": "SELECT",
    "oauth_client": "SELECT, INSERT, UPDATE",
    "signing_key": "SELECT, INSERT, UPDATE",
    "calendar_day": "SELECT, INSERT, UPDATE, DELETE",
    "calendar_year": "SELECT, INSERT, UPDATE",
    "plugin_state": "SELECT, INSERT, UPDATE",
    "jobs": "SELECT, INSERT, UPDATE, DELETE",
}
_LOGIN_FUNCTIONS: Final = ("write_jobs(uuid, text[], jsonb[], timestamptz[], integer[], text[])",)
_TENANT_FUNCTIONS: Final = (
    "enqueue_job(text, jsonb, timestamptz, integer, text)",
    "enqueue_jobs(text[], jsonb[], timestamptz[], integer[], text[])",
    "finish_job(uuid)",
    "tenant_clock()",
    "change_settings(jsonb)",
)

_RELATIONS: Final = """
SELECT format('%I.%I', n.nspname, c.relname) AS name, c.relkind::text AS kind, c.relname = 'schema_migration' AS fixed,
       coalesce(obj_description(c.oid, 'pg_class'), '') AS comment
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
-- Partitions are reached through their parent, whose rights then hold.
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
ORDER BY 1
"""


async def grant_tenant(connection: asyncpg.Connection, schema: str) -> None:
    """Give the tenant's role exactly its rights on what stands in its schema now, in the open transaction."""
    check_tenant_name(schema)
    by_rights: dict[str, list[str]] = {}
    for relation in await connection.fetch(_RELATIONS, schema):
        if relation["fixed"] or relation["kind"] in ("v", "m"):
            rights = _READ_RIGHTS
        elif relation["comment"].lower().startswith(APPEND_ONLY):
            rights = _APPEND_RIGHTS
        elif relation["comment"].lower().startswith(DELETABLE):
            rights = _DELETABLE_RIGHTS
        else:
            rights = _ORDINARY_RIGHTS
        by_rights.setdefault(rights, []).append(relation["name"])
    statements = [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {schema}",
        f"REVOKE ALL ON ALL ROUTINES IN SCHEMA {schema} FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA {schema} TO {schema}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {schema}",
        f"GRANT EXECUTE ON ALL ROUTINES IN SCHEMA {schema} TO {schema}",
        *(f"GRANT {rights} ON {', '.join(names)} TO {schema}" for rights, names in by_rights.items()),
    ]
    await connection.execute("; ".join(statements))


async def grant_control(connection: asyncpg.Connection, login: str, group: str) -> None:
    """Give the login role its rights on the registry, and the tenants' group its functions, and nothing else.

    The names are made by `provisioning` and safe in SQL.
    """
    roles = f"{login}, {group}"
    statements = [
        "REVOKE ALL ON SCHEMA control FROM PUBLIC",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA control FROM PUBLIC, {roles}",
        f"REVOKE ALL ON ALL ROUTINES IN SCHEMA control FROM PUBLIC, {roles}",
        f"GRANT USAGE ON SCHEMA control TO {roles}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA control TO {login}",
        *(f"GRANT {rights} ON control.{table} TO {login}" for table, rights in _CONTROL_RIGHTS.items()),
        *(f"GRANT EXECUTE ON FUNCTION control.{function} TO {login}" for function in _LOGIN_FUNCTIONS),
        *(f"GRANT EXECUTE ON FUNCTION control.{function} TO {group}" for function in _TENANT_FUNCTIONS),
    ]
    await connection.execute("; ".join(statements))
