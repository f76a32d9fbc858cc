"""The plugin API: what a jurisdiction or line of business hands to the kernel.

A plugin is a distribution with an entry point in the group `huifang.plugins` that names a module (or object) with the
hooks below. Every hook but `huifang_manifest` is optional. `API_VERSION` grows only when something is
taken away; arguments and hooks are added without a change.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import pluggy

from huifang_core.cases import CaseClass
from huifang_core.content import ContentItem
from huifang_core.limits import Limit
from huifang_core.outcomes import ContactOutcome, Reaction
from huifang_core.parameters import ParametersAt
from huifang_core.plans import Plan
from huifang_core.reports import Report
from huifang_core.rules import Rule
from huifang_core.schedules import Schedule
from huifang_core.scripts import Script
from huifang_core.setting_changes import SettingChange
from huifang_core.texts import Text
from huifang_core.trace import Trace

API_VERSION = 1
ENTRY_POINT_GROUP = "huifang.plugins"

hookspec = pluggy.HookspecMarker("huifang")
hookimpl = pluggy.HookimplMarker("huifang")
"""Marks a function of a plugin as one of the hooks below."""


class Manifest(msgspec.Struct, frozen=True):
    """What a plugin says of itself.

    `id` is its entry point's name, `api_version` the `API_VERSION` it was written for, `cites` the prefixes of the
    requirements it holds.
    """

    id: str
    version: str
    title: Text
    description: Text
    cites: tuple[str, ...]
    api_version: int = API_VERSION


class EmptySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of a plugin that has none."""


@hookspec(firstresult=True)
def huifang_manifest() -> Manifest:  # type: ignore[empty-body]
    """Return the plugin's manifest."""


@hookspec(firstresult=True)
def huifang_rules() -> Sequence[Rule]:  # type: ignore[empty-body]
    """Return the plugin's rules; ids are unique within the plugin."""


@hookspec(firstresult=True)
def huifang_parameters() -> str:  # type: ignore[empty-body]
    """Return the text of the plugin's `parameters.yaml`."""


@hookspec(firstresult=True)
def huifang_settings() -> type[Any]:  # type: ignore[empty-body]
    """Return the struct of the plugin's settings; every field has a default, a title and a description."""


@hookspec(firstresult=True)
def huifang_setting_changes() -> Sequence[SettingChange]:  # type: ignore[empty-body]
    """Return what became of settings that earlier releases had, so that what tenants chose then still holds."""


@hookspec(firstresult=True)
def huifang_content_items() -> Sequence[ContentItem]:  # type: ignore[empty-body]
    """Return the content items that the plugin's rules demand and its scripts cover."""


@hookspec(firstresult=True)
def huifang_scripts() -> Sequence[Script]:  # type: ignore[empty-body]
    """Return the plugin's scripts, each proven against the content items."""


@hookspec(firstresult=True)
def huifang_case_classes() -> Sequence[CaseClass]:  # type: ignore[empty-body]
    """Return the classes of cases that the plugin's scripts open."""


@hookspec(firstresult=True)
def huifang_reports() -> Sequence[Report]:  # type: ignore[empty-body]
    """Return the plugin's reports."""


@hookspec(firstresult=True)
def huifang_schedules() -> Sequence[Schedule]:  # type: ignore[empty-body]
    """Return the days the plugin waits for; each comes to its rules as a `schedule.reached` event."""


@hookspec(firstresult=True)
def huifang_plans() -> Sequence[Plan]:  # type: ignore[empty-body]
    """Return what is drawn from populations; each member drawn comes to its rules as a `sample.drawn` event."""


@hookspec(firstresult=True)
def huifang_on_outcome(  # type: ignore[empty-body]
    outcome: ContactOutcome, parameters: ParametersAt, settings: Any, trace: Trace
) -> Sequence[Reaction]:
    """Return what shall be done about the outcome of a contact: cases to open and notices to leave, as data.

    Told of obligations whose draft says `tells_outcome`, once per contact, after it has ended. Pure, like a rule; arguments it doesn't
    need may be left out.
    """


@hookspec(firstresult=True)
def huifang_limits() -> Sequence[Limit]:  # type: ignore[empty-body]
    """Return the caps and shares that contacts must keep."""
