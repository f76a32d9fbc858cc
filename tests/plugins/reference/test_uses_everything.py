"""The reference plugin uses every extension point there is: what is added to the plugin API is shown to authors, or this fails."""

from collections.abc import Iterator
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
import pytest
from huifang_core import plugin as hooks
from huifang_core import reports
from huifang_core.cases import CaseDraft
from huifang_core.conformance import check_plugin
from huifang_core.conformance.battery import run_battery
from huifang_core.conformance.outcomes import outcomes
from huifang_core.content import ContentItem
from huifang_core.limits import Limit
from huifang_core.obligations import ObligationDraft
from huifang_core.outcomes import Reaction, react
from huifang_core.plans import Membership, Size
from huifang_core.registry import Plugin, Registry
from huifang_core.rules import ARGUMENTS
from huifang_core.scripts.effects import Effect
from huifang_core.scripts.model import AnswerForm, Script, Step
from huifang_core.setting_changes import SettingChange


@pytest.fixture(scope="module")
def plugin(huifang_registry: Registry) -> Plugin:
    return huifang_registry.plugins["reference"]


def test_every_hook_is_there(plugin: Plugin) -> None:
    import huifang_reference.manifest as written

    specified = {name for name in vars(hooks) if name.startswith("huifang_")}
    assert specified == {
        name for name in vars(written) if name.startswith("huifang_") and name != "huifang_reference"
    }
    for supplied in (
        plugin.rules, plugin.parameters.parameters, plugin.setting_changes, plugin.content_items, plugin.scripts,
        plugin.case_classes, plugin.schedules, plugin.plans, plugin.limits, plugin.reports,
    ):  # fmt: skip
        assert supplied


def test_every_argument_of_a_rule_is_asked_for(plugin: Plugin) -> None:
    asked = {name for rule in plugin.rules for name in rule._wanted}
    assert asked == set(ARGUMENTS)


def test_every_kind_of_thing_a_plugin_builds_is_built(plugin: Plugin) -> None:
    """Steps, answers, effects, sizes of plans, limits, tables, measures, reactions: each member of each closed set."""
    battery = run_battery(plugin)
    hook = plugin.reacts()
    assert hook is not None
    answered = [react(hook, outcome, {}, {}) for outcome in outcomes(battery, plugin)]
    built: set[type] = set()
    for thing in (
        plugin.scripts,
        plugin.plans,
        plugin.limits,
        plugin.reports,
        plugin.setting_changes,
        plugin.content_items,
        [draft for _, draft in battery.drafts],
        [run.membership for run in battery.runs],
        [(one.cases, one.notices) for one in answered],
    ):
        built |= set(_types_in(thing))
    measures = {
        kind
        for table in get_args(reports.AnyTable)
        for field in msgspec.structs.fields(table)
        if field.name == "measures"
        for kind in _structs(field.type)
    }
    wanted = {
        *get_args(Effect), *get_args(Step), *get_args(AnswerForm), *get_args(Size), *get_args(Limit), *get_args(reports.AnyTable),
        *get_args(Reaction), *measures, reports.Ranking, SettingChange, ContentItem, ObligationDraft, CaseDraft, Membership, Script,
    }  # fmt: skip
    assert {kind.__name__ for kind in wanted - built} == set()


def test_every_kind_of_content_item_and_category_of_contact_is_met(plugin: Plugin) -> None:
    """REG-5: asked, told, and asked only with consent; GEN-3: demanded, asked for an opinion, and as a courtesy."""
    kinds = next(field.type for field in msgspec.structs.fields(ContentItem) if field.name == "kind")
    assert {item.kind for item in plugin.content_items} == set(get_args(kinds))
    drafts = [draft for _, draft in run_battery(plugin).drafts if isinstance(draft, ObligationDraft)]
    assert {draft.category for draft in drafts} == {"mandatory", "survey", "care"}
    assert any(draft.opens_on for draft in drafts)
    assert any(draft.void_on for draft in drafts)
    assert any(parameter.values[1:] for parameter in plugin.parameters.parameters.values()), (
        "a value from a day on"
    )


def test_it_conforms_without_a_word_of_complaint(plugin: Plugin) -> None:
    from datetime import date

    assert check_plugin(plugin, today=date(2026, 11, 25)) == ()


def _types_in(value: object) -> Iterator[type]:
    match value:
        case msgspec.Struct():
            yield type(value)
            for name in value.__struct_fields__:
                yield from _types_in(getattr(value, name))
        case dict():
            for one in value.values():
                yield from _types_in(one)
        case tuple() | list():
            for one in value:
                yield from _types_in(one)
        case object(__dict__=attributes):
            for one in attributes.values():
                yield from _types_in(one)
        case _:
            return


def _structs(annotation: Any) -> Iterator[type]:
    """The structs a type is made of."""
    if get_origin(annotation) in (Union, UnionType, tuple):
        for option in get_args(annotation):
            yield from _structs(option)
    elif isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        yield annotation
