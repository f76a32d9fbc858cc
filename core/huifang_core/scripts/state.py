"""What is kept of a script being played, and what playing it gives back.

Answers carry no time: whoever stores them adds when and by whom (GEN-2).
"""

from typing import Literal

from msgspec import Struct

from huifang_core.scripts.effects import Effect
from huifang_core.scripts.model import OpenAnswer, Result


class RecordedAnswer(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One answer as recorded, never changed afterwards; `sequence` counts from 1 within the section.

    `value` is the code chosen, the text, the number in decimal or the day in ISO form. `affirmative` is set
    where the step covers an item. `missing` are the placeholders that kept the step from being told (SD-6h).
    `corrects` is the sequence of the answer that this one replaces.
    """

    sequence: int
    step: str
    value: str
    item: str | None = None
    affirmative: bool | None = None
    missing: tuple[str, ...] = ()
    corrects: int | None = None


class SectionState(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a section of a contact stands (DEC-5): the script version, the step to play, all answers so far.

    The answers are the truth: the way through the script is always walked again from them, so `current` and
    `result` only say what that walk gave last.
    """

    script: str
    version: int
    current: str
    answers: tuple[RecordedAnswer, ...] = ()
    identity_verified: bool = False
    result: Result | None = None


class FiredEffect(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An effect to carry out, once per contact, `step` and `index`.

    `index` is the effect's place among all effects of its step, whatever the answer. `sequence` is the answer
    that caused it, 0 where an act stands before any. `value` is the answer a `correct_datum` proposes.
    """

    step: str
    index: int
    effect: Effect
    sequence: int
    value: str | None = None


class EndResult(Struct, frozen=True, forbid_unknown_fields=True):
    """The end a section reached; `completed` only if every applicable item was answered and nothing left out."""

    step: str
    result: Result
    completed: bool


class Advance(Struct, frozen=True, forbid_unknown_fields=True):
    """What one answer led to.

    `restored` are earlier answers, dropped by a change, that the way through the script came back to.
    """

    state: SectionState
    answers: tuple[RecordedAnswer, ...]
    effects: tuple[FiredEffect, ...]
    restored: tuple[RecordedAnswer, ...]
    finished: EndResult | None


class Change(Struct, frozen=True, forbid_unknown_fields=True):
    """What a corrected answer led to.

    `dropped` are later answers that no longer stand; they stay on record and stand again if the way comes back
    to their steps. `undone` are effects already set off that must be undone, or flagged where they can't be.
    """

    state: SectionState
    answer: RecordedAnswer
    dropped: tuple[RecordedAnswer, ...]
    restored: tuple[RecordedAnswer, ...]
    effects: tuple[FiredEffect, ...]
    undone: tuple[FiredEffect, ...]
    finished: EndResult | None


class SectionOutcome(Struct, frozen=True, forbid_unknown_fields=True):
    """What a section amounts to (REG-2); only applicable items count, less those whose consent was not given (REG-5).

    `completed`: ended as completed, every item answered, nothing left untold. `affirmative`: every item
    answered, and affirmatively; a consent may be declined. `blocked_by` are the placeholders that could not be filled (SD-6h).
    """

    finished: EndResult | None
    completed: bool
    affirmative: bool
    identity_verified: bool
    unanswered: tuple[str, ...]
    negative: tuple[str, ...]
    blocked_by: tuple[str, ...]


class PromptChoice(Struct, frozen=True, forbid_unknown_fields=True):
    """An answer to choose, in the language asked for."""

    code: str
    label: str


class Prompt(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What to do now: say `text`, then choose one of `choices` or fill in what `open_answer` describes.

    `compares` are the facts an identity is verified by. With `missing` placeholders the step can't be told and
    says so in its only choice. At the end there is nothing to answer and `result` is set.
    """

    step: str
    kind: Literal["say", "ask", "identify", "end"]
    text: str
    choices: tuple[PromptChoice, ...] = ()
    open_answer: OpenAnswer | None = None
    item: str | None = None
    compares: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    result: Result | None = None
