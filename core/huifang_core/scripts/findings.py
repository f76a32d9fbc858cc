"""What the checker finds: where, why it matters, and what to do about it."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from msgspec import Struct

from huifang_core.conditions import FactValue
from huifang_core.texts import Text, text

Severity: TypeAlias = Literal["error", "warning"]
FindingCode: TypeAlias = Literal[
    "missing_target",
    "missing_way",
    "unreachable",
    "dead_end",
    "never_completes",
    "not_covered",
    "before_identity",
    "before_consent",
    "no_consent",
    "unknown_consent",
    "too_many_combinations",
    "unknown_item",
    "wrong_step_for_item",
    "repeated_item",
    "repeated_answer",
    "not_marked_affirmative",
    "impossible_answer",
    "unknown_fact",
    "unknown_value",
    "wrong_comparison",
    "not_speakable",
    "malformed_placeholder",
    "placeholders_differ",
    "placeholder_not_allowed",
    "text_missing",
    "recommends_unasked",
]


class PathStep(Struct, frozen=True, omit_defaults=True):
    """A step on a path: the answer given, None where any will do, or `skipped` as its condition is false."""

    step: str
    answer: str | None = None
    skipped: bool = False


class Finding(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One thing the checker found. A script with an `error` can't be published.

    `path` is the shortest way that shows it, `facts` the contract it happens with: numbers and dates as text,
    None where the fact is unknown, facts left out can be anything.
    """

    code: FindingCode
    severity: Severity
    message: Text
    fix: Text
    step: str | None = None
    item: str | None = None
    facts: dict[str, bool | str | None] = {}
    path: tuple[PathStep, ...] = ()


def publishable(findings: Iterable[Finding]) -> bool:
    """Tell whether a script with these findings may be published: no finding is an error."""
    return all(finding.severity != "error" for finding in findings)


def plain_facts(facts: Mapping[str, FactValue | None]) -> dict[str, bool | str | None]:
    """Return facts as a finding shows them."""
    return {fact: _plain(value) for fact, value in facts.items()}


def _plain(value: FactValue | None) -> bool | str | None:
    match value:
        case None | bool() | str():
            return value
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)


def error(
    code: FindingCode, message: Text, fix: Text, *, step: str | None = None, item: str | None = None
) -> Finding:
    """Return a finding that keeps the script from being published and needs no path."""
    return Finding(code=code, severity="error", message=message, fix=fix, step=step, item=item)


def proven(
    code: FindingCode,
    message: Text,
    fix: Text,
    facts: Mapping[str, FactValue | None],
    path: tuple[PathStep, ...],
    *,
    step: str | None = None,
    item: str | None = None,
) -> Finding:
    """Return an error with the path that shows it; the path and its facts are added to the message."""
    way = " → ".join(_written(part) for part in path)
    zh_facts, en_facts = _circumstances(facts)
    return Finding(
        code=code,
        severity="error",
        message=text(
            f"{message.zh_cn}最短路径：{way}{zh_facts}。", f"{message.en} Shortest path: {way}{en_facts}."
        ),
        fix=fix,
        step=step,
        item=item,
        facts=plain_facts(facts),
        path=path,
    )


def _written(part: PathStep) -> str:
    if part.skipped:
        return f"({part.step})"
    return part.step if part.answer is None else f"{part.step} [{part.answer}]"


def _circumstances(facts: Mapping[str, FactValue | None]) -> tuple[str, str]:
    if not facts:
        return "", ""
    plain = plain_facts(facts).items()
    zh = "，".join(f"{fact} = {_value(value, '未知', '是', '否')}" for fact, value in plain)
    en = ", ".join(f"{fact} = {_value(value, 'unknown', 'true', 'false')}" for fact, value in plain)
    return f"（当 {zh}）", f" (where {en})"


def _value(value: bool | str | None, unknown: str, yes: str, no: str) -> str:
    if value is None:
        return unknown
    if isinstance(value, bool):
        return yes if value else no
    return value
