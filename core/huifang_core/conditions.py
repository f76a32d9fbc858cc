"""Conditions on facts as data, evaluated in three values: true, false, unknown.

A condition compares facts of a contract, customer or event with literals. An unknown fact makes a comparison
unknown (`None`), and only a condition that is *definitely false* ever leaves something out (SD-5): whoever
evaluates one treats unknown as "applies".

In YAML a condition is written short (`condition_from` reads it), in JSON it carries its tag `test`:

    {fact: contract.premium_mode, in: [regular]}    {fact: contract.new_type, is: true}
    {fact: contract.premium_years, at_least: 2}     {fact: contract.premium_years, below: 10}
    {all: [...]}   {any: [...]}   {not: ...}
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from huifang_core.texts import Text

FactId: TypeAlias = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$")]
FactKind: TypeAlias = Literal["boolean", "code", "number", "date", "text", "money"]
FactValue: TypeAlias = bool | int | Decimal | str | date
Facts: TypeAlias = Mapping[str, FactValue | None]


class ConditionError(ValueError):
    """A condition that can't be read: `message` says why, `path` where in the data."""

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.message = message
        self.path = path


class FactSpec(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is known of a fact (事实) before any contract is looked at.

    `values` are the codes a fact of kind `code` can have. `before_identity` marks a fact that may be said to a
    person whose identity is not verified yet, such as the insurer's name; all others may not (SD-6a).
    """

    id: FactId
    kind: FactKind
    title: Text
    values: tuple[str, ...] = ()
    before_identity: bool = False


class _Test(Struct, frozen=True, forbid_unknown_fields=True, tag_field="test"):
    """What the forms of a condition share: the tag that tells them apart."""


class FactIs(_Test, frozen=True, tag="is"):
    """A boolean fact has this value."""

    fact: FactId
    value: bool


class FactIn(_Test, frozen=True, tag="in"):
    """A code fact has one of these codes."""

    fact: FactId
    values: Annotated[tuple[str, ...], Meta(min_length=1)]


class FactAtLeast(_Test, frozen=True, tag="at_least"):
    """A number or amount (yuan) is `value` or more."""

    fact: FactId
    value: Decimal


class FactBelow(_Test, frozen=True, tag="below"):
    """A number or amount (yuan) is less than `value`."""

    fact: FactId
    value: Decimal


class AllOf(_Test, frozen=True, tag="all"):
    """Every condition holds."""

    conditions: Annotated[tuple["Condition", ...], Meta(min_length=1)]


class AnyOf(_Test, frozen=True, tag="any"):
    """At least one condition holds."""

    conditions: Annotated[tuple["Condition", ...], Meta(min_length=1)]


class Not(_Test, frozen=True, tag="not"):
    """The condition does not hold."""

    condition: "Condition"


Comparison: TypeAlias = FactIs | FactIn | FactAtLeast | FactBelow
Condition: TypeAlias = FactIs | FactIn | FactAtLeast | FactBelow | AllOf | AnyOf | Not


def compare(comparison: Comparison, value: FactValue | None) -> bool | None:
    """Whether `value` passes the comparison; `None` if it is unknown.

    A value of the wrong type counts as unknown: the caller then asks or tells too much rather than too little.
    """
    match comparison:
        case FactIs(value=wanted):
            return value is wanted if isinstance(value, bool) else None
        case FactIn(values=codes):
            return value in codes if isinstance(value, str) else None
        case FactAtLeast(value=threshold):
            return None if (number := _number(value)) is None else number >= threshold
        case FactBelow(value=threshold):
            return None if (number := _number(value)) is None else number < threshold


def evaluate(condition: Condition, facts: Facts) -> bool | None:
    """The condition's value under `facts` in Kleene's logic; a fact that is absent or `None` is unknown."""
    match condition:
        case AllOf(conditions=parts):
            return _all(evaluate(part, facts) for part in parts)
        case AnyOf(conditions=parts):
            return _negated(_all(_negated(evaluate(part, facts)) for part in parts))
        case Not(condition=part):
            return _negated(evaluate(part, facts))
        case _:
            return compare(condition, facts.get(condition.fact))


def definitely_false(condition: Condition | None, facts: Facts) -> bool:
    """Whether the condition is known to be false; no condition and unknown facts never are."""
    return condition is not None and evaluate(condition, facts) is False


def comparisons(condition: Condition) -> Iterator[Comparison]:
    """Every comparison in the condition, left to right."""
    for comparison, _ in _signed(condition, True):
        yield comparison


def facts_of(condition: Condition) -> frozenset[str]:
    """The ids of the facts the condition mentions."""
    return frozenset(comparison.fact for comparison in comparisons(condition))


def deciding_values(
    conditions: Iterable[Condition], specs: Mapping[str, FactSpec]
) -> dict[str, tuple[FactValue | None, ...]]:
    """For each fact mentioned, the few values that stand for all it can have, `None` (unknown) being one.

    Numbers are split at the thresholds that occur. Values which no comparison tells apart, as far as anything
    being definitely false goes, share one representative, a known one where there is any; so the product of
    these tuples is an exact stand-in for every combination of facts.
    """
    signed: dict[str, dict[tuple[Comparison, bool], None]] = {}
    for condition in conditions:
        for comparison, positive in _signed(condition, True):
            signed.setdefault(comparison.fact, {})[(comparison, positive)] = None
    return {fact: _representatives(tuple(tests), specs.get(fact)) for fact, tests in sorted(signed.items())}


def condition_from(data: object, path: str = "") -> Condition:
    """The condition written as plain data, short (YAML) or tagged (JSON).

    Raises ConditionError naming the place inside `data`.
    """
    if not isinstance(data, dict):
        raise ConditionError("a condition is a mapping such as {fact: contract.new_type, is: true}", path)
    if "test" in data:
        return _converted(data, path)
    for word in ("all", "any"):
        if word in data:
            _refuse_others(data, {word}, path)
            parts = data[word]
            if not isinstance(parts, list) or not parts:
                raise ConditionError(f"`{word}` takes a list of at least one condition", path)
            read = tuple(condition_from(part, f"{path}.{word}[{n}]") for n, part in enumerate(parts))
            return AllOf(read) if word == "all" else AnyOf(read)
    if "not" in data:
        _refuse_others(data, {"not"}, path)
        return Not(condition_from(data["not"], f"{path}.not"))
    return _comparison_from(data, path)


def _comparison_from(data: dict[object, object], path: str) -> Condition:
    fact = data.get("fact")
    if not isinstance(fact, str):
        raise ConditionError("a condition needs `fact`, `all`, `any` or `not`", path)
    _refuse_others(data, {"fact", "is", "in", "at_least", "below"}, path)
    tests = [
        _one_test(fact, word, data[word], path) for word in ("is", "in", "at_least", "below") if word in data
    ]
    if not tests:
        raise ConditionError(f"say what `{fact}` is compared with: is, in, at_least or below", path)
    return tests[0] if len(tests) == 1 else AllOf(tuple(tests))


def _one_test(fact: str, word: str, literal: object, path: str) -> Condition:
    if word == "is" and isinstance(literal, str):
        return _converted({"test": "in", "fact": fact, "values": [literal]}, path)
    return _converted({"test": word, "fact": fact, "values" if word == "in" else "value": literal}, path)


def _converted(data: object, path: str) -> Condition:
    try:
        read: Condition = msgspec.convert(data, Condition)
    except msgspec.ValidationError as error:
        raise ConditionError(str(error), path) from error
    return read


def _refuse_others(data: dict[object, object], known: set[str], path: str) -> None:
    others = sorted(str(key) for key in data if key not in known)
    if others:
        raise ConditionError(f"unknown or misplaced: {', '.join(others)}", path)


def _number(value: object) -> int | Decimal | None:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return value
    return None


def _negated(value: bool | None) -> bool | None:
    return None if value is None else not value


def _all(values: Iterable[bool | None]) -> bool | None:
    met: bool | None = True
    for value in values:
        if value is False:
            return False
        if value is None:
            met = None
    return met


def _signed(condition: Condition, positive: bool) -> Iterator[tuple[Comparison, bool]]:
    match condition:
        case AllOf(conditions=parts) | AnyOf(conditions=parts):
            for part in parts:
                yield from _signed(part, positive)
        case Not(condition=part):
            yield from _signed(part, not positive)
        case _:
            yield condition, positive


def _representatives(
    tests: tuple[tuple[Comparison, bool], ...], spec: FactSpec | None
) -> tuple[FactValue | None, ...]:
    classes: dict[tuple[bool, ...], FactValue | None] = {}
    for value in _candidates([comparison for comparison, _ in tests], spec):
        # A comparison under `not` is definitely false where the comparison itself is true.
        signature = tuple(compare(comparison, value) is not (not positive) for comparison, positive in tests)
        classes.setdefault(signature, value)
    return tuple(classes.values())


def _candidates(tests: list[Comparison], spec: FactSpec | None) -> list[FactValue | None]:
    known: list[FactValue] = [] if spec is None else list(spec.values)
    thresholds = sorted({test.value for test in tests if isinstance(test, FactAtLeast | FactBelow)})
    for test in tests:
        match test:
            case FactIs():
                known += [True, False]
            case FactIn(values=codes):
                known += codes
    if thresholds:
        known += [thresholds[0] - 1, *thresholds]
    return [*known, None]
