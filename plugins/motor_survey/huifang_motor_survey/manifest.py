"""The plugin's hooks: the callback about the timeliness of the motor loss survey."""

from collections.abc import Sequence

from huifang_core.cases import CaseClass
from huifang_core.content import ContentItem
from huifang_core.plugin import Manifest, hookimpl
from huifang_core.reports import Report
from huifang_core.rules import Rule
from huifang_core.scripts import Script
from huifang_core.texts import text

from huifang_motor_survey.case_classes import CASE_CLASSES, PARAMETERS_TEXT
from huifang_motor_survey.content import ITEMS
from huifang_motor_survey.reports import SURVEY_TIMELINESS
from huifang_motor_survey.rules import RULES
from huifang_motor_survey.script_files import SCRIPTS
from huifang_motor_survey.settings import Settings


@hookimpl
def huifang_manifest() -> Manifest:
    """Return the plugin's manifest."""
    return Manifest(
        id="motor_survey",
        version="0.1.0",
        title=text("车险查勘及时性回访", "Timeliness of the motor survey"),
        description=text(
            "车险报案后30分钟（市区）或60分钟（县区）内回访：查勘员是否及时联系、是否到场、客户还需要什么。",
            "Within 30 minutes of a motor loss in town, 60 in the county: has the surveyor called and arrived, and what else does the "
            "customer need?",
        ),
        cites=("MS",),
    )


@hookimpl
def huifang_rules() -> Sequence[Rule]:
    """Return the one rule."""
    return RULES


@hookimpl
def huifang_parameters() -> str:
    """Return the dated numbers the rule counts with."""
    return PARAMETERS_TEXT


@hookimpl
def huifang_settings() -> type[Settings]:
    """Return what a tenant may set."""
    return Settings


@hookimpl
def huifang_content_items() -> Sequence[ContentItem]:
    """Return what every completed callback has asked."""
    return ITEMS


@hookimpl
def huifang_scripts() -> Sequence[Script]:
    """Return the one script."""
    return SCRIPTS


@hookimpl
def huifang_case_classes() -> Sequence[CaseClass]:
    """Return the classes of cases the script opens."""
    return CASE_CLASSES


@hookimpl
def huifang_reports() -> Sequence[Report]:
    """Return the report of timeliness and survey problems."""
    return (SURVEY_TIMELINESS,)
