"""Classes of transfer work orders (转工单): what could not be solved on the spot, who solves it, and how soon (PC-4)."""

from huifang_core.cases import MOST_SERIOUS, CaseClass, case_class
from huifang_core.packaged import read_text
from huifang_core.parameters import load_parameters
from huifang_core.texts import text
from huifang_core.units import Level

PARAMETERS_TEXT = read_text("huifang_property_motor", "parameters.yaml")
"""The plugin's parameters as YAML."""

_PARAMETERS = load_parameters(PARAMETERS_TEXT)


def _class(id: str, zh: str, en: str, severity: int, solved_at: Level) -> CaseClass:
    title = text(f"转办工单：{zh}", f"transfer work order: {en}")
    return case_class(id, title, severity, solved_at, parameters=_PARAMETERS)


CASE_CLASSES: tuple[CaseClass, ...] = (
    # Most serious by our decision: somebody may have made money out of the claim.
    _class(
        "irregular_charge",
        "违规收费或指定修理",
        "money taken, or a repair shop forced on",
        MOST_SERIOUS,
        "province",
    ),
    _class("complaint", "客户投诉", "complaint", 3, "province"),
    _class("unwilling_purchase", "非本人意愿投保", "not bought of the customer's own will", 3, "city"),
    _class("payment_missing", "赔款未到账", "claim payment not received", 3, "city"),
    _class("claim_dispute", "定责定损异议", "liability or loss figures disputed", 2, "city"),
    _class("staff_attitude", "服务态度", "attitude of staff", 2, "city"),
    _class("explanation", "条款解释", "terms to be explained", 2, "city"),
    _class("problem", "待解决问题", "problem to be solved", 2, "city"),
    _class("inquiry", "咨询与建议", "question or suggestion", 1, "city"),
    _class("contact_data", "联系信息核查", "contact data to be checked", 1, "city"),
)
"""All classes, the most serious first."""
