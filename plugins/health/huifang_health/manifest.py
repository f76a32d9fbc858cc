"""The plugin's hooks: follow-up contacts of health insurance (HI-1, HI-2, HI-3)."""

from collections.abc import Sequence

from huifang_core.cases import CaseClass
from huifang_core.content import ContentItem
from huifang_core.plugin import Manifest, hookimpl
from huifang_core.reports import Report
from huifang_core.rules import Rule
from huifang_core.scripts import Script
from huifang_core.texts import text

from huifang_health.case_classes import CASE_CLASSES, PARAMETERS_TEXT
from huifang_health.content import ITEMS
from huifang_health.follow_up import FOLLOW_UP
from huifang_health.reports import FOLLOW_UP_OVERVIEW
from huifang_health.script_files import SCRIPTS
from huifang_health.settings import Settings


@hookimpl
def huifang_manifest() -> Manifest:
    """Return the plugin's manifest."""
    return Manifest(
        id="health",
        version="0.1.0",
        title=text("健康险回访", "Health insurance follow-ups"),
        description=text(
            "健康险保单生效后三、六、十二个月，与客户约定时间回访：核对资料、解答疑问、风险提醒、满意度；健康状况须单独同意后询问。",
            "Three, six and twelve months after a health policy takes effect, at a time agreed with the customer: data, questions, "
            "warnings, satisfaction; health is asked about only with a separate consent.",
        ),
        cites=("HI",),
    )


@hookimpl
def huifang_rules() -> Sequence[Rule]:
    """Return the one rule."""
    return (FOLLOW_UP,)


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
    """Return what the contacts ask and tell."""
    return ITEMS


@hookimpl
def huifang_scripts() -> Sequence[Script]:
    """Return the script of the contacts."""
    return SCRIPTS


@hookimpl
def huifang_case_classes() -> Sequence[CaseClass]:
    """Return the classes of problems and wishes the script opens."""
    return CASE_CLASSES


@hookimpl
def huifang_reports() -> Sequence[Report]:
    """Return the overview."""
    return (FOLLOW_UP_OVERVIEW,)
