"""The plugin's hooks: feedback callbacks to those who paid at an office (PF)."""

from collections.abc import Sequence

from huifang_core.cases import CaseClass
from huifang_core.content import ContentItem
from huifang_core.limits import Limit
from huifang_core.plans import Plan
from huifang_core.plugin import Manifest, hookimpl
from huifang_core.reports import Report
from huifang_core.rules import Rule
from huifang_core.scripts import Script
from huifang_core.texts import text

from huifang_payer_feedback.case_classes import CASE_CLASSES, PARAMETERS_TEXT
from huifang_payer_feedback.content import ITEMS
from huifang_payer_feedback.limits import LIMITS
from huifang_payer_feedback.reports import FEEDBACK_OVERVIEW
from huifang_payer_feedback.rules import PLANS, RULES
from huifang_payer_feedback.script_files import SCRIPTS
from huifang_payer_feedback.settings import Settings


@hookimpl
def huifang_manifest() -> Manifest:
    """Return the plugin's manifest."""
    return Manifest(
        id="payer_feedback",
        version="0.1.0",
        title=text("缴费人回访", "Payers' feedback"),
        description=text(
            "缴费完成后的回访、意见建议的限期答复、定期满意度调查，供税务、社保等收费单位使用。",
            "Callbacks after payments, answers to feedback in time, and regular surveys, for offices that people pay to.",
        ),
        cites=("PF",),
    )


@hookimpl
def huifang_rules() -> Sequence[Rule]:
    """Return the rules for payments, feedback and surveys."""
    return RULES


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
    """Return what the callbacks must ask and tell."""
    return ITEMS


@hookimpl
def huifang_scripts() -> Sequence[Script]:
    """Return one script for each kind of callback."""
    return SCRIPTS


@hookimpl
def huifang_case_classes() -> Sequence[CaseClass]:
    """Return the classes of cases that rules and scripts open."""
    return CASE_CLASSES


@hookimpl
def huifang_plans() -> Sequence[Plan]:
    """Return the plan by which payers are drawn for surveys."""
    return PLANS


@hookimpl
def huifang_limits() -> Sequence[Limit]:
    """Return how often a person may be surveyed."""
    return LIMITS


@hookimpl
def huifang_reports() -> Sequence[Report]:
    """Return the overview."""
    return (FEEDBACK_OVERVIEW,)
