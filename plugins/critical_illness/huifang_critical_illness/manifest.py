"""The plugin's hooks: questionnaires of customers with a critical illness claim (CI)."""

from collections.abc import Sequence

from huifang_core.cases import CaseClass
from huifang_core.content import ContentItem
from huifang_core.plans import Plan
from huifang_core.plugin import Manifest, hookimpl
from huifang_core.reports import Report
from huifang_core.rules import Rule
from huifang_core.scripts import Script
from huifang_core.texts import text

from huifang_critical_illness.case_classes import CASE_CLASSES, PARAMETERS_TEXT
from huifang_critical_illness.content import ITEMS
from huifang_critical_illness.questionnaire import QUESTIONNAIRE, QUESTIONNAIRE_PLAN
from huifang_critical_illness.reports import QUESTIONNAIRE_OVERVIEW
from huifang_critical_illness.script_files import SCRIPTS
from huifang_critical_illness.settings import Settings


@hookimpl
def huifang_manifest() -> Manifest:
    """Return the plugin's manifest."""
    return Manifest(
        id="critical_illness",
        version="0.1.0",
        title=text("大病保险回访", "Critical illness"),
        description=text(
            "按月抽取已结算的大病保险客户，征得同意后填写问卷；问卷移交、分析与改进计划按期落实。",
            "A monthly sample of paid critical illness claims answers a questionnaire, with consent; handing over, analysis and improvement follow.",
        ),
        cites=("CI",),
    )


@hookimpl
def huifang_rules() -> Sequence[Rule]:
    """Return the rule for claims drawn."""
    return (QUESTIONNAIRE,)


@hookimpl
def huifang_parameters() -> str:
    """Return the dated numbers the rules count with."""
    return PARAMETERS_TEXT


@hookimpl
def huifang_settings() -> type[Settings]:
    """Return what a tenant may set."""
    return Settings


@hookimpl
def huifang_content_items() -> Sequence[ContentItem]:
    """Return what the questionnaire must ask."""
    return ITEMS


@hookimpl
def huifang_scripts() -> Sequence[Script]:
    """Return the questionnaire."""
    return SCRIPTS


@hookimpl
def huifang_case_classes() -> Sequence[CaseClass]:
    """Return the classes of cases that the rule and the script open."""
    return CASE_CLASSES


@hookimpl
def huifang_plans() -> Sequence[Plan]:
    """Return the plan by which claims are drawn."""
    return (QUESTIONNAIRE_PLAN,)


@hookimpl
def huifang_reports() -> Sequence[Report]:
    """Return the overview."""
    return (QUESTIONNAIRE_OVERVIEW,)
