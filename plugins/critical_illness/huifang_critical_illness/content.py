"""Content items (回访内容) of the questionnaire.

The rule refers to a questionnaire that it does not contain (CI-2), so the questions are assumed, and cite ("CI-2", "none"); a tenant
puts its own script in their place.
"""

from huifang_core.content import ContentItem, item

CONSENT = "questionnaire.consent"

ITEMS: tuple[ContentItem, ...] = (
    item(
        "questionnaire.identity", "ask", "核实受访人身份", "who answers is verified", "CI-1", "CI-5", "REG-5"
    ),
    item(CONSENT, "consent", "同意填写问卷", "consent to the questionnaire", "CI-3", "REG-5"),
    item(
        "questionnaire.policy_known",
        "ask",
        "是否了解大病保险政策",
        "whether the scheme is known",
        "CI-2",
        "none",
        consent=CONSENT,
    ),
    item(
        "questionnaire.money_received",
        "ask",
        "赔款是否到账",
        "whether the money arrived",
        "CI-2",
        "none",
        consent=CONSENT,
    ),
    item(
        "questionnaire.procedure",
        "ask",
        "报销手续是否简便",
        "whether the procedure is simple",
        "CI-2",
        "none",
        consent=CONSENT,
    ),
    item(
        "questionnaire.nothing_charged",
        "ask",
        "有无额外收费",
        "whether anybody charged for help",
        "CI-2",
        "none",
        consent=CONSENT,
    ),
    item(
        "questionnaire.service",
        "ask",
        "对工作人员服务的评价",
        "opinion of the staff",
        "CI-2",
        "none",
        consent=CONSENT,
    ),
    item(
        "questionnaire.suggestions",
        "ask",
        "意见和建议",
        "suggestions",
        "CI-2",
        "CI-6",
        "none",
        consent=CONSENT,
    ),
    item(
        "questionnaire.contact_data",
        "ask",
        "核对联系方式",
        "whether the contact data is right",
        "CI-5",
        consent=CONSENT,
    ),
)
"""Every item, in the order of the script."""

CONTENT: tuple[str, ...] = tuple(one.id for one in ITEMS)
"""Their ids."""
