"""The overview of questionnaires: by branch and area, what they brought up, and how branches rank (CI-4, CI-7)."""

from decimal import Decimal

from huifang_core.reports import (
    CASE_COUNTS,
    COMPLETENESS,
    CONSENT,
    FIVE_FACTS,
    TIMELINESS,
    CaseTable,
    CustomerTable,
    ObligationTable,
    Ranking,
    Ratio,
    Report,
    Term,
    counts,
)
from huifang_core.texts import text

QUESTIONNAIRE_OVERVIEW = Report(
    id="questionnaire_overview",
    title=text("大病保险问卷情况总览", "Overview of critical illness questionnaires"),
    cites=("CI-3", "CI-4", "CI-5", "CI-6", "CI-7", "REG-2", "DEC-1", "DEC-2"),
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
            text("机构考核排名", "Ranking of branches"),
            ("unit",),
            (
                *counts("due", "completed", "done_in_time", "successful"),
                Ratio("completed_rate", text("完成率", "share completed"), "completed", "due"),
                Ratio("in_time_rate", text("按期完成率", "share done in time"), "done_in_time", "due"),
                Ratio("satisfied_rate", text("满意率", "share satisfied"), "successful", "completed"),
            ),
            # The rule says that results count in the assessment, not how: the weights are a default of ours (source: none).
            ranking=Ranking(
                (
                    Term("completed_rate", Decimal("0.4")),
                    Term("in_time_rate", Decimal("0.2")),
                    Term("satisfied_rate", Decimal("0.4")),
                )
            ),
        ),
        ObligationTable("consent", text("分机构征求同意情况", "Consent by branch"), ("unit",), CONSENT),
        CustomerTable(
            "completeness",
            text("分机构客户资料完整情况", "Completeness of data by branch"),
            ("unit",),
            COMPLETENESS,
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
