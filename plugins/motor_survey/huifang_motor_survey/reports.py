"""How timely losses are followed up, and what callbacks found about surveys, by place and month (MS-1, MS-2)."""

from huifang_core.reports import (
    CASE_COUNTS,
    FIVE_FACTS,
    TIMELINESS,
    CaseTable,
    NoteCount,
    NoteTable,
    ObligationTable,
    Report,
)
from huifang_core.texts import text

SURVEY_TIMELINESS = Report(
    id="survey_timeliness",
    title=text("查勘及时性回访情况", "Timeliness of the follow-up of motor losses"),
    cites=("MS-1", "MS-2", "MS-3", "REG-2", "DEC-1", "DEC-2", "DEC-3"),
    tables=(
        ObligationTable(
            "by_branch", text("分机构及时情况", "Timeliness by branch"), ("province", "city"), TIMELINESS
        ),
        ObligationTable("by_month", text("分月及时情况", "Timeliness by month"), ("month",), TIMELINESS),
        ObligationTable(
            "results_by_branch", text("分机构回访效果", "Results by branch"), ("province", "city"), FIVE_FACTS
        ),
        CaseTable(
            "survey_problems",
            text("查勘服务问题分类", "Problems of surveys by class"),
            ("case_class",),
            CASE_COUNTS,
        ),
        CaseTable(
            "survey_problems_by_branch",
            text("查勘服务问题分机构、分月", "Problems of surveys by branch and month"),
            ("unit", "month", "case_class"),
            CASE_COUNTS,
        ),
        NoteTable(
            "surveyors",
            text("查勘员被记录情况", "Notes on surveyors"),
            ("unit", "person", "month"),
            (NoteCount("notes", text("记录次数", "notes"), "notes"),),
        ),
    ),
)
