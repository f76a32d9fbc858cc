"""The registry: which plugins are installed, and what each of them supplies.

A plugin that can't be loaded is kept as broken, with the reason, and is never in the way of the others.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import msgspec
import pluggy

from huifang_core import plugin as hooks
from huifang_core.cases import CaseClass
from huifang_core.content import ContentItem
from huifang_core.limits import ChannelShare, Frequency, GiftValue, Limit
from huifang_core.outcomes import OnOutcome, OutcomePlugin
from huifang_core.parameters import ParameterSet, load_parameters
from huifang_core.plans import Full, Plan
from huifang_core.plugin import API_VERSION, ENTRY_POINT_GROUP, EmptySettings, Manifest
from huifang_core.reports import Report, Target
from huifang_core.rules import Rule
from huifang_core.schedules import Schedule
from huifang_core.scripts import Script
from huifang_core.setting_changes import SettingChange, upgraded


class PluginError(ValueError):
    """A plugin is not usable; `plugin` names it, `reason` says why."""

    def __init__(self, plugin: str, reason: str) -> None:
        super().__init__(f"plugin {plugin}: {reason}")
        self.plugin, self.reason = plugin, reason


class Plugin:
    """A loaded plugin with everything it supplies, read from its hooks once."""

    def __init__(self, id: str, module: Any) -> None:
        manager = pluggy.PluginManager("huifang")
        manager.add_hookspecs(hooks)
        manager.register(module, id)
        manager.check_pending()
        hook = manager.hook
        manifest = hook.huifang_manifest()
        if not isinstance(manifest, Manifest):
            raise PluginError(id, "huifang_manifest must return a Manifest")
        if manifest.id != id:
            raise PluginError(id, f"its manifest calls it {manifest.id}; both must be the same")
        if manifest.api_version != API_VERSION:
            raise PluginError(
                id,
                f"was written for plugin API {manifest.api_version}, this is {API_VERSION}; get a fitting release",
            )
        self.manifest = manifest
        self.module: str = getattr(module, "__name__", type(module).__module__)
        self.rules: tuple[Rule, ...] = tuple(hook.huifang_rules() or ())
        text = hook.huifang_parameters()
        self.parameters: ParameterSet = load_parameters(text) if text else ParameterSet({})
        self.settings_type: type[Any] = hook.huifang_settings() or EmptySettings
        self.setting_changes: tuple[SettingChange, ...] = tuple(hook.huifang_setting_changes() or ())
        self.content_items: tuple[ContentItem, ...] = tuple(hook.huifang_content_items() or ())
        self.scripts: tuple[Script, ...] = tuple(hook.huifang_scripts() or ())
        self.case_classes: tuple[CaseClass, ...] = tuple(hook.huifang_case_classes() or ())
        self.reports: tuple[Report, ...] = tuple(hook.huifang_reports() or ())
        self.schedules: tuple[Schedule, ...] = tuple(hook.huifang_schedules() or ())
        self.plans: tuple[Plan, ...] = tuple(hook.huifang_plans() or ())
        self.limits: tuple[Limit, ...] = tuple(hook.huifang_limits() or ())
        self.on_outcome: OnOutcome | None = (
            hook.huifang_on_outcome if hook.huifang_on_outcome.get_hookimpls() else None
        )
        for kind, supplied in (
            ("rules", self.rules),
            ("content items", self.content_items),
            ("scripts", self.scripts),
            ("case classes", self.case_classes),
            ("reports", self.reports),
            ("schedules", self.schedules),
            ("plans", self.plans),
            ("limits", self.limits),
        ):
            twice = sorted(name for name, n in Counter(one.id for one in supplied).items() if n > 1)
            if twice:
                raise PluginError(id, f"two of its {kind} share an id: {', '.join(twice)}")
        for owner, name in parameters_named(self.plans, self.limits):
            if name not in self.parameters.parameters:
                raise PluginError(id, f"{owner} names the parameter {name}, which parameters.yaml lacks")
        try:
            defaults = msgspec.convert({}, self.settings_type)
        except (msgspec.ValidationError, TypeError) as error:
            raise PluginError(id, f"its settings need a default for every field: {error}") from error
        for change in self.setting_changes:
            if change.before in self.settings_type.__struct_fields__:
                raise PluginError(id, f"its setting {change.before} changed into another, and is still there")
        gone = {change.before for change in self.setting_changes}
        for change in self.setting_changes:
            if change.now is not None and change.now not in gone | set(self.settings_type.__struct_fields__):
                raise PluginError(
                    id, f"its setting {change.before} became {change.now}, which is none of its settings"
                )
        for owner, name in targets_named(self.reports):
            value = getattr(defaults, name, None)
            if not isinstance(value, int) or isinstance(value, bool):
                raise PluginError(
                    id, f"{owner} aims at the setting {name}, which is no number of its settings"
                )
        for schedule in self.schedules:
            setting = schedule.dates_setting
            if setting is not None and getattr(defaults, setting, None) != schedule.dates:
                raise PluginError(
                    id, f"schedule {schedule.id} has other dates than the default of its setting {setting}"
                )

    def read_settings(self, chosen: dict[str, Any]) -> Any:
        """Return settings a tenant chose, in whatever release, as the plugin's struct; raises msgspec.ValidationError."""
        return msgspec.convert(upgraded(chosen, self.setting_changes), self.settings_type)

    def reacts(self) -> OutcomePlugin | None:
        """Return what it takes to tell the plugin of outcomes; None where it has no hook for them."""
        if self.on_outcome is None:
            return None
        return OutcomePlugin(self.on_outcome, self.parameters, self.read_settings)

    @property
    def id(self) -> str:
        """The plugin's id, which is its entry point's name."""
        return self.manifest.id

    @property
    def version(self) -> str:
        """The plugin's version."""
        return self.manifest.version


