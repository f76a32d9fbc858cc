"""The plugin's hooks. Start reading here: each hook says what it supplies and in which module that stands.

The platform imports this module because of the entry point in `pyproject.toml`, once, in a plugin host. So nothing here or in what it
imports may do more than build values: no clock, no network, no files but the plugin's own.
"""

from collections.abc import Sequence
from typing import Any

from huifang_core.cases import CaseClass
from huifang_core.content import ContentItem
from huifang_core.limits import Limit
from huifang_core.outcomes import ContactOutcome, Reaction
from huifang_core.parameters import ParametersAt
from huifang_core.plans import Plan
from huifang_core.plugin import Manifest, hookimpl
from huifang_core.reports import Report
from huifang_core.rules import Rule
from huifang_core.schedules import Schedule
from huifang_core.scripts import Script
from huifang_core.setting_changes import SettingChange
from huifang_core.texts import text
from huifang_core.trace import Trace

from huifang_reference.anniversary import ANNIVERSARY, SCHEDULES
from huifang_reference.case_classes import CASE_CLASSES, PARAMETERS_TEXT
from huifang_reference.content import ITEMS
from huifang_reference.feedback import FEEDBACK
from huifang_reference.limits import LIMITS
from huifang_reference.outcomes import reactions
from huifang_reference.reports import OVERVIEW
from huifang_reference.samples import PLANS, SURVEY
from huifang_reference.script_files import SCRIPTS
from huifang_reference.settings import SETTING_CHANGES, Settings
from huifang_reference.solved import SOLVED
from huifang_reference.welcome import WELCOME


@hookimpl
def huifang_manifest() -> Manifest:
    """The only hook that must be there. `id` is the name of the entry point; `cites` are prefixes of the requirements it holds."""
    return Manifest(
        id="reference",
        version="0.2.0",
        title=text("参考插件", "Reference"),
        description=text(
            "供插件作者阅读：每个扩展点各用一次，不含任何地区的法规。",
            "For authors to read: every extension point is used once, and no law of any place is in it.",
        ),
        cites=("GEN", "REG", "DEC"),
    )


@hookimpl
def huifang_rules() -> Sequence[Rule]:
    """Rules look at events and say what must be done: `welcome`, `anniversary`, `samples`, `feedback` and `solved`."""
    return (WELCOME, ANNIVERSARY, SURVEY, FEEDBACK, SOLVED)


@hookimpl
def huifang_parameters() -> str:
    """Every number, dated and with its source, in `parameters.yaml`; a tenant may be stricter, never laxer."""
    return PARAMETERS_TEXT


@hookimpl
def huifang_settings() -> type[Settings]:
    """What a tenant decides for itself, in `settings`; the platform makes a form of it."""
    return Settings


@hookimpl
def huifang_setting_changes() -> Sequence[SettingChange]:
    """What became of settings that an earlier release had."""
    return SETTING_CHANGES


@hookimpl
def huifang_content_items() -> Sequence[ContentItem]:
    """What contacts must raise with the customer, in `content`."""
    return ITEMS


@hookimpl
def huifang_scripts() -> Sequence[Script]:
    """How it is raised, in `scripts/*.yaml`; the checker proves each against the content items."""
    return SCRIPTS


@hookimpl
def huifang_case_classes() -> Sequence[CaseClass]:
    """What kinds of problems contacts bring to light, in `case_classes`."""
    return CASE_CLASSES


@hookimpl
def huifang_schedules() -> Sequence[Schedule]:
    """Days that come by themselves, in `anniversary`."""
    return SCHEDULES


@hookimpl
def huifang_plans() -> Sequence[Plan]:
    """What is drawn from a population so that anybody can repeat it, in `samples`."""
    return PLANS


@hookimpl
def huifang_limits() -> Sequence[Limit]:
    """Caps and shares that contacts must keep, in `limits`."""
    return LIMITS


@hookimpl
def huifang_reports() -> Sequence[Report]:
    """Figures, in `reports`."""
    return (OVERVIEW,)


@hookimpl
def huifang_on_outcome(
    outcome: ContactOutcome, parameters: ParametersAt, settings: Any, trace: Trace
) -> Sequence[Reaction]:
    """What follows from how a contact ended, in `outcomes`."""
    return reactions(outcome, parameters, settings, trace)
