"""Classes of cases that payers' feedback opens: who solves them, and how soon (PF-3, PF-4)."""

from huifang_core.cases import CaseClass, case_class
from huifang_core.packaged import read_text
from huifang_core.parameters import load_parameters
from huifang_core.texts import text

PARAMETERS_TEXT = read_text("huifang_payer_feedback", "parameters.yaml")
"""The plugin's parameters as YAML."""

_PARAMETERS = load_parameters(PARAMETERS_TEXT)

CASE_CLASSES: tuple[CaseClass, ...] = (
    # Of what payers bring up they hear what came of it (PF-4).
    case_class(
        "complaint",
        text("投诉", "complaint"),
        3,
        "city",
        parameters=_PARAMETERS,
        second_callback=True,
    ),
    case_class(
        "staff_conduct",
        text("工作人员服务问题", "conduct of staff"),
        3,
        "city",
        parameters=_PARAMETERS,
        second_callback=True,
    ),
    case_class(
        "problem",
        text("缴费困难和问题", "difficulty or problem"),
        2,
        "county",
        parameters=_PARAMETERS,
        second_callback=True,
    ),
    case_class(
        "suggestion",
        text("改进建议", "suggestion"),
        2,
        "county",
        parameters=_PARAMETERS,
        kind="suggestion",
    ),
    case_class(
        "improvement",
        text("回访分析与改进", "analysis and improvement"),
        2,
        "city",
        parameters=_PARAMETERS,
        kind="improvement_plan",
    ),
    case_class(
        "contact_data",
        text("联系信息核查", "contact data to be checked"),
        1,
        "county",
        parameters=_PARAMETERS,
    ),
)
"""All classes, the most serious first."""
