"""Content items (回访内容): what each callback must ask or tell, point by point.

Those of a new contract follow the provincial standard (`standard`). For all others the rule states neither time nor content, so both are
our own choice: they cite ("LN-2", "none").
"""

from huifang_core.content import ContentItem, item

from huifang_liaoning_life.standard import EDITIONS, IDENTITY

_DEPARTED_SELLER = (
    IDENTITY,
    item(
        "departed.told",
        "tell",
        "销售人员已离职，保单继续有效",
        "the salesperson left, the policy goes on",
        "LN-2",
        "none",
    ),
    item(
        "departed.premiums_booked",
        "ask",
        "保费均交至公司",
        "all premiums went to the insurer",
        "LN-2",
        "none",
    ),
    item(
        "departed.nothing_kept",
        "ask",
        "无证件、保单、空白签名单据留在离职人员处",
        "no papers or blank signatures are left with the salesperson",
        "LN-2",
        "none",
    ),
    item(
        "departed.not_talked_over",
        "ask",
        "未被劝说退保转投",
        "not talked into surrendering and buying elsewhere",
        "LN-2",
        "none",
    ),
    item("departed.service", "tell", "后续服务", "who serves the policy from now on", "LN-2", "none"),
)

_POLICY_SERVICING = (
    IDENTITY,
    item("change.own_wish", "ask", "变更系本人意愿", "changed of the customer's own will", "LN-2", "none"),
    item("change.correct", "ask", "变更结果无误", "the change came out right", "LN-2", "none"),
    item("change.service", "ask", "保全服务评价", "opinion of the service", "LN-2", "none"),
)

_LAPSE = (
    IDENTITY,
    item("lapse.status", "tell", "保单效力中止", "the cover is suspended", "LN-2", "none"),
    item("lapse.reason", "ask", "未续期的原因", "why the premium is unpaid", "LN-2", "none"),
    item(
        "lapse.premium_kept",
        "ask",
        "保费是否被截留挪用",
        "whether a salesperson kept the premium",
        "LN-2",
        "none",
    ),
    item("lapse.reinstatement", "tell", "复效手续", "how to reinstate it", "LN-2", "none"),
)

_SATISFACTION = (
    IDENTITY,
    item("satisfaction.overall", "ask", "总体满意度", "satisfaction on the whole", "LN-2", "none"),
    item("satisfaction.salesperson", "ask", "对销售人员的评价", "opinion of the salesperson", "LN-2", "none"),
    item("satisfaction.reachable", "ask", "服务渠道是否便捷", "whether we are easy to reach", "LN-2", "none"),
    item("satisfaction.suggestions", "ask", "意见和建议", "suggestions", "LN-2", "none"),
)

_CLAIM = (
    IDENTITY,
    item("claim.result_clear", "ask", "了解理赔结果", "the result of the claim is clear", "LN-2", "none"),
    item("claim.money_received", "ask", "赔款到账", "claim payment received", "LN-2", "none"),
    item("claim.nothing_charged", "ask", "无额外收费", "nobody charged for help with it", "LN-2", "none"),
    item("claim.service", "ask", "理赔服务评价", "opinion of the service", "LN-2", "none"),
)

_BY_KIND: dict[str, tuple[ContentItem, ...]] = {
    "departed_seller": _DEPARTED_SELLER,
    "policy_servicing": _POLICY_SERVICING,
    "lapse": _LAPSE,
    "satisfaction": _SATISFACTION,
    "claim": _CLAIM,
}

CONTENT: dict[str, tuple[str, ...]] = {
    kind: tuple(one.id for one in items) for kind, items in _BY_KIND.items()
}
"""Ids of the items of each kind of callback but that for a new contract."""

ITEMS: tuple[ContentItem, ...] = tuple(
    {one.id: one for items in (*EDITIONS.values(), *_BY_KIND.values()) for one in items}.values()
)
"""Every item once."""
