"""The fact view over cases, and every figure and dimension a report may ask of it.

A row of the view is a case opened in the period. One that was withdrawn, because the answer that had opened it was
corrected, is not counted: it stands on record, but no problem was found.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from huifang_core import reports
from huifang_core.texts import text

from huifang_tenants.scope import Scope
from huifang_tenants.stores.reporting.counting import (
    PLACES,
    Counted,
    Dimension,
    Figure,
    Selection,
    count,
)

_COUNTED: Final = """
counted AS MATERIALIZED (
    SELECT k.status, k.reopened, k.case_class, k.severity::text AS severity, k.unit,
        to_char(k.opened_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month
    FROM case_file k LEFT JOIN place ON place.code = k.unit
    WHERE k.opened_at >= $2 AND k.opened_at < $3 AND NOT k.withdrawn
      AND ($1::text IS NULL OR k.plugin = $1) AND ($4::text IS NULL OR place.code IS NOT NULL)
)"""

FIGURES: Final[Mapping[str, Figure]] = {
    "opened": Figure(
        "true",
        text(
            "统计期间内新开的问题件,不含因更正回答而撤回的",
            "cases opened in the period, less those withdrawn because an answer was corrected",
        ),
    ),
    "solved": Figure(
        "p.status IN ('solved', 'closed')", text("其中现已解决或已结案", "of these, solved or closed by now")
    ),
    "unsolved": Figure("p.status IN ('open', 'assigned')", text("其中尚未解决", "of these, not solved yet")),
    "reopened": Figure(
        "p.reopened > 0", text("其中曾重新打开", "of these, opened again at least once after being solved")
    ),
}
"""Every figure over cases; `p` is the view."""

DIMENSIONS: Final[Mapping[str, Dimension]] = {
    "case_class": Dimension(
        "case_class",
        text("问题类别", "Class"),
        text("问题件的类别", "what kind of problem it is"),
    ),
    "severity": Dimension(
        "severity",
        text("严重程度", "Severity"),
        text("1 轻微至 4 最严重", "1 minor to 4 most serious"),
    ),
    "unit": Dimension("unit", text("机构", "Unit"), text("负责解决的机构", "the unit that has to solve it")),
    "month": Dimension(
        "month",
        text("月份", "Month"),
        text("开立的月份(北京时间)", "the month in which it was opened, Asia/Shanghai"),
    ),
}
"""Every dimension of cases."""


async def count_cases(
    scope: Scope,
    by: Sequence[reports.CaseDimension],
    figures: Sequence[reports.CaseFigure],
    selection: Selection,
) -> Counted:
    """Count cases opened in the period of `selection`."""
    return await count(
        scope,
        f"WITH {PLACES}, {_COUNTED}",
        [DIMENSIONS[name] for name in by],
        [FIGURES[name] for name in figures],
        selection,
    )
