"""The overview of care: contacts by kind, branch, channel and month, and what became of suggestions (CARE-1, CARE-3)."""

from huifang_core.reports import CASE_COUNTS, FIVE_FACTS, TIMELINESS, CaseTable, ObligationTable, Report
from huifang_core.texts import text

CARE_OVERVIEW = Report(
    id="care_overview",
    title=text("客户关怀情况总览", "Overview of customer care"),
    cites=("SP-2", "CARE-1", "CARE-3", "REG-2", "DEC-1", "DEC-2"),
    tables=(
        ObligationTable("by_month", text("分月情况", "By month"), ("kind", "month"), TIMELINESS),
        ObligationTable("by_branch", text("分机构效果", "Results by branch"), ("unit", "kind"), FIVE_FACTS),
        ObligationTable(
            "by_channel", text("分方式效果", "Results by channel"), ("kind", "channel"), FIVE_FACTS
        ),
        CaseTable(
            "suggestions",
            text("建议处理情况", "What became of suggestions"),
            ("unit", "case_class"),
            CASE_COUNTS,
        ),
    ),
)
"""Whether customers were greeted, reminded and answered."""
