"""Gifts (礼品) to customers: asked for, approved by somebody else, given; and never worth more than allowed (CARE-1)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

import msgspec

from huifang_core.obligations import IllegalTransition

Occasion = Literal["birthday", "holiday", "other"]
GiftStatus = Literal["requested", "approved", "declined", "given", "cancelled"]

TRANSITIONS: Mapping[GiftStatus, frozenset[GiftStatus]] = {
    "requested": frozenset({"approved", "declined", "cancelled"}),
    "approved": frozenset({"given", "cancelled"}),
    "declined": frozenset(),
    "given": frozenset(),
    "cancelled": frozenset(),
}

COUNTED: frozenset[GiftStatus] = frozenset({"requested", "approved", "given"})
"""Statuses in which a gift counts towards what a person gets in a year: those that may still be given, too."""


class GiftBounds(msgspec.Struct, frozen=True):
    """What gifts may be worth in yuan: each, and all to one person in a calendar year."""

    each: Decimal
    yearly: Decimal

    def left(self, counted: Decimal) -> Decimal:
        """Return what is left of the year for a person who got `counted`."""
        return max(self.yearly - counted, Decimal(0))

    def allow(self, value: Decimal, counted: Decimal) -> bool:
        """Tell whether a gift of this value may be added for a person who got `counted` this year."""
        return value <= self.each and value <= self.left(counted)


def strictest(bounds: tuple[GiftBounds, ...]) -> GiftBounds | None:
    """Return what satisfies all of them; None where there is none."""
    if not bounds:
        return None
    return GiftBounds(min(one.each for one in bounds), min(one.yearly for one in bounds))


def check_transition(current: GiftStatus, wanted: GiftStatus) -> GiftStatus:
    """Return `wanted`, or raise `IllegalTransition` when it can't follow `current`."""
    if wanted not in TRANSITIONS[current]:
        raise IllegalTransition("gift", current, wanted)
    return wanted
