"""Report definitions: measures by dimensions over the kernel's fact views.

A report never queries. It names measures and dimensions out of closed sets; the store turns them into SQL, so that a
plugin can neither slow a tenant down nor read past its bounds.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from huifang_core.texts import Text, text

ObligationFigure = Literal[
    "due",
    "done_in_time",
    "done_late",
    "overdue",
    "voided_overdue",
    "open_in_time",
    "waiting",
    "unreachable",
    "successful",
    "attempted",
    "connected",
    "right_party",
    "completed",
    "phone_below_province",
]
"""Figures over obligations.

due: obligations whose window ends in the period, less those cancelled, superseded or voided while still in time.
done_in_time, done_late: completed before, or at or after, the end of the window. overdue: due by now and not
completed (DEC-2). voided_overdue: made pointless only after the window was over, so it stays on the books.
attempted … successful: obligations with at least one contact of which that fact of REG-2 holds.
phone_below_province: completed by phone by staff below province level (SD-2: to be moved up).
"""

CaseFigure = Literal["opened", "solved", "unsolved", "reopened"]
Dimension = Literal["unit", "province", "city", "channel", "kind", "product_class", "sales_channel", "month"]
CaseDimension = Literal["case_class", "severity", "unit", "month"]


class Ratio(msgspec.Struct, frozen=True, tag="ratio"):
    """One figure over another, as a share between 0 and 1; empty where the lower one is 0."""

    id: str
    title: Text
    over: ObligationFigure
    under: ObligationFigure


class Count(msgspec.Struct, frozen=True, tag="count"):
    """How many obligations a figure holds."""

    id: str
    title: Text
    figure: ObligationFigure


class CaseCount(msgspec.Struct, frozen=True, tag="case_count"):
    """How many cases a figure holds."""

    id: str
    title: Text
    figure: CaseFigure


class ObligationTable(msgspec.Struct, frozen=True, tag="obligations"):
    """A table over obligations whose window ends in the period: one row per combination of `by`, and a total."""

    id: str
    title: Text
    by: tuple[Dimension, ...]
    measures: tuple[Count | Ratio, ...]


class CaseTable(msgspec.Struct, frozen=True, tag="cases"):
    """A table over cases opened in the period: one row per combination of `by`, and a total."""

    id: str
    title: Text
    by: tuple[CaseDimension, ...]
    measures: tuple[CaseCount, ...]


class Report(msgspec.Struct, frozen=True):
    """A report: its tables over one period, restricted to the obligations of the plugin that declares it."""

    id: str
    title: Text
    cites: tuple[str, ...]
    tables: tuple[ObligationTable | CaseTable, ...]


OBLIGATION_FIGURES: Mapping[ObligationFigure, Text] = {
    "due": text("应回访", "due"),
    "done_in_time": text("按期完成", "done in time"),
    "done_late": text("逾期完成", "done late"),
    "overdue": text("逾期未完成", "overdue"),
    "voided_overdue": text("逾期后终止", "made pointless when overdue"),
    "open_in_time": text("期限内待回访", "open, in time"),
    "waiting": text("等待条件", "waiting"),
    "unreachable": text("无法联系", "unreachable"),
    "attempted": text("已尝试", "attempted"),
    "connected": text("已接通", "connected"),
    "right_party": text("本人接听", "right party"),
    "completed": text("已完成", "completed"),
    "successful": text("回访成功", "successful"),
    "phone_below_province": text("待上收的电话回访", "phone callbacks to be moved up"),
}
"""What each figure over obligations is called."""


def counts(*figures: ObligationFigure) -> tuple[Count | Ratio, ...]:
    """Return a count of each figure, under its own name."""
    return tuple(Count(figure, OBLIGATION_FIGURES[figure], figure) for figure in figures)


TIMELINESS: tuple[Count | Ratio, ...] = (
    *counts("due", "done_in_time", "done_late", "overdue", "voided_overdue", "open_in_time", "unreachable"),
    Ratio("in_time_rate", text("按期完成率", "share done in time"), "done_in_time", "due"),
)
"""How callbacks stand against their deadlines (DEC-2)."""

FIVE_FACTS: tuple[Count | Ratio, ...] = (
    *counts("due", "attempted", "connected", "right_party", "completed", "successful"),
    Ratio("connected_rate", text("接通率", "share connected"), "connected", "attempted"),
    Ratio("completed_rate", text("完成率", "share completed"), "completed", "due"),
    Ratio("success_rate", text("成功率", "share successful"), "successful", "due"),
)
"""The five facts of a callback, kept apart (REG-2); success is a figure of its own beside timeliness (DEC-1)."""

CASE_COUNTS: tuple[CaseCount, ...] = (
    CaseCount("opened", text("新增", "opened"), "opened"),
    CaseCount("solved", text("已解决", "solved"), "solved"),
    CaseCount("unsolved", text("未解决", "unsolved"), "unsolved"),
    CaseCount("reopened", text("重新打开", "reopened"), "reopened"),
)
"""What became of problem items (问题件)."""
