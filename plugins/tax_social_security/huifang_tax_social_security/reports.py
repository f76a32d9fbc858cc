"""The overview of interviews: coverage and timeliness by office, what came of them, and what was found and pursued (TS-1 to TS-4)."""

from huifang_core.reports import CASE_COUNTS, FIVE_FACTS, TIMELINESS, CaseTable, ObligationTable, Report
from huifang_core.texts import text

INTERVIEW_OVERVIEW = Report(
    id="interview_overview",
    title=text("税务社保回访情况总览", "Overview of interviews"),
    cites=("TS-1", "TS-2", "TS-3", "TS-4", "REG-2", "DEC-1", "DEC-2"),
    tables=(
        ObligationTable(
            "by_office", text("分机构及时情况", "Timeliness by office"), ("unit", "kind"), TIMELINESS
        ),
        ObligationTable(
            "by_month", text("分月及时情况", "Timeliness by month"), ("kind", "month"), TIMELINESS
        ),
        ObligationTable(
            "coverage",
            text("分机构覆盖和效果", "Coverage and results by office"),
            ("unit", "kind"),
            FIVE_FACTS,
        ),
        ObligationTable(
            "by_channel", text("分方式回访效果", "Results by channel"), ("kind", "channel"), FIVE_FACTS
        ),
        CaseTable("by_class", text("问题分类", "Problems by class"), ("case_class", "severity"), CASE_COUNTS),
        CaseTable(
            "cases_by_office", text("问题分机构", "Problems by office"), ("unit", "case_class"), CASE_COUNTS
        ),
        CaseTable(
            "cases_by_month", text("问题分月", "Problems by month"), ("month", "case_class"), CASE_COUNTS
        ),
    ),
)
"""Whether everybody was interviewed, and whether what was found is pursued."""
