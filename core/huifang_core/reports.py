"""Report definitions: measures by dimensions over the kernel's fact views.

A report never queries. It names measures and dimensions out of closed sets; the store turns them into SQL, so that a
plugin can neither slow a tenant down nor read past its bounds.
"""

from typing import Literal

import msgspec

from huifang_core.texts import Text

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
