"""Which plugins a tenant has switched on, with which settings."""

from typing import Any

from huifang_core.derive import SettingsVersion

from huifang_tenants.scope import Scope


async def load_settings(scope: Scope) -> tuple[SettingsVersion, ...]:
    """Return every version of the settings of the plugins that are on."""
    rows = await scope.connection.fetch(
        "SELECT plugin, version, enabled, settings, parameters, valid_from FROM plugin_setting ORDER BY plugin, version"
    )
    latest = {row["plugin"]: row["enabled"] for row in rows}
    return tuple(
        SettingsVersion(
            plugin=row["plugin"],
            version=row["version"],
            settings=row["settings"],
            parameters=row["parameters"],
            valid_from=row["valid_from"],
        )
        for row in rows
        if latest[row["plugin"]] and row["enabled"]
    )


async def add_settings(scope: Scope, settings: SettingsVersion, *, enabled: bool, changed_by: str) -> None:
    """Add a version of a plugin's settings; raises UniqueViolationError when that version exists."""
    values: tuple[Any, ...] = (
        settings.plugin,
        settings.version,
        enabled,
        settings.settings,
        settings.parameters,
        settings.valid_from,
        changed_by,
        scope.wall_now,
    )
    await scope.connection.execute(
        "INSERT INTO plugin_setting (plugin, version, enabled, settings, parameters, valid_from, changed_by, changed_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        *values,
    )


async def switched_on(scope: Scope) -> frozenset[str]:
    """Return the ids of the plugins that are on."""
    rows = await scope.connection.fetch(
        "SELECT DISTINCT ON (plugin) plugin, enabled FROM plugin_setting ORDER BY plugin, version DESC"
    )
    return frozenset(row["plugin"] for row in rows if row["enabled"])


async def latest_version(scope: Scope, plugin: str) -> int:
    """Return the number of the latest version of a plugin's settings, 0 when there is none."""
    found: int = await scope.connection.fetchval(
        "SELECT coalesce(max(version), 0) FROM plugin_setting WHERE plugin = $1", plugin
    )
    return found
