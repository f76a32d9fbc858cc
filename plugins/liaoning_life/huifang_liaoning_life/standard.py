"""What a callback for a new contract asks and tells (LN-6): the provincial standard, edition by edition.

The standard itself (辽宁省寿险产品客户电话回访标准) is only referred to by the rule and was not at hand, so the edition `assumed` is ours.
Where its text is known, add its edition to `EDITIONS` and give the parameter `new_contract.content_standard` a dated value that names it:
contracts issued from that day on are called back by it, those before keep what they were made by.
"""

from collections.abc import Collection, Mapping

from huifang_core.conditions import FactIn, FactIs
from huifang_core.content import ContentItem, item
from huifang_core.parameters import ParametersAt
from huifang_core.trace import Trace

IDENTITY = item(
    "identity", "ask", "核实受访人为投保人本人", "the person answering is the policyholder", "LN-3"
)

_NEW_TYPE = FactIs("contract.new_type", True)
_REGULAR = FactIn("contract.premium_mode", ("regular",))
_BANK = FactIn("contract.channel", ("bank",))
_FEE_ITEMS = FactIs("contract.fee_items", True)
_DEATH_BENEFIT = FactIs("contract.death_benefit", True)
_LONG_TERM = FactIs("contract.longer_than_one_year", True)
_HEALTH = FactIn("contract.line", ("health",))

ASSUMED: tuple[ContentItem, ...] = (
    IDENTITY,
    item(
        "new_contract.signature_policyholder",
        "ask",
        "投保人亲笔签名",
        "signed by the policyholder in person",
        "LN-6",
        "none",
    ),
    item(
        "new_contract.signature_insured",
        "ask",
        "被保险人同意并签名",
        "agreed to and signed by the insured",
        "LN-6",
        "none",
        applies=_DEATH_BENEFIT,
    ),
    item(
        "new_contract.policy_received",
        "ask",
        "收到保险合同",
        "the contract was received",
        "LN-6",
        "none",
    ),
    item("new_contract.terms_read", "ask", "阅读条款", "the terms were read", "LN-6", "none"),
    item(
        "new_contract.description_read",
        "ask",
        "阅读产品说明书",
        "the product description was read",
        "LN-1",
        "LN-6",
        "none",
        applies=_NEW_TYPE,
    ),
    item("new_contract.coverage", "ask", "了解保险责任", "the coverage is clear", "LN-6", "none"),
    item("new_contract.exclusions", "ask", "了解责任免除", "the exclusions are clear", "LN-6", "none"),
    item(
        "new_contract.health_limits",
        "tell",
        "等待期、免赔额与赔付比例",
        "waiting period, deductible and share paid",
        "LN-1",
        "LN-6",
        "none",
        applies=_HEALTH,
    ),
    item("new_contract.not_misled", "ask", "销售过程无误导", "not misled when buying", "LN-6", "none"),
    item(
        "new_contract.bank_insurance",
        "tell",
        "银行代理的是保险公司的保险产品",
        "what the bank sold is an insurer's insurance",
        "LN-1",
        "LN-6",
        "none",
        applies=_BANK,
    ),
    item(
        "new_contract.premium_years",
        "tell",
        "交费期间",
        "payment period",
        "LN-6",
        "none",
        applies=_REGULAR,
    ),
    item(
        "new_contract.premium_amount",
        "tell",
        "每期保险费",
        "premium per period",
        "LN-6",
        "none",
        applies=_REGULAR,
    ),
    item(
        "new_contract.benefits_uncertain",
        "tell",
        "非保证利益不确定",
        "benefits that are not guaranteed are uncertain",
        "LN-1",
        "LN-6",
        "none",
        applies=_NEW_TYPE,
    ),
    item(
        "new_contract.fees_charged",
        "tell",
        "扣除费用",
        "fees are deducted",
        "LN-1",
        "LN-6",
        "none",
        applies=_FEE_ITEMS,
    ),
    item(
        "new_contract.cooling_off",
        "tell",
        "犹豫期权利",
        "cooling-off rights",
        "LN-6",
        "REG-1",
        applies=_LONG_TERM,
    ),
    item(
        "new_contract.surrender_loss",
        "tell",
        "犹豫期后退保损失",
        "surrender loss after the cooling-off period",
        "LN-6",
        "none",
        applies=_LONG_TERM,
    ),
)
"""Items of the edition we assume."""

EDITIONS: Mapping[str, tuple[ContentItem, ...]] = {"assumed": ASSUMED}
"""Items of each edition, by the name that the parameter gives."""


def demanded(parameters: ParametersAt, left_out: Collection[str], trace: Trace) -> tuple[str, ...]:
    """Return the ids of the items of the edition in force, less those the tenant leaves out, which identity never is (LN-3)."""
    edition = parameters["new_contract.content_standard"]
    ids = tuple(one.id for one in EDITIONS[edition])
    kept = tuple(id for id in ids if id == IDENTITY.id or id not in left_out)
    if len(kept) < len(ids):
        without = ", ".join(id for id in ids if id not in kept)
        trace.decision(
            "standard_leaves_out",
            f"按本机构设置，省标准不含以下内容项，不作要求：{without}（LN-6）",
            f"by the tenant's setting the provincial standard lacks these items, so they are not demanded: {without} (LN-6)",
        )
    return kept
