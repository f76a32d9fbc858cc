"""Classes of problems (问题件) that callbacks open: who solves them, and how soon."""

from huifang_core.cases import MOST_SERIOUS, CaseClass, case_class
from huifang_core.packaged import read_text
from huifang_core.parameters import load_parameters
from huifang_core.texts import text
from huifang_core.units import Level

PARAMETERS_TEXT = read_text("huifang_shandong_life", "parameters.yaml")
"""The plugin's parameters as YAML."""

_SERIOUS = 3
_PARAMETERS = load_parameters(PARAMETERS_TEXT)


def _class(id: str, zh: str, en: str, severity: int, solved_at: Level) -> CaseClass:
    # Where the customer may have been wronged, the customer says whether it has been put right.
    return case_class(
        id, text(zh, en), severity, solved_at, parameters=_PARAMETERS, second_callback=severity >= _SERIOUS
    )


CASE_CLASSES: tuple[CaseClass, ...] = (
    # Most serious by our decision (SD-7b): the customer may have paid and have no cover.
    _class(
        "premium_misappropriation",
        "截留挪用保费",
        "premium kept by a salesperson",
        MOST_SERIOUS,
        "province",
    ),
    _class("mis_selling", "销售误导", "mis-selling", 3, "province"),
    _class("complaint", "客户投诉", "complaint", 3, "province"),
    _class("money_not_received", "款项未到账", "money not received", 3, "province"),
    _class("unwanted_surrender", "非本人意愿退保", "surrender the customer did not want", 3, "province"),
    # Unclear about rights, documents unsigned or signed by someone else: the city branch's (SD-2).
    _class("explanation_item", "沟通解释件", "explanation item", 2, "city"),
    _class("inquiry", "客户咨询", "question of the customer", 1, "city"),
    _class("contact_data", "联系信息核查", "contact data to be checked", 1, "city"),
)
"""All classes, the most serious first."""
