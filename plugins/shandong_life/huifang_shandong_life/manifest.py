"""The plugin's hooks: callbacks of life insurers supervised by the Shandong bureau (SD-0)."""

from collections.abc import Sequence

from huifang_core.cases import CaseClass
from huifang_core.content import ContentItem
from huifang_core.plugin import Manifest, hookimpl
from huifang_core.reports import Report
from huifang_core.rules import Rule
from huifang_core.scripts import Script
from huifang_core.texts import text

from huifang_shandong_life.case_classes import CASE_CLASSES, PARAMETERS_TEXT
from huifang_shandong_life.content import ITEMS
from huifang_shandong_life.reports import CALLBACK_OVERVIEW
from huifang_shandong_life.rules import RULES
from huifang_shandong_life.script_files import SCRIPTS
from huifang_shandong_life.settings import Settings


@hookimpl
def huifang_manifest() -> Manifest:
    """Return the plugin's manifest."""
    return Manifest(
        id="shandong_life",
        version="0.1.0",
        title=text("山东人身保险客户回访", "Shandong life insurers' callbacks"),
        description=text(
            "按《山东省人身保险公司客户回访工作指引》：个人新单、宽限期、失效、退保与赔付回访。",
            "By the Shandong guide: callbacks for individuals' new contracts, grace periods, lapses, surrenders, claims.",
        ),
        cites=("SD",),
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
def huifang_reports() -> Sequence[Report]:
    """Return the overview."""
    return (CALLBACK_OVERVIEW,)
