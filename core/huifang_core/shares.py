"""Where a share of channels stands, and how much more fits in (LN-5, DEC-9)."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Final, Literal

import msgspec

from huifang_core.limits import ChannelShare
from huifang_core.parameters import Parameter, ParametersAt, ParameterSet
from huifang_core.periods import Span, span_of
from huifang_core.plans import Period
from huifang_core.trace import Trace

_PERIODS: Final[Mapping[str, Period]] = {"calendar_year": "year", "calendar_month": "month"}


class Bounds(msgspec.Struct, frozen=True):
    """What a share may come to, between 0 and 1, and from where on a warning stands."""

    at_most: Decimal
    warn_at: Decimal


class Share(msgspec.Struct, frozen=True):
    """What counts of a period: `by_channels` of `completed` were completed by the channels limited; `in_hand` are given out for them now."""

    by_channels: int
    completed: int
    in_hand: int = 0

    @property
    def figure(self) -> Decimal:
        """The share as completed; 0 where nothing is."""
        return _share(self.by_channels, self.completed)

    def would_be(self, more: int) -> Decimal:
        """The share once what is in hand, and so many more, are completed by the channels limited."""
        added = self.in_hand + more
        return _share(self.by_channels + added, self.completed + added)


def bounds_on(
    limit: ChannelShare, parameters: Mapping[str, Parameter], own: Mapping[str, Any], day: date
) -> Bounds:
    """Return what a share may come to on `day`, by the law or by a tenant's own stricter values."""
    at = ParametersAt(ParameterSet(dict(parameters)), day, own, Trace())
    return Bounds(Decimal(at[limit.at_most]), Decimal(at[limit.warn_at]))


def period_of(limit: ChannelShare, day: date) -> Span:
    """Return the period that `day` counts in."""
    return span_of(_PERIODS[limit.period], day)


def room(share: Share, at_most: Decimal, wanted: int) -> int:
    """Return how many of `wanted` obligations can still be given out by the channels limited, so that the share stays within `at_most`.

    Everything in hand counts as if it were completed by them. What is not completed by another channel yet counts for nothing: at the
    start of a period nothing fits in.
    """
    if at_most >= 1:
        return wanted
    # Of k more, by_channels + in_hand + k may not pass at_most * (completed + in_hand + k).
    spare = at_most * (share.completed + share.in_hand) - share.by_channels - share.in_hand
    most = int((spare / (1 - at_most)).to_integral_value(ROUND_FLOOR))
    return max(0, min(wanted, most))


Level = Literal["within", "near", "past"]
"""near: a warning stands. past: the share is more than it may be, as where somebody approved it."""


def level_of(share: Share, bounds: Bounds) -> Level:
    """Return how close a share is to what it may come to."""
    if share.figure > bounds.at_most:
        return "past"
    return "near" if share.by_channels and share.figure >= bounds.warn_at else "within"


def _share(part: int, whole: int) -> Decimal:
    return Decimal(part) / whole if whole else Decimal(0)
