"""How often a person may be contacted out of courtesy or to sell (CARE-2), and what gifts may be worth (CARE-1)."""

from huifang_core.limits import Frequency, GiftValue, Limit
from huifang_core.texts import text

LIMITS: tuple[Limit, ...] = (
    Frequency(
        id="care_frequency",
        title=text("关怀和销售联系频次", "frequency of care and sales contacts"),
        cites=("CARE-2",),
        categories=("care", "sales"),
        at_most="care_frequency.at_most",
        within_days="care_frequency.within_days",
    ),
    GiftValue(
        id="gift_value",
        title=text("礼品价值", "value of gifts"),
        cites=("CARE-1",),
        each_at_most="gift.each_at_most",
        yearly_at_most="gift.yearly_at_most",
    ),
)
"""Answers to suggestions are owed, and not limited."""
