"""What is held against every bundled plugin alike: its scripts are proven and read well, its numbers say where they come from."""

import re
from collections.abc import Iterator
from typing import get_args

import msgspec
import pytest
from huifang_core.content import ContentItem
from huifang_core.facts import FACTS
from huifang_core.registry import Plugin, load_registry
from huifang_core.scripts import NotifyRole, OpenCase, Script, Step, effects_of, items_of
from huifang_core.scripts.checker import check
from huifang_core.scripts.model import texts_of
from huifang_core.texts import Text
from huifang_core.units import Role

PLUGINS = load_registry().plugins
SCRIPTS = [(plugin, script) for plugin in PLUGINS.values() for script in plugin.scripts]

of_every_plugin = pytest.mark.parametrize("plugin", PLUGINS.values(), ids=PLUGINS.keys())
of_every_script = pytest.mark.parametrize(
    ("plugin", "script"), SCRIPTS, ids=[script.id for _, script in SCRIPTS]
)

HARMLESS = {"not_said", "not_checked"}
"""Answers that are not affirmative and leave nothing to solve: the customer doesn't say, or doesn't know yet."""


def demanded(plugin: Plugin, script: Script) -> list[ContentItem]:
    covered = items_of(script)
    return [item for item in plugin.content_items if item.id in covered]


@of_every_script
def test_the_checker_finds_nothing(plugin: Plugin, script: Script) -> None:
    """SD-5, LN-6, HI-1: every applicable point is covered on every way to a completed end."""
    assert items_of(script) == {item.id for item in demanded(plugin, script)}
    assert check(script, demanded(plugin, script), list(FACTS.values())) == []


@of_every_script
def test_a_script_that_leaves_out_a_point_is_found_out(plugin: Plugin, script: Script) -> None:
    """SD-5: the proof is about this script: without the steps that cover any one point it fails."""
    for item in demanded(plugin, script):
        lesser = {
            name: msgspec.structs.replace(step, covers=None)
            if getattr(step, "covers", None) == item.id
            else step
            for name, step in script.steps.items()
        }
        found = check(
            msgspec.structs.replace(script, steps=lesser), demanded(plugin, script), list(FACTS.values())
        )
        assert ("not_covered", item.id) in {(finding.code, finding.item) for finding in found}, item.id


@of_every_script
def test_points_asked_are_questions_and_points_told_are_said(plugin: Plugin, script: Script) -> None:
    """SD-5: each has a step of its own with a recorded answer."""
    kinds = {item.id: item.kind for item in plugin.content_items}
    for step in script.steps.values():
        if covered := getattr(step, "covers", None):
            asked = type(step).__struct_config__.tag in ("ask", "identify")
            assert asked == (kinds[covered] in ("ask", "consent")), covered


@of_every_script
def test_every_case_class_and_role_named_exists(plugin: Plugin, script: Script) -> None:
    known = {case_class.id for case_class in plugin.case_classes}
    for step in script.steps.values():
        for effect in effects_of(step):
            if isinstance(effect, OpenCase):
                assert effect.case_class in known
            if isinstance(effect, NotifyRole):
                assert effect.role in get_args(Role)


@of_every_script
def test_an_answer_that_is_not_affirmative_opens_a_case_or_is_a_plain_unknown(
    plugin: Plugin, script: Script
) -> None:
    """REG-2: completed but not affirmative on a point is a problem item; a consent may be declined."""
    consents = {item.id for item in plugin.content_items if item.kind == "consent"}
    for name, step in script.steps.items():
        if getattr(step, "covers", None) in consents:
            continue
        for choice in getattr(getattr(step, "answer", step), "choices", ()):
            if choice.affirmative is False and not choice.effects and choice.code not in HARMLESS:
                followed_by = effects_of(script.steps[choice.next or step.next])
                assert any(isinstance(effect, OpenCase) for effect in followed_by), f"{name}: {choice.code}"


@of_every_script
def test_chinese_is_chinese_and_english_is_english(plugin: Plugin, script: Script) -> None:
    for place, text in _texts(script):
        bare = re.sub(r"\{[^}]*\}", "", text.zh_cn)
        assert re.search(r"[一-鿿]", bare), place
        assert not re.search(r"[,;:?!]", bare), f"{place}: half-width punctuation in Chinese"
        english = re.sub(r"\{[^}]*\}", "", text.en)
        assert not re.search(r"[　-鿿＀-￯]", english), place


@of_every_script
def test_the_same_facts_are_told_in_both_languages(plugin: Plugin, script: Script) -> None:
    for place, text in _texts(script):
        told = [sorted(re.findall(r"\{([^}]*)\}", said)) for said in (text.zh_cn, text.en)]
        assert told[0] == told[1], place


@of_every_plugin
def test_settings_are_described_in_both_languages(plugin: Plugin) -> None:
    name = plugin.settings_type.__name__
    schema = msgspec.json.schema(plugin.settings_type)["$defs"][name]["properties"]
    assert set(schema) == set(plugin.settings_type.__struct_fields__)
    for field, described in schema.items():
        assert "default" in described, field
        for language in ("zh-CN", "en"):
            assert described["x-texts"][language]["title"], field
            assert described["x-texts"][language]["description"], field


@of_every_plugin
def test_every_number_says_where_it_comes_from(plugin: Plugin) -> None:
    """GEN-3: a source, or `none` for a default of ours, and when somebody last looked."""
    for name, parameter in plugin.parameters.parameters.items():
        for dated in parameter.values:
            assert dated.source, name
            assert dated.cites, name
            assert dated.verified_on is not None, name


@of_every_plugin
def test_case_classes_take_their_days_from_the_parameters(plugin: Plugin) -> None:
    for case_class in plugin.case_classes:
        days, minutes = case_class.solve_within_working_days, case_class.solve_within_minutes
        name = f"case.{case_class.id}.solve_within_{'minutes' if days is None else 'working_days'}"
        assert (minutes if days is None else days) == plugin.parameters.parameters[name].values[-1].value


def _texts(script: Script) -> Iterator[tuple[str, Text]]:
    for name, step in script.steps.items():
        for text in (*texts_of(step), *_effect_texts(step)):
            yield f"{script.id}: {name}", text


def _effect_texts(step: Step) -> Iterator[Text]:
    for effect in effects_of(step):
        for field in effect.__struct_fields__:
            value = getattr(effect, field)
            if isinstance(value, Text):
                yield value
