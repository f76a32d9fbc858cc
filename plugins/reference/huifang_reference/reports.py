"""Figures: a report names measures and dimensions, and the platform turns them into SQL; a plugin never queries."""

from decimal import Decimal

from huifang_core.reports import (
    CASE_COUNTS,
    COMPLETENESS,
    CONSENT,
    PORTFOLIO,
    CaseTable,
    ContractTable,
    CustomerTable,
    NoteCount,
    NoteTable,
    ObligationTable,
    Ranking,
    Ratio,
    Report,
    Target,
    Term,
    counts,
)
from huifang_core.texts import text

OVERVIEW = Report(
    id="overview",
    title=text("参考报表", "Reference report"),
    cites=("REG-2", "DEC-2"),
    tables=(
        # A ranking shows its formula with the result.
        ObligationTable(
            "branches",
            text("机构排名", "Ranking of branches"),
            ("unit",),
            (
                *counts("due", "completed", "successful"),
                Ratio("completed_rate", text("完成率", "share completed"), "completed", "due"),
                Ratio("success_rate", text("成功率", "share successful"), "successful", "completed"),
            ),
            ranking=Ranking((Term("completed_rate", Decimal("0.5")), Term("success_rate", Decimal("0.5")))),
        ),
        # A target is a setting of the plugin's, for each row and month.
        ObligationTable(
            "sellers",
            text("分销售人员", "By salesperson"),
            ("seller",),
            (
                *counts("completed"),
                Target(
                    "target_rate",
                    text("目标达成率", "share of target"),
                    "completed",
                    "contacts_per_seller_and_month",
                ),
            ),
        ),
        ObligationTable("consent", text("征求同意", "Consent"), ("kind", "month"), CONSENT),
        CaseTable("cases", text("问题件", "Cases"), ("case_class", "severity"), CASE_COUNTS),
        CustomerTable("data", text("客户资料", "Customers' data"), ("province", "city"), COMPLETENESS),
        ContractTable("contracts", text("合同", "Contracts"), ("seller",), PORTFOLIO),
        NoteTable(
            "notes",
            text("人员记录", "Notes on people"),
            ("person", "month"),
            (NoteCount("notes", text("次数", "notes"), "notes"),),
        ),
    ),
)
"""One table of each kind."""
