"""The overview of payers' feedback: callbacks and answers by office, kind, channel and month, and what payers brought up (PF-4)."""

from huifang_core.reports import CASE_COUNTS, FIVE_FACTS, TIMELINESS, CaseTable, ObligationTable, Report
from huifang_core.texts import text

FEEDBACK_OVERVIEW = Report(
    id="feedback_overview",
    title=text("缴费人回访情况总览", "Overview of payers' feedback"),
    cites=("PF-1", "PF-3", "PF-4", "REG-2", "DEC-1", "DEC-2"),
    tables=(
        ObligationTable(
            "by_office", text("分机构及时情况", "Timeliness by office"), ("unit", "kind"), TIMELINESS
        ),
        ObligationTable(
            "by_month", text("分月及时情况", "Timeliness by month"), ("kind", "month"), TIMELINESS
        ),
        ObligationTable(
            "by_channel", text("分方式回访效果", "Results by channel"), ("kind", "channel"), FIVE_FACTS
        ),
        ObligationTable(
            "satisfied_by_office",
            text(
                "分机构回访效果（回访成功即各项均满意）",
                "Results by office (successful: satisfied on every point)",
            ),
            ("unit", "kind"),
            FIVE_FACTS,
        ),
        CaseTable(
            "by_class", text("意见建议分类", "Feedback by class"), ("case_class", "severity"), CASE_COUNTS
        ),
        CaseTable(
            "cases_by_office",
            text("意见建议分机构", "Feedback by office"),
            ("unit", "case_class"),
            CASE_COUNTS,
        ),
        CaseTable(
            "cases_by_month", text("意见建议分月", "Feedback by month"), ("month", "case_class"), CASE_COUNTS
        ),
    ),
)
"""Whether every payer was contacted and answered in time, and what has to get better."""
