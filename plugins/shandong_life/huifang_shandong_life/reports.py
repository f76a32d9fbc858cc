"""The Shandong overview: how callbacks stand by branch, channel, kind and month, and what problems they showed (SD-4)."""

from huifang_core.reports import (
    CASE_COUNTS,
    FIVE_FACTS,
    TIMELINESS,
    CaseTable,
    ObligationTable,
    Report,
    counts,
)
from huifang_core.texts import text

CALLBACK_OVERVIEW = Report(
    id="callback_overview",
    title=text("客户回访情况总览", "Overview of callbacks"),
    cites=("SD-2", "SD-4", "REG-2", "DEC-1", "DEC-2"),
    tables=(
        ObligationTable(
            "by_branch", text("分机构及时情况", "Timeliness by branch"), ("province", "city"), TIMELINESS
        ),
        ObligationTable(
            "by_kind",
            text("分项目、分月及时情况", "Timeliness by kind and month"),
            ("kind", "month"),
            TIMELINESS,
        ),
        ObligationTable(
            "by_channel", text("分方式回访效果", "Results by channel"), ("kind", "channel"), FIVE_FACTS
        ),
        ObligationTable(
            "results_by_branch",
            text("分机构回访效果", "Results by branch"),
            ("province", "city"),
            FIVE_FACTS,
        ),
        ObligationTable(
            "to_be_moved_up",
            text("待上收至省级的电话回访", "Phone callbacks to be moved up to the province"),
            ("province", "city", "unit"),
            counts("phone_below_province"),
        ),
        CaseTable(
            "problems", text("问题件分类", "Problems by class"), ("case_class", "severity"), CASE_COUNTS
        ),
        CaseTable(
            "problems_by_branch",
            text("问题件分机构", "Problems by branch"),
            ("unit", "case_class"),
            CASE_COUNTS,
        ),
        CaseTable(
            "problems_by_month", text("问题件分月", "Problems by month"), ("month", "case_class"), CASE_COUNTS
        ),
    ),
)
