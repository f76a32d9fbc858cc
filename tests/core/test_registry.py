"""A plugin that can't be used is shown as broken, with the reason, and never in the way of the others."""

from collections.abc import Callable
from importlib.metadata import EntryPoint
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from huifang_core.plugin import API_VERSION, ENTRY_POINT_GROUP, Manifest, hookimpl
from huifang_core.registry import Plugin, PluginError, load_registry
from huifang_core.reports import ObligationTable, Report, Target
from huifang_core.schedules import Schedule
from huifang_core.setting_changes import SettingChange
from huifang_core.texts import text


def manifest(id: str = "good", **fields: Any) -> Manifest:
    return Manifest(id, "1.0", text("插件", "plugin"), text("说明", "description"), ("SD",), **fields)


def plugin(**hooks: Callable[[], Any]) -> Any:
    """An object with these hooks, and a manifest unless one is given."""
    found: dict[str, Callable[[], Any]] = {"huifang_manifest": lambda: manifest(), **hooks}
    return SimpleNamespace(**{name: hookimpl(hook) for name, hook in found.items()})


class Point:
    """An entry point that hands out an object, or raises."""

    group = ENTRY_POINT_GROUP

    def __init__(self, name: str, load: Callable[[], Any]) -> None:
        self.name, self.value, self._load = name, f"{name}:plugin", load

    def load(self) -> Any:
        return self._load()


def broken(load: Callable[[], Any], name: str = "good") -> str:
    """Why a plugin is broken that is loaded beside a sound one."""
    sound = plugin(huifang_manifest=lambda: manifest("sound"))
    registry = load_registry([Point(name, load), Point("sound", lambda: sound)])  # type: ignore[list-item]
    assert list(registry.plugins) == ["sound"], "the others go on"
    (found,) = registry.broken
    assert found.id == name
    return found.reason


def raises(error: BaseException) -> Callable[[], Any]:
    """A function that raises."""

    def function() -> Any:
        raise error

    return function


class Needy(msgspec.Struct, frozen=True):
    """Settings with a field that has no default."""

    office: str


PARAMETERS = "p: {title: {zh-CN: 天, en: days}, unit: days, values: [{value: 1, cites: [], source: a, verified_on: 2026-01-01}]}"


def test_a_plugin_supplies_what_its_hooks_return_and_nothing_where_it_has_none(build: Any) -> None:
    sound = Plugin("good", plugin(huifang_rules=lambda: build.rules))
    assert (sound.id, sound.version) == ("good", "1.0")
    assert sound.rules == build.rules
    assert (sound.scripts, sound.content_items, sound.case_classes, sound.reports) == ((), (), (), ())
    assert sound.settings_type() == sound.settings_type()
    assert sound.parameters.parameters == {}


@pytest.mark.parametrize(
    ("load", "reason"),
    [
        (raises(ImportError("no module named left_pad")), "ImportError: no module named left_pad"),
        (raises(SystemExit(3)), "SystemExit: 3"),
        (lambda: plugin(huifang_manifest=lambda: manifest(api_version=API_VERSION + 1)), "plugin API 2"),
        (lambda: plugin(huifang_manifest=lambda: manifest("better")), "its manifest calls it better"),
        (lambda: plugin(huifang_manifest=lambda: {"id": "good"}), "must return a Manifest"),
        (lambda: SimpleNamespace(), "must return a Manifest"),
        (lambda: plugin(huifang_rulez=lambda: ()), "huifang_rulez"),
        (lambda: plugin(huifang_rules=raises(RuntimeError("half-written"))), "RuntimeError: half-written"),
        (lambda: plugin(huifang_parameters=lambda: "p: ["), "ParameterError"),
        (lambda: plugin(huifang_parameters=lambda: PARAMETERS), "cites no requirement"),
        (lambda: plugin(huifang_settings=lambda: Needy), "a default for every field"),
    ],
)
def test_a_broken_plugin_is_skipped_with_its_reason(load: Callable[[], Any], reason: str) -> None:
    assert reason in broken(load)


class Dated(msgspec.Struct, frozen=True):
    """Settings with the days of a schedule, and a number."""

    review_dates: tuple[str, ...] = ("03-01",)
    calls: int = 3


@pytest.mark.parametrize(("setting", "sound"), [("review_dates", True), ("other_dates", False)])
def test_the_days_a_schedule_takes_from_a_setting_are_that_settings_default(
    setting: str, sound: bool
) -> None:
    """TS-3: what the catalogue shows and what a tenant gets without settings are one."""
    review = Schedule(
        id="review",
        title=text("年审", "review"),
        cites=("TS-3",),
        anchor="calendar",
        dates=("03-01",),
        dates_setting=setting,
    )
    made = plugin(huifang_schedules=lambda: (review,), huifang_settings=lambda: Dated)
    if sound:
        assert Plugin("good", made).schedules == (review,)
    else:
        assert "other dates than the default of its setting other_dates" in broken(lambda: made)


@pytest.mark.parametrize(("setting", "sound"), [("calls", True), ("review_dates", False), ("nothing", False)])
def test_a_target_is_a_number_among_the_settings(setting: str, sound: bool) -> None:
    """SP-3: a report can't aim at what a tenant has no way to set."""
    measures = (Target("t", text("达成率", "share"), "completed", setting),)
    table = ObligationTable("t", text("表", "table"), ("seller",), measures)
    report = Report("sellers", text("销售", "sellers"), ("SP-3",), (table,))
    made = plugin(huifang_reports=lambda: (report,), huifang_settings=lambda: Dated)
    if sound:
        assert Plugin("good", made).reports == (report,)
    else:
        assert f"aims at the setting {setting}, which is no number" in broken(lambda: made)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ((SettingChange("days", "phone_days"), SettingChange("phone_days", "calls")), None),
        ((SettingChange("days"),), None),
        (
            (SettingChange("calls", "review_dates"),),
            "its setting calls changed into another, and is still there",
        ),
        ((SettingChange("days", "visits"),), "its setting days became visits, which is none of its settings"),
    ],
)
def test_a_setting_becomes_one_that_there_is(changes: tuple[SettingChange, ...], reason: str | None) -> None:
    """GEN-4: a release that renames a setting says so, or what tenants chose would be lost."""
    made = plugin(huifang_setting_changes=lambda: changes, huifang_settings=lambda: Dated)
    if reason is None:
        assert Plugin("good", made).setting_changes == changes
    else:
        assert reason in broken(lambda: made)


def test_rules_that_share_an_id_are_named(build: Any) -> None:
    twice = (*build.rules, build.rules[0])
    assert "rules share an id: new" in broken(lambda: plugin(huifang_rules=lambda: twice))


def test_of_two_plugins_with_one_id_neither_is_used() -> None:
    points = [Point("good", plugin), Point("good", plugin)]
    registry = load_registry(points)  # type: ignore[arg-type]
    assert registry.plugins == {}
    assert [b.reason for b in registry.broken] == [
        "PluginError: plugin good: installed more than once, here as good:plugin; keep one of them"
    ] * 2


def test_an_error_names_the_plugin() -> None:
    with pytest.raises(PluginError) as caught:
        Plugin("other", plugin())
    assert (caught.value.plugin, caught.value.reason) == (
        "other",
        "its manifest calls it good; both must be the same",
    )


def test_a_plugin_is_found_by_its_entry_point() -> None:
    point = EntryPoint("shandong_life", "nowhere.at.all", ENTRY_POINT_GROUP)
    (found,) = load_registry([point]).broken
    assert found.reason.startswith("ModuleNotFoundError")
    assert load_registry().broken == (), "what is installed here works"
