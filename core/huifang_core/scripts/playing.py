"""Playing a script to its end with given answers, as tests and simulators do."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from huifang_core.conditions import Facts
from huifang_core.content import ContentItem
from huifang_core.scripts.interpreter import begin, current, outcome_of, reply
from huifang_core.scripts.model import Script
from huifang_core.scripts.state import FiredEffect, Prompt, SectionOutcome
from huifang_core.texts import Language


class Played(Struct, frozen=True):
    """A section that came to its end: the prompts met in order, what was set off, and what it amounts to."""

    prompts: tuple[Prompt, ...]
    effects: tuple[FiredEffect, ...]
    outcome: SectionOutcome

    @property
    def steps(self) -> list[str]:
        """The steps met, in order."""
        return [prompt.step for prompt in self.prompts]

    @property
    def cases(self) -> list[str]:
        """The classes of the cases opened, in order."""
        return [fired.effect.case_class for fired in self.effects if hasattr(fired.effect, "case_class")]

    def said(self, step: str) -> str:
        """The text of a step that was met; StopIteration where it was not."""
        return next(prompt.text for prompt in self.prompts if prompt.step == step)


def play(
    script: Script,
    items: Sequence[ContentItem],
    facts: Facts,
    answers: Mapping[str, str] | None = None,
    *,
    identity_verified: bool = False,
    language: Language = "zh-CN",
) -> Played:
    """Play a script: `answers` by step, else the first choice, or a word where one is free to say anything.

    Raises InvalidAnswer where a step takes no such answer, and KeyError for answers to steps that were not met.
    """
    given = dict(answers or {})
    state = begin(script, items, facts, identity_verified=identity_verified)
    prompts: list[Prompt] = []
    effects: list[FiredEffect] = []
    while True:
        prompt = current(script, state, facts, language)
        prompts.append(prompt)
        if prompt.kind == "end":
            break
        answer = given.pop(prompt.step, None) or (prompt.choices[0].code if prompt.choices else "记录")
        advance = reply(script, items, state, facts, answer)
        state = advance.state
        effects += advance.effects
    if given:
        raise KeyError(f"steps not met: {', '.join(sorted(given))}")
    return Played(tuple(prompts), tuple(effects), outcome_of(script, items, state, facts))
