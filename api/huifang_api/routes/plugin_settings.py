"""Plugins (插件): what is installed, what it supplies, and how this tenant has set it, version by version (GEN-4)."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from huifang_core.catalogue import PluginEntry, stale_parameters
from huifang_core.windows import day_of
from huifang_tenants.scope import Scope
from huifang_tenants.services.plugins import check_settings, configure, roll_back
from huifang_tenants.services.preflight import preflight
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.reading import plugins as reading
from litestar import get, post, put
from litestar.params import FromPath, JSONBody

from huifang_api.access import acting, needs, tenant_scope
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.problems import Problem
from huifang_api.shapes.plugins import (
    BrokenPlugin,
    ParameterValue,
    PluginCaseClass,
    PluginConcern,
    PluginDetail,
    PluginList,
    PluginParameter,
    PluginPreflight,
    PluginRule,
    PluginScript,
    PluginSummary,
    RestoreSettings,
    SetPlugin,
    SettingsHistory,
    SettingsVersion,
    TryPlugin,
)
from huifang_api.world import ApiRequest, world_of
from huifang_api.writing import in_tenant

_TAGS: Final = ("Plugins",)
_SETTING: Final[tuple[ProblemCode, ...]] = (
    "plugin.setting_unknown", "plugin.setting_invalid", "plugin.parameter_refused", "plugin.not_allowed", "staff.not_found",
    "state.conflict",
)  # fmt: skip


@get("/plugins", opt=needs("plugins:read"), operation_id="list_plugins", tags=_TAGS)
async def list_plugins(request: ApiRequest) -> PluginList:
    """List the installed plugins, and which of them this tenant has on."""
    catalogue = await world_of(request).services.catalogue()
    async with tenant_scope(request, read_only=True) as scope:
        latest = await reading.latest_settings(scope)
        items = [_summary(scope, catalogue.plugins[id], latest.get(id)) for id in sorted(catalogue.plugins)]
    broken = [BrokenPlugin(found.id, found.reason) for found in catalogue.broken]
    return PluginList([PluginSummary(**fields) for fields in items], broken)


@get("/plugins/{plugin:str}", opt=needs("plugins:read"), operation_id="get_plugin", tags=_TAGS)
async def get_plugin(request: ApiRequest, plugin: FromPath[str]) -> PluginDetail:
    """Read one plugin: its rules, dated parameters, scripts and classes of cases, and its settings here."""
    entry = await _entry(request, plugin)
    async with tenant_scope(request, read_only=True) as scope:
        return await _detail(scope, entry)


@get(
    "/plugins/{plugin:str}/settings",
    opt=needs("plugins:read"),
    operation_id="list_plugin_settings",
    tags=_TAGS,
)
async def list_plugin_settings(request: ApiRequest, plugin: FromPath[str]) -> SettingsHistory:
    """List every version of a plugin's settings in this tenant, the last first."""
    entry = await _entry(request, plugin)
    async with tenant_scope(request, read_only=True) as scope:
        rows = await reading.settings_history(scope, entry.manifest.id)
    return SettingsHistory([msgspec.convert(row, SettingsVersion) for row in rows])


@put(
    "/plugins/{plugin:str}/settings",
    opt=needs("plugins:write", raises=_SETTING),
    operation_id="set_plugin",
    tags=_TAGS,
)
async def set_plugin(request: ApiRequest, plugin: FromPath[str], data: JSONBody[SetPlugin]) -> PluginDetail:
    """Switch a plugin on or off and set it anew: a further version, beside which the earlier ones stay.

    Obligations already made keep what they were made by. A parameter may be stricter than the law, never laxer.
    """
    services = world_of(request).services
    entry = await _entry(request, plugin)
    await check_settings(services, entry.manifest.id, data.settings)
    catalogue = await services.catalogue()

    async def write(scope: Scope) -> PluginDetail:
        actor: Actor = await acting(request, scope, data.staff_no)
        await configure(
            scope,
            catalogue,
            entry.manifest.id,
            actor,
            enabled=data.enabled,
            settings=data.settings,
            parameters=data.parameters,
            valid_from=data.valid_from,
        )
        return await _detail(scope, entry)

    return await in_tenant(request, write)


