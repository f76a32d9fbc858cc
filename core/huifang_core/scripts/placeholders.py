"""Placeholders in the texts of scripts: `{contract.cooling_off_end}` becomes the fact, in the customer's language.

A placeholder whose fact is unknown can't be filled, and a callback that left it unsaid is not complete (SD-6h).
"""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from huifang_core.conditions import Facts, FactValue
from huifang_core.obligations import READ
from huifang_core.scripts.model import Act, Ask, End, Identify, Say, Script, Step, choices_of, texts_of
from huifang_core.texts import Language, Text

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)\}")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_GAP = "____"


def placeholders_in(sentence: str) -> tuple[str, ...]:
    """Return the facts the sentence names, each once, in order."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(sentence)))


def is_well_formed(sentence: str) -> bool:
    """Tell whether every brace belongs to a placeholder."""
    return not re.search(r"[{}]", _PLACEHOLDER.sub("", sentence))


def placeholders_of(step: Step) -> tuple[str, ...]:
    """Return the facts that the step's texts name in either language, each once, in order."""
    return _named_in(texts_of(step))


def placeholders_used(script: Script) -> frozenset[str]:
    """Return every fact that some text of the script names: what the caller of the interpreter has to look up."""
    return frozenset(fact for step in script.steps.values() for fact in placeholders_of(step))


def missing_placeholders(step: Step, facts: Facts) -> tuple[str, ...]:
    """Return the placeholders of the step, as it is put here, that can't be filled: the fact is unknown or empty (SD-6h)."""
    if isinstance(step, Act):
        return ()
    labels = () if isinstance(step, End) else tuple(choice.label for choice in choices_of(step))
    return tuple(fact for fact in _named_in((put_as(step, facts), *labels)) if facts.get(fact) in (None, ""))


def put_as(step: Say | Ask | Identify | End, facts: Facts) -> Text:
    """Return the text of a step for the channel of the contact: spoken, or written where it has a text for that."""
    in_writing = step.written is not None and facts.get("contact.channel") in READ
    return step.written if in_writing and step.written is not None else step.text


def render(text: Text, facts: Facts, language: Language) -> str:
    """Fill the placeholders of a text; what can't be filled shows as a gap."""

    def filled(match: re.Match[str]) -> str:
        value = facts.get(match[1])
        return _GAP if value is None or value == "" else spoken(value, language)

    return _PLACEHOLDER.sub(filled, text.in_language(language))


def _named_in(texts: Iterable[Text]) -> tuple[str, ...]:
    sentences = (sentence for text in texts for sentence in (text.zh_cn, text.en))
    return tuple(dict.fromkeys(fact for sentence in sentences for fact in placeholders_in(sentence)))


def spoken(value: FactValue, language: Language) -> str:
    """Say a fact the way people do: dates in words, amounts with thousands separators, booleans as yes or no."""
    chinese = language == "zh-CN"
    match value:
        case bool():
            return ("是" if value else "否") if chinese else ("yes" if value else "no")
        case date():
            if chinese:
                return f"{value.year}年{value.month}月{value.day}日"
            return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
        case Decimal():
            return f"{value:,f}"
        case _:
            return str(value)
