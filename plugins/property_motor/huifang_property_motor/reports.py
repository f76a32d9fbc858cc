"""The overview of property and motor callbacks, and the analysis over the three channels (PC-5)."""

from huifang_core.reports import CASE_COUNTS, FIVE_FACTS, TIMELINESS, CaseTable, ObligationTable, Report
from huifang_core.texts import text

CALLBACK_OVERVIEW = Report(
    id="callback_overview",
    title=text("财产险与车险回访总览", "Overview of property and motor callbacks"),
    cites=("HT-1", "HT-8", "PC-1", "PC-5", "REG-2", "DEC-1", "DEC-2"),
    tables=(
        ObligationTable(
            "by_kind",
            text("分项目、分月及时情况", "Timeliness by kind and month"),
            ("kind", "month"),
            TIMELINESS,
        ),
        ObligationTable(
            "by_branch",
            text("分机构及时情况", "Timeliness by branch"),
            ("province", "city", "kind"),
            TIMELINESS,
        ),
        ObligationTable(
            "results_by_branch",
            text("分机构回访效果", "Results by branch"),
            ("province", "city", "kind"),
            FIVE_FACTS,
        ),
    ),
)

CHANNEL_ANALYSIS = Report(
    id="channel_analysis",
    title=text("电话、现场、线上回访分析", "Analysis of phone, visits and online questionnaires"),
    cites=("PC-4", "PC-5", "PC-6", "REG-2", "REG-3"),
    tables=(
        ObligationTable(
            "by_channel", text("分方式回访效果", "Results by channel"), ("channel", "kind"), FIVE_FACTS
        ),
        ObligationTable(
            "by_channel_and_month",
            text("分方式、分月及时情况", "Timeliness by channel and month"),
            ("channel", "month"),
            TIMELINESS,
        ),
        CaseTable(
            "orders", text("转办工单分类", "Work orders by class"), ("case_class", "severity"), CASE_COUNTS
        ),
        CaseTable(
            "orders_by_branch",
            text("转办工单分机构", "Work orders by branch"),
            ("unit", "case_class"),
            CASE_COUNTS,
        ),
        CaseTable(
            "orders_by_month",
            text("转办工单分月", "Work orders by month"),
            ("month", "case_class"),
            CASE_COUNTS,
        ),
    ),
)