@post(
    "/plugins/{plugin:str}/preflight",
    opt=needs("plugins:read"),
    operation_id="preflight_plugin",
    tags=_TAGS,
    status_code=200,
)
async def preflight_plugin(
    request: ApiRequest, plugin: FromPath[str], data: JSONBody[TryPlugin]
) -> PluginPreflight:
    """Read what switching a plugin on with these settings would meet: what stands against it, and what it would make. Nothing changes.

    It looks at the first 500 contracts: which scripts lack a filing (LN-6), for which channels nobody is trained (SD-3), what would be
    late when made (DEC-4).
    """
    found = await preflight(
        world_of(request).services, request.auth.tenant, plugin, data.settings, data.parameters
    )
    return PluginPreflight(
        clear=found.clear,
        concerns=[_like(concern, PluginConcern) for concern in found.concerns],
        contracts=found.contracts,
        callbacks=found.callbacks,
    )


@post(
    "/plugins/{plugin:str}/settings/{version:int}/restore",
    opt=needs("plugins:write", raises=("not_found", *_SETTING)),
    operation_id="restore_plugin_settings",
    tags=_TAGS,
    status_code=200,
)
async def restore_plugin_settings(
    request: ApiRequest, plugin: FromPath[str], version: FromPath[int], data: JSONBody[RestoreSettings]
) -> PluginDetail:
    """Bring an earlier version of a plugin's settings back: a further version that says the same, and whether it was on.

    Settings that were renamed since come back by their present names; what the plugin or the law takes no more is refused.
    """
    entry = await _entry(request, plugin)
    async with tenant_scope(request, read_only=True) as scope:
        actor = await acting(request, scope, data.staff_no)
    services = world_of(request).services
    await roll_back(
        services, request.auth.tenant, entry.manifest.id, version, actor, valid_from=data.valid_from
    )
    async with tenant_scope(request, read_only=True) as scope:
        return await _detail(scope, entry)


async def _entry(request: ApiRequest, plugin: str) -> PluginEntry:
    entry = (await world_of(request).services.catalogue()).plugins.get(plugin)
    if entry is None:
        raise Problem("not_found", kind="plugin")
    return entry


def _summary(scope: Scope, entry: PluginEntry, latest: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "id": entry.manifest.id,
        "version": entry.manifest.version,
        "title": entry.manifest.title,
        "description": entry.manifest.description,
        "cites": list(entry.manifest.cites),
        "allowed": scope.tenant.may_use(entry.manifest.id),
        "enabled": latest is not None and latest["enabled"] and scope.tenant.may_use(entry.manifest.id),
        "settings_version": latest["version"] if latest is not None else None,
        "rules": len(entry.rules),
        "scripts": len(entry.scripts),
        "reports": len(entry.reports),
        "stale_parameters": list(stale_parameters(entry, day_of(scope.now))),
    }


async def _detail(scope: Scope, entry: PluginEntry) -> PluginDetail:
    history = await reading.settings_history(scope, entry.manifest.id)
    latest = history[0] if history else None
    own = latest["parameters"] if latest is not None else {}
    return PluginDetail(
        **_summary(scope, entry, latest),
        rule_list=[_like(rule, PluginRule) for rule in entry.rules],
        parameters=[
            PluginParameter(
                id=id,
                title=parameter.title,
                unit=parameter.unit,
                stricter=parameter.stricter,
                most=parameter.greatest,
                values=[_like(dated, ParameterValue) for dated in parameter.values],
                own=own.get(id),
            )
            for id, parameter in entry.parameters.items()
        ],
        script_list=[_like(script, PluginScript) for script in entry.scripts],
        case_classes=[_like(found, PluginCaseClass) for found in entry.case_classes],
        settings_schema=entry.settings_schema,
        default_settings=entry.default_settings,
        current=msgspec.convert(latest, SettingsVersion) if latest is not None else None,
    )


def _like(found: Any, shape: type[msgspec.Struct]) -> Any:
    """A struct of the kernel in the API's shape, whose fields have the same names."""
    return msgspec.convert(found, shape, from_attributes=True)


ROUTES: Final = (
    list_plugins,
    get_plugin,
    list_plugin_settings,
    set_plugin,
    preflight_plugin,
    restore_plugin_settings,
)
