"""The overview of questionnaires: by branch and area, what they brought up, and the shares branches are compared by (CI-4, CI-7)."""

from huifang_core.reports import (
    CASE_COUNTS,
    FIVE_FACTS,
    TIMELINESS,
    CaseTable,
    ObligationTable,
    Ratio,
    Report,
    counts,
)
from huifang_core.texts import text

QUESTIONNAIRE_OVERVIEW = Report(
    id="questionnaire_overview",
    title=text("大病保险问卷情况总览", "Overview of critical illness questionnaires"),
    cites=("CI-3", "CI-4", "CI-6", "CI-7", "REG-2", "DEC-1", "DEC-2"),
    tables=(
        ObligationTable(
            "by_area", text("分地市问卷结果", "Results by city"), ("province", "city"), FIVE_FACTS
        ),
        ObligationTable("by_branch", text("分机构问卷结果", "Results by branch"), ("unit",), FIVE_FACTS),
        ObligationTable(
            "timeliness",
            text("分机构、分月及时情况", "Timeliness by branch and month"),
            ("unit", "month"),
            TIMELINESS,
        ),
        ObligationTable(
            "assessment",
            text(
                "机构考核（满意率=回访成功÷已完成；完成率=已完成÷应回访）",
                "Assessment of branches (satisfied: successful over completed; completed: completed over due)",
            ),
            ("unit",),
            (
                *counts("due", "completed", "successful"),
                Ratio("satisfied_rate", text("满意率", "share satisfied"), "successful", "completed"),
                Ratio("completed_rate", text("完成率", "share completed"), "completed", "due"),
            ),
        ),
        CaseTable("by_class", text("问题分类", "Problems by class"), ("case_class", "severity"), CASE_COUNTS),
        CaseTable(
            "cases_by_branch",
            text("问题及问卷投诉分机构", "Problems, and complaints caused by questionnaires, by branch"),
            ("unit", "case_class"),
            CASE_COUNTS,
        ),
        CaseTable(
            "cases_by_month", text("问题分月", "Problems by month"), ("month", "case_class"), CASE_COUNTS
        ),
    ),
)
"""How each branch serves its claimants, and what it does about what they say."""
