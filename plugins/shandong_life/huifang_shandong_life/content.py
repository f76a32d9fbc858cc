"""Content items (回访内容): what each callback must ask or tell, point by point (SD-5, SD-6, SD-7).

Those of surrenders, claims and cases solved are our own choice, since the guide states none: they cite "none" as well.
"""

from huifang_core.conditions import FactIn, FactIs
from huifang_core.content import ContentItem, item

_NEW_TYPE = FactIs("contract.new_type", True)
_REGULAR = FactIn("contract.premium_mode", ("regular",))
_BANK = FactIn("contract.channel", ("bank",))
_FEE_ITEMS = FactIs("contract.fee_items", True)
_DEATH_BENEFIT = FactIs("contract.death_benefit", True)


IDENTITY = item(
    "identity", "ask", "核实受访人为本人", "the person answering is the one to be called", "SD-6a"
)

_NEW_CONTRACT = (
    IDENTITY,
    item(
        "new_contract.signature_policyholder",
        "ask",
        "投保人签名真实",
        "the policyholder's signature is genuine",
        "SD-6b",
    ),
    item(
        "new_contract.signature_insured",
        "ask",
        "被保险人签名真实",
        "the insured's signature is genuine",
        "SD-6b",
        applies=_DEATH_BENEFIT,
    ),
    item("new_contract.terms_read", "ask", "投保前阅读条款", "terms read before applying", "SD-6c"),
    item(
        "new_contract.description_read",
        "ask",
        "投保前阅读产品说明书",
        "product description read before applying",
        "SD-6c",
        applies=_NEW_TYPE,
    ),
    item("new_contract.coverage", "ask", "了解保险责任", "coverage understood", "SD-5", "SD-6c"),
    item("new_contract.exclusions", "ask", "了解责任免除", "exclusions understood", "SD-5", "SD-6c"),
    item("new_contract.not_misled", "ask", "销售过程无误导", "not misled when buying", "SD-5"),
    item(
        "new_contract.bank_insurer",
        "tell",
        "经营主体为保险公司",
        "an insurer runs the product",
        "SD-6f",
        applies=_BANK,
    ),
    item(
        "new_contract.bank_insurance",
        "tell",
        "所购为保险产品",
        "the product is insurance",
        "SD-6f",
        applies=_BANK,
    ),
    item(
        "new_contract.premium_years",
        "tell",
        "交费期间",
        "payment period",
        "SD-6e",
        applies=_REGULAR,
    ),
    item(
        "new_contract.premium_amount",
        "tell",
        "每期保险费",
        "premium per period",
        "SD-6e",
        applies=_REGULAR,
    ),
    item(
        "new_contract.benefits_uncertain",
        "tell",
        "保证利益之外的收益不确定",
        "benefits beyond the guaranteed ones are uncertain",
        "SD-5",
        "SD-6g",
        applies=_NEW_TYPE,
    ),
    item(
        "new_contract.illustrations_assumed",
        "tell",
        "演示利益基于假设",
        "illustrations rest on assumed rates",
        "SD-5",
        "SD-6g",
        applies=_NEW_TYPE,
    ),
    item(
        "new_contract.result_may_differ",
        "tell",
        "实际收益可高可低",
        "the real result may be higher or lower",
        "SD-5",
        "SD-6g",
        applies=_NEW_TYPE,
    ),
    item(
        "new_contract.fee_items",
        "tell",
        "费用项目及标准",
        "fee items and their rates",
        "SD-5",
        "SD-6h",
        applies=_FEE_ITEMS,
    ),
    item(
        "new_contract.first_deduction",
        "tell",
        "首次交费扣除的费用",
        "deducted from the first payment",
        "SD-5",
        "SD-6h",
        applies=_FEE_ITEMS,
    ),
    item(
        "new_contract.account_credit",
        "tell",
        "计入账户的净额",
        "net amount credited to the account",
        "SD-5",
        "SD-6h",
        applies=_FEE_ITEMS,
    ),
    item("new_contract.cooling_off", "tell", "犹豫期权利", "cooling-off rights", "SD-5", "SD-6d"),
    item(
        "new_contract.surrender_loss",
        "tell",
        "犹豫期后退保损失",
        "surrender loss after the cooling-off period",
        "SD-5",
        "SD-6d",
    ),
)

_GRACE_PERIOD = (
    IDENTITY,
    item("grace_period.end", "tell", "宽限期截止日", "last day of the grace period", "SD-7a"),
    item("grace_period.reminder", "tell", "提醒交费以免失效", "reminder to pay, or cover is lost", "SD-7a"),
)

_LAPSED = item("lapse.status", "tell", "保单已失效", "the contract has lapsed", "SD-7b")
_REINSTATEMENT = item("lapse.reinstatement", "tell", "复效手续", "how to reinstate it", "SD-7b")
_REASON = item("lapse.reason", "ask", "未交费的原因", "why the premium is unpaid", "SD-7b")
_PREMIUM_KEPT = item(
    "lapse.premium_kept", "ask", "保费是否被截留挪用", "whether a salesperson kept the premium", "SD-7b"
)

# The guide's paragraph is about lapsed policies too, so a lapse is called about the same four points.
_AFTER_GRACE = (IDENTITY, _REASON, _PREMIUM_KEPT, _LAPSED, _REINSTATEMENT)

_SURRENDER = (
    IDENTITY,
    item(
        "surrender.own_wish",
        "ask",
        "退保系本人意愿",
        "surrendered of the customer's own will",
        "SD-1",
        "none",
    ),
    item("surrender.reason", "ask", "退保原因", "reason for the surrender", "SD-1", "none"),
    item("surrender.loss_known", "ask", "知悉退保损失", "the surrender loss was known", "SD-1", "SD-5"),
    item("surrender.money_received", "ask", "退保金到账", "surrender value received", "SD-1", "none"),
    item("surrender.cover_ended", "tell", "保险保障终止", "cover has ended", "SD-1", "none"),
)

_CLAIM = (
    IDENTITY,
    item("claim.result_clear", "ask", "了解理赔结果", "the result of the claim is clear", "SD-1", "none"),
    item("claim.money_received", "ask", "赔款到账", "claim payment received", "SD-1", "none"),
    item("claim.nothing_charged", "ask", "无额外收费", "nobody charged for help with it", "SD-1", "none"),
    item("claim.service", "ask", "理赔服务评价", "opinion of the service", "SD-1", "none"),
)

_SECOND_CALLBACK = (
    IDENTITY,
    item("second_callback.solved", "ask", "问题是否已解决", "whether the matter is solved", "SD-4", "none"),
    item(
        "second_callback.service", "ask", "对处理过程的评价", "opinion of how it was handled", "SD-4", "none"
    ),
)

_BY_KIND: dict[str, tuple[ContentItem, ...]] = {
    "new_contract": _NEW_CONTRACT,
    "grace_period": _GRACE_PERIOD,
    "after_grace_period": _AFTER_GRACE,
    "lapse": _AFTER_GRACE,
    "surrender": _SURRENDER,
    "claim": _CLAIM,
    "second_callback": _SECOND_CALLBACK,
}

CONTENT: dict[str, tuple[str, ...]] = {kind: tuple(i.id for i in items) for kind, items in _BY_KIND.items()}
"""Ids of the items of each kind of callback."""

ITEMS: tuple[ContentItem, ...] = tuple({i.id: i for items in _BY_KIND.values() for i in items}.values())
"""Every item once."""
