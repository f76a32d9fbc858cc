"""Content items (回访内容): what each contact asks or tells."""

from huifang_core.content import ContentItem, item

_BY_KIND: dict[str, tuple[ContentItem, ...]] = {
    "birthday_greeting": (item("birthday.greeting", "tell", "生日祝福", "birthday wishes", "CARE-1"),),
    "holiday_greeting": (item("holiday.greeting", "tell", "节日祝福", "holiday wishes", "CARE-1"),),
    "expiry_reminder": (
        item("reminder.identity", "ask", "核实为投保人本人", "who answers is verified", "SP-2", "REG-5"),
        item("reminder.expiry", "tell", "保单到期日", "when the policy expires", "SP-2"),
        item("reminder.renewal", "ask", "是否需要续保服务", "whether help with renewal is wanted", "SP-2"),
    ),
    "reply": (
        item("reply.identity", "ask", "核实为反馈人本人", "the person answering made it", "CARE-3", "REG-5"),
        item("reply.decision", "tell", "是否采纳及理由", "whether it is adopted, and why not", "CARE-3"),
        item("reply.satisfied", "ask", "对答复是否满意", "satisfaction with the answer", "CARE-3"),
    ),
}

CONTENT: dict[str, tuple[str, ...]] = {
    kind: tuple(one.id for one in items) for kind, items in _BY_KIND.items()
}
"""Ids of the items of each kind of contact."""

ITEMS: tuple[ContentItem, ...] = tuple(one for items in _BY_KIND.values() for one in items)
"""Every item once."""
