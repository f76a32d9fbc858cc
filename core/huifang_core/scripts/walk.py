"""The way through a script that its recorded answers give.

Walking again from the answers after each of them keeps one truth: a correction, a fact that came in late and the
ordinary next answer are all the same walk.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from huifang_core.conditions import Facts, definitely_false
from huifang_core.scripts.effects import CorrectDatum
from huifang_core.scripts.errors import ScriptStuck
from huifang_core.scripts.model import (
    CANNOT_BE_TOLD,
    Act,
    End,
    Identify,
    PlayedStep,
    Script,
    Step,
    choices_of,
    effects_of,
)
from huifang_core.scripts.state import FiredEffect, RecordedAnswer


class Walk(Struct, frozen=True):
    """Where the answers lead.

    `standing` are the answers met on the way, in its order, each in its last version. `stop` is the step that
    waits for an answer, or the end. `effects` are all those on the way, whatever their time, each once.
    `verified_items` are covered by identity having been verified earlier in the contact (DEC-5).
    """

    stop: str
    standing: tuple[RecordedAnswer, ...]
    effects: tuple[FiredEffect, ...]
    verified_items: frozenset[str]


def walk(script: Script, facts: Facts, answers: Iterable[RecordedAnswer], identity_verified: bool) -> Walk:
    """Walk from the start as far as the answers reach. Raises ScriptStuck if it never gets anywhere."""
    waiting = _latest_versions(answers)
    standing: list[RecordedAnswer] = []
    effects: dict[tuple[str, int], FiredEffect] = {}
    verified: set[str] = set()
    at, idle = script.start, 0
    while idle <= len(script.steps):
        step = script.steps[at]
        idle += 1
        if isinstance(step, End):
            return Walk(at, tuple(standing), tuple(effects.values()), frozenset(verified))
        if step.identity and identity_verified:
            if isinstance(step, Identify) and step.covers is not None:
                verified.add(step.covers)
            at = _follow(at, step.next)
        elif definitely_false(step.when, facts):
            at = _follow(at, step.next)
        elif isinstance(step, Act):
            _collect(effects, _act_effects(at, step, standing))
            at = step.next
        elif waiting.get(at):
            answer = waiting[at].pop(0)
            standing.append(answer)
            _collect(effects, _answer_effects(at, step, answer))
            at, idle = _follow(at, _target(step, answer.value)), 0
        else:
            return Walk(at, tuple(standing), tuple(effects.values()), frozenset(verified))
    raise ScriptStuck(at)


def _latest_versions(answers: Iterable[RecordedAnswer]) -> dict[str, list[RecordedAnswer]]:
    """Return for each step its answers, one for each time it was played, in the last version of each."""
    threads: list[RecordedAnswer] = []
    thread_of: dict[int, int] = {}
    for answer in answers:
        if answer.corrects is None:
            thread_of[answer.sequence] = len(threads)
            threads.append(answer)
        else:
            thread = thread_of[answer.corrects]
            thread_of[answer.sequence] = thread
            threads[thread] = answer
    waiting: dict[str, list[RecordedAnswer]] = {}
    for latest in threads:
        waiting.setdefault(latest.step, []).append(latest)
    return waiting


def _target(step: PlayedStep, value: str) -> str | None:
    if value == CANNOT_BE_TOLD:
        return step.next
    for choice in choices_of(step):
        if choice.code == value:
            return choice.next or step.next
    return step.next


def _follow(at: str, target: str | None) -> str:
    if target is None:
        raise ScriptStuck(at)
    return target


def _act_effects(at: str, step: Act, standing: list[RecordedAnswer]) -> Iterator[FiredEffect]:
    sequence = standing[-1].sequence if standing else 0
    for index, effect in enumerate(step.effects):
        yield FiredEffect(at, index, effect, sequence)


def _answer_effects(at: str, step: Step, answer: RecordedAnswer) -> Iterator[FiredEffect]:
    if answer.value == CANNOT_BE_TOLD or isinstance(step, Act | End):
        return
    chosen = _places_of(step, answer.value)
    for index, effect in enumerate(effects_of(step)):
        if chosen is None or index in chosen:
            value = answer.value if isinstance(effect, CorrectDatum) else None
            yield FiredEffect(at, index, effect, answer.sequence, value)


def _places_of(step: PlayedStep, code: str) -> range | None:
    """Return which of the step's effects belong to the choice; None where all do, as with an open answer."""
    choices = choices_of(step)
    first = 0
    for choice in choices:
        if choice.code == code:
            return range(first, first + len(choice.effects))
        first += len(choice.effects)
    return range(0) if choices else None


def _collect(effects: dict[tuple[str, int], FiredEffect], more: Iterable[FiredEffect]) -> None:
    for fired in more:
        key = (fired.step, fired.index)
        # In a loop an effect counts once, but the last answer is the datum to put on file.
        if key not in effects or fired.value is not None:
            effects[key] = fired