def parameters_named(plans: Iterable[Plan], limits: Iterable[Limit]) -> Iterator[tuple[str, str]]:
    """Yield the parameters that plans and limits are sized by, each with who names it."""
    for plan in plans:
        if not isinstance(plan.size, Full):
            yield f"plan {plan.id}", plan.size.parameter
    for limit in limits:
        yield from ((f"limit {limit.id}", name) for name in _names_of(limit))


def _names_of(limit: Limit) -> tuple[str, str]:
    match limit:
        case ChannelShare(at_most=most, warn_at=other) | Frequency(at_most=most, within_days=other):
            return most, other
        case GiftValue(each_at_most=each, yearly_at_most=yearly):
            return each, yearly


def targets_named(reports: Iterable[Report]) -> Iterator[tuple[str, str]]:
    """Yield the settings that reports hold figures against, each with who names it."""
    for report in reports:
        for table in report.tables:
            for measure in table.measures:
                if isinstance(measure, Target):
                    yield f"report {report.id}, table {table.id}", measure.setting


class Broken(msgspec.Struct, frozen=True):
    """A plugin that is installed but can't be used, and why."""

    id: str
    reason: str


class Registry:
    """The usable plugins by id, and the broken ones."""

    def __init__(self, plugins: Iterable[Plugin], broken: Iterable[Broken] = ()) -> None:
        self.plugins: dict[str, Plugin] = {plugin.id: plugin for plugin in plugins}
        self.broken: tuple[Broken, ...] = tuple(broken)


def installed() -> list[EntryPoint]:
    """Return the entry points of the installed plugins, in the order of their ids; nothing is imported."""
    return sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name)


def load_registry(points: Iterable[EntryPoint] | None = None, refused: Iterable[Broken] = ()) -> Registry:
    """Load every installed plugin, found by entry point; a broken one is skipped with its reason.

    Where two distributions claim one id both are broken: neither can be told to be the one that was meant. `refused` are those that
    are not to be loaded, with the reason.
    """
    plugins: list[Plugin] = []
    broken: list[Broken] = [*refused]
    found = installed() if points is None else sorted(points, key=lambda point: point.name)
    claims = Counter(point.name for point in found)
    for point in found:
        try:
            if claims[point.name] > 1:
                raise PluginError(
                    point.name, f"installed more than once, here as {point.value}; keep one of them"
                )
            plugins.append(Plugin(point.name, point.load()))
        except (Exception, SystemExit) as error:
            broken.append(Broken(point.name, f"{type(error).__name__}: {error}"))
    return Registry(plugins, broken)
