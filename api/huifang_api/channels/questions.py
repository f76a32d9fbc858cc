"""The questions of a contact as its papers show them: numbered, with what each box leads to said beside it."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from huifang_core.scripts import DateAnswer, NumberAnswer, PaperChoice, PaperPart, PaperSection
from huifang_core.texts import Language, text
from huifang_tenants.services.papers.forms import PaperForm

_GO_TO = text("→ 请转第{number}题", "→ go to {number}")
_NO_MORE = text("→ 本部分不必再填", "→ nothing more in this part")
_ONLY = text("（第{number}题选“{label}”的，请填写）", '(Only if you ticked "{label}" in {number})')


class Box(msgspec.Struct, frozen=True):
    """A box to tick; `note` says where to go on, if not to the next question."""

    label: str
    note: str | None


class Question(msgspec.Struct, frozen=True):
    """A question of a paper; `written` is what is to be written where there are no boxes, `only` for whom it is."""

    number: int
    text: str
    boxes: tuple[Box, ...]
    written: Literal["text", "number", "date"] | None
    only: str | None


class Section(msgspec.Struct, frozen=True):
    """The questions about one contract."""

    title: str
    contract_no: str
    questions: tuple[Question, ...]


def sections_of(form: PaperForm) -> tuple[Section, ...]:
    """Return the sections of a paper, their questions counted through from 1."""
    found: list[Section] = []
    first = 1
    for section, contract_no in zip(form.sections, form.contract_nos, strict=True):
        found.append(Section(section.title, contract_no, tuple(_questions(section, first, form.language))))
        first += len(section.parts)
    return tuple(found)


def _questions(section: PaperSection, first: int, language: Language) -> list[Question]:
    numbers = {part.step: first + place for place, part in enumerate(section.parts)}
    return [
        Question(
            numbers[part.step],
            part.text,
            tuple(Box(choice.label, _note(choice, numbers, language)) for choice in part.choices),
            _written(part),
            _only(part, section.parts, numbers, language),
        )
        for part in section.parts
    ]


def _note(choice: PaperChoice, numbers: dict[str, int], language: Language) -> str | None:
    if choice.ends:
        return _NO_MORE.in_language(language)
    if choice.skips_to is None:
        return None
    return _GO_TO.in_language(language).format(number=numbers[choice.skips_to])


def _only(
    part: PaperPart, parts: Sequence[PaperPart], numbers: dict[str, int], language: Language
) -> str | None:
    """For whom a question is; None where everybody answers it, or what leads to it is not on the paper."""
    if part.only_after is None:
        return None
    step, code = part.only_after
    labels = [
        choice.label for one in parts if one.step == step for choice in one.choices if choice.code == code
    ]
    if not labels:
        return None
    return _ONLY.in_language(language).format(number=numbers[step], label=labels[0])


def _written(part: PaperPart) -> Literal["text", "number", "date"] | None:
    match part.open_answer:
        case None:
            return None
        case NumberAnswer():
            return "number"
        case DateAnswer():
            return "date"
        case _:
            return "text"
