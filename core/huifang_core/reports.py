"""Report definitions: measures by dimensions over the kernel's fact views.

A report never queries. It names measures and dimensions out of closed sets; the store turns them into SQL, so that a
plugin can neither slow a tenant down nor read past its bounds.
"""

from collections.abc import Mapping
from decimal import Decimal
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
    "consent_asked",
    "consent_declined",
]
"""Figures over obligations.

due: obligations whose window ends in the period, less those cancelled, superseded or voided while still in time.
done_in_time, done_late: completed before, or at or after, the end of the window. overdue: due by now and not
completed (DEC-2). voided_overdue: made pointless only after the window was over, so it stays on the books.
attempted … successful: obligations with at least one contact of which that fact of REG-2 holds.
phone_below_province: completed by phone by staff below province level (SD-2: to be moved up).
consent_asked, consent_declined: whether the customer agrees was asked, and the last answer was no (CI-3).
"""

CaseFigure = Literal["opened", "solved", "unsolved", "reopened"]
CustomerFigure = Literal["customers", "with_phone", "with_id_number", "with_address", "complete"]
"""Figures over the customers of the obligations that count (CI-5); complete: phone, ID number and address are usable."""

ContractFigure = Literal["held", "sold", "renewable", "renewed"]
"""Figures over contracts: in force, issued in the period, up for renewal in it, and renewed (SP-3)."""

NoteFigure = Literal["notes"]
"""Figures over what answers put on the records of members of staff (MS-2)."""

Dimension = Literal[
    "unit", "province", "city", "channel", "kind", "product_class", "sales_channel", "seller", "month"
]
CaseDimension = Literal["case_class", "severity", "unit", "month"]
CustomerDimension = Literal["unit", "province", "city"]
ContractDimension = Literal["unit", "seller", "product_class", "sales_channel"]
NoteDimension = Literal["person", "role", "unit", "month"]


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


class Target(msgspec.Struct, frozen=True, tag="target"):
    """A figure against what is aimed at: for each row, and for each month that the period touches (SP-3).

    `setting` names the plugin's setting that holds the number aimed at, as a tenant has it on the last day of the period. Shown is
    the share of the target that was reached, which may be above 1; empty where nothing is aimed at.
    """

    id: str
    title: Text
    figure: ObligationFigure
    setting: str


class CaseCount(msgspec.Struct, frozen=True, tag="case_count"):
    """How many cases a figure holds."""

    id: str
    title: Text
    figure: CaseFigure


class CustomerCount(msgspec.Struct, frozen=True, tag="customer_count"):
    """How many customers a figure holds."""

    id: str
    title: Text
    figure: CustomerFigure


class CustomerRatio(msgspec.Struct, frozen=True, tag="customer_ratio"):
    """One figure over customers over another, as a share between 0 and 1; empty where the lower one is 0."""

    id: str
    title: Text
    over: CustomerFigure
    under: CustomerFigure


class ContractCount(msgspec.Struct, frozen=True, tag="contract_count"):
    """How many contracts a figure holds."""

    id: str
    title: Text
    figure: ContractFigure


class ContractRatio(msgspec.Struct, frozen=True, tag="contract_ratio"):
    """One figure over contracts over another, as a share between 0 and 1; empty where the lower one is 0."""

    id: str
    title: Text
    over: ContractFigure
    under: ContractFigure


class NoteCount(msgspec.Struct, frozen=True, tag="note_count"):
    """How many notes a figure holds."""

    id: str
    title: Text
    figure: NoteFigure


class Term(msgspec.Struct, frozen=True):
    """One share of a ranking, by the id of its measure, and what it weighs."""

    measure: str
    weight: Decimal


class Ranking(msgspec.Struct, frozen=True):
    """The formula that puts the rows of a table in order (CI-7): the weighted mean of shares, of 100 points.

    Rows with the same score share a rank; one of which a share is empty has none and stands last. The result shows the formula.
    Raises ValueError unless the weights are above 0 and add up to 1, and no measure is weighed twice.
    """

    terms: tuple[Term, ...]

    def __post_init__(self) -> None:
        weights = [term.weight for term in self.terms]
        if sum(weights) != 1 or any(weight <= 0 for weight in weights):
            raise ValueError("the weights of a ranking must be above 0 and add up to 1")
        if len({term.measure for term in self.terms}) != len(self.terms):
            raise ValueError("a ranking may weigh a measure only once")


