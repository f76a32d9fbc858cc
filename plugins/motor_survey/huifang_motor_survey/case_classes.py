"""Classes of cases that the callback opens: each for the unit in charge where the loss happened (MS-2, MS-3)."""

from huifang_core.cases import CaseClass, case_class
from huifang_core.packaged import read_text
from huifang_core.parameters import load_parameters
from huifang_core.texts import text
from huifang_core.units import Level

PARAMETERS_TEXT = read_text("huifang_motor_survey", "parameters.yaml")
"""The plugin's parameters as YAML."""

_PARAMETERS = load_parameters(PARAMETERS_TEXT)


def _class(id: str, zh: str, en: str, severity: int, solved_at: Level) -> CaseClass:
    return case_class(id, text(zh, en), severity, solved_at, parameters=_PARAMETERS)


CASE_CLASSES: tuple[CaseClass, ...] = (
    _class("surveyor_unavailable", "查勘员无法按时到场", "surveyor can't arrive in time", 3, "city"),
    _class("dual_agency", "双代案件客户不满", "dissatisfied customer of a dual-agency case", 3, "city"),
    _class("surveyor_not_called", "查勘员未及时联系", "surveyor has not called", 2, "city"),
    _class("dissatisfaction", "客户不满", "dissatisfied customer", 2, "city"),
    _class("inquiry", "客户其他需求", "other need or question", 1, "city"),
    _class("contact_data", "联系信息核查", "contact data to be checked", 1, "city"),
)
"""All classes, the most serious first."""
