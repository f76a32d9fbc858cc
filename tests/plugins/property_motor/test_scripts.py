"""Each rule of the plugin plays a script that covers what it demands."""

from huifang_core.registry import Plugin
from huifang_core.scripts import OpenCase, effects_of, items_of


def test_every_rule_plays_a_script_that_covers_its_points(plugin: Plugin, drafts) -> None:
    """PC-2: what a rule demands and what its script covers are the same, whichever the channel (PC-6)."""
    scripts = {script.id: script for script in plugin.scripts}
    found = {**drafts(), **drafts("property")}
    assert set(found) | {"feedback"} == {rule.id for rule in plugin.rules}
    for draft in found.values():
        assert items_of(scripts[draft.script]) == set(draft.content)
    assert {draft.script for draft in found.values()} == set(scripts)


def test_one_step_covers_one_point(plugin: Plugin) -> None:
    """PC-2: no point is raised twice."""
    for script in plugin.scripts:
        covering = [step.covers for step in script.steps.values() if getattr(step, "covers", None)]
        assert len(covering) == len(set(covering)), script.id


def test_every_work_order_is_opened_by_some_script(plugin: Plugin) -> None:
    """PC-4."""
    opened = {
        effect.case_class
        for script in plugin.scripts
        for step in script.steps.values()
        for effect in effects_of(step)
        if isinstance(effect, OpenCase)
    }
    assert opened == {case_class.id for case_class in plugin.case_classes}
