"""A script written out whole, for people who approve it (LN-6): every step in reading order, numbered, with what leads where.

Unlike a letter or a visit sheet it leaves nothing out: what is said on the line, conditions, ways out, and the end of each.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from huifang_core.conditions import (
    AllOf,
    AnyOf,
    Condition,
    FactAtLeast,
    FactBelow,
    FactIn,
    FactIs,
    FactSpec,
    Not,
)
from huifang_core.content import ContentItem
from huifang_core.scripts.model import (
    Act,
    Ask,
    ChoiceAnswer,
    DateAnswer,
    End,
    Identify,
    NumberAnswer,
    Result,
    Script,
    Step,
    TextAnswer,
    choices_of,
)
from huifang_core.scripts.placeholders import placeholders_in
from huifang_core.texts import Language, Text, text

Specs = Mapping[str, FactSpec]

RESULTS: Mapping[Result, Text] = {
    "completed": text("回访完成", "the callback is completed"),
    "refused": text("客户拒绝回访", "the customer refuses"),
    "call_back": text("另约时间", "to be called again"),
    "identity_failed": text("身份未能核实", "identity not verified"),
    "wrong_number": text("号码不属于客户", "not the customer's number"),
    "deceased": text("客户已身故", "the customer has died"),
    "transferred": text("转交处理", "handed over"),
}
"""What each result of a script is called."""

_KINDS: Mapping[type[Step], Text] = {
    Act: text("系统处理", "done by the system"),
    End: text("结束", "end"),
    Identify: text("核实身份", "identity is verified"),
}
_OPEN: Mapping[type, Text] = {
    TextAnswer: text("记录客户原话", "the customer's words"),
    NumberAnswer: text("记录数字", "a number"),
    DateAnswer: text("记录日期", "a date"),
}


class OutlineChoice(Struct, frozen=True):
    """One answer, and the number of the step it leads to; None: the one that follows anyway."""

    label: str
    leads_to: int | None


class OutlineStep(Struct, frozen=True):
    """One step. `when` says under which circumstances it is played, `covers` the title of the content item, `open_answer` what is written down.

    `kind` names what is not simply said or asked, `leads_to` is the number of the step that follows, None where that is the next
    one or none.
    """

    number: int
    id: str
    kind: str
    text: str
    when: str | None
    covers: str | None
    choices: tuple[OutlineChoice, ...]
    open_answer: str | None
    leads_to: int | None


class CoveredItem(Struct, frozen=True):
    """A content item, when it applies, and the numbers of the steps that cover it."""

    id: str
    title: str
    cites: tuple[str, ...]
    applies: str | None
    steps: tuple[int, ...]


def reading_order(script: Script) -> tuple[str, ...]:
    """Return every step that can be reached once, as one would read them: what an answer leads aside to follows its question.

    Ends come last.
    """
    order: list[str] = []
    line = _main_line(script, script.start)
    _read(script, line, order, frozenset(line))
    return tuple(sorted(order, key=lambda id: isinstance(script.steps[id], End)))


def outline(
    script: Script, items: Sequence[ContentItem], specs: Specs, language: Language
) -> tuple[OutlineStep, ...]:
    """Return the script written out in one language; a placeholder stands as the name of its fact in brackets."""
    order = reading_order(script)
    numbers = {id: number for number, id in enumerate(order, 1)}
    titles = {item.id: item.title.in_language(language) for item in items}
    return tuple(_step(script, id, numbers, titles, specs, language) for id in order)


def coverage(
    script: Script, items: Sequence[ContentItem], specs: Specs, language: Language
) -> tuple[CoveredItem, ...]:
    """Return for each content item which steps cover it."""
    covering: dict[str, list[int]] = {}
    for number, id in enumerate(reading_order(script), 1):
        covered = getattr(script.steps[id], "covers", None)
        if covered is not None:
            covering.setdefault(covered, []).append(number)
    return tuple(
        CoveredItem(
            item.id,
            item.title.in_language(language),
            tuple(cited for cited in item.cites if cited != "none"),
            None if item.applies is None else in_words(item.applies, specs, language),
            tuple(covering.get(item.id, ())),
        )
        for item in items
    )


def in_words(condition: Condition, specs: Specs, language: Language) -> str:
    """Return a condition as a phrase."""
    chinese = language == "zh-CN"
    match condition:
        case FactIs(fact=fact, value=value):
            yes, no = ("是", "否") if chinese else ("yes", "no")
            return f"{_fact(fact, specs, language)}{'：' if chinese else ': '}{yes if value else no}"
        case FactIn(fact=fact, values=values):
            joined = ("或" if chinese else " or ").join(values)
            return f"{_fact(fact, specs, language)}{'：' if chinese else ': '}{joined}"
        case FactAtLeast(fact=fact, value=number):
            return f"{_fact(fact, specs, language)} ≥ {number:f}"
        case FactBelow(fact=fact, value=number):
            return f"{_fact(fact, specs, language)} < {number:f}"
        case AllOf(conditions=inner):
            return ("，且" if chinese else " and ").join(_nested(one, specs, language) for one in inner)
        case AnyOf(conditions=inner):
            return ("，或" if chinese else " or ").join(_nested(one, specs, language) for one in inner)
        case Not(condition=inner):
            phrase = in_words(inner, specs, language)
            return f"并非（{phrase}）" if chinese else f"not ({phrase})"


def _nested(condition: Condition, specs: Specs, language: Language) -> str:
    phrase = in_words(condition, specs, language)
    if not isinstance(condition, AllOf | AnyOf):
        return phrase
    return f"（{phrase}）" if language == "zh-CN" else f"({phrase})"


def _fact(fact: str, specs: Specs, language: Language) -> str:
    return specs[fact].title.in_language(language) if fact in specs else fact


def _main_line(script: Script, start: str, stop: frozenset[str] = frozenset()) -> list[str]:
    """The steps as they follow each other where nothing special is answered, up to one that is in `stop`."""
    line: list[str] = []
    at: str | None = start
    while at is not None and at not in line and at not in stop:
        line.append(at)
        at = _following(script.steps[at])
    return line


def _following(step: Step) -> str | None:
    if isinstance(step, End):
        return None
    if step.next is not None:
        return step.next
    return next((choice.next for choice in choices_of(step) if choice.next is not None), None)


def _read(script: Script, line: Sequence[str], order: list[str], known: frozenset[str]) -> None:
    for id in line:
        if id in order:
            continue
        order.append(id)
        step = script.steps[id]
        if isinstance(step, Act | End):
            continue
        for choice in choices_of(step):
            if choice.next is not None and choice.next not in known:
                aside = _main_line(script, choice.next, known)
                _read(script, aside, order, known | frozenset(aside))


def _step(
    script: Script,
    id: str,
    numbers: Mapping[str, int],
    titles: Mapping[str, str],
    specs: Specs,
    language: Language,
) -> OutlineStep:
    step, number = script.steps[id], numbers[id]
    following = None if isinstance(step, End) else step.next
    leads_to = None if following is None or numbers[following] == number + 1 else numbers[following]
    spoken = () if isinstance(step, Act | End) else choices_of(step)
    answer = step.answer if isinstance(step, Ask) else None
    kind = _KINDS.get(type(step))
    words = kind.in_language(language) if kind is not None else ""
    if isinstance(step, End):
        words += f"{'：' if language == 'zh-CN' else ': '}{RESULTS[step.result].in_language(language)}"
    covered = None if isinstance(step, Act | End) else step.covers
    when = None if isinstance(step, End) or step.when is None else in_words(step.when, specs, language)
    return OutlineStep(
        number,
        id,
        words,
        "" if isinstance(step, Act) else _written(step.text.in_language(language), specs, language),
        when,
        None if covered is None else titles.get(covered, covered),
        tuple(
            OutlineChoice(
                _written(choice.label.in_language(language), specs, language),
                None if choice.next is None else numbers[choice.next],
            )
            for choice in spoken
        ),
        None
        if answer is None or isinstance(answer, ChoiceAnswer)
        else _OPEN[type(answer)].in_language(language),
        leads_to,
    )


def _written(sentence: str, specs: Specs, language: Language) -> str:
    left, right = ("〔", "〕") if language == "zh-CN" else ("[", "]")
    for fact in placeholders_in(sentence):
        sentence = sentence.replace("{" + fact + "}", f"{left}{_fact(fact, specs, language)}{right}")
    return sentence
