"""Which plugins a tenant has set, and every version of their settings."""

from typing import Any

from huifang_tenants.scope import Scope
from huifang_tenants.tables.plugins import PluginSetting


async def latest_settings(scope: Scope) -> dict[str, dict[str, Any]]:
    """The last version of each plugin's settings, by plugin; one never set is not there."""
    rows = await PluginSetting.select().order_by(PluginSetting.plugin, PluginSetting.version)
    return {row["plugin"]: row for row in rows}


async def settings_history(scope: Scope, plugin: str) -> list[dict[str, Any]]:
    """Every version of a plugin's settings, the last first."""
    return (
        await PluginSetting.select()
        .where(PluginSetting.plugin == plugin)
        .order_by(PluginSetting.version, ascending=False)
    )
