"""The fact view over notes on the records of staff, and every figure and dimension a report may ask of it (MS-2).

A row of the view is a note that an answer put, in the period, on the record of a member of staff who had to do with the contract or
claim: a surveyor who had not called, for one. One that was withdrawn, because the answer was corrected, is not counted.
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
    SELECT n.about_ref AS person, e.document ->> 'target' AS role, coalesce(s.unit, o.unit) AS unit,
        to_char(n.created_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month
    FROM person_note n JOIN contact_section c ON c.contact_id = n.contact_id
    JOIN effect e ON e.section_id = c.id AND e.result_id = n.id AND e.kind = 'note_on_person'
    JOIN obligation o ON o.id = c.obligation_id LEFT JOIN staff s ON s.staff_no = n.about_ref
    LEFT JOIN place ON place.code = coalesce(s.unit, o.unit)
    WHERE n.about_kind = 'staff' AND n.withdrawn_at IS NULL AND n.created_at >= $2 AND n.created_at < $3
      AND ($1::text IS NULL OR o.plugin = $1) AND ($4::text IS NULL OR place.code IS NOT NULL)
)"""

FIGURES: Final[Mapping[str, Figure]] = {
    "notes": Figure(
        "true",
        text(
            "统计期间内因客户答复记入人员档案的次数,不含因更正而撤回的",
            "notes that customers' answers put on the person's record in the period, less those withdrawn",
        ),
    ),
}
"""Every figure over notes; `p` is the view."""

DIMENSIONS: Final[Mapping[str, Dimension]] = {
    "person": Dimension(
        "person", text("人员", "Person"), text("被记录人员的工号", "staff number of whom it is about")
    ),
    "role": Dimension(
        "role",
        text("身份", "Part"),
        text("该人员在合同或赔案中的身份", "the person's part in the contract or claim"),
    ),
    "unit": Dimension(
        "unit",
        text("机构", "Unit"),
        text(
            "该人员所在机构;未登记的为负责该合同的机构",
            "the person's unit; of one not on file that in charge of the contract",
        ),
    ),
    "month": Dimension(
        "month",
        text("月份", "Month"),
        text("记入的月份(北京时间)", "the month in which it was noted, Asia/Shanghai"),
    ),
}
"""Every dimension of notes."""


async def count_notes(
    scope: Scope,
    by: Sequence[reports.NoteDimension],
    figures: Sequence[reports.NoteFigure],
    selection: Selection,
) -> Counted:
    """Count notes put on the records of staff in the period of `selection`."""
    return await count(
        scope,
        f"WITH {PLACES}, {_COUNTED}",
        [DIMENSIONS[name] for name in by],
        [FIGURES[name] for name in figures],
        selection,
    )
