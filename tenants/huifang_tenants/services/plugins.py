"""Switching plugins on and off in a tenant, and changing their settings, version by version (GEN-4)."""

from datetime import date
from typing import Any

import msgspec
from asyncpg.exceptions import UniqueViolationError
from huifang_core.catalogue import Catalogue, ParameterError, PluginEntry
from huifang_core.derive import SettingsVersion
from huifang_core.setting_changes import upgraded
from huifang_core.windows import day_of

from huifang_tenants.outbox import REFRESH, enqueue
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.draws.seeds import commit_seeds
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.schedules import start_schedules
from huifang_tenants.stores import plugins
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.tenant import Tenant


async def configure(
    scope: Scope,
    catalogue: Catalogue,
    plugin: str,
    actor: Actor,
    *,
    enabled: bool = True,
    settings: dict[str, Any] | None = None,
    parameters: dict[str, Any] | None = None,
    valid_from: date | None = None,
    restores: int | None = None,
) -> SettingsVersion:
    """Add a version of a plugin's settings, which holds for events from `valid_from` on; earlier ones stay as they are.

    `restores` names an earlier version that this one brings back. Refuses `plugin.not_allowed` for what the tenant may not use. Without `valid_from` the first version holds for all events, a later one from today on (GEN-4). Refuses an unknown plugin,
    a parameter laxer than the law, and what somebody else is just changing.
    """
    entry = catalogue.plugins.get(plugin)
    if entry is None:
        raise Refused("not_found", kind="plugin")
    if enabled and not scope.tenant.may_use(plugin):
        raise Refused("plugin.not_allowed", plugin=plugin)
    chosen = {**entry.default_settings, **(settings or {})}
    today = day_of(scope.now)
    check(entry, chosen, parameters or {}, valid_from or today)
    latest = await plugins.latest_version(scope, plugin)
    if latest and valid_from is None:
        valid_from = today
    version = SettingsVersion(
        plugin=plugin,
        version=latest + 1,
        settings=chosen,
        parameters=parameters or {},
        valid_from=valid_from,
    )
    try:
        await plugins.add_settings(
            scope, version, enabled=enabled, changed_by=actor.on_behalf_of or actor.name
        )
    except UniqueViolationError as error:
        raise Refused("state.conflict", current=latest + 1, wanted=latest + 1) from error
    await record(
        scope,
        actor,
        "plugin.configured",
        "plugin",
        None,
        msgspec.to_builtins(version),
        details={
            "plugin": plugin,
            "version": version.version,
            "enabled": enabled,
            **({"restores": restores} if restores is not None else {}),
        },
    )
    await start_schedules(scope, catalogue)
    if enabled:
        await commit_seeds(scope, catalogue)
        # Contracts that came in while it was off are looked at now, not at their next event.
        await enqueue(scope, REFRESH, {}, dedupe=REFRESH)
    return version


async def roll_back(
    services: Services,
    tenant: Tenant,
    plugin: str,
    version: int,
    actor: Actor,
    *,
    valid_from: date | None = None,
) -> SettingsVersion:
    """Bring an earlier version of a plugin's settings back, as a further version; what came between stays on record (GEN-4).

    Settings that a release has renamed since come back by their present names. Not inside a scope. Refuses `not_found` (plugin,
    settings_version), and what the plugin or the law takes no more, as `configure` does.
    """
    catalogue = await services.catalogue()
    entry = catalogue.plugins.get(plugin)
    if entry is None:
        raise Refused("not_found", kind="plugin")

    async def read(scope: Scope) -> tuple[SettingsVersion, bool]:
        found = await plugins.read_version(scope, plugin, version)
        if found is None:
            raise Refused("not_found", kind="settings_version")
        return found

    earlier, enabled = await in_scope(services.db, tenant, read, read_only=True)
    settings = upgraded(earlier.settings, entry.setting_changes)
    await check_settings(services, plugin, settings)

    async def write(scope: Scope) -> SettingsVersion:
        return await configure(
            scope,
            catalogue,
            plugin,
            actor,
            enabled=enabled,
            settings=settings,
            parameters=earlier.parameters,
            valid_from=valid_from,
            restores=version,
        )

    return await in_scope(services.db, tenant, write)


async def check_settings(services: Services, plugin: str, settings: dict[str, Any]) -> None:
    """Refuse settings that the plugin would not take. Asks the plugin host, so not inside a scope; call it before `configure`.

    Refuses `not_found` (plugin), `plugin.setting_unknown` and `plugin.setting_invalid`.
    """
    entry = (await services.catalogue()).plugins.get(plugin)
    if entry is None:
        raise Refused("not_found", kind="plugin")
    chosen = {**entry.default_settings, **settings}
    _check_names(entry, chosen)
    problem = await services.host.check_settings(plugin, chosen)
    if problem is not None:
        raise Refused("plugin.setting_invalid", problem=problem)


def check(entry: PluginEntry, settings: dict[str, Any], parameters: dict[str, Any], on: date) -> None:
    """Refuse settings the plugin does not know, and parameters laxer than the law."""
    _check_names(entry, settings)
    try:
        entry.check_parameters(parameters, on)
    except ParameterError as error:
        raise Refused("plugin.parameter_refused", parameter=error.parameter, reason=error.reason) from error


def _check_names(entry: PluginEntry, settings: dict[str, Any]) -> None:
    unknown = sorted(set(settings) - set(entry.default_settings))
    if unknown:
        raise Refused("plugin.setting_unknown", settings=unknown, known=sorted(entry.default_settings))
