"""Content items (回访内容): what interviews, summaries, warnings and talks must ask or tell (TS-1, TS-2, TS-4)."""

from huifang_core.conditions import AllOf, FactIn, FactIs
from huifang_core.content import ContentItem, item

_SOCIAL_SECURITY = FactIn("contract.line", ("social_security",))
_BASE_DIFFERS = AllOf((_SOCIAL_SECURITY, FactIs("registration.base_differs", True)))

_INTERVIEW = (
    item(
        "interview.identity",
        "ask",
        "核实为企业负责人或本人",
        "the head of the enterprise, or the payer",
        "TS-4",
        "REG-5",
    ),
    item("interview.duty", "ask", "干部依法履职情况", "how officers do their duty", "TS-1"),
    item("interview.service", "ask", "服务质量", "quality of the service", "TS-1"),
    item(
        "certificate.meaning",
        "tell",
        "社会保险登记证的含义",
        "what the registration certificate is",
        "TS-4",
        applies=_SOCIAL_SECURITY,
    ),
    item(
        "certificate.items",
        "tell",
        "登记证的登记事项",
        "what stands in the certificate",
        "TS-4",
        applies=_SOCIAL_SECURITY,
    ),
    item(
        "certificate.application",
        "tell",
        "登记证的申领手续",
        "how to apply for the certificate",
        "TS-4",
        applies=_SOCIAL_SECURITY,
    ),
    item(
        "base.omitted",
        "ask",
        "有无漏缴",
        "whether contributions were omitted",
        "TS-4",
        applies=_SOCIAL_SECURITY,
    ),
    item(
        "base.under_reported",
        "ask",
        "有无少缴",
        "whether the base was under-reported",
        "TS-4",
        applies=_SOCIAL_SECURITY,
    ),
    item(
        "base.concealed",
        "ask",
        "有无瞒报",
        "whether anything was concealed",
        "TS-4",
        applies=_SOCIAL_SECURITY,
    ),
    item(
        "base.difference",
        "ask",
        "申报基数与核定基数不符的原因",
        "why the declared base differs",
        "TS-4",
        applies=_BASE_DIFFERS,
    ),
    item(
        "certificate.views",
        "ask",
        "对登记证的意见和建议",
        "views on the certificate",
        "TS-4",
        applies=_SOCIAL_SECURITY,
    ),
    item(
        "verification.duty",
        "tell",
        "配合登记证验证",
        "the certificate is to be verified",
        "TS-4",
        applies=_SOCIAL_SECURITY,
    ),
    item(
        "verification.impersonation",
        "ask",
        "有无冒名顶替参保",
        "whether anyone takes part under another's name",
        "TS-4",
        applies=_SOCIAL_SECURITY,
    ),
    item("account.choice", "tell", "正确选择代扣代缴账号", "how to choose the withholding account", "TS-4"),
    item("account.right", "ask", "代扣代缴账号是否正确", "whether the withholding account is right", "TS-4"),
)

_YEARLY_SUMMARY = (
    item("summary.duty", "ask", "全年干部履职评价", "officers' duty over the year", "TS-1", "TS-3"),
    item(
        "summary.service", "ask", "全年服务质量评价", "quality of the service over the year", "TS-1", "TS-3"
    ),
    item("summary.improved", "ask", "服务改进情况", "whether the service got better", "TS-1", "TS-3"),
    item("summary.suggestions", "ask", "意见和建议", "views and suggestions", "TS-1", "TS-3"),
)

_RISK_WARNING = (
    item(
        "warning.identity",
        "ask",
        "核实为企业负责人或本人",
        "the head of the enterprise, or the payer",
        "TS-2",
        "REG-5",
    ),
    item("warning.risk", "tell", "告知风险事项", "what the risk is", "TS-2"),
    item("warning.remedy", "tell", "告知如何消除", "how to do away with it", "TS-2"),
    item("warning.correction", "ask", "是否愿意改正", "whether it will be put right", "TS-2"),
)

_FORMAL_TALK = (
    item(
        "talk.identity",
        "ask",
        "核实为企业负责人或本人",
        "the head of the enterprise, or the payer",
        "TS-2",
        "REG-5",
    ),
    item("talk.problems", "tell", "告知存在的问题", "what the problems are", "TS-2"),
    item("talk.consequences", "tell", "告知应承担的后果", "what the consequences are", "TS-2"),
    item("talk.statement", "ask", "听取说明", "what the payer has to say", "TS-2"),
    item("talk.commitment", "ask", "是否承诺改正", "whether it will be put right", "TS-2"),
)

_INTERVIEW_IDS = tuple(one.id for one in _INTERVIEW)

CONTENT: dict[str, tuple[str, ...]] = {
    "interview": _INTERVIEW_IDS,
    "spot_check": _INTERVIEW_IDS,
    "campaign": _INTERVIEW_IDS,
    "yearly_summary": tuple(one.id for one in _YEARLY_SUMMARY),
    "risk_warning": tuple(one.id for one in _RISK_WARNING),
    "formal_talk": tuple(one.id for one in _FORMAL_TALK),
}
"""Ids of the items of each kind of contact."""

ITEMS: tuple[ContentItem, ...] = (*_INTERVIEW, *_YEARLY_SUMMARY, *_RISK_WARNING, *_FORMAL_TALK)
"""Every item once."""
