"""The fact view over obligations, and every figure and dimension a report may ask of it.

A row of the view is an obligation that counts in the period:

- Its window ends in the period. A window is half-open, so one that ends at 24:00 of a day has its last instant on that
  day: `due_by` lies after the start of the first day, and not after the end of the last (GEN-5).
- Superseded and cancelled ones don't count, nor those voided while still in time: what was made pointless by an event
  is voided as of when that happened, however late it came in.
- Historic ones, due before the cut-over and dealt with in the system used before, are not on these books. One completed
  by an imported callback is: it counts by the time of that callback. DEC-1 gives a completed callback four facts, so it
  has those; whether it was successful can't be computed without its answers and evidence, so it never is.
- One that waits for its window (DEC-12) is counted as `waiting` alone, in the period in which it was put on the books.

Facts of contacts (REG-2) are taken from every contact that has ended, and from those made for an obligation this one
replaces. A section completed in a bundled contact has its four facts, however the contact as a whole ended (DEC-5). Whether the
customer agreed (CI-3) is what was answered last to each item that asks it.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from huifang_core import reports
from huifang_core.texts import text

from huifang_tenants.scope import Scope
from huifang_tenants.stores.reporting.counting import (
    PLACES,
    Counted,
    Dimension,
    Figure,
    Selection,
    count,
)

_WAITING: Final = (
    " OR (o.status = 'waiting' AND o.due_by IS NULL AND o.created_at >= $2 AND o.created_at < $3)"
)

COUNTED: Final = """
counted AS MATERIALIZED (
    SELECT o.id, o.status, o.due_by, o.completed_at, o.completed_contact, o.unit, place.province, place.city, o.kind,
        CASE WHEN o.status = 'completed' THEN o.completed_channel ELSE o.channel END AS channel,
        o.status = 'completed' AND o.completed_contact IS NULL AS imported,
        c.product_class, c.channel AS sales_channel, c.seller_no AS seller, o.customer_id,
        to_char(coalesce(o.due_by - interval '1 microsecond', o.created_at) AT TIME ZONE 'Asia/Shanghai',
                'YYYY-MM') AS month
    FROM obligation o JOIN contract c ON c.id = o.contract_id LEFT JOIN place ON place.code = o.unit
    WHERE ((o.due_by > $2 AND o.due_by <= $3){waiting})
      AND ($1::text IS NULL OR o.plugin = $1) AND ($4::text IS NULL OR place.code IS NOT NULL)
      AND o.status NOT IN ('superseded', 'cancelled', 'historic')
      AND (o.status <> 'voided' OR o.due_by <= coalesce(
          (SELECT min(e.happened_at) FROM event e
           WHERE e.contract_no = c.contract_no AND o.status_reason = e.type || ':' || e.event_id), o.closed_at))
)"""
"""The obligations that count in the period; `{waiting}` is what else counts, or nothing."""

_LINES: Final = """
moved AS (
    SELECT o.id AS origin, o.replaced_by AS standing FROM obligation o
    WHERE o.status = 'superseded' AND o.replaced_by IS NOT NULL
      AND EXISTS (SELECT FROM contact_section s WHERE s.obligation_id = o.id)
    UNION
    SELECT m.origin, o.replaced_by FROM moved m JOIN obligation o ON o.id = m.standing
    WHERE o.replaced_by IS NOT NULL
),
line AS MATERIALIZED (
    SELECT id, id AS origin FROM counted
    UNION ALL SELECT m.standing, m.origin FROM moved m JOIN counted ON counted.id = m.standing
)"""
# Each obligation that counts, with itself and those it stands for: contacts made for any of them are its own.

_REACHED: Final = """
reached AS MATERIALIZED (
    SELECT line.id, bool_or(k.attempted OR s.completed) AS attempted, bool_or(k.connected OR s.completed) AS connected,
        bool_or(k.right_party OR s.completed) AS right_party, bool_or(k.completed OR s.completed) AS completed,
        bool_or(s.successful) AS successful
    FROM line JOIN contact_section s ON s.obligation_id = line.origin JOIN contact k ON k.id = s.contact_id
    WHERE k.status <> 'in_progress' GROUP BY line.id
)"""

_AGREED: Final = """
agreed AS MATERIALIZED (
    SELECT id, bool_and(affirmative) AS agreed FROM (
        SELECT DISTINCT ON (line.id, a.item) line.id, a.affirmative
        FROM line JOIN contact_section s ON s.obligation_id = line.origin JOIN contact k ON k.id = s.contact_id
        JOIN answer a ON a.section_id = s.id
        WHERE k.status <> 'in_progress' AND a.item = ANY($6::text[]) AND a.affirmative IS NOT NULL
        ORDER BY line.id, a.item, a.answered_at DESC, a.sequence DESC
    ) said GROUP BY id
)"""

_FACTS: Final = frozenset({"attempted", "connected", "right_party", "completed", "successful"})
_CONSENTS: Final = frozenset({"consent_asked", "consent_declined"})

FIGURES: Final[Mapping[str, Figure]] = {
    "due": Figure(
        "p.status <> 'waiting'",
        text(
            "期限在统计期间内届满的回访任务,不含已取消、被替代、期限内终止及切换前由原系统处理的",
            "obligations whose window ends in the period, less those cancelled, superseded, made pointless while in"
            " time, or dealt with in the system used before the cut-over",
        ),
    ),
    "done_in_time": Figure(
        "p.status = 'completed' AND p.completed_at < p.due_by",
        text("在期限届满前完成", "completed before the end of the window"),
    ),
    "done_late": Figure(
        "p.status = 'completed' AND p.completed_at >= p.due_by",
        text("在期限届满时或之后完成", "completed at or after the end of the window"),
    ),
    "overdue": Figure(
        "p.status IN ('open', 'unreachable', 'expired') AND p.due_by <= $5",
        text("生成报表时期限已届满而未完成", "due by the time of the report and not completed (DEC-2)"),
    ),
    "voided_overdue": Figure(
        "p.status = 'voided'",
        text(
            "期限届满后才因后续业务终止,仍计入应回访",
            "made pointless only after the window was over: still counted as due",
        ),
    ),
    "open_in_time": Figure(
        "p.status = 'open' AND p.due_by > $5",
        text(
            "生成报表时仍在期限内、尚待回访", "open, with the window not yet over at the time of the report"
        ),
    ),
    "waiting": Figure(
        "p.status = 'waiting'",
        text(
            "统计期间内立项、等待起算事件(如签收)的任务,不计入应回访",
            "put on the books in the period and waiting for the event that opens the window; not counted as due",
        ),
    ),
    "unreachable": Figure(
        "p.status = 'unreachable'",
        text(
            "各种方式均已用尽仍无法联系,原因已记录;期限届满的同时计入逾期",
            "every channel used up, with the reasons on record (REG-3); once past due also counted as overdue",
        ),
    ),
    "attempted": Figure(
        "p.imported OR f.attempted",
        text("至少实际联系过一次", "with at least one contact really attempted"),
    ),
    "connected": Figure(
        "p.imported OR f.connected", text("至少接通过一次", "with at least one contact answered")
    ),
    "right_party": Figure(
        "p.imported OR f.right_party",
        text("至少一次确认为应回访本人", "with at least one contact with the right person"),
    ),
    "completed": Figure(
        "p.imported OR f.completed",
        text("回访内容全部问完,不论是否逾期", "with every item covered, in time or late"),
    ),
    "successful": Figure(
        "f.successful",
        text(
            "由系统判定:本人完成、各项均为肯定答复,且具备该方式所需证据;导入的历史回访不计",
            "computed: completed with the right person, affirmative on every point, with the evidence its channel"
            " demands (REG-2, REG-3); never for imported callbacks",
        ),
    ),
    "phone_below_province": Figure(
        "p.status = 'completed' AND p.channel = 'phone' AND done.below_province",
        text(
            "由省级以下机构人员电话完成,须上收至省级",
            "completed by phone by staff below province level: to be moved up (SD-2)",
        ),
    ),
    "consent_asked": Figure(
        "g.agreed IS NOT NULL",
        text(
            "已征求客户是否同意并有答复;导入的历史回访不计",
            "the customer was asked whether to go on, and answered; never for imported callbacks",
        ),
    ),
    "consent_declined": Figure(
        "NOT g.agreed",
        text("其中最后一次答复为不同意", "of these, the last answer was that the customer does not agree"),
    ),
}
"""Every figure over obligations: `p` is the view, `f` the facts of its contacts, `g` the consent given in them, `done` the contact that
completed it."""

DIMENSIONS: Final[Mapping[str, Dimension]] = {
    "unit": Dimension(
        "unit", text("机构", "Unit"), text("负责该合同的机构", "the unit in charge of the contract")
    ),
    "province": Dimension(
        "province", text("省级机构", "Province"), text("该机构所属的省级机构", "the province it belongs to")
    ),
    "city": Dimension(
        "city", text("地市级机构", "City"), text("该机构所属的地市级机构", "the city it belongs to")
    ),
    "channel": Dimension(
        "channel",
        text("回访方式", "Channel"),
        text(
            "完成所用的方式;未完成的为当前方式",
            "the channel of completion, else the one it is to be tried by now",
        ),
    ),
    "kind": Dimension(
        "kind", text("回访项目", "Kind of callback"), text("回访的种类", "what the callback is for")
    ),
    "product_class": Dimension(
        "product_class",
        text("产品类别", "Product class"),
        text("合同现在的产品类别", "that of the contract as it stands"),
    ),
    "sales_channel": Dimension(
        "sales_channel",
        text("销售渠道", "Sales channel"),
        text("合同现在的销售渠道", "that of the contract as it stands"),
    ),
    "seller": Dimension(
        "seller",
        text("销售人员", "Salesperson"),
        text("合同现在的销售人员工号", "staff number of the salesperson of the contract as it stands (SP-3)"),
    ),
    "month": Dimension(
        "month",
        text("月份", "Month"),
        text(
            "期限届满日所在的月份(北京时间);等待起算的为立项月份",
            "the month in which the window ends, Asia/Shanghai; of waiting ones, that in which they were made",
        ),
    ),
}
"""Every dimension of obligations."""


async def count_obligations(
    scope: Scope,
    by: Sequence[reports.Dimension],
    figures: Sequence[reports.ObligationFigure],
    selection: Selection,
) -> Counted:
    """Count obligations in the period of `selection`; contacts are read only where a figure needs them."""
    parts = [PLACES, COUNTED.replace("{waiting}", _WAITING if "waiting" in figures else "")]
    joins = []
    reads = {name: not asked.isdisjoint(figures) for name, asked in (("f", _FACTS), ("g", _CONSENTS))}
    if any(reads.values()):
        parts.append(_LINES)
    if reads["f"]:
        parts.append(_REACHED)
        joins.append("LEFT JOIN reached f ON f.id = p.id AND p.status <> 'waiting'")
    if reads["g"]:
        parts.append(_AGREED)
        joins.append("LEFT JOIN agreed g ON g.id = p.id AND p.status <> 'waiting'")
    if "phone_below_province" in figures:
        joins.append("LEFT JOIN contact done ON done.id = p.completed_contact")
    return await count(
        scope,
        f"WITH RECURSIVE {','.join(parts)}",
        [DIMENSIONS[name] for name in by],
        [FIGURES[name] for name in figures],
        selection,
        " ".join(joins),
    )
