"""Content items (回访内容): what each callback to a payer must ask or tell (PF-1 to PF-4)."""

from huifang_core.content import ContentItem, item

_PAYMENT = (
    item("payment.satisfaction", "ask", "缴费服务总体满意度", "satisfaction on the whole", "PF-1"),
    item("payment.difficulties", "ask", "缴费中的困难和问题", "difficulties in paying", "PF-1"),
    item("payment.process", "ask", "对缴费流程的建议", "suggestions about the process", "PF-1"),
    item("payment.channels", "ask", "对缴费方式的建议", "suggestions about the channels", "PF-1"),
    item("payment.service", "ask", "对缴费服务的建议", "suggestions about the service", "PF-1"),
    item("payment.attitude", "ask", "工作人员服务态度", "attitude of the staff", "PF-1"),
    item("payment.skill", "ask", "工作人员业务水平", "skill of the staff", "PF-1"),
    item("payment.efficiency", "ask", "工作人员工作效率", "efficiency of the staff", "PF-1"),
    item("payment.way_to_reply", "tell", "回复途径", "a way to reply", "PF-2"),
    item("payment.answer_due", "tell", "答复时限", "when an answer comes", "PF-3", "PF-4"),
)

_REPLY = (
    item(
        "reply.identity", "ask", "核实为反馈人本人", "the person answering gave the feedback", "PF-3", "REG-5"
    ),
    item("reply.answer", "tell", "告知处理结果", "what came of it", "PF-3", "PF-4"),
    item(
        "reply.adopted", "tell", "告知是否采纳及理由", "whether it is taken up, and why not", "PF-4", "none"
    ),
    item("reply.satisfied", "ask", "对答复是否满意", "satisfaction with the answer", "PF-4"),
)

_SATISFACTION = (
    item("satisfaction.overall", "ask", "总体满意度", "satisfaction on the whole", "PF-1", "PF-3"),
    item("satisfaction.process", "ask", "缴费流程满意度", "satisfaction with the process", "PF-1", "PF-3"),
    item("satisfaction.channels", "ask", "缴费方式满意度", "satisfaction with the channels", "PF-1", "PF-3"),
    item("satisfaction.staff", "ask", "工作人员满意度", "satisfaction with the staff", "PF-1", "PF-3"),
    item("satisfaction.improved", "ask", "服务是否有改进", "whether the service got better", "PF-4"),
    item("satisfaction.suggestions", "ask", "需求和建议", "needs and suggestions", "PF-1", "PF-3"),
)

_SECOND_CALLBACK = (
    item(
        "second_callback.identity",
        "ask",
        "核实为反映人本人",
        "the person answering brought it up",
        "PF-4",
        "REG-5",
    ),
    item("second_callback.answer", "tell", "告知处理结果", "what came of it", "PF-4"),
    item("second_callback.satisfied", "ask", "问题是否已解决", "whether it is solved", "PF-4"),
)

_BY_KIND: dict[str, tuple[ContentItem, ...]] = {
    "payment": _PAYMENT,
    "reply": _REPLY,
    "satisfaction": _SATISFACTION,
    "second_callback": _SECOND_CALLBACK,
}

CONTENT: dict[str, tuple[str, ...]] = {kind: tuple(i.id for i in items) for kind, items in _BY_KIND.items()}
"""Ids of the items of each kind of callback."""

ITEMS: tuple[ContentItem, ...] = (*_PAYMENT, *_REPLY, *_SATISFACTION, *_SECOND_CALLBACK)
"""Every item once."""
