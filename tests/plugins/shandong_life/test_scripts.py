"""The plugin's scripts cover what its rules demand, and name only what exists."""

import re
from collections.abc import Iterator
from typing import get_args

import msgspec
import pytest
from huifang_core.facts import FACTS
from huifang_core.obligations import ObligationDraft
from huifang_core.registry import Plugin
from huifang_core.scripts import NotifyRole, OpenCase, Script, Step, effects_of, items_of
from huifang_core.scripts.checker import check
from huifang_core.scripts.model import texts_of
from huifang_core.texts import Text
from huifang_core.units import Role
from huifang_shandong_life.content import CONTENT

KINDS = ("new_contract", "grace_period", "after_grace_period", "lapse", "surrender", "claim")


@pytest.fixture(params=KINDS)
def script(plugin: Plugin, request: pytest.FixtureRequest) -> Script:
    (found,) = (s for s in plugin.scripts if s.purpose == request.param)
    return found


def demanded(plugin: Plugin, script: Script):
    items = {item.id: item for item in plugin.content_items}
    return [items[item] for item in CONTENT[script.purpose]]


def test_the_checker_finds_nothing(plugin: Plugin, script: Script) -> None:
    """SD-5: every applicable point is covered on every way to a completed end."""
    assert check(script, demanded(plugin, script), list(FACTS.values())) == []


def test_a_script_that_leaves_out_a_point_is_found_out(plugin: Plugin, script: Script) -> None:
    """SD-5: the proof is about this script: without any one of its covering steps it fails."""
    for name, step in script.steps.items():
        if getattr(step, "covers", None):
            forgetful = msgspec.structs.replace(step, covers=None)
            lesser = msgspec.structs.replace(script, steps={**script.steps, name: forgetful})
            codes = {
                finding.code for finding in check(lesser, demanded(plugin, script), list(FACTS.values()))
            }
            assert "not_covered" in codes, name


def test_one_step_covers_one_point(plugin: Plugin, script: Script) -> None:
    """SD-5: points asked are questions of their own; points told are said."""
    kinds = {item.id: item.kind for item in demanded(plugin, script)}
    covering = [step for step in script.steps.values() if getattr(step, "covers", None)]
    assert sorted(step.covers for step in covering) == sorted(kinds)
    for step in covering:
        asked = type(step).__struct_config__.tag in ("ask", "identify")
        assert asked == (kinds[step.covers] == "ask"), step.covers


def test_every_rule_plays_a_script_that_covers_its_points(plugin: Plugin, derive_case) -> None:
    """SD-5: one content for the whole province: what a rule demands and what its script covers are the same."""
    events = [
        {"type": "contract.issued", "at": "2026-03-02"},
        {"type": "grace.entered", "at": "2026-03-02", "data": {"grace_end": "2026-04-30"}},
        {"type": "grace.ended", "at": "2026-05-01", "data": {"grace_end": "2026-04-30"}},
        {"type": "contract.lapsed", "at": "2026-05-01", "data": {"on": "2026-05-01"}},
        {"type": "contract.surrendered", "at": "2026-05-02", "data": {"on": "2026-05-02"}},
        {"type": "claim.settled", "at": "2026-05-02", "data": {"claim_no": "K-1", "result": "paid"}},
    ]
    found = derive_case(
        "shandong_life", contract={"line": "life"}, unit={"supervisor": "shandong"}, events=events
    )
    drafts: list[ObligationDraft] = [f.desired.draft for f in found]
    assert sorted(draft.kind for draft in drafts) == sorted(KINDS)
    scripts = {script.id: script for script in plugin.scripts}
    for draft in drafts:
        assert items_of(scripts[draft.script]) == set(draft.content)
        assert scripts[draft.script].purpose == draft.kind


def test_every_case_class_and_role_named_exists(plugin: Plugin, script: Script) -> None:
    known = {case_class.id for case_class in plugin.case_classes}
    for step in script.steps.values():
        for effect in effects_of(step):
            if isinstance(effect, OpenCase):
                assert effect.case_class in known
            if isinstance(effect, NotifyRole):
                assert effect.role in get_args(Role)


def test_every_case_class_is_opened_by_some_script(plugin: Plugin) -> None:
    opened = {
        effect.case_class
        for script in plugin.scripts
        for step in script.steps.values()
        for effect in effects_of(step)
        if isinstance(effect, OpenCase)
    }
    assert opened == {case_class.id for case_class in plugin.case_classes}


def test_an_answer_that_is_not_affirmative_opens_a_case_or_is_a_plain_unknown(script: Script) -> None:
    """REG-2: completed but not affirmative on a point is a problem item."""
    harmless = {"not_said", "not_checked"}
    for name, step in script.steps.items():
        for choice in getattr(getattr(step, "answer", step), "choices", ()):
            if choice.affirmative is False and not choice.effects and choice.code not in harmless:
                followed_by = effects_of(script.steps[choice.next or step.next])
                assert any(isinstance(e, OpenCase) for e in followed_by), f"{name}: {choice.code}"


def test_chinese_is_chinese_and_english_is_english(script: Script) -> None:
    for place, text in _texts(script):
        bare = re.sub(r"\{[^}]*\}", "", text.zh_cn)
        assert re.search(r"[一-鿿]", bare), place
        assert not re.search(r"[,;:?!]", bare), f"{place}: half-width punctuation in Chinese"
        english = re.sub(r"\{[^}]*\}", "", text.en)
        assert not re.search(r"[　-鿿＀-￯]", english), place


def test_the_same_facts_are_told_in_both_languages(script: Script) -> None:
    for place, text in _texts(script):
        told = [sorted(re.findall(r"\{([^}]*)\}", said)) for said in (text.zh_cn, text.en)]
        assert told[0] == told[1], place


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
