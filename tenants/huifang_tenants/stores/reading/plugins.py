"""Which plugins a tenant has set, and every version of their settings."""

from typing import Any, Final

from huifang_tenants.scope import Scope
from huifang_tenants.stores.reading.rows import fetch_all

_SELECT: Final = """
SELECT plugin, version, enabled, settings, parameters, valid_from, changed_by, changed_at FROM plugin_setting
"""


async def latest_settings(scope: Scope) -> dict[str, dict[str, Any]]:
    """The last version of each plugin's settings, by plugin; one never set is not there."""
    rows = await fetch_all(scope, f"{_SELECT} ORDER BY plugin, version")
    return {row["plugin"]: row for row in rows}


async def settings_history(scope: Scope, plugin: str) -> list[dict[str, Any]]:
    """Every version of a plugin's settings, the last first."""
    return await fetch_all(scope, f"{_SELECT} WHERE plugin = $1 ORDER BY version DESC", plugin)
