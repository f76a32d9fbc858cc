"""How often a person may be contacted out of courtesy or to sell (CARE-2)."""

from huifang_core.limits import Frequency, Limit
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
)
"""The one limit; answers to suggestions are owed, and not limited."""
