"""The Liaoning overview: timeliness, the share of visits and letters, products and channels, and problems (LN-1, LN-2, LN-5)."""

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
    cites=("LN-1", "LN-2", "LN-4a", "LN-4b", "LN-4c", "LN-5", "REG-2", "DEC-1", "DEC-2"),
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
            "by_product",
            text("分产品类型、分销售渠道", "By product class and sales channel"),
            ("kind", "product_class", "sales_channel"),
            TIMELINESS,
        ),
        ObligationTable(
            "by_channel", text("分方式回访效果", "Results by channel"), ("kind", "channel"), FIVE_FACTS
        ),
        ObligationTable(
            "channel_share",
            text("各回访方式完成件数", "Completed by channel"),
            ("channel",),
            counts("completed", "successful"),
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
    ),
)
