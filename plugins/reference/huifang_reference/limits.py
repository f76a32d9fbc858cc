"""Caps and shares that contacts must keep; the numbers stand in `parameters.yaml`."""

from huifang_core.limits import ChannelShare, Frequency, GiftValue, Limit
from huifang_core.texts import text

LIMITS: tuple[Limit, ...] = (
    ChannelShare(
        id="not_by_phone",
        title=text("上门和信函比例", "visits and letters"),
        cites=("DEC-9",),
        channels=("on_site", "letter"),
        at_most="limits.not_by_phone",
        warn_at="limits.not_by_phone_warning",
    ),
    Frequency(
        id="courtesies",
        title=text("致意频次", "frequency of courtesies"),
        cites=("GEN-4",),
        categories=("care", "sales"),
        at_most="limits.courtesies",
        within_days="limits.courtesies_within_days",
    ),
    GiftValue(
        id="gifts",
        title=text("礼品价值", "value of gifts"),
        cites=("GEN-4",),
        each_at_most="limits.gift",
        yearly_at_most="limits.gifts_of_a_year",
    ),
)
"""One of each kind."""
