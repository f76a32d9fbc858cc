"""Kinds of problems that contacts, rules and outcomes open cases for.

How long a case may take is a number, so it comes from `parameters.yaml`, by the name `case.<id>.solve_within_working_days`.
"""

from huifang_core.cases import CaseClass, case_class
from huifang_core.packaged import read_text
from huifang_core.parameters import load_parameters
from huifang_core.texts import text

PARAMETERS_TEXT = read_text("huifang_reference", "parameters.yaml")
"""The plugin's parameters as YAML."""

_PARAMETERS = load_parameters(PARAMETERS_TEXT)

CASE_CLASSES: tuple[CaseClass, ...] = (
    case_class(
        "not_understood", text("保障不清楚", "cover not understood"), 2, "city", parameters=_PARAMETERS
    ),
    case_class("complaint", text("投诉", "complaint"), 3, "province", parameters=_PARAMETERS),
    case_class(
        "contact_data", text("联系方式有误", "contact data wrong"), 1, "county", parameters=_PARAMETERS
    ),
)
"""All classes."""
