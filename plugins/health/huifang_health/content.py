"""Content items (回访内容) of a follow-up contact (HI-1, HI-3).

Health and the use of the policy are sensitive (REG-5): they are asked only after the customer agreed to that in an answer of its own, and
whoever declines still gets the rest of the contact.
"""

from huifang_core.content import ContentItem, item

ITEMS: tuple[ContentItem, ...] = (
    item("identity", "ask", "核实受访人身份", "the person answering is the one to be called", "HI-1"),
    item("health.policy_no", "ask", "核对保单号", "the policy number is correct", "HI-1"),
    item("health.period", "ask", "核对保险期间", "the period is correct", "HI-1"),
    item("health.phone", "ask", "核对联系电话", "the phone number is correct", "HI-1"),
    item("health.address", "ask", "核对联系地址", "the address is correct", "HI-1"),
    item("health.coverage", "ask", "解答保险责任疑问", "questions on the coverage answered", "HI-1"),
    item("health.deductible", "ask", "解答免赔额疑问", "questions on the deductible answered", "HI-1"),
    item("health.claim_process", "ask", "解答理赔流程疑问", "questions on claims answered", "HI-1"),
    item("health.limits", "tell", "提醒条款限制", "the limits of the terms", "HI-1"),
    item("health.fraud", "tell", "提醒防范保险欺诈", "a warning of fraud", "HI-1"),
    item(
        "health.consent",
        "consent",
        "同意询问健康与保单使用情况",
        "consent to be asked about health and the use of the policy",
        "HI-1",
        "REG-5",
    ),
    item("health.condition", "ask", "健康状况", "state of health", "HI-1", "REG-5", consent="health.consent"),
    item("health.use", "ask", "保单使用情况", "use of the policy", "HI-1", "REG-5", consent="health.consent"),
    item("health.satisfaction", "ask", "满意度", "satisfaction", "HI-1"),
    item("health.feedback", "ask", "意见和建议", "feedback", "HI-1"),
    item("health.services", "tell", "健康咨询与理赔协助", "health advice and help with claims", "HI-3"),
)
"""Every item, in the order in which they are raised."""
