"""Classes of problems and wishes that contacts bring up: who sees to them, and how soon."""

from huifang_core.cases import CaseClass, case_class
from huifang_core.packaged import read_text
from huifang_core.parameters import load_parameters
from huifang_core.texts import text
from huifang_core.units import Level

PARAMETERS_TEXT = read_text("huifang_health", "parameters.yaml")
"""The plugin's parameters as YAML."""

_PARAMETERS = load_parameters(PARAMETERS_TEXT)


def _class(id: str, zh: str, en: str, severity: int, solved_at: Level) -> CaseClass:
    return case_class(id, text(zh, en), severity, solved_at, parameters=_PARAMETERS)


CASE_CLASSES: tuple[CaseClass, ...] = (
    _class("complaint", "客户投诉", "complaint", 3, "province"),
    _class("explanation_item", "沟通解释件", "explanation item", 2, "city"),
    _class("claim_help", "理赔协助", "help with a claim", 2, "city"),
    _class("data_correction", "资料更正", "data to be corrected", 1, "city"),
    _class("health_advice", "健康咨询", "health advice", 1, "city"),
    _class("inquiry", "客户咨询", "question of the customer", 1, "city"),
    _class("contact_data", "联系信息核查", "contact data to be checked", 1, "city"),
)
"""All classes, the most serious first."""
