"""The plugin's hooks: callbacks of property and motor insurers."""

from collections.abc import Sequence

from huifang_core.cases import CaseClass
from huifang_core.content import ContentItem
from huifang_core.plans import Plan
from huifang_core.plugin import Manifest, hookimpl
from huifang_core.reports import Report
from huifang_core.rules import Rule
from huifang_core.scripts import Script
from huifang_core.texts import text

from huifang_property_motor.assessment import ASSESSMENT_PLAN
from huifang_property_motor.case_classes import CASE_CLASSES, PARAMETERS_TEXT
from huifang_property_motor.content import ITEMS
from huifang_property_motor.reports import CALLBACK_OVERVIEW, CHANNEL_ANALYSIS
from huifang_property_motor.rules import RULES
from huifang_property_motor.script_files import SCRIPTS
from huifang_property_motor.settings import Settings


@hookimpl
def huifang_manifest() -> Manifest:
    """Return the plugin's manifest."""
    return Manifest(
        id="property_motor",
        version="0.1.0",
        title=text("财产险与车险客户回访", "Property and motor insurers' callbacks"),
        description=text(
            "车险已决、定损服务与异地案件回访，商险与个险已决回访，承保后与理赔结束后的首次回访。",
            "Motor claims paid, loss assessment and out-of-area claims, commercial and personal lines settled; first contact "
            "after underwriting and after a claim.",
        ),
        cites=("HT", "PC"),
    )


@hookimpl
def huifang_rules() -> Sequence[Rule]:
    """Return the six callbacks and the work orders for feedback."""
    return RULES


@hookimpl
def huifang_plans() -> Sequence[Plan]:
    """Return the sample of registered claims."""
    return (ASSESSMENT_PLAN,)


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
    """Return the scripts for underwriting, claims and loss assessment."""
    return SCRIPTS


@hookimpl
def huifang_case_classes() -> Sequence[CaseClass]:
    """Return the classes of transfer work orders."""
    return CASE_CLASSES


@hookimpl
def huifang_reports() -> Sequence[Report]:
    """Return the overview and the analysis by channel."""
    return (CALLBACK_OVERVIEW, CHANNEL_ANALYSIS)
