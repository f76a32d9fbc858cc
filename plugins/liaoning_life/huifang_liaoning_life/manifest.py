"""The plugin's hooks: callbacks of life and health insurers supervised by the Liaoning bureau (LN-1)."""

from collections.abc import Sequence

from huifang_core.cases import CaseClass
from huifang_core.content import ContentItem
from huifang_core.limits import Limit
from huifang_core.plugin import Manifest, hookimpl
from huifang_core.reports import Report
from huifang_core.rules import Rule
from huifang_core.schedules import Schedule
from huifang_core.scripts import Script
from huifang_core.texts import text

from huifang_liaoning_life.case_classes import CASE_CLASSES, PARAMETERS_TEXT
from huifang_liaoning_life.content import ITEMS
from huifang_liaoning_life.limits import VISITS_AND_LETTERS
from huifang_liaoning_life.reports import CALLBACK_OVERVIEW
from huifang_liaoning_life.rules import RULES
from huifang_liaoning_life.satisfaction import YEARLY
from huifang_liaoning_life.script_files import SCRIPTS
from huifang_liaoning_life.settings import Settings


@hookimpl
def huifang_manifest() -> Manifest:
    """Return the plugin's manifest."""
    return Manifest(
        id="liaoning_life",
        version="0.1.0",
        title=text("辽宁寿险客户回访", "Liaoning life insurers' callbacks"),
        description=text(
            "按《辽宁省寿险公司客户回访管理规定》：寿险、健康险新契约必访，离司人员保单、保全、续期停效、满意度、理赔按需开办。",
            "By the Liaoning rule: new life and health contracts always; policies of departed salespeople, policy servicing, "
            "lapses, satisfaction and claims as the business needs.",
        ),
        cites=("LN",),
    )


@hookimpl
def huifang_rules() -> Sequence[Rule]:
    """Return the six rules."""
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
    """Return the classes of problems the scripts open."""
    return CASE_CLASSES


@hookimpl
def huifang_schedules() -> Sequence[Schedule]:
    """Return the rhythm of the satisfaction survey."""
    return (YEARLY,)


@hookimpl
def huifang_limits() -> Sequence[Limit]:
    """Return the limit on visits and letters."""
    return (VISITS_AND_LETTERS,)


@hookimpl
def huifang_reports() -> Sequence[Report]:
    """Return the overview."""
    return (CALLBACK_OVERVIEW,)
