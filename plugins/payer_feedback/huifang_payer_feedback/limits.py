"""How often a person may be surveyed (CARE-2): callbacks after payments and answers are the office's duty, and not limited."""

from huifang_core.limits import Frequency, Limit
from huifang_core.texts import text

LIMITS: tuple[Limit, ...] = (
    Frequency(
        id="survey_frequency",
        title=text("满意度调查频次", "frequency of surveys"),
        cites=("CARE-2", "PF-3"),
        categories=("survey",),
        at_most="survey_frequency.at_most",
        within_days="survey_frequency.within_days",
    ),
)
"""The one limit."""
