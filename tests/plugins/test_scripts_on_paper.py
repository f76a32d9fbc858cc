"""Every script installed, on paper (LN-4b, LN-4c, LN-6)."""

from huifang_core.registry import load_registry
from huifang_core.scripts import (
    DateAnswer,
    Identify,
    PaperPart,
    Script,
    begin,
    current,
    items_of,
    on_paper,
    placeholders_used,
    reply,
    unprinted_answer,
)
from huifang_core.scripts.state import SectionState


def filled(found: Script) -> dict[str, object]:
    return dict.fromkeys(placeholders_used(found), "〇")


def test_ln_6_paper_covers_the_same_items_as_a_call_in_every_script_installed() -> None:
    for entry in load_registry().plugins.values():
        for found in entry.scripts:
            section = on_paper(found, filled(found), "zh-CN")  # type: ignore[arg-type]
            printed = {found.steps[part.step].covers for part in section.parts}  # type: ignore[union-attr]
            identified = {s.covers for s in found.steps.values() if isinstance(s, Identify)}
            assert (printed | identified) - {None} == items_of(found), found.id


def in_the_box(part: PaperPart) -> str:
    if part.choices:
        return part.choices[0].code
    return "2026-03-10" if isinstance(part.open_answer, DateAnswer) else "1"


def answered(found: Script) -> SectionState:
    """The section as it stands when every box was ticked first and everything else goes without saying."""
    facts = filled(found)
    section = on_paper(found, facts, "zh-CN")  # type: ignore[arg-type]
    given = {part.step: in_the_box(part) for part in section.parts}
    state = begin(found, (), facts)  # type: ignore[arg-type]
    while state.result is None:
        prompt = current(found, state, facts, "zh-CN")  # type: ignore[arg-type]
        value = unprinted_answer(found, prompt.step, facts)  # type: ignore[arg-type]
        if value is None:
            value = "passed" if prompt.kind == "identify" else given[prompt.step]
        state = reply(found, (), state, facts, value).state  # type: ignore[arg-type]
    return state


def test_ln_4c_a_paper_filled_in_ends_every_script_installed_that_may_go_by_post() -> None:
    for entry in load_registry().plugins.values():
        for found in entry.scripts:
            if found.identity == "required":
                assert answered(found).result is not None, found.id
