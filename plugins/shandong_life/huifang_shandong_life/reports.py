"""The Shandong overview: how callbacks stand by branch, channel, kind and month, and what problems they showed (SD-4)."""

from huifang_core.reports import (
    CaseCount,
    CaseTable,
    Count,
    ObligationFigure,
    ObligationTable,
    Ratio,
    Report,
)
from huifang_core.texts import text

_FIGURES: dict[ObligationFigure, tuple[str, str]] = {
    "due": ("应回访", "due"),
    "done_in_time": ("按期完成", "done in time"),
    "done_late": ("逾期完成", "done late"),
    "overdue": ("逾期未完成", "overdue"),
    "voided_overdue": ("逾期后终止", "made pointless when overdue"),
    "open_in_time": ("期限内待回访", "open, in time"),
    "unreachable": ("无法联系", "unreachable"),
    "attempted": ("已尝试", "attempted"),
    "connected": ("已接通", "connected"),
    "right_party": ("本人接听", "right party"),
    "completed": ("已完成", "completed"),
    "successful": ("回访成功", "successful"),
    "phone_below_province": ("待上收的电话回访", "phone callbacks to be moved up"),
}


def _counts(*figures: ObligationFigure) -> tuple[Count | Ratio, ...]:
    return tuple(Count(figure, text(*_FIGURES[figure]), figure) for figure in figures)


_TIMELINESS = (
    *_counts("due", "done_in_time", "done_late", "overdue", "voided_overdue", "open_in_time", "unreachable"),
    Ratio("in_time_rate", text("按期完成率", "share done in time"), "done_in_time", "due"),
)

# The five facts of a callback are kept apart (REG-2); success is a figure of its own beside timeliness (DEC-1).
_FIVE_FACTS = (
    *_counts("due", "attempted", "connected", "right_party", "completed", "successful"),
    Ratio("connected_rate", text("接通率", "share connected"), "connected", "attempted"),
    Ratio("completed_rate", text("完成率", "share completed"), "completed", "due"),
    Ratio("success_rate", text("成功率", "share successful"), "successful", "due"),
)

_CASES = (
    CaseCount("opened", text("新增", "opened"), "opened"),
    CaseCount("solved", text("已解决", "solved"), "solved"),
    CaseCount("unsolved", text("未解决", "unsolved"), "unsolved"),
    CaseCount("reopened", text("重新打开", "reopened"), "reopened"),
)

CALLBACK_OVERVIEW = Report(
    id="callback_overview",
    title=text("客户回访情况总览", "Overview of callbacks"),
    cites=("SD-2", "SD-4", "REG-2", "DEC-1", "DEC-2"),
    tables=(
        ObligationTable(
            "by_branch", text("分机构及时情况", "Timeliness by branch"), ("province", "city"), _TIMELINESS
        ),
        ObligationTable(
            "by_kind",
            text("分项目、分月及时情况", "Timeliness by kind and month"),
            ("kind", "month"),
            _TIMELINESS,
        ),
        ObligationTable(
            "by_channel", text("分方式回访效果", "Results by channel"), ("kind", "channel"), _FIVE_FACTS
        ),
        ObligationTable(
            "results_by_branch",
            text("分机构回访效果", "Results by branch"),
            ("province", "city"),
            _FIVE_FACTS,
        ),
        ObligationTable(
            "to_be_moved_up",
            text("待上收至省级的电话回访", "Phone callbacks to be moved up to the province"),
            ("province", "city", "unit"),
            _counts("phone_below_province"),
        ),
        CaseTable("problems", text("问题件分类", "Problems by class"), ("case_class", "severity"), _CASES),
        CaseTable(
            "problems_by_branch", text("问题件分机构", "Problems by branch"), ("unit", "case_class"), _CASES
        ),
        CaseTable(
            "problems_by_month", text("问题件分月", "Problems by month"), ("month", "case_class"), _CASES
        ),
    ),
)
