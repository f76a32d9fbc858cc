"""Classes of cases: what questionnaires bring up, and what branches owe for each period (CI-3, CI-4, CI-6)."""

from huifang_core.cases import CaseClass, CaseKind, case_class
from huifang_core.packaged import read_text
from huifang_core.parameters import load_parameters
from huifang_core.texts import text
from huifang_core.units import Level

PARAMETERS_TEXT = read_text("huifang_critical_illness", "parameters.yaml")
"""The plugin's parameters as YAML."""

_PARAMETERS = load_parameters(PARAMETERS_TEXT)


def _class(
    id: str, zh: str, en: str, severity: int, solved_at: Level, kind: CaseKind = "problem"
) -> CaseClass:
    return case_class(id, text(zh, en), severity, solved_at, parameters=_PARAMETERS, kind=kind)


CASE_CLASSES: tuple[CaseClass, ...] = (
    # Serious ones go up to the province (CI-4).
    _class("serious_problem", "重大问题", "serious problem", 4, "province"),
    _class("questionnaire_complaint", "因问卷引起的投诉", "complaint caused by the questionnaire", 3, "city"),
    _class("problem", "问卷反映的问题", "problem told of", 2, "county"),
    _class("improvement_plan", "改进计划", "improvement plan", 2, "province", "improvement_plan"),
    _class("area_analysis", "辖内问卷分析", "analysis of the area's questionnaires", 2, "county"),
    _class("handover", "问卷移交", "handing over of questionnaires", 2, "county"),
    _class("suggestion", "改进建议", "suggestion", 1, "county", "suggestion"),
    _class("contact_data", "联系信息核查", "contact data to be checked", 1, "county"),
)
"""All classes, the most serious first."""
