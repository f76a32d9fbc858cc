"""Which unit a case goes to: by its class, by how serious it is, and by where somebody can work on it (SD-2, CI-4)."""

from collections.abc import Container, Mapping
from typing import Literal

from huifang_core.cases import MOST_SERIOUS
from huifang_core.units import LEVELS, Level, Unit, chain


def solving_level(level: Level, severity: int) -> Level:
    """Return the level of unit that solves a case: that of its class, but the most serious go to the province at least (CI-4)."""
    return _higher(level, "province") if severity >= MOST_SERIOUS else level


def destination(origin: str, level: Level, staffed: Container[str], units: Mapping[str, Unit]) -> str:
    """Return the unit that a case of `origin` goes to.

    The unit at `level` above it, else the nearest higher one; from there up to the first in which somebody handles cases. Where
    nobody does all the way up, it stays where it belongs. An unknown `origin` is left as it is.
    """
    above = [unit.code for unit in chain(origin, units) if _rank(unit.level) <= _rank(level)]
    if not above:
        return origin
    return next((code for code in above if code in staffed), above[0])


def next_above(unit: str, units: Mapping[str, Unit]) -> str | None:
    """Return the unit right above, or None at the top."""
    above = chain(unit, units)[1:2]
    return above[0].code if above else None


def direction(unit: str, to: str, units: Mapping[str, Unit]) -> Literal["up", "down"] | None:
    """Tell whether `to` lies above or below `unit`; None where it is neither."""
    if unit == to:
        return None
    if any(above.code == to for above in chain(unit, units)):
        return "up"
    return "down" if any(above.code == unit for above in chain(to, units)) else None


def _higher(one: Level, other: Level) -> Level:
    return min(one, other, key=_rank)


def _rank(level: Level) -> int:
    return LEVELS.index(level)
