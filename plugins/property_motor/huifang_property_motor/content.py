"""Content items (回访内容): what each callback must ask or tell.

PC-2 states what is asked after underwriting and at a claim; for its callbacks HT states nothing, so theirs are our choice and
cite "none" beside it.
"""

from huifang_core.conditions import FactIn
from huifang_core.content import ContentItem, item

IDENTITY = item(
    "identity", "ask", "核实受访人身份", "the person answering is one to be called", "PC-3", "HT-7"
)
_MORE_CALLBACKS = item(
    "more_callbacks", "tell", "告知今后还有类似回访", "similar callbacks will follow", "PC-4"
)
_VIEWS = item("views", "ask", "征求意见和建议", "views and suggestions", "PC-4")

_UNDERWRITING = (
    IDENTITY,
    item("underwriting.terms", "ask", "了解保险条款", "the terms are understood", "PC-2"),
    item("underwriting.own_will", "ask", "自愿投保", "bought of the customer's own will", "PC-2"),
    item("underwriting.service", "ask", "员工服务态度", "attitude of staff", "PC-2"),
    _MORE_CALLBACKS,
    _VIEWS,
)

_CLAIM = (
    IDENTITY,
    item("claim.liability", "ask", "清楚定责情况", "the decision on liability is clear", "PC-2", "none"),
    item("claim.loss", "ask", "清楚定损情况", "the loss figures are clear", "PC-2", "none"),
    item(
        "claim.money_received",
        "ask",
        "赔款到账",
        "claim payment received",
        "HT-4",
        "HT-9",
        "none",
        applies=FactIn("claim.result", ("paid",)),
    ),
    item("claim.service", "ask", "员工服务态度", "attitude of staff", "PC-2", "none"),
    _MORE_CALLBACKS,
    _VIEWS,
)

_LOSS_ASSESSMENT = (
    IDENTITY,
    item("assessment.timely", "ask", "定损及时", "the loss was assessed in time", "HT-5", "HT-6", "none"),
    item(
        "assessment.explained",
        "ask",
        "定损项目与金额已说明",
        "items and figures were explained",
        "HT-5",
        "HT-6",
        "none",
    ),
    item("assessment.attitude", "ask", "定损员服务态度", "attitude of the assessor", "HT-5", "HT-6", "none"),
    item(
        "assessment.integrity",
        "ask",
        "无违规收费、指定修理",
        "no money taken, no repair shop forced on",
        "HT-5",
        "HT-6",
        "none",
    ),
    _MORE_CALLBACKS,
    _VIEWS,
)

_BY_SCRIPT: dict[str, tuple[ContentItem, ...]] = {
    "underwriting": _UNDERWRITING,
    "claim": _CLAIM,
    "loss_assessment": _LOSS_ASSESSMENT,
}

CONTENT: dict[str, tuple[str, ...]] = {
    script: tuple(i.id for i in items) for script, items in _BY_SCRIPT.items()
}
"""Ids of the items of each script."""

ITEMS: tuple[ContentItem, ...] = tuple({i.id: i for items in _BY_SCRIPT.values() for i in items}.values())
"""Every item once."""
