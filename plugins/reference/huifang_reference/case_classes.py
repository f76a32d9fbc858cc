"""Kinds of problems that contacts, rules and outcomes open cases for.

How long a case may take is a number, so it comes from `parameters.yaml`, by the name `case.<id>.solve_within_working_days`, or
`case.<id>.solve_within_minutes` where minutes count, around the clock.
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
    # Once one is solved the customer is called about it, by the rule of `solved`, and it is closed only then.
    case_class(
        "complaint",
        text("投诉", "complaint"),
        3,
        "province",
        parameters=_PARAMETERS,
        second_callback=True,
    ),
    # A suggestion is adopted or declined, with the reason, before it counts as solved.
    case_class("idea", text("建议", "suggestion"), 1, "city", parameters=_PARAMETERS, kind="suggestion"),
    case_class(
        "contact_data", text("联系方式有误", "contact data wrong"), 1, "county", parameters=_PARAMETERS
    ),
)
"""All classes."""
