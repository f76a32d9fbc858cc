"""Playing a script: pure steps from one state of a section to the next.

The caller stores the state, the answers with their time, and carries the effects out. `facts` are the snapshot
kept in the contact; an unknown fact makes a step be played and an item apply (SD-5).
"""

from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from huifang_core.conditions import Facts
from huifang_core.content import ContentItem, applicable
from huifang_core.scripts.answers import Answer, recorded
from huifang_core.scripts.errors import InvalidAnswer, ScriptFinished, ScriptMismatch
from huifang_core.scripts.model import (
    CANNOT_BE_TOLD,
    Act,
    Ask,
    End,
    Identify,
    OpenAnswer,
    PlayedStep,
    Script,
    choices_of,
)
from huifang_core.scripts.placeholders import missing_placeholders, put_as, render
from huifang_core.scripts.state import (
    Advance,
    Change,
    EndResult,
    FiredEffect,
    Prompt,
    PromptChoice,
    RecordedAnswer,
    SectionOutcome,
    SectionState,
)
from huifang_core.scripts.walk import Walk, walk
from huifang_core.texts import Language, text

Items: TypeAlias = Iterable[ContentItem]

_CANNOT_BE_TOLD_LABEL = text("资料缺失，无法告知", "Can't be told: data is missing")


def begin(script: Script, items: Items, facts: Facts, *, identity_verified: bool = False) -> SectionState:
    """Begin a section. Nothing is set off yet: acts before the first question take effect with its answer.

    With `identity_verified` the contact has verified who answers in an earlier section, and the steps of the
    section `identity` are skipped (DEC-5). `items` are those the rule demands of this section.
    """
    state = SectionState(script.id, script.version, script.start, identity_verified=identity_verified)
    return _arrived(script, state, _walk(script, state, facts))


def with_identity(script: Script, state: SectionState, facts: Facts, *, verified: bool) -> SectionState:
    """Return the section as it stands if the contact's identity had been verified elsewhere, or had not (DEC-5).

    For when an earlier section's answer is corrected; the answers given are kept, and count as far as the way reaches.
    """
    other = msgspec.structs.replace(state, identity_verified=verified)
    return _arrived(script, other, _walk(script, other, facts))


def current(script: Script, state: SectionState, facts: Facts, language: Language) -> Prompt:
    """Return what to say and what can be answered now, or the end with its text."""
    at = _walk(script, state, facts).stop
    step = _interactive(script, at)
    said = render(put_as(step, facts), facts, language)
    missing = missing_placeholders(step, facts)
    if isinstance(step, End):
        return Prompt(at, "end", said, missing=missing, result=step.result)
    choices = tuple(
        PromptChoice(choice.code, render(choice.label, facts, language)) for choice in choices_of(step)
    )
    form = step.answer if isinstance(step, Ask) and isinstance(step.answer, OpenAnswer) else None
    if missing:
        choices = (PromptChoice(CANNOT_BE_TOLD, _CANNOT_BE_TOLD_LABEL.in_language(language)),)
        form = None
    return Prompt(
        at,
        "identify" if isinstance(step, Identify) else "ask" if isinstance(step, Ask) else "say",
        said,
        choices,
        form,
        step.covers,
        step.compares if isinstance(step, Identify) else (),
        missing,
    )


def reply(script: Script, items: Items, state: SectionState, facts: Facts, answer: Answer) -> Advance:
    """Record the answer to the current step and go on to the next one that needs an answer.

    Raises InvalidAnswer, or ScriptFinished after the end.
    """
    wanted = tuple(items)
    before = _walk(script, state, facts)
    step = _interactive(script, before.stop)
    if isinstance(step, End):
        raise ScriptFinished(before.stop)
    entry = recorded(before.stop, step, facts, answer, len(state.answers) + 1)
    longer = msgspec.structs.replace(state, answers=(*state.answers, entry))
    after = _walk(script, longer, facts)
    new = _arrived(script, longer, after)
    earlier = {stood.sequence for stood in before.standing} | {entry.sequence}
    fired = _due_effects(script, wanted, facts, state, before) if state.answers else ()
    return Advance(
        state=new,
        answers=(entry,),
        effects=_without(_due_effects(script, wanted, facts, new, after), fired),
        restored=tuple(stands for stands in after.standing if stands.sequence not in earlier),
        finished=_outcome(script, wanted, facts, new, after).finished,
    )


