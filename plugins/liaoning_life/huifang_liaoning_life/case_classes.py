"""Classes of problems (问题件) that callbacks open: who solves them, and how soon."""

from huifang_core.cases import MOST_SERIOUS, CaseClass, case_class
from huifang_core.packaged import read_text
from huifang_core.parameters import load_parameters
from huifang_core.texts import text
from huifang_core.units import Level

PARAMETERS_TEXT = read_text("huifang_liaoning_life", "parameters.yaml")
"""The plugin's parameters as YAML."""

_PARAMETERS = load_parameters(PARAMETERS_TEXT)


def _class(id: str, zh: str, en: str, severity: int, solved_at: Level) -> CaseClass:
    return case_class(id, text(zh, en), severity, solved_at, parameters=_PARAMETERS)


CASE_CLASSES: tuple[CaseClass, ...] = (
    # What a departed salesperson may have left behind: money taken, cover that is none.
    _class(
        "premium_misappropriation",
        "截留挪用保费",
        "premium kept by a salesperson",
        MOST_SERIOUS,
        "province",
    ),
    _class("mis_selling", "销售误导", "mis-selling", 3, "province"),
    _class("unwanted_change", "非本人意愿的变更", "change the customer did not want", 3, "province"),
    _class("complaint", "客户投诉", "complaint", 3, "province"),
    _class("money_not_received", "款项未到账", "money not received", 3, "province"),
    _class("explanation_item", "沟通解释件", "explanation item", 2, "city"),
    _class("inquiry", "客户咨询", "question of the customer", 1, "city"),
    _class("contact_data", "联系信息核查", "contact data to be checked", 1, "city"),
)
"""All classes, the most serious first."""
