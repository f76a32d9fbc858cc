"""The fact view over contracts, and every figure and dimension a report may ask of it (SP-3).

A row of the view is a contract of the tenant, as it stands now, whichever plugin made obligations for it. A renewal is a premium
that fell due in the period, or the end of a term; it was renewed where that premium, or part of it, was paid, or where the
same policyholder has another contract of the same line that begins within 30 days before and 60 days after.
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

# That an event of this alias was neither corrected nor taken back.
_STANDS: Final = (
    "{e}.status = 'accepted' AND {e}.retracts IS NULL AND NOT EXISTS (SELECT FROM event x WHERE x.source = {e}.source"
    " AND coalesce(x.retracts, x.corrects) = {e}.event_id AND x.status = 'accepted')"
)

_COUNTED: Final = """
span AS (
    SELECT ($2::timestamptz AT TIME ZONE 'Asia/Shanghai')::date AS first, ($3::timestamptz AT TIME ZONE 'Asia/Shanghai')::date AS after
),
premium AS MATERIALIZED (
    SELECT e.contract_no, bool_and(e.payload ->> 'paid_on' IS NOT NULL OR EXISTS (
        SELECT FROM event paid WHERE paid.contract_no = e.contract_no AND paid.type = 'premium.paid'
          AND {payment stands}
          AND coalesce(paid.payload ->> 'due_on' = e.payload ->> 'due_on', paid.payload ->> 'paid_on' >= e.payload ->> 'due_on')
    )) AS paid
    FROM event e, span WHERE e.type = 'premium.due' AND {premium stands}
      AND (e.payload ->> 'due_on')::date >= span.first AND (e.payload ->> 'due_on')::date < span.after
    GROUP BY e.contract_no
),
counted AS MATERIALIZED (
    SELECT c.unit, c.seller_no AS seller, c.product_class, c.channel AS sales_channel,
        c.status IN ('in_force', 'grace') AND c.effective_on < span.after AS held,
        coalesce(c.issued_on, c.effective_on) >= span.first AND coalesce(c.issued_on, c.effective_on) < span.after AS sold,
        m.contract_no IS NOT NULL OR ending.is_so AS renewable,
        coalesce(m.paid, true) AND (NOT ending.is_so OR EXISTS (
            SELECT FROM contract n WHERE n.policyholder_id = c.policyholder_id AND n.line = c.line AND n.id <> c.id
              AND n.status NOT IN ('cancelled', 'pending')
              AND n.effective_on BETWEEN c.expires_on - 30 AND c.expires_on + 60)) AS kept_up
    FROM contract c CROSS JOIN span
    CROSS JOIN LATERAL (
        SELECT coalesce(c.expires_on >= span.first AND c.expires_on < span.after, false)
            AND c.status NOT IN ('cancelled', 'surrendered') AS is_so
    ) ending
    LEFT JOIN premium m ON m.contract_no = c.contract_no LEFT JOIN place ON place.code = c.unit
    WHERE $4::text IS NULL OR place.code IS NOT NULL
)""".replace("{payment stands}", _STANDS.format(e="paid")).replace("{premium stands}", _STANDS.format(e="e"))

FIGURES: Final[Mapping[str, Figure]] = {
    "held": Figure(
        "p.held",
        text(
            "现为有效(含宽限期)、于期末之前生效的合同",
            "in force now, the grace period included, with effect before the end of the period",
        ),
    ),
    "sold": Figure("p.sold", text("统计期间内承保的合同", "issued in the period")),
    "renewable": Figure(
        "p.renewable",
        text(
            "统计期间内有续期保费应交或保险期间届满的合同",
            "with a renewal premium that fell due, or a term that ended, in the period",
        ),
    ),
    "renewed": Figure(
        "p.renewable AND p.kept_up",
        text(
            "其中续期保费已交(含部分),或同一投保人同一险种前30日至后60日内另有合同生效",
            "of these, the premium or part of it was paid, or another contract of the same policyholder and line took"
            " effect between 30 days before and 60 days after",
        ),
    ),
}
"""Every figure over contracts; `p` is the view."""

DIMENSIONS: Final[Mapping[str, Dimension]] = {
    "unit": Dimension(
        "unit", text("机构", "Unit"), text("负责该合同的机构", "the unit in charge of the contract")
    ),
    "seller": Dimension(
        "seller",
        text("销售人员", "Salesperson"),
        text("合同现在的销售人员工号", "staff number of the salesperson of the contract as it stands"),
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
}
"""Every dimension of contracts."""


async def count_contracts(
    scope: Scope,
    by: Sequence[reports.ContractDimension],
    figures: Sequence[reports.ContractFigure],
    selection: Selection,
) -> Counted:
    """Count contracts as they stand, held against the period of `selection`; its plugin makes no difference."""
    return await count(
        scope,
        f"WITH {PLACES}, {_COUNTED}",
        [DIMENSIONS[name] for name in by],
        [FIGURES[name] for name in figures],
        selection,
    )
