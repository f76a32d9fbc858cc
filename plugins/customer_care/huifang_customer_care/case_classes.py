"""Classes of cases that customers' wishes and suggestions open (SP-2, CARE-3)."""

from huifang_core.cases import CaseClass, case_class
from huifang_core.packaged import read_text
from huifang_core.parameters import load_parameters
from huifang_core.texts import text

PARAMETERS_TEXT = read_text("huifang_customer_care", "parameters.yaml")
"""The plugin's parameters as YAML."""

_PARAMETERS = load_parameters(PARAMETERS_TEXT)

CASE_CLASSES: tuple[CaseClass, ...] = (
    case_class("complaint", text("投诉", "complaint"), 3, "city", parameters=_PARAMETERS),
    case_class(
        "suggestion",
        text("客户建议", "suggestion"),
        2,
        "county",
        parameters=_PARAMETERS,
        kind="suggestion",
    ),
    case_class("renewal", text("续保服务", "help with renewal"), 1, "county", parameters=_PARAMETERS),
)
"""All classes, the most serious first."""
