"""The health overview: contacts made in time, how they went, and what came up (HI-2)."""

from huifang_core.reports import (
    CASE_COUNTS,
    FIVE_FACTS,
    TIMELINESS,
    CaseTable,
    ObligationTable,
    Report,
)
from huifang_core.texts import text

FOLLOW_UP_OVERVIEW = Report(
    id="follow_up_overview",
    title=text("健康险回访情况", "Health insurance follow-ups"),
    cites=("HI-2", "REG-2", "DEC-1", "DEC-2"),
    tables=(
        ObligationTable(
            "by_branch", text("分机构及时情况", "Timeliness by branch"), ("province", "city"), TIMELINESS
        ),
        ObligationTable("by_month", text("分月及时情况", "Timeliness by month"), ("month",), TIMELINESS),
        ObligationTable(
            "results", text("分机构回访效果", "Results by branch"), ("province", "city"), FIVE_FACTS
        ),
        CaseTable(
            "problems", text("客户需求与问题", "Wishes and problems"), ("case_class", "severity"), CASE_COUNTS
        ),
        CaseTable(
            "problems_by_month",
            text("需求与问题分月", "Wishes and problems by month"),
            ("month", "case_class"),
            CASE_COUNTS,
        ),
    ),
)
