"""The plugin's hooks: greetings, reminders before expiry and answers to suggestions (SP, CARE)."""

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

from huifang_customer_care.care import BIRTHDAY_GREETING, EXPIRY_REMINDER, HOLIDAY_GREETING, SCHEDULES
from huifang_customer_care.case_classes import CASE_CLASSES, PARAMETERS_TEXT
from huifang_customer_care.content import ITEMS
from huifang_customer_care.limits import LIMITS
from huifang_customer_care.reports import CARE_OVERVIEW, SELLER_OVERVIEW
from huifang_customer_care.script_files import SCRIPTS
from huifang_customer_care.settings import Settings
from huifang_customer_care.suggestions import REPLY


@hookimpl
def huifang_manifest() -> Manifest:
    """Return the plugin's manifest."""
    return Manifest(
        id="customer_care",
        version="0.1.0",
        title=text("客户关怀", "Customer care"),
        description=text(
            "生日和节日问候、保单到期提醒、客户建议的答复；联系频次受限。",
            "Greetings on birthdays and holidays, reminders before expiry, answers to suggestions; no more often than customers like.",
        ),
        cites=("SP", "CARE"),
    )


@hookimpl
def huifang_rules() -> Sequence[Rule]:
    """Return the rules for greetings, reminders and suggestions."""
    return (BIRTHDAY_GREETING, HOLIDAY_GREETING, EXPIRY_REMINDER, REPLY)


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
    """Return what the contacts ask and tell."""
    return ITEMS


@hookimpl
def huifang_scripts() -> Sequence[Script]:
    """Return one script for each kind of contact."""
    return SCRIPTS


@hookimpl
def huifang_case_classes() -> Sequence[CaseClass]:
    """Return the classes of cases that the rules and scripts open."""
    return CASE_CLASSES


@hookimpl
def huifang_schedules() -> Sequence[Schedule]:
    """Return the days of greetings and reminders."""
    return SCHEDULES


@hookimpl
def huifang_limits() -> Sequence[Limit]:
    """Return how often a person may be contacted."""
    return LIMITS


@hookimpl
def huifang_reports() -> Sequence[Report]:
    """Return the overview."""
    return (CARE_OVERVIEW, SELLER_OVERVIEW)
