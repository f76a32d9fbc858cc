"""The plugin's hooks: regular interviews by tax and social security offices (TS)."""

from collections.abc import Sequence

from huifang_core.cases import CaseClass
from huifang_core.content import ContentItem
from huifang_core.plans import Plan
from huifang_core.plugin import Manifest, hookimpl
from huifang_core.reports import Report
from huifang_core.rules import Rule
from huifang_core.schedules import Schedule
from huifang_core.scripts import Script
from huifang_core.texts import text

from huifang_tax_social_security.case_classes import CASE_CLASSES, PARAMETERS_TEXT
from huifang_tax_social_security.content import ITEMS
from huifang_tax_social_security.reports import INTERVIEW_OVERVIEW
from huifang_tax_social_security.rules import PLANS, RULES, SCHEDULES
from huifang_tax_social_security.script_files import SCRIPTS
from huifang_tax_social_security.settings import Settings


@hookimpl
def huifang_manifest() -> Manifest:
    """Return the plugin's manifest."""
    return Manifest(
        id="tax_social_security",
        version="0.1.0",
        title=text("税务社保定期回访", "Interviews by tax and social security offices"),
        description=text(
            "定期访谈、突击抽查、年审前后专项回访、风险提示与约见谈话、举报办理、信息交换检查。",
            "Regular interviews, spot checks, campaigns around the annual review, risk warnings and formal talks, tip-offs, and checks "
            "of how offices exchange information.",
        ),
        cites=("TS",),
    )


@hookimpl
def huifang_rules() -> Sequence[Rule]:
    """Return the rules."""
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
    """Return what the interviews must ask and tell."""
    return ITEMS


@hookimpl
def huifang_scripts() -> Sequence[Script]:
    """Return the scripts of interviews, summaries, warnings and talks."""
    return SCRIPTS


@hookimpl
def huifang_case_classes() -> Sequence[CaseClass]:
    """Return the classes of cases that rules and scripts open."""
    return CASE_CLASSES


@hookimpl
def huifang_schedules() -> Sequence[Schedule]:
    """Return the days of interviews and campaigns, and the roll from which plans draw."""
    return SCHEDULES


@hookimpl
def huifang_plans() -> Sequence[Plan]:
    """Return the plans of spot checks, of the yearly summary, and of checks of offices."""
    return PLANS


@hookimpl
def huifang_reports() -> Sequence[Report]:
    """Return the overview."""
    return (INTERVIEW_OVERVIEW,)