def change(
    script: Script, items: Items, state: SectionState, facts: Facts, step_id: str, answer: Answer
) -> Change:
    """Correct the answer given at `step_id`, the last one if it was played more than once.

    The correction is added, nothing is overwritten. Works after the end too. Raises InvalidAnswer where the
    answer doesn't fit or the step has no answer that stands.
    """
    wanted = tuple(items)
    before = _walk(script, state, facts)
    given = [stands for stands in before.standing if stands.step == step_id]
    step = script.steps.get(step_id)
    if not given or step is None or isinstance(step, Act | End):
        raise InvalidAnswer(step_id, "it has no answer to change")
    entry = recorded(step_id, step, facts, answer, len(state.answers) + 1, given[-1].sequence)
    longer = msgspec.structs.replace(state, answers=(*state.answers, entry))
    after = _walk(script, longer, facts)
    new = _arrived(script, longer, after)
    stood = {stands.sequence for stands in before.standing} | {entry.sequence}
    stand = {stands.sequence for stands in after.standing} | {given[-1].sequence}
    effects_before = _due_effects(script, wanted, facts, state, before)
    effects_after = _due_effects(script, wanted, facts, new, after)
    return Change(
        state=new,
        answer=entry,
        dropped=tuple(stands for stands in before.standing if stands.sequence not in stand),
        restored=tuple(stands for stands in after.standing if stands.sequence not in stood),
        effects=_without(effects_after, effects_before),
        undone=_without(effects_before, effects_after),
        finished=_outcome(script, wanted, facts, new, after).finished,
    )


def outcome_of(script: Script, items: Items, state: SectionState, facts: Facts) -> SectionOutcome:
    """Judge the section by the answers really given, whatever the checker proved (SD-5, SD-6h, REG-2)."""
    return _outcome(script, tuple(items), facts, state, _walk(script, state, facts))


def due_effects(script: Script, items: Items, state: SectionState, facts: Facts) -> tuple[FiredEffect, ...]:
    """Return all effects that must have been carried out by now: what `reply` and `change` told bit by bit.

    For making sure after a crash, and for a section that ends without asking anything.
    """
    return _due_effects(script, tuple(items), facts, state, _walk(script, state, facts))


def standing_answers(script: Script, state: SectionState, facts: Facts) -> tuple[RecordedAnswer, ...]:
    """Return the answers that stand, in the order of the script's way, each in its last version."""
    return _walk(script, state, facts).standing


def _outcome(
    script: Script, items: tuple[ContentItem, ...], facts: Facts, state: SectionState, way: Walk
) -> SectionOutcome:
    answered: dict[str, bool] = dict.fromkeys(way.verified_items, True)
    untold: dict[str, None] = {}
    verified = state.identity_verified
    for stands in way.standing:
        untold |= dict.fromkeys(stands.missing)
        if stands.item is not None and not stands.missing:
            answered[stands.item] = stands.affirmative is True
        if isinstance(script.steps[stands.step], Identify):
            verified = stands.value == "passed"
    demanded = [
        item for item in applicable(items, facts) if item.consent is None or answered.get(item.consent)
    ]
    unanswered = tuple(item.id for item in demanded if item.id not in answered)
    negative = tuple(
        item.id for item in demanded if item.kind != "consent" and answered.get(item.id) is False
    )
    end = script.steps[way.stop]
    if isinstance(end, End):
        untold |= dict.fromkeys(missing_placeholders(end, facts))
    completed = isinstance(end, End) and end.result == "completed" and not unanswered and not untold
    return SectionOutcome(
        finished=EndResult(way.stop, end.result, completed) if isinstance(end, End) else None,
        completed=completed,
        affirmative=not unanswered and not negative,
        identity_verified=verified,
        unanswered=unanswered,
        negative=negative,
        blocked_by=tuple(untold),
    )


def _walk(script: Script, state: SectionState, facts: Facts) -> Walk:
    if (state.script, state.version) != (script.id, script.version):
        raise ScriptMismatch(f"{state.script} v{state.version}", f"{script.id} v{script.version}")
    return walk(script, facts, state.answers, state.identity_verified)


def _interactive(script: Script, at: str) -> PlayedStep | End:
    step = script.steps[at]
    # A walk stops at questions, statements and ends only.
    assert not isinstance(step, Act)
    return step


def _arrived(script: Script, state: SectionState, way: Walk) -> SectionState:
    stop = script.steps[way.stop]
    result = stop.result if isinstance(stop, End) else None
    return msgspec.structs.replace(state, current=way.stop, result=result)


def _due_effects(
    script: Script, items: tuple[ContentItem, ...], facts: Facts, state: SectionState, way: Walk
) -> tuple[FiredEffect, ...]:
    completed = _outcome(script, items, facts, state, way).completed
    return tuple(fired for fired in way.effects if completed or fired.effect.when == "immediate")


def _without(effects: tuple[FiredEffect, ...], others: tuple[FiredEffect, ...]) -> tuple[FiredEffect, ...]:
    known = {(fired.step, fired.index, fired.value) for fired in others}
    return tuple(fired for fired in effects if (fired.step, fired.index, fired.value) not in known)
