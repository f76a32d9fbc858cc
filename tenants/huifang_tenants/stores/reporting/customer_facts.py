"""The fact view over customers, and every figure and dimension a report may ask of it (CI-5).

A row of the view is a customer with obligations that count in the period (see `obligation_facts`; those that wait for their window
don't), once per unit in charge of them. Whoever has several records is looked at by the one that stands for all (DEC-10).
Personal data is encrypted: what is told here is whether it is there, never what it is.
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
from huifang_tenants.stores.reporting.obligation_facts import COUNTED
from huifang_tenants.stores.reporting.obligation_facts import DIMENSIONS as OBLIGATION_DIMENSIONS

_CUSTOMERS: Final = """
record AS (
    SELECT c.id AS known_by, c.id, c.merged_into FROM customer c WHERE c.id IN (SELECT customer_id FROM counted)
    UNION SELECT r.known_by, c.id, c.merged_into FROM record r JOIN customer c ON c.id = r.merged_into
),
person AS MATERIALIZED (
    SELECT DISTINCT r.id, o.unit, o.province, o.city FROM counted o
    JOIN record r ON r.known_by = o.customer_id AND r.merged_into IS NULL WHERE o.status <> 'waiting'
),
last_call AS MATERIALIZED (
    SELECT DISTINCT ON (r.id) r.id, k.outcome, k.concluded_at FROM record r JOIN contact k ON k.customer_id = r.known_by
    WHERE r.merged_into IS NULL AND k.channel = 'phone' AND k.concluded_at IS NOT NULL
    ORDER BY r.id, k.concluded_at DESC, k.id DESC
),
customers AS MATERIALIZED (
    SELECT p.unit, p.province, p.city, c.identity_blind IS NOT NULL AS has_id_number,
        c.address_enc IS NOT NULL AS has_address,
        c.phones_enc IS NOT NULL AND (l.outcome IS DISTINCT FROM 'wrong_number' OR c.updated_at > l.concluded_at) AS has_phone
    FROM person p JOIN customer c ON c.id = p.id LEFT JOIN last_call l ON l.id = p.id
)"""

FIGURES: Final[Mapping[str, Figure]] = {
    "customers": Figure(
        "true",
        text(
            "统计期间内应回访任务的客户,由几个机构负责的分别计入",
            "customers of the obligations due in the period; one whom several units are in charge of counts in each",
        ),
    ),
    "with_phone": Figure(
        "p.has_phone",
        text(
            "登记有电话,且最近一次电话回访不是号码有误(此后更新过资料的除外)",
            "with a phone number on file, unless the last call found it wrong and nothing was changed since",
        ),
    ),
    "with_id_number": Figure(
        "p.has_id_number",
        text("登记有证件类型和号码", "with type and number of an ID document on file"),
    ),
    "with_address": Figure("p.has_address", text("登记有地址", "with an address on file")),
    "complete": Figure(
        "p.has_phone AND p.has_id_number AND p.has_address",
        text("以上三项齐全", "with all three: a usable phone number, ID number and address"),
    ),
}
"""Every figure over customers; `p` is the view."""

DIMENSIONS: Final[Mapping[str, Dimension]] = {
    name: OBLIGATION_DIMENSIONS[name] for name in ("unit", "province", "city")
}
"""Every dimension of customers: those of the obligations they have."""


async def count_customers(
    scope: Scope,
    by: Sequence[reports.CustomerDimension],
    figures: Sequence[reports.CustomerFigure],
    selection: Selection,
) -> Counted:
    """Count customers of the obligations that count in the period of `selection`."""
    return await count(
        scope,
        f"WITH RECURSIVE {PLACES}, {COUNTED.replace('{waiting}', '')}, {_CUSTOMERS}",
        [DIMENSIONS[name] for name in by],
        [FIGURES[name] for name in figures],
        selection,
        of="customers",
    )
