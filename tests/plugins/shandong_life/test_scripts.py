"""Each rule of the plugin plays a script that covers what it demands."""

from huifang_core.obligations import ObligationDraft
from huifang_core.registry import Plugin
from huifang_core.scripts import OpenCase, effects_of, items_of

KINDS = ("new_contract", "grace_period", "after_grace_period", "lapse", "surrender", "claim")


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


def test_one_step_covers_one_point(plugin: Plugin) -> None:
    """SD-5: no point is raised twice."""
    for script in plugin.scripts:
        covering = [step.covers for step in script.steps.values() if getattr(step, "covers", None)]
        assert len(covering) == len(set(covering)), script.id


def test_every_case_class_is_opened_by_some_script(plugin: Plugin) -> None:
    opened = {
        effect.case_class
        for script in plugin.scripts
        for step in script.steps.values()
        for effect in effects_of(step)
        if isinstance(effect, OpenCase)
    }
    assert opened == {case_class.id for case_class in plugin.case_classes}
