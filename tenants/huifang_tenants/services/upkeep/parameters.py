"""Legal parameters nobody has held against their source for a year raise an alarm."""

from huifang_core.catalogue import Catalogue, stale_parameters
from huifang_core.windows import day_of

from huifang_tenants.scope import Scope
from huifang_tenants.stores.alarms import keep_standing
from huifang_tenants.stores.plugins import load_settings


async def watch_parameters(scope: Scope, catalogue: Catalogue) -> None:
    """Let an alarm stand for each stale parameter of the plugins that are on; to be run daily."""
    today = day_of(scope.now)
    on = {version.plugin for version in await load_settings(scope)}
    stale = {
        f"{plugin}/{name}": {"plugin": plugin, "parameter": name}
        for plugin in on & catalogue.plugins.keys()
        for name in stale_parameters(catalogue.plugins[plugin], today)
    }
    await keep_standing(scope, "stale_parameter", stale)
