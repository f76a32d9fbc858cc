"""The overview of care, and the figures of each salesperson (SP-3, CARE-1, CARE-3)."""

from huifang_core.reports import (
    CASE_COUNTS,
    FIVE_FACTS,
    PORTFOLIO,
    TIMELINESS,
    CaseTable,
    ContractTable,
    ObligationTable,
    Ratio,
    Report,
    Target,
    counts,
)
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

SELLER_OVERVIEW = Report(
    id="seller_overview",
    title=text("销售人员客户回访情况", "Callbacks by salesperson"),
    cites=("SP-1", "SP-3", "REG-2"),
    tables=(
        ObligationTable(
            "callbacks",
            text("分销售人员回访与目标", "Contacts against target by salesperson"),
            ("seller",),
            (
                *counts("due", "completed", "successful"),
                Target(
                    "target_rate",
                    text("目标达成率", "share of target"),
                    "completed",
                    "contacts_per_seller_and_month",
                ),
                Ratio("satisfied_rate", text("满意率", "share satisfied"), "successful", "completed"),
            ),
        ),
        ObligationTable(
            "by_month",
            text("分销售人员、分项目、分月", "By salesperson, kind and month"),
            ("seller", "kind", "month"),
            counts("due", "completed", "successful"),
        ),
        ObligationTable(
            "by_channel",
            text("分销售人员、分方式", "By salesperson and channel"),
            ("seller", "channel"),
            counts("completed", "successful"),
        ),
        ContractTable(
            "portfolio",
            text("分销售人员保单、销售与续保", "Policies, sales and renewals by salesperson"),
            ("seller",),
            PORTFOLIO,
        ),
    ),
)
"""What became of the customers of each salesperson."""
