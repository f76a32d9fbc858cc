"""The limits that the plugins of a tenant declare, with what they allow today (GEN-4)."""

from collections.abc import Iterator

import msgspec
from huifang_core.catalogue import Catalogue, PluginEntry
from huifang_core.derive import settings_on
from huifang_core.limits import ChannelShare, Frequency
from huifang_core.parameters import ParametersAt, ParameterSet
from huifang_core.shares import Bounds, bounds_on
from huifang_core.trace import Trace
from huifang_core.windows import day_of

from huifang_tenants.scope import Scope
from huifang_tenants.stores.plugins import load_settings


class DeclaredShare(msgspec.Struct, frozen=True):
    """A share of channels of a plugin that is on, and its bounds today."""

    plugin: str
    limit: ChannelShare
    bounds: Bounds


class DeclaredFrequency(msgspec.Struct, frozen=True):
    """A frequency of a plugin that is on: at most so many contacts within so many days."""

    plugin: str
    limit: Frequency
    at_most: int
    within_days: int


class DeclaredLimits(msgspec.Struct, frozen=True):
    """All limits of a tenant, in the order of their plugins."""

    shares: tuple[DeclaredShare, ...] = ()
    frequencies: tuple[DeclaredFrequency, ...] = ()


async def declared_limits(scope: Scope, catalogue: Catalogue) -> DeclaredLimits:
    """Return the limits of the plugins that are on, by the tenant's own stricter values where it has any."""
    if not any(entry.limits for entry in catalogue.plugins.values()):
        return DeclaredLimits()
    today = day_of(scope.now)
    versions = await load_settings(scope)
    shares: list[DeclaredShare] = []
    frequencies: list[DeclaredFrequency] = []
    for plugin, entry in _with_limits(catalogue):
        version = settings_on(versions, plugin, today)
        if version is None:
            continue
        for limit in entry.limits:
            match limit:
                case ChannelShare():
                    bounds = bounds_on(limit, entry.parameters, version.parameters, today)
                    shares.append(DeclaredShare(plugin, limit, bounds))
                case Frequency():
                    at = ParametersAt(ParameterSet(entry.parameters), today, version.parameters, Trace())
                    most, days = at[limit.at_most], at[limit.within_days]
                    frequencies.append(DeclaredFrequency(plugin, limit, most, days))
    return DeclaredLimits(tuple(shares), tuple(frequencies))


def _with_limits(catalogue: Catalogue) -> Iterator[tuple[str, PluginEntry]]:
    return ((id, entry) for id, entry in sorted(catalogue.plugins.items()) if entry.limits)
