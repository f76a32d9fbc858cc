"""The catalogue: what the installed plugins supply, as data.

Plugin code runs in plugin hosts only; whoever serves requests or jobs reads this instead.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from huifang_core.cases import CaseClass
from huifang_core.content import ContentItem
from huifang_core.limits import Limit
from huifang_core.obligations import AfterDue
from huifang_core.parameters import Parameter, ParameterError, ParameterSet
from huifang_core.plans import Period, Size
from huifang_core.plugin import Manifest
from huifang_core.registry import Broken, Plugin, Registry
from huifang_core.reports import Report
from huifang_core.schedules import Schedule
from huifang_core.scripts import Script
from huifang_core.setting_changes import SettingChange, upgraded
from huifang_core.texts import Text


class RuleEntry(msgspec.Struct, frozen=True):
    """A rule as its plugin describes it."""

    id: str
    title: Text
    events: tuple[str, ...]
    cites: tuple[str, ...]
    after_due: AfterDue


class PlanEntry(msgspec.Struct, frozen=True):
    """A plan as its plugin describes it."""

    id: str
    title: Text
    events: tuple[str, ...]
    cites: tuple[str, ...]
    size: Size
    period: Period
    needs: tuple[str, ...]
    replace: bool


class PluginEntry(msgspec.Struct, frozen=True):
    """A plugin as data; `settings_schema` is the JSON Schema of its settings, `default_settings` their defaults."""

    manifest: Manifest
    rules: tuple[RuleEntry, ...]
    parameters: dict[str, Parameter]
    settings_schema: dict[str, Any]
    default_settings: dict[str, Any]
    content_items: tuple[ContentItem, ...]
    scripts: tuple[Script, ...]
    case_classes: tuple[CaseClass, ...]
    reports: tuple[Report, ...]
    schedules: tuple[Schedule, ...] = ()
    plans: tuple[PlanEntry, ...] = ()
    limits: tuple[Limit, ...] = ()
    setting_changes: tuple[SettingChange, ...] = ()

    def settings_from(self, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a tenant chose, in whatever release, as the present one has it, with the defaults of what it did not choose."""
        return {**self.default_settings, **upgraded(chosen, self.setting_changes)}

    def script(self, id: str) -> Script | None:
        """Return the script with this id, or None."""
        return next((script for script in self.scripts if script.id == id), None)

    def items(self, ids: tuple[str, ...]) -> tuple[ContentItem, ...]:
        """Return the content items with these ids, in that order; raises KeyError on an unknown one."""
        known = {item.id: item for item in self.content_items}
        return tuple(known[id] for id in ids)

    def case_class(self, id: str) -> CaseClass | None:
        """Return the class of cases with this id, or None."""
        return next((found for found in self.case_classes if found.id == id), None)

    def check_parameters(self, overrides: dict[str, Any], on: date) -> None:
        """Raise `ParameterError` unless every override is as strict as the law or stricter."""
        known = ParameterSet(self.parameters)
        for name, value in overrides.items():
            known.check_override(name, value, on)


class Catalogue(msgspec.Struct, frozen=True):
    """Everything installed: usable plugins by id, and those that are broken, with the reason."""

    plugins: dict[str, PluginEntry]
    broken: tuple[Broken, ...] = ()


def catalogue_of(registry: Registry) -> Catalogue:
    """Return a registry as data."""
    return Catalogue(
        plugins={plugin.id: _entry(plugin) for plugin in registry.plugins.values()}, broken=registry.broken
    )


def stale_parameters(entry: PluginEntry, today: date, *, after_days: int = 365) -> tuple[str, ...]:
    """Return the parameters whose value in force was last held against its source over `after_days` days ago."""
    stale = []
    for name, parameter in entry.parameters.items():
        value = parameter.at(today)
        if value is not None and (today - value.verified_on).days > after_days:
            stale.append(name)
    return tuple(stale)


def _entry(plugin: Plugin) -> PluginEntry:
    (schema,), components = msgspec.json.schema_components(
        (plugin.settings_type,), ref_template="#/$defs/{name}"
    )
    return PluginEntry(
        manifest=plugin.manifest,
        rules=tuple(
            RuleEntry(rule.id, rule.title, tuple(sorted(rule.events)), rule.cites, rule.after_due)
            for rule in plugin.rules
        ),
        parameters=plugin.parameters.parameters,
        settings_schema={**schema, "$defs": components},
        default_settings=msgspec.to_builtins(plugin.settings_type()),
        content_items=plugin.content_items,
        scripts=plugin.scripts,
        case_classes=plugin.case_classes,
        reports=plugin.reports,
        schedules=plugin.schedules,
        plans=tuple(
            PlanEntry(
                plan.id,
                plan.title,
                tuple(sorted(plan.events)),
                plan.cites,
                plan.size,
                plan.period,
                tuple(sorted(plan.needs)),
                plan.replace,
            )
            for plan in plugin.plans
        ),
        limits=plugin.limits,
        setting_changes=plugin.setting_changes,
    )


__all__ = [
    "Catalogue",
    "ParameterError",
    "PlanEntry",
    "PluginEntry",
    "RuleEntry",
    "catalogue_of",
    "stale_parameters",
]
