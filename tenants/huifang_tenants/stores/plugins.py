"""Which plugins a tenant has switched on, with which settings."""

from typing import Final

from huifang_core.derive import SettingsVersion
from piccolo.query.functions.aggregate import Max

from huifang_tenants.scope import Scope
from huifang_tenants.stores.queries import Kept, json_text
from huifang_tenants.tables.plugins import PluginSetting

_LATEST: Final = Kept(
    PluginSetting.select(PluginSetting.plugin, PluginSetting.enabled)
    .distinct(on=[PluginSetting.plugin])
    .order_by(PluginSetting.plugin)
    .order_by(PluginSetting.version, ascending=False)
)


async def load_settings(scope: Scope) -> tuple[SettingsVersion, ...]:
    """Return every version of the settings of the plugins that are on, and that the tenant may use."""
    rows = await PluginSetting.select().order_by(PluginSetting.plugin, PluginSetting.version)
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
        if latest[row["plugin"]] and row["enabled"] and scope.tenant.may_use(row["plugin"])
    )


async def add_settings(scope: Scope, settings: SettingsVersion, *, enabled: bool, changed_by: str) -> None:
    """Add a version of a plugin's settings; raises UniqueViolationError when that version exists."""
    await PluginSetting.insert(
        PluginSetting(
            plugin=settings.plugin,
            version=settings.version,
            enabled=enabled,
            settings=json_text(settings.settings),
            parameters=json_text(settings.parameters),
            valid_from=settings.valid_from,
            changed_by=changed_by,
            changed_at=scope.wall_now,
        )
    )


async def switched_on(scope: Scope) -> frozenset[str]:
    """Return the ids of the plugins that are on, and that the tenant may use."""
    rows = await _LATEST.rows(scope)
    return frozenset(row["plugin"] for row in rows if row["enabled"] and scope.tenant.may_use(row["plugin"]))


async def read_version(scope: Scope, plugin: str, version: int) -> tuple[SettingsVersion, bool] | None:
    """Return one version of a plugin's settings, and whether the plugin was on by it; None when there is none."""
    row = (
        await PluginSetting.select()
        .where(PluginSetting.plugin == plugin, PluginSetting.version == version)
        .first()
    )
    if row is None:
        return None
    found = SettingsVersion(
        plugin=plugin,
        version=version,
        settings=row["settings"],
        parameters=row["parameters"],
        valid_from=row["valid_from"],
    )
    return found, row["enabled"]


async def latest_version(scope: Scope, plugin: str) -> int:
    """Return the number of the latest version of a plugin's settings, 0 when there is none."""
    (found,) = await PluginSetting.select(Max(PluginSetting.version)).where(PluginSetting.plugin == plugin)
    latest: int | None = found["max"]
    return latest or 0