class ObligationTable(msgspec.Struct, frozen=True, tag="obligations"):
    """A table over obligations whose window ends in the period: one row per combination of `by`, and a total.

    With `ranking` the rows come in the order of their score, which stands beside them. A table with a target is `by` one
    dimension. Raises ValueError where that is not so, or where the ranking weighs what is no share of the table.
    """

    id: str
    title: Text
    by: tuple[Dimension, ...]
    measures: tuple[Count | Ratio | Target, ...]
    ranking: Ranking | None = None

    def __post_init__(self) -> None:
        shares = {measure.id for measure in self.measures if isinstance(measure, Ratio)}
        if self.ranking is not None and not {term.measure for term in self.ranking.terms} <= shares:
            raise ValueError(f"the ranking of table {self.id} must weigh shares of that table")
        if len(self.by) != 1 and any(isinstance(measure, Target) for measure in self.measures):
            raise ValueError(f"table {self.id} has a target and must be by one dimension")


class CaseTable(msgspec.Struct, frozen=True, tag="cases"):
    """A table over cases opened in the period: one row per combination of `by`, and a total."""

    id: str
    title: Text
    by: tuple[CaseDimension, ...]
    measures: tuple[CaseCount, ...]


class CustomerTable(msgspec.Struct, frozen=True, tag="customers"):
    """A table over the customers of the obligations whose window ends in the period: one row per combination of `by`, and a total."""

    id: str
    title: Text
    by: tuple[CustomerDimension, ...]
    measures: tuple[CustomerCount | CustomerRatio, ...]


class ContractTable(msgspec.Struct, frozen=True, tag="contracts"):
    """A table over all contracts of the tenant, whichever plugin made obligations for them: one row per combination of `by`, and a total."""

    id: str
    title: Text
    by: tuple[ContractDimension, ...]
    measures: tuple[ContractCount | ContractRatio, ...]


class NoteTable(msgspec.Struct, frozen=True, tag="notes"):
    """A table over notes that were put on the records of staff in the period: one row per combination of `by`, and a total."""

    id: str
    title: Text
    by: tuple[NoteDimension, ...]
    measures: tuple[NoteCount, ...]


AnyTable = ObligationTable | CaseTable | CustomerTable | ContractTable | NoteTable


class Report(msgspec.Struct, frozen=True):
    """A report: its tables over one period, restricted to what belongs to the plugin that declares it, but for contracts."""

    id: str
    title: Text
    cites: tuple[str, ...]
    tables: tuple[AnyTable, ...]


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
    "consent_asked": text("征求同意", "asked to agree"),
    "consent_declined": text("不同意", "declined"),
}
"""What each figure over obligations is called."""


def counts(*figures: ObligationFigure) -> tuple[Count | Ratio | Target, ...]:
    """Return a count of each figure, under its own name."""
    return tuple(Count(figure, OBLIGATION_FIGURES[figure], figure) for figure in figures)


TIMELINESS: tuple[Count | Ratio | Target, ...] = (
    *counts("due", "done_in_time", "done_late", "overdue", "voided_overdue", "open_in_time", "unreachable"),
    Ratio("in_time_rate", text("按期完成率", "share done in time"), "done_in_time", "due"),
)
"""How callbacks stand against their deadlines (DEC-2)."""

FIVE_FACTS: tuple[Count | Ratio | Target, ...] = (
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

CONSENT: tuple[Count | Ratio | Target, ...] = (
    *counts("consent_asked", "consent_declined"),
    Ratio("declined_rate", text("不同意率", "share declining"), "consent_declined", "consent_asked"),
)
"""How many of those asked to agree did not (CI-3)."""

COMPLETENESS: tuple[CustomerCount | CustomerRatio, ...] = (
    CustomerCount("customers", text("客户数", "customers"), "customers"),
    CustomerCount("complete", text("资料完整", "complete"), "complete"),
    CustomerRatio("phone_rate", text("电话可用率", "share with phone"), "with_phone", "customers"),
    CustomerRatio(
        "id_number_rate", text("证件号码率", "share with ID number"), "with_id_number", "customers"
    ),
    CustomerRatio("address_rate", text("地址登记率", "share with address"), "with_address", "customers"),
    CustomerRatio("complete_rate", text("资料完整率", "share complete"), "complete", "customers"),
)
"""How complete what is on file about customers is (CI-5)."""

PORTFOLIO: tuple[ContractCount | ContractRatio, ...] = (
    ContractCount("held", text("有效保单", "in force"), "held"),
    ContractCount("sold", text("新单", "sold"), "sold"),
    ContractCount("renewable", text("应续", "up for renewal"), "renewable"),
    ContractCount("renewed", text("已续", "renewed"), "renewed"),
    ContractRatio("renewal_rate", text("续保（续期）率", "renewal rate"), "renewed", "renewable"),
)
"""Policies held, sales and renewals (SP-3)."""
