"""Sets of fact assignments as the bits of one integer, so that a proof handles all combinations at once."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from math import prod

from huifang_core.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    FactSpec,
    FactValue,
    Not,
    compare,
    deciding_values,
)

LARGEST_PROOF = 1 << 26
"""Combinations of facts up to which one item is proven; more would take minutes."""

_LARGEST_SPACE = 1 << 18
# Integers of this many bits stay in the processor's cache; larger proofs go through several spaces.


class TooManyCombinations(Exception):
    """The conditions that decide one question mention too many facts together."""

    def __init__(self, facts: tuple[str, ...], combinations: int) -> None:
        super().__init__(f"{combinations} combinations of {', '.join(facts)}")
        self.facts = facts
        self.combinations = combinations


class Space:
    """Every combination of the values of `free` facts, each a bit, with the values of `fixed` facts given.

    A fact in neither is unknown.
    """

    def __init__(
        self, free: Mapping[str, tuple[FactValue | None, ...]], fixed: Mapping[str, FactValue | None]
    ) -> None:
        self._free = free
        self._fixed = fixed
        self._size = prod(len(values) for values in free.values())
        self._known: dict[tuple[Condition, bool], int] = {}
        self.full = (1 << self._size) - 1

    def possible(self, condition: Condition | None) -> int:
        """Return the assignments under which the condition is not definitely false."""
        return self.full if condition is None else self._possible(condition, True)

    def first(self, assignments: int) -> dict[str, FactValue | None]:
        """Return the first of these assignments; known values come before unknown ones."""
        place = (assignments & -assignments).bit_length() - 1
        found = dict(self._fixed)
        for fact, values in self._free.items():
            place, digit = divmod(place, len(values))
            found[fact] = values[digit]
        return found

    def _possible(self, condition: Condition, positive: bool) -> int:
        key = (condition, positive)
        if key not in self._known:
            self._known[key] = self._compute(condition, positive)
        return self._known[key]

    def _compute(self, condition: Condition, positive: bool) -> int:
        match condition:
            case Not(condition=part):
                return self._possible(part, not positive)
            case AllOf(conditions=parts) | AnyOf(conditions=parts):
                masks = [self._possible(part, positive) for part in parts]
                # De Morgan: under `not`, all and any change places.
                return _met(masks) if isinstance(condition, AllOf) == positive else _joined(masks)
            case _:
                return self._compared(condition, positive)

    def _compared(self, comparison: Comparison, positive: bool) -> int:
        if comparison.fact not in self._free:
            possible = compare(comparison, self._fixed.get(comparison.fact)) is not (not positive)
            return self.full if possible else 0
        stride = 1
        for fact, values in self._free.items():
            if fact == comparison.fact:
                break
            stride *= len(values)
        pattern = 0
        for place, value in enumerate(self._free[comparison.fact]):
            if compare(comparison, value) is not (not positive):
                pattern |= ((1 << stride) - 1) << (place * stride)
        return self._repeated(pattern, stride * len(self._free[comparison.fact]))

    def _repeated(self, pattern: int, width: int) -> int:
        while width < self._size:
            pattern |= pattern << width
            width *= 2
        return pattern & self.full


def spaces(conditions: Iterable[Condition], specs: Mapping[str, FactSpec]) -> Iterator[Space]:
    """Return spaces that together hold every combination of facts that these conditions can tell apart.

    Raises TooManyCombinations.
    """
    values = deciding_values(conditions, specs)
    combinations = prod(len(choices) for choices in values.values())
    if combinations > LARGEST_PROOF:
        raise TooManyCombinations(tuple(values), combinations)
    free: dict[str, tuple[FactValue | None, ...]] = {}
    size = 1
    for fact, choices in values.items():
        if size * len(choices) <= _LARGEST_SPACE:
            free[fact] = choices
            size *= len(choices)
    outer = [fact for fact in values if fact not in free]
    for fixed in product(*(values[fact] for fact in outer)):
        yield Space(free, dict(zip(outer, fixed, strict=True)))


def _met(masks: list[int]) -> int:
    first, *others = masks
    for mask in others:
        first &= mask
    return first


def _joined(masks: list[int]) -> int:
    first, *others = masks
    for mask in others:
        first |= mask
    return first
