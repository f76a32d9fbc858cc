"""A script on paper: what a letter or a visitor's sheet asks, in reading order (LN-4b, LN-4c, LN-6).

Paper covers the same items as a call, and leaves out what only a conversation needs: who is on the line and whether it suits is said
by the signature, and a sentence that covers nothing leads from one question to the next. A step that can't be told because data is
missing is left out too, for a gap is nothing to sign; it keeps the callback from completing, as in a call (SD-6h).
"""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from huifang_core.conditions import Facts, definitely_false
from huifang_core.scripts.model import (
    CANNOT_BE_TOLD,
    Act,
    Ask,
    Choice,
    End,
    Identify,
    OpenAnswer,
    PlayedStep,
    Say,
    Script,
    choices_of,
)
from huifang_core.scripts.placeholders import missing_placeholders, put_as, render
from huifang_core.texts import Language


class PaperChoice(Struct, frozen=True):
    """A box to tick.

    `skips_to` is the step to go on with where it is not the one that follows on the paper; `ends` says that the rest of the section
    need not be answered.
    """

    code: str
    label: str
    skips_to: str | None = None
    ends: bool = False


class PaperPart(Struct, frozen=True):
    """A question, or something told and acknowledged: ticked in one of `choices`, or written where `open_answer` says what.

    `only_after` is the box, as (step, code), without which it need not be answered.
    """

    step: str
    kind: Literal["ask", "say"]
    text: str
    choices: tuple[PaperChoice, ...] = ()
    open_answer: OpenAnswer | None = None
    only_after: tuple[str, str] | None = None


class PaperSection(Struct, frozen=True):
    """One script on paper. `identifies` tells that it wants to know who answers; `missing` are facts without which something stays untold."""

    title: str
    parts: tuple[PaperPart, ...]
    identifies: bool
    missing: tuple[str, ...] = ()


def on_paper(script: Script, facts: Facts, language: Language) -> PaperSection:
    """Return what of a script is printed, with these facts; steps that don't apply are left out."""
    line = _main_line(script)
    asked = list(_in_order(script, facts, line))
    untold = {id: missing_placeholders(step, facts) for id, step, _ in asked}
    printed = [(id, step, after) for id, step, after in asked if is_printed(step) and not untold[id]]
    following = [id for id, _, after in printed if after is None]
    parts = [_part(script, facts, language, line, following, *entry) for entry in printed]
    return PaperSection(
        script.title.in_language(language),
        tuple(parts),
        any(isinstance(step, Identify) for _, step, _ in asked),
        tuple(dict.fromkeys(fact for facts_of_step in untold.values() for fact in facts_of_step)),
    )


def is_printed(step: PlayedStep) -> bool:
    """Tell whether a step stands on paper: it covers an item, or asks something beyond who is on the line."""
    if isinstance(step, Identify):
        return False
    return step.covers is not None or (isinstance(step, Ask) and not step.identity)


def unprinted_answer(script: Script, step_id: str, facts: Facts) -> str | None:
    """Return the answer that goes without saying for a step that is not on paper; None for one that is, or where somebody must say it.

    Of a question of the conversation it is the first choice that goes on; of what can't be told, that it can't.
    """
    step = script.steps[step_id]
    if isinstance(step, Act | End):
        return None
    if missing_placeholders(step, facts):
        return CANNOT_BE_TOLD
    if is_printed(step) or isinstance(step, Identify):
        return None
    return next((choice.code for choice in choices_of(step) if not _ends(script, step, choice)), None)


def _in_order(
    script: Script, facts: Facts, line: list[str]
) -> Iterator[tuple[str, PlayedStep, tuple[str, str] | None]]:
    """Each step that may apply once: the main line, and after each of its steps what one of the answers leads aside to."""
    seen = set(line)
    for at in line:
        yield from _with_asides(script, facts, at, None, seen)


def _with_asides(
    script: Script, facts: Facts, at: str, after: tuple[str, str] | None, seen: set[str]
) -> Iterator[tuple[str, PlayedStep, tuple[str, str] | None]]:
    step = script.steps[at]
    if isinstance(step, Act | End) or definitely_false(step.when, facts):
        return
    yield at, step, after
    for choice in choices_of(step):
        aside: str | None = choice.next
        while aside is not None and aside not in seen:
            seen.add(aside)
            yield from _with_asides(script, facts, aside, (at, choice.code), seen)
            aside = _next(script, aside)


def _main_line(script: Script) -> list[str]:
    """The steps from the start to the end, as they follow each other where nothing special is answered."""
    line: list[str] = []
    at: str | None = script.start
    while at is not None and at not in line:
        line.append(at)
        at = _next(script, at)
    return line


def _next(script: Script, at: str) -> str | None:
    step = script.steps[at]
    if isinstance(step, End):
        return None
    if step.next is not None or isinstance(step, Act):
        return step.next
    ways = [choice.next for choice in choices_of(step) if choice.next is not None]
    return next((way for way in ways if not isinstance(script.steps[way], End)), ways[0] if ways else None)


def _part(
    script: Script,
    facts: Facts,
    language: Language,
    line: list[str],
    following: list[str],
    id: str,
    step: PlayedStep,
    after: tuple[str, str] | None,
) -> PaperPart:
    form = step.answer if isinstance(step, Ask) and isinstance(step.answer, OpenAnswer) else None
    choices = tuple(
        PaperChoice(
            choice.code,
            render(choice.label, facts, language),
            _skips_to(line, following, id, choice),
            _ends(script, step, choice) and id in following and id != following[-1],
        )
        for choice in choices_of(step)
    )
    kind: Literal["ask", "say"] = "say" if isinstance(step, Say) else "ask"
    return PaperPart(id, kind, render(put_as(step, facts), facts, language), choices, form, after)


def _ends(script: Script, step: PlayedStep, choice: Choice) -> bool:
    target = choice.next or step.next
    return choice.next is not None and target is not None and isinstance(script.steps[target], End)


def _skips_to(line: list[str], following: list[str], id: str, choice: Choice) -> str | None:
    """The printed step of the main line that a choice leads to past others; None for one that just goes on."""
    if id not in following or choice.next not in line:
        return None
    later = [step for step in following if line.index(step) > line.index(id)]
    target = next((step for step in later if line.index(step) >= line.index(choice.next)), None)
    return None if target is None or target == later[0] else target
